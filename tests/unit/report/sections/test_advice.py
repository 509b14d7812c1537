"""What an inconclusive claim would take: the numbers, and a command that does it."""

import math
import subprocess
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
import sentences
import yaml
from metric_rows import frame, probe
from normscape.analysis.design import Design
from normscape.config import command_line
from normscape.config.places import Place
from normscape.report.sections import advice
from sentences import SETTINGS, UNCLEAR, row

SCHEMA = yaml.safe_load((sentences.TEMPLATE.parents[1] / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))
DEVIATES = np.array([-1.6, -1.0, -0.5, -0.1, 0.1, 0.5, 1.0, 1.6])
MODELS = ("Plain", "Normed")


def differences(effect, spread, seeds=range(8)):
    """Paired differences with exactly that mean and SD."""
    return pandas.Series(effect + spread * DEVIATES / DEVIATES.std(ddof=1), index=list(seeds))


def job(rule, minutes, seed=0, model=None):
    network = {"name": model, "learning_rate": 0.04} if model else {}
    return {"rule": rule, "process_cpu_seconds": 60 * minutes, "settings": {"seed": seed, **network}}


def jobs(seeds=range(8)):
    """Replicates that take 0.1 minutes to prepare, and for each of two models 0.5 to train and 0.2 to probe."""
    return [job("prepare", 0.1, seed) for seed in seeds] + [
        job(rule, minutes, seed, model)
        for seed in seeds
        for model in MODELS
        for rule, minutes in (("train", 0.5), ("probe", 0.2))
    ]


def told(claims=(), given=None, looks="once", metrics=None, provenances=None, seeds=range(8), own=(), **settings):
    """The Advice on the rows `claims`, whose differences are `given`, {claim: Series}; else of mean 0.1 and SD 0.4."""
    design = Design("Plain", ["Normed"], 0.95, 0.04, list(seeds), looks, claims=dict(own))
    found = {(each["claim"], "Normed"): (given or {}).get(each["claim"], differences(0.1, 0.4)) for each in claims}
    results = SimpleNamespace(design=design, claims=claims, differences=found, metrics=metrics)
    whole = {**SETTINGS, "experiment": "default", "seeds": list(seeds), **settings}
    return advice.advice(results, whole, jobs(seeds) if provenances is None else provenances)


def unclear(id, **changes):
    return row(id, **{**UNCLEAR, "estimate": 0.1, **changes})


C4 = unclear("C4", estimate=math.log(0.82))
OF_C4 = {"C4": differences(math.log(0.82), 0.38)}


def test_a_ratio_of_082_at_a_spread_of_038_takes_31_replicates():
    found = told([C4], OF_C4)
    assert found.rows == [advice.Row("C4", "Normed", "× 0.82", "31 (19 to 74)", "", "46 (28 to 110)", 31)]
    assert found.levels == [advice.Level("0.05", 1, ["C4"])] and not found.margins and found.minutes == "1.5"


def test_a_claim_is_planned_at_the_strictest_level_of_its_family():
    others = [row(id) for id in ("C1", "C2b", "C3", "C5", "C10")]
    unmeasured = row("C8", **sentences.NOT_MEASURED)
    found = told([*others, unmeasured, C4, unclear("C11")], OF_C4)
    assert found.levels == [advice.Level("0.013", 4, ["C4"]), advice.Level("0.025", 2, ["C11"])]
    assert found.rows[0].replicates > 31
    beside = row("C4-above")
    assert told([beside, C4], OF_C4).rows == told([C4], OF_C4).rows


def test_the_size_that_matters_is_planned_for_where_it_is_set():
    found = told([{**C4, "margin": math.log(1.1)}, unclear("C2a", estimate=0.01)], OF_C4)
    assert found.margins and found.rows[0].for_relevant.startswith("1") and found.rows[1].for_relevant == ""
    as_large = [unclear("C4", estimate=math.log(1.1)), unclear("C2a", estimate=0.01)]
    assert found.rows[0].for_relevant == told(as_large, OF_C4).rows[0].for_observed
    whole = sentences.text(advice=found)
    assert "| if it is the smallest that matters |" in whole and "isn't set here" not in whole
    whole = sentences.text(advice=told([C4], OF_C4))
    assert "if it is the smallest" not in whole and "isn't set here; `comparison.negligible` sets it." in whole


def test_what_is_out_of_reach_gets_no_command():
    nothing = told([unclear("C4", estimate=0.0)], {"C4": differences(0.0, 0.38)})
    assert nothing.rows[0].for_observed == "more than 100,000" and nothing.rows[0].minutes == ""
    far = told([unclear("C4", estimate=0.01)], {"C4": differences(0.01, 0.38)})
    assert far.rows[0].for_observed == "11,000 (6,600 to 28,000)"
    for found in (nothing, far):
        assert found.command is None
        assert "No command is given: none can be expected to be decided by a thousand" in sentences.text(advice=found)
    one = told([unclear("C4", n=1)], {"C4": pandas.Series([0.1])})
    assert one.rows[0].for_observed == one.rows[0].minutes == "" and one.command is None
    cut_off = told([unclear("C7") | {"high": math.inf}])
    assert cut_off.rows[0].for_observed == ""


def test_few_replicates_are_planned_as_many_as_a_verdict_takes():
    found = told([unclear("C4", n=3, estimate=-0.7)], {"C4": pandas.Series([-0.7, -0.71, -0.69])})
    assert found.rows[0].for_observed == "6"


def test_the_command_is_for_the_headlines_claims_first():
    rows = [unclear("C1", estimate=0.4), unclear("C10"), C4, unclear("C3")]
    assert [told(rows[: end + 1]).command.claim for end in range(4)] == ["C1", "C10", "C4", "C3"]
    assert told([unclear("C2b"), rows[0]]).command.claim == "C1"


def typed(options):
    """What the shell makes of a command's options, and the workflow of its --config."""
    script = f"printf '%s\\n' {options}"
    words = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert words[0] == "--configfile" and words[2] == "--config"
    return read(words[3:])


def read(entries):
    return command_line.read(entries, Place(SCHEMA, SCHEMA, ()), ())


def test_new_replicates_go_into_an_experiment_of_their_own():
    found = told([C4], OF_C4).command
    assert found.options == (
        '--configfile results/default/config.json --config experiment=default-31 "seeds=[$(seq -s, 8 38)]"'
    )
    assert (found.replicates, found.seeds, found.minutes) == (31, "seeds 8 to 38", "46")
    assert typed(found.options) == {"experiment": "default-31", "seeds": list(range(8, 39))}
    whole = sentences.text(advice=told([C4], OF_C4))
    assert f"\n\n`snakemake --cores 4 {found.options}`\n\n" in whole
    assert "31 for C4 (seeds 8 to 38; 46 CPU minutes):\n" in whole
    (plan,) = [line for line in whole.splitlines() if "`make plan " in line]
    quoted = plan.partition("`make plan ARGS=")[2].partition("`")[0]
    handed_on = subprocess.run(["sh", "-c", f"printf %s {quoted}"], capture_output=True, text=True, check=True).stdout
    assert typed(handed_on)["seeds"] == list(range(8, 39))


def test_with_any_number_of_looks_seeds_are_added_to_the_experiment():
    found = told([C4], OF_C4, looks="any")
    needed = found.rows[0].replicates
    assert needed > 31 and found.command.replicates == needed - 8
    assert found.command.options == (
        f'--configfile results/default/config.json --config "seeds=[$(seq -s, 0 {needed - 1})]"'
    )
    assert typed(found.command.options) == {"seeds": list(range(needed))}
    assert "Seeds may be added to this experiment, for its intervals hold" in sentences.text(advice=found)
    scattered = told([C4], {"C4": differences(math.log(0.82), 0.38, range(0, 16, 2))}, "any", seeds=range(0, 16, 2))
    seeds = typed(scattered.command.options)["seeds"]
    assert seeds == [*range(0, 16, 2), *range(15, 15 + needed - 8)]


def test_seeds_end_where_seeds_end_and_names_where_names_do():
    largest = 2**32 - 1
    given = {"C4": differences(math.log(0.82), 0.38, range(largest - 7, largest + 1))}
    found = told([C4], given, seeds=range(largest - 7, largest + 1), experiment="x" * 64)
    name, seeds = typed(found.command.options).values()
    assert seeds == list(range(31)) and name == "x" * 61 + "-31"
    assert advice._free([0, 2, largest], 2) == 3


def test_a_seq_that_ends_with_its_separator_does_no_harm():
    assert read(["seeds=[8,9,10,]"]) == {"seeds": [8, 9, 10]}


def test_missing_runs_come_first():
    found = told([C4], OF_C4, provenances=jobs()[:-1])
    assert not found.whole
    whole = sentences.text(advice=found)
    assert "Some runs are missing. Finish them first" in whole and "`snakemake --cores" not in whole


def test_minutes_that_nobody_knows_are_not_told():
    found = told([C4], OF_C4, provenances=[job("train", 1, model="Plain")])
    assert (found.minutes, found.rows[0].minutes, found.command.minutes) == ("", "", "")
    whole = sentences.text(advice=found._replace(whole=True))
    assert "CPU minutes" not in whole and "31 for C4 (seeds 8 to 38):" in whole


def test_where_nothing_is_inconclusive_nothing_is_advised():
    assert told([row("C3"), row("C4", **sentences.WORSE)]) is None
    assert "What a verdict would take" not in sentences.text()


def probed(noise, spread, directions=4, replicates=60, passes=5):
    """Rows of metrics.csv: log L̂ scatters by `noise` with the direction, and its mean over passes by `spread`."""
    random, table = np.random.default_rng(0), []
    for model in MODELS:
        for seed in range(replicates):
            level = random.normal(scale=spread)
            for direction in range(directions):
                values = np.exp(level + random.normal(scale=noise, size=passes))
                table += probe(model, "smoothness", values, seed, direction=direction)
    return frame(table).assign(learning_rate=0.04)


@pytest.mark.parametrize(
    ("noise", "spread", "share", "better"),
    [(0.01, 1.0, (0, 2), "replicates"), (1.0, 0.01, (85, 100), "directions")],
)
def test_the_spread_is_split_into_replicates_and_probes(noise, spread, share, better):
    metrics = probed(noise, spread)
    logs = np.log(metrics["value"]).groupby([metrics["model"], metrics["seed"]]).mean()
    given = {"C3": logs["Normed"] - logs["Plain"]}
    settings = {"smoothness": {**SETTINGS["smoothness"], "directions": 4}}
    found = told([row("C3")], given, metrics=metrics, seeds=range(60), **settings)
    (split,) = found.probes
    assert share[0] <= int(split.share.removesuffix(" %")) <= share[1] and split.better == better
    whole = sentences.text(advice=found)
    assert (
        "## Replicates or probes?\n\n" in whole and f"A minute is better spent on more {better} than on more" in whole
    )
    assert told([row("C3")], given, metrics=metrics) is None  # of one direction nothing is known
    own = {"C3": {"metric": "gradient_norm", "claimed": "below", "primary": True}}  # so C3 is of something else
    assert told([row("C3")], given, metrics=metrics, seeds=range(60), own=own, **settings) is None
