"""Claims in the config: what goes together, and the line that anything else gets."""

import copy

import pytest
import yaml
from normscape.analysis import claim_parts, claims
from normscape.analysis.design import Design
from normscape.config.check import check_config
from normscape.config.settings import settings
from normscape.errors import InputError
from normscape.recipes import recipe

EIGHT_LINES = """\
claims:
  L1:
    metric: gradient_norm
    comparison: equal_loss
    states: trained
    claimed: below
    margin: 1.1
    primary: true
"""


@pytest.fixture
def with_claims(config, schema):
    """Check the config with a section `claims`, and return it."""

    def check(section, **smoothness):
        changed = copy.deepcopy(config)
        changed["claims"] = section
        changed["smoothness"] |= smoothness
        check_config(changed, schema)
        return changed

    return check


def test_eight_lines_put_a_primary_claim_together(with_claims):
    assert EIGHT_LINES.count("\n") == 8
    checked = with_claims(yaml.safe_load(EIGHT_LINES)["claims"])
    found = {claim.id: claim for claim in claims.chosen(Design.of(settings(checked)))}
    assert [claim.id for claim in found.values() if claim.family == "primary"] == ["L1"]
    assert (found["L1"].estimand, found["L1"].own_margin) == ("gradient norm at equal train loss", 1.1)


def test_four_lines_put_one_together(with_claims):
    checked = with_claims({"L1": {"metric": "test_loss", "claimed": "above"}})
    assert [claim.id for claim in claims.chosen(Design.of(settings(checked)))][-1] == "L1"


def test_an_empty_section_changes_nothing(with_claims):
    assert claims.chosen(Design.of(settings(with_claims({})))) == claims.CLAIMS


L1 = {"metric": "smoothness", "claimed": "below"}
EQUAL, POOLED = {"comparison": "equal_loss"}, {"comparison": "pooled_ratio"}
BAD = {
    "an unknown metric": (
        {"metric": "foo"},
        "claims.L1.metric: 'foo' is none that a claim can be about; known are train_loss, train_accuracy, ",
    ),
    "a metric misspelt": (
        {"metric": "smoothnes"},
        "claims.L1.metric: 'smoothnes' is none that a claim can be about; did",
    ),
    "a number that may be below 0": (
        {"metric": "directional_curvature"},
        "claims.L1.metric: 'directional_curvature' is",
    ),
    "a range over one step": (
        {"metric": "loss_range"},
        "claims.L1.metric: loss_range takes more than one of smoothness.",
    ),
    "an unknown key": ({"metrik": 1}, "claims.L1: unknown key 'metrik'; did you mean 'metric'?"),
    "a claim without a side": ({"claimed": ...}, "claims.L1: the key 'claimed' is missing"),
    "a claim of nothing": ({"metric": ...}, "claims.L1: the key 'metric' is missing"),
    "a side that is none": ({"claimed": "left"}, "claims.L1.claimed: 'left' is not one of ['below', 'above']"),
    "an unknown summary": ({"summary": "median"}, "claims.L1.summary: 'median' is not one of ['mean', 'last', "),
    "unknown states": ({"states": "late"}, "claims.L1.states: 'late' is not one of ['passes', 'start', "),
    "an unknown comparison": ({"comparison": "minus"}, "claims.L1.comparison: 'minus' is not one of ['ratio', "),
    "training in full-batch mode": (
        {"metric": "test_loss", "mode": "full_batch"},
        "claims.L1.mode: test_loss is measured in eval mode; leave it out",
    ),
    "layers in eval mode": (
        {"metric": "activation_sd", "mode": "eval"},
        "claims.L1.mode: activation_sd is measured in full_batch mode; leave it out",
    ),
    "the mean of layers": (
        {"metric": "activation_sd", "summary": "mean"},
        "claims.L1.summary: layer_spread is for, and",
    ),
    "the layers of a whole": (
        {"summary": "layer_spread"},
        "claims.L1.summary: layer_spread is for, and all there is for,",
    ),
    "a difference of what is no accuracy": (
        {"comparison": "difference"},
        "claims.L1.comparison: difference is of an accuracy's mean or last; take ratio",
    ),
    "a difference of volatilities": (
        {"metric": "test_accuracy", "summary": "volatility", "comparison": "difference"},
        "claims.L1.comparison: difference is of an accuracy's mean or last; take ratio",
    ),
    "a summary at equal loss": (
        {**EQUAL, "summary": "mean"},
        "claims.L1.summary: goes with no equal_loss, which compares the whole curves; leave it out",
    ),
    "the loss at equal loss": (
        {**EQUAL, "metric": "loss"},
        "claims.L1.comparison: equal_loss is of what is probed, as ",
    ),
    "an accuracy at equal loss": (
        {**EQUAL, "metric": "test_accuracy"},
        "claims.L1.comparison: equal_loss is of what is ",
    ),
    "layers at equal loss": ({**EQUAL, "metric": "activation_sd"}, "claims.L1.summary: layer_spread is for, and all "),
    "one point at equal loss": ({**EQUAL, "states": "start"}, "claims.L1.states: start is a single checkpoint, which "),
    "means pooled": (
        {**POOLED, "summary": "mean"},
        "claims.L1.comparison: pooled_ratio is of the log_volatility of what is probed; take ratio",
    ),
    "losses pooled": ({**POOLED, "metric": "test_loss"}, "claims.L1.comparison: pooled_ratio is of the log_volatility"),
    "the last of early updates": (
        {"summary": "last", "states": "early"},
        "claims.L1.states: a claim by last is of passes; leave it out",
    ),
    "eval mode at early updates": (
        {"mode": "eval", "states": "trained"},
        "claims.L1.states: smoothness in eval mode is measured after detailed_passes alone; leave it out",
    ),
    "losses at early updates": (
        {"metric": "train_loss", "states": "early"},
        "claims.L1.states: train_loss isn't evaluated at early updates; take passes or start",
    ),
    "a margin below 1": ({"margin": 0.9}, "claims.L1.margin: 0.9 is no ratio above 1, as a claim that compares ratios"),
    "no margin": ({"margin": 0}, "claims.L1.margin: 0 is less than or equal to the minimum of 0"),
    "a text for the truth": ({"primary": "yes"}, "claims.L1.primary: 'yes' is not of type 'boolean'"),
    "a heading of two lines": ({"heading": "a\nb"}, "claims.L1.heading: 'a\\nb' can't be a heading; "),
    "a heading of Markdown": ({"heading": "**a**"}, "claims.L1.heading: '**a**' can't be a heading; "),
}


def line(with_claims, section):
    with pytest.raises(InputError) as refused:
        with_claims(section)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 620
    return str(refused.value)


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_go_together_gets_one_line_that_names_the_key(with_claims, name):
    change, start = BAD[name]
    entry = {key: value for key, value in {**L1, **change}.items() if value is not ...}
    assert line(with_claims, {"L1": entry}).startswith(start)


@pytest.mark.parametrize("id", ["l1", "C4-start", "", "L 1", "L1\n", "ABCDEFGHI", "1"])
def test_an_id_is_short_and_stands_beside_nothing(with_claims, id):
    assert "can't be a claim's id; use a capital letter" in line(with_claims, {id: L1})


def test_there_is_one_primary_claim(with_claims):
    both = {"L1": {**L1, "primary": True}, "L2": {**L1, "primary": True}}
    assert line(with_claims, both) == "claims.L2.primary: there is one primary claim, and L1 is it, too"
    assert line(with_claims, {"C3": L1}).startswith("claims.C3: replaces the primary claim and leaves none; set ")
    with_claims({"C3": {**L1, "primary": True}})
    with_claims({"C3": L1, "L1": {**L1, "primary": True}})


def test_a_range_may_be_claimed_of_several_steps(with_claims):
    with_claims({"L1": {**L1, "metric": "loss_range"}}, step_multiples=[1, 2])


def test_points_may_be_below_1(with_claims):
    with_claims({"L1": {"metric": "test_accuracy", "claimed": "above", "margin": 0.5}})


def test_the_schema_knows_the_parts_that_there_are(schema):
    entry = schema["properties"]["claims"]["additionalProperties"]["properties"]
    assert entry["summary"]["enum"] == list(claim_parts.SUMMARIES)
    assert entry["comparison"]["enum"] == list(claim_parts.COMPARISONS)
    assert entry["states"]["enum"] == list(claim_parts.STATES)


def test_every_combination_of_parts_is_refused_or_makes_a_claim(with_claims):
    made = 0
    for metric in claim_parts.METRICS:
        for summary in (None, *claim_parts.SUMMARIES):
            for comparison in (None, *claim_parts.COMPARISONS):
                for states in claim_parts.STATES:
                    for mode in "full_batch", "eval":
                        entry = {**L1, "metric": metric, "states": states, "mode": mode}
                        entry |= {"summary": summary} if summary else {}
                        entry |= {"comparison": comparison} if comparison else {}
                        if not [*claim_parts.faults(entry)]:
                            design = Design("plain", ["batch"], 0.95, 0.1, [0], claims={"L1": entry})
                            assert claims.chosen(design)[-1].estimand
                            made += 1
    assert made > 100


def test_a_section_of_claims_is_behind_what_compares_and_nothing_else(with_claims):
    codes = dict.fromkeys(("prepare", "train", "probe", "samples", "aggregate", "compare", "figures", "register"), "x")
    run = {"model": "ConvNet", "learning_rate": "0.04", "seed": "1"}
    bare, own = (settings(with_claims(section)) for section in ({}, {"L1": L1}))
    del bare["claims"]
    for rule in "prepare", "train", "probe", "aggregate":
        assert recipe(rule, bare, codes, run) == recipe(rule, own, codes, run)
    for rule in "compare", "figures", "commentary":
        assert "claims" not in recipe(rule, bare, codes)["settings"]
        assert recipe(rule, own, codes)["settings"]["claims"] == {"L1": L1}
