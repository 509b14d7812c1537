"""Which checkpoints are which."""

import math

import pandas
import pytest
from metric_rows import RATE, UPDATES, frame, probe
from normscape.analysis import states
from normscape.analysis.measured import Measured

TABLE = probe("plain", "smoothness", {update: 1 + update for update in (0, 1, 8, 9, 50, UPDATES, 2 * UPDATES)})


@pytest.mark.parametrize(
    ("which", "updates"),
    [
        (states.PASSES, [100, 200]),
        (states.START, [0]),
        (states.EARLY, [1, 8]),
        (states.TRAINED, [1, 8, 9, 50, 100, 200]),
        (states.ALL, [0, 1, 8, 9, 50, 100, 200]),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_each_checkpoint_is_of_the_states_that_it_is_of(which, updates):
    assert states.select(frame(TABLE), which)["update"].tolist() == updates
    measured = Measured(frame(TABLE), RATE)
    log = measured.over(which).log("smoothness", "full_batch")
    assert log.columns.tolist() == updates
    assert log.loc["plain", 0].tolist() == [math.log(1 + update) for update in updates]
    assert measured.log("smoothness", "full_batch").columns.tolist() == [100, 200]  # left as it was


def test_whole_passes_alone_are_a_table_like_any_other():
    rows = pandas.DataFrame(probe("plain", "smoothness", [3, 2]))
    assert states.select(rows, states.PASSES)["pass"].dtype == "int64"
    assert states.select(rows, states.EARLY).empty


def test_checkpoints_are_named_by_the_pass_that_ends_there_or_by_their_update():
    assert states.names(frame(TABLE)) == {
        0: "pass 0",
        1: "update 1",
        8: "update 8",
        9: "update 9",
        50: "update 50",
        100: "pass 1",
        200: "pass 2",
    }
