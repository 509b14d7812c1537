"""Two experiments held against each other, in Markdown: what moved, and what can't be said of it."""

import math

import pandas
from normscape.analysis import claims
from normscape.analysis.claims import CLAIMS
from normscape.report.experiments import render
from small_experiments import experiment


def row(text, start):
    (line,) = (line for line in text.splitlines() if line.startswith(start))
    return [cell.strip() for cell in line.strip("|").split("|")]


def claim(text, id):
    return row(text, f"| {id} ")


SIDES = (("left", (0.5, 0.6, 0.5)), ("right", (1.0, 1.2, 1.1)))


def test_a_ratio_moves_by_a_ratio_of_ratios_and_its_verdict_is_followed():
    six = {"seeds": list(range(6)), "plain": (1.0, 1.1, 1.2) * 2, "accuracy": (0.8,) * 6}
    left, right = (experiment(name, normed=normed * 2, **six) for name, normed in SIDES)
    text = render(left, right)
    _, words, old, new, change, verdict = claim(text, "C1")
    assert words == "train loss, mean over passes"
    assert old.startswith("× 0.48 (") and old.endswith("; n = 6)")
    assert new.startswith("× 1.00 (")
    assert change.startswith("× 2.06 (")
    assert verdict == "**supported → inconclusive**"
    assert "1 of 15 verdicts changed: C1." in text
    assert claim(text, "C3")[2:] == ["–", "–", "–", "not measured"]


def with_ends(low, high):
    told = experiment("right")
    rows = [{**row, "low": low, "high": high} if row["claim"] == "C1" else row for row in told.claims]
    return told._replace(claims=rows)


def test_nobody_knows_how_far_a_bound_moved(monkeypatch):
    cut_off = (claim._replace(bounded=lambda paired, *_: paired) if claim.id == "C1" else claim for claim in CLAIMS)
    monkeypatch.setattr(claims, "CLAIMS", tuple(cut_off))
    assert claim(render(experiment(), with_ends(-1.5, 0.1)), "C1")[4] == "× 1.00"
    text = render(experiment(), with_ends(-math.inf, 0.1))
    assert claim(text, "C1")[3].startswith("at most × 0.")
    assert claim(text, "C1")[4] == "–"


def test_an_estimate_without_an_interval_yet_moves():
    text = render(experiment(), with_ends(-math.inf, math.inf))
    assert claim(text, "C1")[3] == "× 0.48 (not yet; n = 3)"
    assert claim(text, "C1")[4] == "× 1.00"


def test_what_stands_beside_a_claim_moves_but_has_no_verdict():
    beside = {"family": "beside", "verdict": "beside"}
    left, right = (
        told._replace(claims=[{**row, **(beside if row["claim"] == "C1" else {})} for row in told.claims])
        for told in (experiment(), experiment("right", plain=(2.0, 2.2, 2.4)))
    )
    text = render(left, right)
    assert claim(text, "C1")[4].startswith("× 0.50") and claim(text, "C1")[5] == "–"
    assert "0 of 14 verdicts changed." in text


def test_accuracies_move_by_percentage_points():
    text = render(experiment(), experiment("right", accuracy=(0.81, 0.83, 0.82)))
    cells = row(text, "| Normed | test accuracy ")
    assert cells[2:4] == ["80.00 % (n = 3)", "82.00 % (n = 3)"]
    assert cells[4].startswith("+2.0 points (−0.5 to +4.5)")
    assert claim(text, "C2a")[4].startswith("+0.0")


def test_final_metrics_on_a_log_scale_are_geometric_and_move_by_a_factor():
    text = render(experiment(), experiment("right", plain=(2.0, 2.2, 2.6)))
    cells = row(text, "| Plain  | train loss ")
    assert cells[2] == f"{(1.0 * 1.1 * 1.2) ** (1 / 3):.2f} (n = 3)"
    assert cells[4].startswith("× 2.05 (")


def test_unlike_seeds_leave_every_move_without_an_interval():
    text = render(experiment(), experiment("right", seeds=[0, 1, 3]))
    assert claim(text, "C1")[4] == "× 1.00"
    assert row(text, "| Normed | train loss ")[4] == "× 1.00"


def test_another_baseline_is_another_claim():
    turned = experiment("right", comparison={"baseline": "Normed", "treatments": ["Plain"], "confidence": 0.95})
    text = render(experiment(), turned)
    assert "0 of 0 verdicts changed." in text
    assert "### Normed against Plain" in text and "### Plain against Normed" in text


def test_a_replicate_that_dropped_out_is_named_before_any_number_and_pairs_nothing():
    right = experiment("right")
    right = right._replace(metrics=right.metrics[~((right.metrics["model"] == "Plain") & (right.metrics["seed"] == 1))])
    text = render(experiment(), right)
    assert "**Left out of the claims of right:** seed 1 (Plain: missing)." in text.partition("## Settings")[0]
    assert "(" not in claim(text, "C1")[4]
    assert "(" not in row(text, "| Plain  | train loss ")[4]


def test_the_same_twice_moved_nothing():
    text = render(experiment(), experiment("right"))
    assert "0 settings differ; 0 of 15 verdicts changed." in text
    assert "## Settings that differ\n\nNone." in text
    assert claim(text, "C1")[4].startswith("× 1.00")


def test_a_claim_of_another_version_is_told_as_its_table_has_it():
    right = experiment("right")
    rows = [{**row, "claim": "C99"} if row["claim"] == "C1" else row for row in right.claims]
    cells = claim(render(experiment(), right._replace(claims=rows)), "C99")
    assert cells[2] == "–" and cells[3].startswith("× 0.48 (")


def test_a_claim_that_is_not_decidable_has_its_sides_and_no_move():
    text = render(experiment(), experiment("right", normed=(0.0, 0.6, 0.5)))
    _, _, _, right, change, verdict = claim(text, "C1")
    assert right == "lower in 3 of 3 (n = 3)"
    assert (change, verdict) == ("–", "**inconclusive → not decidable**")
    assert row(text, "| Normed | train loss ")[3:] == ["–", "–"]


def test_what_lacks_smoothness_alone_is_left_out_of_the_claims_on_it_alone():
    def probed(**changes):
        whole = experiment("right", **changes)
        rows = whole.metrics[whole.metrics["metric"] == "train_loss"]
        probes = rows.assign(metric="smoothness", mode="full_batch", step_multiple=1.0, direction=0)
        kept = probes[~((probes["model"] == "Plain") & (probes["seed"] == 1))]
        return whole._replace(metrics=pandas.concat([whole.metrics, kept], ignore_index=True))

    text = render(experiment(), probed())
    assert "**Left out of the claims of right that rest on probes:** seed 1 (Plain: smoothness missing)." in text
    assert "**Left out of the claims of right:**" not in text
