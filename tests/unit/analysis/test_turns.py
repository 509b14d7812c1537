"""From when on one network's local smoothness lies on one side of the other's."""

import math

import pytest
from metric_rows import design, frame, probe, rows
from normscape.analysis.turns import Turn, turns

UPDATES = (0, 1, 8, 20, 100, 200)  # pass 1 ends at 100
LATER = Turn("update 8", "update 20", "lower", True)


def told(*ratios, seeds=(0, 1), more=()):
    """The Turn of networks whose ratios at UPDATES are those: lists, of one seed each; or all the same."""
    table = list(more)
    for seed, own in zip(seeds, ratios if len(ratios) > 1 else ratios * len(seeds), strict=True):
        table += probe("plain", "smoothness", dict.fromkeys(UPDATES, 2.0), seed)
        table += probe("batch", "smoothness", {update: 2.0 * x for update, x in zip(UPDATES, own, strict=True)}, seed)
    return turns(frame(table), design(seeds))["batch"]


@pytest.mark.parametrize(
    ("ratios", "turn"),
    [
        ((2.4, 2.9, 1.1, 0.5, 0.5, 0.6), LATER),
        ((0.5, 0.5, 0.5, 0.5, 1.2, 1.1), Turn("update 20", "pass 1", "higher", True)),
        ((2.0, 2.0, 2.0, 2.0, 1.2, 0.9), Turn("pass 1", "pass 2", "lower", False)),
        ((2.4, 0.5, 1.1, 0.5, 0.5, 0.6), LATER),  # the last one counts
        ((0.5,) * 6, None),
        ((1.0,) * 6, None),
        ((2.4, 2.9, 1.0, 0.5, 0.5, 0.6), None),  # it can't be said between which two
        ((2.4, 2.9, 1.1, 0.5, 0.5, 1 + 1e-15), None),
        ((2.4, 2.9, 1.1, 0.5, 0.5, math.nan), None),
        ((2.4, 2.9, math.nan, 0.5, 0.5, 0.5), None),
    ],
)
def test_the_turn_lies_between_two_checkpoints(ratios, turn):
    assert told(ratios) == turn


def test_it_is_the_mean_over_the_pairs_that_turns():
    assert told((2, 2, 4, 0.5, 0.5, 0.5), (2, 2, 0.5, 0.5, 0.5, 0.5)) == LATER
    assert told((2, 2, 2, 0.5, 0.5, 0.5), (2, 2, 0.25, 0.5, 0.5, 0.5)).since == "update 8"


def test_what_no_claim_rests_on_turns_nothing():
    diverged = rows("batch", "diverged", [0, 1], seed=1)
    assert told((2.4, 2.9, 1.1, 0.5, 0.5, 0.6), (0.1,) * 6, more=diverged) == LATER
    assert turns(frame(probe("plain", "smoothness", [1.0, 2.0])), design())["batch"] is None
