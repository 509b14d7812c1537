"""Whatever comes out of an experiment is drawn and told, and nothing told that the numbers contradict.

Outcomes of every kind are made up, and the real programs run on them from `aggregate` to `commentary`. What these write
is held against the made-up runs, by formulas of this file's own and scipy's t-distribution.
"""

import dataclasses
import html.parser
import math
import re
import subprocess
import warnings
import xml.etree.ElementTree
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pandas
import pytest
import yaml
from hypothesis import HealthCheck, Phase, example, given, settings
from matplotlib import pyplot
from matplotlib.image import imread
from normscape import atomic, tables
from normscape.analysis import curves as mean_curves
from normscape.analysis import metrics, verdicts
from normscape.analysis.claims.claim import LOG_RATIO
from normscape.recipes import learning_rates
from normscape.report.figures import style
from outcomes import Event, Numbers, Outcome, outcomes, report, runs, write
from scipy import stats

WHY = r"\b(diverged|measured|missing|nothing|no|infinite|below|above)\b"  # what a panel may say instead of showing
LEADS = {
    "supported": "Supported:",
    "contradicted": "Contradicted:",
    "no relevant difference": "No relevant difference:",
    "inconclusive": "Inconclusive:",
    "not decidable": "Not decidable for these replicates:",
    "not measured": "Not measured",
}
HEADLINES = {
    "supported": r"had the lower local smoothness|was smoother than|, is supported:",
    "contradicted": r"had the higher local smoothness|, is contradicted:",
    "no relevant difference": r"did not differ from that of|, showed no relevant difference:",
    "inconclusive": r"is inconclusive:|no answer from",
    "not decidable": r"is not decidable for these replicates",
    "not measured": r"no answer, for ",
}
PLACES = {"C10": "before training", "C4": "at equal train loss"}
SAID = {  # of one of them
    "supported": r"it was lower(, too)?: (.*)",
    "contradicted": r"it was higher(, too)?: (.*)",
    "no relevant difference": r"the two did not differ by as much as matters: (.*)",
    "inconclusive": r"(no difference was shown(?: yet| after Holm's correction)?:|it was) (.*?)"
    r"(?: in the one pair there is| in each of the \d+ pairs there are|, and so few replicates give no verdict)?",
    "not decidable": r"that is not decidable for these replicates()()",
    "not measured": r"it was not measured()()",
}
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
ROUNDING = 1e-12


@dataclass
class Report:
    """What came of an Outcome: the made-up runs, and what the programs wrote of them.

    made: of `outcomes.runs`. metrics, curves: as tables.read gives them. claims: rows, dicts. panels: those without
    anything in them. markdown: with nothing escaped. svgs: {name: text}.
    """

    outcome: Outcome
    made: dict
    metrics: pandas.DataFrame
    curves: pandas.DataFrame
    claims: list
    markdown: str
    html: str
    panels: list
    svgs: dict

    @property
    def base(self):
        """The base rate as it stands in paths."""
        return learning_rates(self.outcome.settings)[0]

    def run(self, model, seed):
        """The run at the base rate."""
        return self.made[model, self.base, seed]

    @property
    def told_claims(self):
        """The rows of claims that have a verdict."""
        return [row for row in self.claims if row["family"] != "beside"]

    @property
    def changed(self):
        """The ids of claims that the config defines."""
        return set(dict(self.outcome.claims))

    def row(self, claim, treatment):
        return next(row for row in self.claims if (row["claim"], row["treatment"]) == (claim, treatment))

    @property
    def told(self):
        """The text up to what the jobs cost and ran with."""
        return self.markdown.partition("## What it cost")[0]


def reported(outcome, folder):
    """Return the Report of an Outcome, made in an empty folder."""
    made, results = runs(outcome), Path(folder) / "results" / "made-up"
    with watched(outcome.drawn) as panels, warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # numpy's: a number that isn't one is to be expected everywhere
        out = report(outcome, results, write(outcome, made, results))
    for name in ("commentary.html", "config.json"):
        assert (out / name).stat().st_size
    return Report(
        outcome,
        made,
        tables.read(out / "metrics.csv", metrics.COLUMNS, "aggregate"),
        tables.read(out / "curves.csv", mean_curves.COLUMNS, "compare"),
        tables.records(tables.read(out / "claims.csv", verdicts.COLUMNS, "compare")),
        (out / "commentary.md").read_text(encoding="utf-8").replace(r"\_", "_"),
        (out / "commentary.html").read_text(encoding="utf-8"),
        panels,
        {name: (out / f"{name}.svg").read_text(encoding="utf-8") for name in outcome.drawn},
    )


# ------------------------------------------------------------------------------------------------------- the pictures


class watched:
    """Look at each figure once it is saved, and keep the names of the panels that have nothing in them.

    drawn: names of figures; any other is made, but not drawn, which takes most of the time.
    """

    def __init__(self, drawn):
        self.drawn, self.save, self.empty = drawn, style.save, []

    def __enter__(self):
        style.save = self.look
        return self.empty

    def __exit__(self, *error):
        style.save = self.save
        pyplot.close("all")

    def look(self, figure, *paths, dpi=None):
        if paths[0].stem in self.drawn:
            self.save(figure, *paths, dpi=dpi)
            self.empty += [f"{paths[0].name}: {panel}" for panel in empty_panels(figure, imread(paths[0]))]
        else:
            for path in paths:
                atomic.write_text(path, "not drawn")


def empty_panels(figure, pixels):
    """Yield the title of each panel in which there is neither a mark of a model's colour nor a word on why not.

    Axes, grid and lines of reference are black or grey; only the notebook's numbers are, too.
    """
    for axis in figure.axes:
        (left, bottom), (right, top) = axis.get_window_extent().get_points().round().astype(int)
        inside = pixels[len(pixels) - top + 2 : len(pixels) - bottom - 2, left + 2 : right - 2, :3]
        words = [text.get_text() for text in axis.texts if re.search(WHY, text.get_text())]
        notebook = any(line.get_label() == "notebook" for line in axis.lines)
        coloured = inside.size and np.ptp(inside, axis=2).max() > 0.2
        if not (coloured or words or notebook):
            yield f"{axis.get_title()} {axis.get_xlabel()} {axis.get_ylabel()} {inside.shape}"


def check_pictures(report):
    assert not report.panels, f"empty panels: {report.panels}"
    for name, text in report.svgs.items():
        words = [element.text for element in xml.etree.ElementTree.fromstring(text).iter() if element.text]
        for word in words:
            assert not re.search(r"\b(nan|inf|None)\b", word), f"{name}.svg says {word!r}"


# --------------------------------------------------------------------------------------------------------- the tables


def check_metrics(report):
    """Every number of the runs, and every one that is missing with its reason, stands in metrics.csv; nothing else."""
    found = {}
    for row in tables.records(report.metrics):
        names = (
            "model",
            "learning_rate",
            "seed",
            "pass",
            "update",
            "mode",
            "direction",
            "step_multiple",
            "layer",
            "filter",
        )
        key = (*(row[name] for name in names), row["metric"])
        assert key not in found, f"{key} twice"
        found[key] = (row["value"], row["missing"])
    wanted = wanted_metrics(report.made)
    assert found.keys() == wanted.keys(), f"differ by {list(found.keys() ^ wanted.keys())[:5]}"
    for key, (value, reason) in wanted.items():
        number, missing = found[key]
        if value is None or math.isnan(value):
            assert number is None and missing, f"{key}: {found[key]} where nothing is known"
            assert reason in (None, missing), f"{key}: {missing}, not {reason}"
        else:
            assert (number, missing) == (value, ""), f"{key}: {found[key]}, not {value}"


def wanted_metrics(made):
    """Return {key: (value, why it is empty, None for any reason)} of the rows that metrics.csv should have."""
    wanted = {}
    for (model, rate, seed), run in made.items():
        run_key = (model, float(rate), seed)
        for row in run.history or []:
            for name in ("diverged", "train_loss", "train_accuracy", "test_loss", "test_accuracy"):
                if name == "diverged" or row["missing"] is None:
                    key = (*run_key, row["pass"], row["update"], "eval", None, None, "", None, name)
                    wanted[key] = (row[name], "diverged")
        for row in run.probes or []:
            place = [row[name] for name in ("pass", "update", "mode", "direction", "step_multiple")]
            reasons = {}
            for part in (row["missing"] or "").split("; "):
                names, _, reason = part.partition(": ")
                reasons |= dict.fromkeys(names.split(), reason)
            for name, value in row.items():
                numeric = name not in ("pass", "update", "mode", "direction", "step_multiple", "precision", "missing")
                if numeric and (value is not None or name in reasons):
                    wanted[*run_key, *place, "", None, name] = (value, reasons.get(name))
        for row in run.layers or []:
            place = (row["pass"], row["update"], row["mode"], None, None, row["layer"], row["filter"])
            wanted[*run_key, *place, row["metric"]] = (row["value"], None)
    return wanted


def log(value):
    """The natural logarithm; −inf of 0, NaN of what isn't there."""
    if value is None or math.isnan(value):
        return math.nan
    return math.log(value) if value > 0 else -math.inf


def mean(values):
    return sum(values) / len(values)


def probed(run, update, name="smoothness", mode="full_batch"):
    """Return the logarithms of what was probed at an update on training's step, one a direction; [] where nothing was.

    The scale-normalised smoothness has a step of its own, and is there at the detailed passes alone.
    """
    return [
        log(row[name])
        for row in run.probes
        if (row["update"], row["mode"], row["step_multiple"]) == (update, mode, 1)
        and (row[name] is not None or name in (row["missing"] or ""))
    ]


def over(chosen, *arguments):
    """Return a function that gives the mean over some of a run's checkpoints of what `probed` gives; None for none.

    chosen: takes the number of the pass that ends at a checkpoint, None for none, and its update.
    """

    def value(run):
        updates = [row["update"] for row in run.history if chosen(row["pass"], row["update"])]
        found = [probed(run, update, *arguments) for update in updates]
        return mean([mean(logs) for logs in found if logs]) if any(found) else None

    return value


def passes(number, update):
    return number is not None and number > 0


def spread(metric):
    """Return a function that gives the mean over a run's passes of log (largest / smallest layer); None for none."""

    def value(run):
        passes = {}
        for row in run.layers:
            if row["metric"] == metric:
                passes.setdefault(row["pass"], []).append(log(row["value"]))
        spreads = [float(np.max(logs)) - float(np.min(logs)) for logs in passes.values()]
        return mean(spreads) if spreads else None

    return value


def evaluated(run):
    """Return the rows of a run's history after passes that were evaluated."""
    return [row for row in run.history if row["pass"] and row["missing"] is None]


VALUES = {  # what a claim takes of a run that didn't diverge; None where it wasn't asked for
    "C1": lambda run: mean([log(row["train_loss"]) for row in evaluated(run)]),
    "C2a": lambda run: run.history[-1]["test_accuracy"],
    "C2b": lambda run: log(run.history[-1]["test_loss"]),
    "C3": over(passes),
    "C5": over(passes, "scale_normalised_smoothness"),
    "C8": over(passes, "smoothness", "eval"),
    "C9a": spread("layer_gradient_norm"),
    "C9b": spread("activation_sd"),
    "C10": over(lambda number, update: number == 0),
    "C11": over(lambda number, update: number is None and update <= 8),
}
TRAINED = ("C1", "C2a", "C2b", "C7")  # claims that rest on no probe


def state(run):
    """Return why a network is left out: "missing", "diverged in pass 3", "smoothness missing" of what takes probes."""
    if run.history is None:
        return "missing"
    diverged = [row for row in run.history if row["diverged"]]
    if diverged:
        number, update = diverged[0]["pass"], diverged[0]["update"]
        return f"diverged by update {update}" if number is None else f"diverged in pass {number}"
    return "smoothness missing" if run.probes is None else ""


def differences(report, claim, treatment):
    """Return {seed: difference} of the pairs that a claim should rest on, NaN and ±inf among them."""
    pairs = {}
    for seed in report.outcome.seeds:
        models = (treatment, report.outcome.compared[0])
        states = {state(report.run(model, seed)) for model in models}
        if states <= ({"", "smoothness missing"} if claim in TRAINED else {""}):
            a, b = (
                largest_rate(report, model, seed) if claim == "C7" else VALUES[claim](report.run(model, seed))
                for model in models
            )
            if a is not None and b is not None:
                same = math.isfinite(a - b) and abs(a - b) <= ROUNDING * max(1, abs(a), abs(b))
                pairs[seed] = 0.0 if same else a - b
    return pairs


def largest_rate(report, model, seed):
    """Return the log of the largest rate at which a network ends with no higher a train loss than at the base rate.

    None where a rate's run isn't there, of those rates that any run has been trained at, or where that is but one.
    """
    rates = trained_rates(report)
    own = {rate: report.made[model, rate, seed] for rate in rates}
    if len(rates) < 2 or any(run.history is None for run in own.values()):
        return None
    ends = {float(rate): run.history[-1]["train_loss"] for rate, run in own.items()}
    return math.log(max(rate for rate, end in ends.items() if end is not None and end <= ends[float(report.base)]))


def trained_rates(report):
    """Return the rates, as they stand in paths, at which there is any run of the models compared."""
    return {
        rate
        for (model, rate, _), run in report.made.items()
        if run.history is not None and model in report.outcome.compared
    }


def fewest(confidence):
    """The least n with 2/2ⁿ ≤ 1 − confidence."""
    return next(n for n in range(1, 100) if Fraction(2, 2**n) <= 1 - Fraction(str(confidence)))


def interval(values, confidence, looks):
    """Return (low, high) of the interval: None where there is none, and infinite where it has no ends yet.

    For one look that is the t-interval. For any number of them it is where the mixture of likelihood ratios of t, over
    standardised effects that are normal with SD 1.25, is below 1/α.
    """
    n, value = len(values), values[0]
    same = max(values) - min(values) <= ROUNDING * max(1, *map(abs, values))
    if n == 1 or (same and looks == "once"):
        return (value, value) if n >= fewest(confidence) else (None, None)
    if looks == "once":
        far = stats.t.ppf((1 + confidence) / 2, n - 1)
    else:
        r = 1 / (1 + n * 1.25**2)
        k = ((1 - confidence) ** 2 * r) ** (-1 / n)
        far = math.sqrt((n - 1) * (k - 1) / (1 - k * r)) if k * r < 1 else math.inf
    if far == math.inf:
        return -math.inf, math.inf
    reach = 0 if same else far * np.std(values, ddof=1) / math.sqrt(n)
    middle = value if same else np.mean(values)
    return middle - reach, middle + reach


def close(found, wanted):
    if found is None or wanted is None:
        return found is wanted
    return found == wanted or abs(found - wanted) <= 1e-9 * max(1, abs(wanted))


def check_claims(report):
    for claim, treatment in product({*VALUES, "C7"} - report.changed, report.outcome.compared[1:]):
        check_claim(report, claim, treatment)
    for row in report.claims:
        check_row(row, report.outcome.confidence)
    primary = [row["claim"] for row in report.claims if row["family"] == "primary"]
    assert len(primary) == report.outcome.treatments and len(set(primary)) == 1, primary
    for family in ("primary", "secondary", "early"):
        check_holm([row for row in report.claims if row["family"] == family and row["n"] > 1])


def check_claim(report, claim, treatment):
    """Hold a claim's row against its differences."""
    row, values = report.row(claim, treatment), list(differences(report, claim, treatment).values())
    counts = {
        "n": len(values),
        "lower": sum(value < 0 for value in values),
        "equal": sum(value == 0 for value in values),
        "higher": sum(value > 0 for value in values),
        "undecided": sum(map(math.isnan, values)),
    }
    assert {name: row[name] for name in counts} == counts, f"{claim} {treatment}: {row} of {values}"
    wanted, inner = [None] * 3, (None, None)
    if values and all(map(math.isfinite, values)):
        confidence, looks = report.outcome.confidence, report.outcome.looks
        wanted = [float(np.mean(values)), *interval(values, confidence, looks)]
        if len(values) > 1 and confidence > 0.5:
            inner = interval(values, 2 * confidence - 1, looks)
            inner = (-math.inf, math.inf) if wanted[1] == -math.inf else inner
        if claim == "C7":
            wanted = cut_off(report, treatment, *wanted)
    found = [row[name] for name in ("estimate", "low", "high")]
    assert all(map(close, found, wanted)), f"{claim} {treatment}: {found}, not {wanted} of {values}"
    set_margins = {"log ratio": "ratio", "accuracy difference": "points"}
    margin = dict(report.outcome.negligible).get(set_margins[row["unit"]])
    margin = margin and (math.log(margin) if row["unit"] == LOG_RATIO else margin / 100)
    assert close(row["margin"], margin), f"{row['margin']}, not {margin}"
    if margin and claim != "C7":
        assert close(row["inner_low"], inner[0]) and close(row["inner_high"], inner[1]), f"{row}, not {inner}"


def cut_off(report, treatment, estimate, low, high):
    """Return an estimate of C7 with its interval: an end is open where the grid's largest rate worked."""
    grid = math.log(max(map(float, trained_rates(report))))
    seeds = differences(report, "C7", treatment)
    reached = {
        model: any(largest_rate(report, model, seed) == grid for seed in seeds)
        for model in (treatment, report.outcome.compared[0])
    }
    return [
        estimate,
        -math.inf if reached[report.outcome.compared[0]] else low,
        math.inf if reached[treatment] else high,
    ]


def check_row(row, confidence):
    """Hold a row's verdict against its own numbers."""
    assert row["n"] == row["lower"] + row["equal"] + row["higher"] + row["undecided"], row
    if not row["n"]:
        assert row["verdict"] == "not measured", row
        return
    if row["undecided"] or row["estimate"] is None:
        empty = [row[name] for name in ("estimate", "low", "high", "p", "p_holm", "p_sign_flip")]
        assert empty == [None] * 6 and row["verdict"] == "not decidable", row
        return
    assert math.isfinite(row["estimate"]), row
    side = None
    if None not in (row["low"], row["high"]):
        assert row["low"] <= row["estimate"] <= row["high"], row
        side = "below 0" if row["high"] < 0 else "above 0" if row["low"] > 0 else None
    inner = row["inner_low"], row["inner_high"]
    negligible = (
        row["margin"] is not None and None not in inner and -row["margin"] < inner[0] <= inner[1] < row["margin"]
    )
    if row["family"] == "beside":
        assert (row["verdict"], row["p_holm"]) == ("beside", None), row
    elif row["n"] >= fewest(confidence) and negligible:
        assert row["verdict"] == "no relevant difference", row
    elif row["n"] < fewest(confidence) or side is None or row["p_holm"] > 1 - confidence:
        assert row["verdict"] == "inconclusive", row
    else:
        assert row["verdict"] == ("supported" if side == row["claimed"] else "contradicted"), row


def check_holm(family):
    ranked = sorted(family, key=lambda row: 1.0 if row["p"] is None else row["p"])
    least = 0.0
    for rank, row in enumerate(ranked):
        if row["p"] is not None:
            least = max(least, min(1.0, (len(ranked) - rank) * row["p"]))
            assert close(row["p_holm"], least), f"{row}, not {least}"


def check_curves(report):
    """Hold the mean curves of loss, accuracy and smoothness against the runs, at every rate."""
    found = {
        tuple(row[name] for name in ("metric", "model", "learning_rate", "pass", "update")): row
        for row in tables.records(report.curves)
    }
    groups = {}
    for (model, rate, _), run in report.made.items():
        if state(run) not in ("", "smoothness missing"):
            continue
        for row in run.history:
            place = (model, float(rate), row["pass"], row["update"])
            if row["missing"] is None:
                groups.setdefault(("train_loss", *place), []).append(log(row["train_loss"]))
                groups.setdefault(("test_accuracy", *place), []).append(row["test_accuracy"])
            if run.probes is not None and (numbers := probed(run, row["update"])):
                groups.setdefault(("smoothness", *place), []).append(mean(numbers))
    assert {key for key in found if key[0] in ("train_loss", "test_accuracy", "smoothness")} == groups.keys()
    for key, numbers in groups.items():
        row, there = found[key], sum(map(math.isfinite, numbers))
        assert (row["n"], row["missing"]) == (there, len(numbers) - there), f"{key}: {row} of {numbers}"
        if there < len(numbers):
            assert row["mean"] is row["low"] is row["high"] is None, f"{key}: {row} of {numbers}"
        else:
            scale = log if row["scale"] == "log" else float
            assert close(scale(row["mean"]), float(np.mean(numbers))), f"{key}: {row} of {numbers}"


# ----------------------------------------------------------------------------------------------------------- the text


def check_words(report):
    """No number that is none, none of too many digits, no ratio of 0."""
    assert not (wrong := re.search(r".*\b(nan|NaN|inf|None|NaT)\b.*", report.told)), wrong[0]
    assert not (wrong := re.search(r".*(?<!\d)0 of \d+ agree.*", report.told)), wrong[0]
    assert not (wrong := re.search(r".*(?<![\d.,])[0.]+ times.*", report.told)), wrong[0]
    for number in re.findall(r"\d[\d,]*\.?\d*", re.sub("`.*?`", "", report.told)):
        assert len(re.sub(r"\D", "", number).lstrip("0")) <= 13, f"{number} in the text"


def check_page(report):
    """The page says what the text says: no Markdown goes astray."""
    reader = Words()
    reader.feed(report.html)
    text = re.sub(r"!\[.*?\]\(.*?\)", "", report.markdown)
    for model in report.outcome.models:
        assert reader.text.count(model) == text.count(model), f"{model} is another name in the page"


class Words(html.parser.HTMLParser):
    """The words of a page."""

    def __init__(self):
        super().__init__()
        self.text = ""

    def handle_data(self, data):
        self.text += data


def check_headlines(report):
    """Hold the answer on each treatment against the verdicts on the primary claim, at the start and at equal loss."""
    for treatment, text in zip(report.outcome.compared[1:], report.markdown.split("\n\n")[1:], strict=False):
        (row,) = (row for row in report.claims if (row["family"], row["treatment"]) == ("primary", treatment))
        assert treatment in text
        answer, after = text.partition(".**")[::2]
        said = {
            verdict
            for verdict, words in HEADLINES.items()
            if re.search(words, answer.partition("; before training")[0])
        }
        assert said == {row["verdict"]}, f"{text!r} of {row}"
        if row["verdict"] == "not decidable":
            if row["claim"] in VALUES and row["claim"] not in report.changed:
                check_seeds(answer, differences(report, row["claim"], treatment))
            check_sides(after.partition("Before training")[0], row)
        else:
            check_sentence(answer.partition("; before training")[0], row)
        if row["claim"] != "C3" or "C3" in report.changed:
            assert "local smoothness" not in text and "L̂" not in text, text
        elif "was smoother" in answer:
            for id in {"C3", "C4", "C5", "C8", "C10", "C11"}:
                assert report.row(id, treatment)["verdict"] == "supported", f"{text} of {report.row(id, treatment)}"
        elif "no answer" not in answer:
            check_places(report, treatment, row, answer + after)


def check_places(report, treatment, primary, text):
    """Hold what the answer says of the start and of equal loss against their rows, and whether it is as at passes."""
    for id, where in PLACES.items():
        row = report.row(id, treatment)
        verdict = "not measured" if id in report.changed else row["verdict"]
        told = re.search(
            rf"\b{where} (.*?)(?=; (?:at equal train loss|scale-norm|in eval mode|in the first)|\.? ?The lower L|\.?$)",
            text,
            re.IGNORECASE,
        )
        said = told and re.fullmatch(SAID[verdict], told[1])
        assert said, f"{told and told[1]!r} of {row}, in {text!r}"
        same = verdict in ("supported", "contradicted") and verdict == primary["verdict"]
        assert (said[1] == ", too") == same, f"{told[0]!r} of {row} and {primary}"
        if said[2]:
            size, _, interval = said[2].removesuffix(")").partition(" (")
            check_number(size, row["estimate"], row)
            assert bool(interval) == (row["low"] is not None and row["low"] != -math.inf), f"{told[0]!r} of {row}"
            if interval:
                check_interval(interval, row)


def check_table(report):
    """Hold each treatment's table of claims against claims.csv."""
    treatment, found = None, {}
    for line in report.markdown.splitlines():
        if head := re.match(r"\| claim \| what is compared, (\S+) against", line):
            treatment = head[1]
        elif treatment and re.match(r"\| C\d+\w? \| ", line) and line.count("|") == 10:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found[cells[0], treatment] = cells
    assert found.keys() == {(row["claim"], row["treatment"]) for row in report.told_claims}
    for row in report.told_claims:
        _, _, _, n, size, interval, p, _, verdict = found[row["claim"], row["treatment"]]
        assert (int(n), verdict) == (row["n"], row["verdict"]), f"{n}, {verdict} of {row}"
        assert (p == "–") == (row["p"] is None), f"p {p} of {row}"
        if row["estimate"] is None:
            assert interval == "–"
            check_sides(size, row)
        else:
            check_number(size, row["estimate"], row)
            check_interval(interval, row)
            told_as_none = re.fullmatch(r"× 1(\.0*)?|[+−]0(\.0*)? points", size)
            assert not told_as_none or verdict not in ("supported", "contradicted"), f"{size}, {verdict} of {row}"


def check_paragraphs(report):
    """Hold what is said of each claim against claims.csv, and what is missing against the runs."""
    several = report.outcome.treatments > 1
    for row in report.told_claims:
        claim, treatment = row["claim"], row["treatment"]
        if several:
            section = report.markdown.partition(f"### {treatment} against ")[2].partition("\n### ")[0]
            words = rf"^- {claim} is not decidable for these replicates: (.*)$"
            text = re.search(words, section, re.MULTILINE)
            assert bool(text) == (row["verdict"] == "not decidable"), f"{text} of {row}"
            text = text[1] if text else ""
        else:
            (text,) = re.findall(rf"^\*\*{claim} · .*?\.\*\* (.*)$", report.markdown, re.MULTILINE)
            assert text.startswith(f"**{LEADS[row['verdict']]}"), f"{text!r} of {row}"
        check_sentence(text, row)
        if row["verdict"] == "not decidable" and claim in VALUES and claim not in report.changed:
            check_seeds(text.partition(". ")[0], differences(report, claim, treatment))


def check_sentence(text, row):
    """Hold the numbers of a sentence on one claim against its row."""
    if found := re.search(r"\bn = (\d+)", text):
        assert int(found[1]) == row["n"], f"{text!r} of {row}"
    if found := re.search(r"(\d+) of (\d+) agree", text):
        agreeing = row["lower"] if row["estimate"] < 0 else row["higher"]
        assert (int(found[1]), int(found[2])) == (agreeing, row["n"]) and agreeing, f"{text!r} of {row}"
    if found := re.search(r"identical(?: on the grid)? in all (\d+)", text):
        assert int(found[1]) == row["equal"] == row["n"], f"{text!r} of {row}"
    if found := re.search(
        r"'s was ([^(]*?) (times|percentage points from)|was ([^(]*?) (times|percentage points)", text
    ):
        check_number(found[1] or found[3], row["estimate"], row)
    if found := re.search(r"interval ([^;]*);", text):
        check_interval(found[1], row)
    check_sides(text, row)


def check_sides(text, row):
    """Hold “lower in 4 of 6, higher in 1, unknown in 1” against a row."""
    for side, count in re.findall(r"\b(lower|equal|higher|unknown) in (\d+)", text):
        assert int(count) == row[side.replace("unknown", "undecided")] > 0, f"{text!r} of {row}"


def check_seeds(text, values):
    """Hold the seeds that a text names, or counts, against the differences of which they should have none."""
    missing = {seed for seed, value in values.items() if not math.isfinite(value)}
    named, more = set(), sum(map(int, re.findall(r"; and (\d+) more", text)))
    for seeds, rest in re.findall(r"\bseeds? ([\d, ]*\d)(?: and (\d+) more)?", text):
        named |= set(map(int, seeds.split(", ")))
        more += int(rest or 0)
    assert named <= missing and len(named) + more >= len(missing), f"{text!r} of {values}"


def check_number(text, number, row):
    """Hold a multiple or a number of points, as told, against what it tells of; a bound where it is one."""
    told = text.replace("× ", "").removesuffix(" points")
    told = re.sub("^(at least|at most) ", "", told)
    ratio = row["unit"] == LOG_RATIO
    if found := re.match("(more|less) than (.*)", told):
        limit = math.log(10_000)
        assert ratio and (number >= limit - 1e-6 if found[1] == "more" else number <= 1e-6 - limit), f"{text!r}: {row}"
        assert found[2] == {"more": "10,000", "less": "0.0001"}[found[1]]
        return
    digits, _, power = told.replace("−", "-").replace(",", "").partition(" · 10")
    value, half = float(digits), 0.5001 * 10.0 ** -len(digits.partition(".")[2])
    if not ratio:
        assert abs(value - min(max(100 * number, -100), 100)) <= half, f"{text!r} of {row}"
        return
    assert value > 0, f"{text!r} of {row}"
    near = abs(math.log(value) + int(power.translate(SUPERSCRIPTS) or 0) * math.log(10) - number) < 0.06
    assert near or (not power and abs(value - math.exp(min(number, 700))) <= half), f"{text!r} of {row}"


def check_interval(text, row):
    """Hold an interval, as told, against a row."""
    low, high = row["low"], row["high"]
    if text == "–":
        assert low is None or (row["claim"] == "C7" and math.inf in (-low, high)), f"{text!r} of {row}"
    elif text in ("unbounded", "not yet"):
        assert (low, high) == (-math.inf, math.inf), f"{text!r} of {row}"
        assert (text == "unbounded") == (row["claim"] == "C7"), f"{text!r} of {row}"
    elif found := re.fullmatch("wholly (above|below) (.*)", text):
        assert {"above": ("more", low), "below": ("less", high)}[found[1]]
        check_number(
            f"{'more' if found[1] == 'above' else 'less'} than {found[2]}", (low, high)[found[1] == "below"], row
        )
    elif found := re.fullmatch("(.*) or (more|less)", text):
        assert (high == math.inf, low == -math.inf) == (found[2] == "more", found[2] == "less"), f"{text!r} of {row}"
        check_number(found[1], low if found[2] == "more" else high, row)
    else:
        ends = text.split(" to ")
        assert len(ends) == 2, f"{text!r} of {row}"
        for end, number in zip(ends, (low, high), strict=True):
            check_number(end, number, row)


def check_left_out(report):
    """Each network that is left out is named, with its reason; and no other is."""
    wanted = {
        (seed, model, state(report.run(model, seed)))
        for seed in report.outcome.seeds
        for model in report.outcome.compared
        if state(report.run(model, seed))
    }
    if not any(report.run(*key).probes for key in product(report.outcome.compared, report.outcome.seeds)):
        wanted = {each for each in wanted if each[2] != "smoothness missing"}
    lines = re.findall(r"^\*\*Left out.*$", report.markdown, re.MULTILINE)
    named = re.findall(r"seed (\d+) \(([^:()]+): ([^()]*)\)", " ".join(lines))
    assert {(int(seed), model, reason) for seed, model, reason in named} == wanted, lines


def check_sweep(report):
    """The table of the learning rates counts the runs as they were."""
    rates = {rate for (_, rate, _), run in report.made.items() if run.history is not None}
    for model, rate in product(report.outcome.models, rates if len(rates) > 1 else ()):
        own = [state(report.made[model, rate, seed]) for seed in report.outcome.seeds]
        trained, diverged = len(own) - own.count("missing"), sum("diverged" in each for each in own)
        row = rf"^\| {re.escape(model)} \| {float(rate):g}(?: \(base\))? \| {trained} \| {diverged} \| "
        assert re.search(row, report.markdown, re.MULTILINE), f"no row {row!r}"


def check_float32(report):
    """What is told of float32 is the largest difference there is, and whose it is."""
    errors = {
        (model, rate, seed): row["float32_error"]
        for (model, rate, seed), run in report.made.items()
        for row in run.probes or []
        if row["float32_error"] is not None
    }
    told = re.search(r"taken in float32 and in float64\. (.*)$", report.markdown, re.MULTILINE)
    assert bool(told) == bool(errors), f"{told} of {errors}"
    if not errors:
        return
    worst = max(errors.values())
    model, rate, seed = re.search(r"\((\S+?)(?:, rate (\S+))?, seed (\d+)\)", told[1]).groups()
    whose = {key for key, value in errors.items() if value == worst}
    assert (model, repr(float(rate or report.base)), int(seed)) in whose, f"{told[1]!r} of {worst} of {whose}"
    if worst == math.inf:
        assert told[1].startswith("Float32 gave no number"), told[1]
    else:
        size, percent = re.search(r"differed by ([\d.,]+(?: · 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)( %)?", told[1]).groups()
        digits, _, power = size.replace(",", "").partition(" · 10")
        found = float(digits) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0) / (100 if percent else 1)
        assert abs(found / worst - 1) < 0.06, f"{told[1]!r} of {worst}"
    assert ("it was taken in float64" in told[1]) == (worst > 0.01), f"{told[1]!r} of {worst}"


def check_advice(report):
    """Each inconclusive claim is planned, as the power of the t-test has it; and what is advised are new seeds."""
    section = report.markdown.partition("## What a verdict would take")[2].partition("\n## ")[0]
    wanted = {(row["claim"], row["treatment"]) for row in report.claims if row["verdict"] == "inconclusive"}
    found = {}
    for line in re.findall(r"^\| C.*$", section, re.MULTILINE):
        claim, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        treatment = cells.pop(0) if report.outcome.treatments > 1 else report.outcome.compared[1]
        found[claim, treatment] = cells
    assert found.keys() == wanted, found.keys() ^ wanted
    for (claim, treatment), (size, needed, *_) in found.items():
        row = report.row(claim, treatment)
        check_number(size, row["estimate"], row)
        values = list(differences(report, claim, treatment).values()) if claim in {*VALUES} - report.changed else []
        number = re.match(r"(\d+)\b(?!,)", needed)
        if number and len(values) > 1 and report.outcome.looks == "once":
            tests = sum(each["family"] == row["family"] and each["n"] > 1 for each in report.claims)
            check_needed(int(number[1]), values, (1 - report.outcome.confidence) / tests, report.outcome.confidence)
    if command := re.search(r"^`snakemake (.*)`$", section, re.MULTILINE):
        check_command(command[1], report.outcome)


def check_needed(n, values, level, confidence):
    """Hold a number of replicates against the noncentral t: it gives a power of 0.8, and one less doesn't."""
    effect, spread = abs(np.mean(values)), np.std(values, ddof=1)
    if effect < 1e-6 or spread < 1e-3 * effect:
        return

    def chance(n):
        far = stats.t.ppf(1 - level / 2, n - 1)
        return 1 - stats.nct.cdf(far, n - 1, effect / spread * math.sqrt(n))

    assert n >= fewest(confidence) and chance(n) >= 0.799, f"{n} of {values}"
    assert n == max(2, fewest(confidence)) or chance(n - 1) < 0.801, f"{n} of {values}"


def check_command(options, outcome):
    """Hold the command's seeds against the experiment's: the shell counts them."""
    given = subprocess.run(["sh", "-c", f"printf '%s\\n' {options}"], capture_output=True, text=True, check=True).stdout
    words = given.splitlines()
    seeds = yaml.safe_load(words[-1].removeprefix("seeds="))
    new, old = set(seeds), set(outcome.seeds)
    assert len(new) == len(seeds) and max(new) <= 4294967295 and words[:3:2] == ["--cores", "--configfile"], words
    if outcome.looks == "any":
        assert new > old and not any(word.startswith("experiment=") for word in words)
    else:
        assert not new & old and f"experiment=made-up-{len(new)}" in words


CHECKS = (
    *(check_pictures, check_metrics, check_claims, check_curves, check_words, check_page, check_headlines),
    *(check_table, check_paragraphs, check_left_out, check_sweep, check_float32, check_advice),
)


# ---------------------------------------------------------------------------------------------------------- the search


def check(outcome, tmp_path_factory):
    found = reported(outcome, tmp_path_factory.mktemp("outcome"))
    for each in CHECKS:
        each(found)


SEARCH = {"suppress_health_check": list(HealthCheck), "report_multiple_bugs": False}
ALL_DIVERGED = Outcome(Numbers(0), (Event("diverged", 0, None, None), Event("diverged", 1, None, None)), seeds=(0,))
TWINS = Outcome(
    Numbers(1, apart=0.0),
    (Event("twin", 1, None, None),),
    names="underscores",
    passes=1,
    drawn=("comparison", "claims"),
)
LACKING_A_PASS = Outcome(
    Numbers(2),
    (Event("no number", 0, None, None, 2, False), Event("no number", 1, None, None, 2, False)),
    drawn=("comparison",),
)
SWEPT = Outcome(
    Numbers(3),
    (Event("zero step", 1, None, 4, 2, False), Event("diverged", 2, 1, None), Event("no train loss", 0, None, 1, 3)),
    treatments=2,
    rates=(0.04, 1e3, 1e-12),
    seeds=tuple(range(8)),
    multiples=(0.5, 1.0, 4.0),
    drawn=("claims", "sweep", "landscape"),
)


@example(ALL_DIVERGED)
@example(TWINS)
@example(LACKING_A_PASS)
@example(SWEPT)
@settings(max_examples=5, derandomize=True, phases=[Phase.explicit, Phase.generate], **SEARCH)
@given(outcomes())
def test_an_outcome_is_drawn_and_told_as_it_is(tmp_path_factory, outcome):
    check(outcome, tmp_path_factory)


@pytest.mark.slow
@settings(max_examples=50, print_blob=True, phases=[Phase.generate, Phase.shrink], **SEARCH)
@given(outcomes())
def test_every_outcome_is_drawn_and_told_as_it_is(tmp_path_factory, outcome):
    check(outcome, tmp_path_factory)


# ------------------------------------------------------------------------------------------- what the checks object to


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The Report of an Outcome that supports claims."""
    outcome = Outcome(Numbers(4, spread=0.02), names="underscores", drawn=("comparison",))
    return reported(outcome, tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def gappy(tmp_path_factory):
    """The Report of an Outcome in which seed 3 lacks smoothness after pass 2, and seed 5 diverged."""
    events = Event("zero step", 1, None, 3, 2, False), Event("diverged", 0, None, 5, 2)
    return reported(Outcome(Numbers(5), events, drawn=("claims",)), tmp_path_factory.mktemp("gappy"))


@pytest.mark.parametrize("each", CHECKS)
def test_the_checks_pass_what_is_right(sound, gappy, each):
    each(sound)
    each(gappy)


def text(old, new):
    """Return a function that changes a Report's text."""

    def change(report):
        assert old in report.markdown
        return dataclasses.replace(report, markdown=report.markdown.replace(old, new))

    return change


def claim(id, **cells):
    """Return a function that changes a row of a Report's claims."""

    def change(report):
        return dataclasses.replace(
            report, claims=[row | (cells if row["claim"] == id else {}) for row in report.claims]
        )

    return change


def cell(table, name, value, metric):
    """Return a function that changes a column of a Report's table, where it is of a metric."""

    def change(report):
        changed = getattr(report, table).copy()
        changed.loc[changed["metric"] == metric, name] = value
        return dataclasses.replace(report, **{table: changed})

    return change


def without(metric):
    """Return a function that takes a metric's empty rows from metrics.csv."""

    def change(report):
        empty = (report.metrics["metric"] == metric) & report.metrics["value"].isna()
        assert empty.any()
        return dataclasses.replace(report, metrics=report.metrics[~empty])

    return change


WRONG = {  # (check, change of what is sound), (…, of what has gaps)
    "sound": [
        (check_claims, claim("C3", verdict="contradicted")),
        (check_claims, claim("C3", verdict="inconclusive")),
        (check_claims, claim("C2b", verdict="contradicted")),
        (check_claims, claim("C1", lower=0, higher=6)),
        (check_claims, claim("C1", estimate=-0.5)),
        (check_claims, claim("C3", low=-0.6)),
        (check_claims, claim("C6b", p_holm=0.001)),
        (check_metrics, cell("metrics", "value", 0.0, "smoothness")),
        (check_curves, cell("curves", "mean", 0.1, "train_loss")),
        (check_curves, cell("curves", "missing", 1, "smoothness")),
        (check_words, text("6 of 6 agree", "0 of 6 agree")),
        (check_words, text("n = 6", "n = nan")),
        (check_words, text("n = 6", "n = 12345678901234")),
        (check_headlines, text("had the lower", "had the higher")),
        (check_headlines, text("n = 6", "n = 5")),
        (check_headlines, text("before training it was lower, too", "before training it was higher")),
        (check_headlines, text("before training it was lower, too: × 0.4", "before training it was lower, too: × 0.5")),
        (check_headlines, text("loss that is not decidable for these replicates", "loss it was lower, too: × 0.5")),
        (check_claims, claim("C10", estimate=-0.5)),
        (check_claims, claim("C4-start", verdict="supported")),
        (check_claims, claim("C3", margin=0.1)),
        (check_claims, claim("C11", family="secondary")),
        (check_advice, text("−13 points | 36 ", "−13 points | 35 ")),
        (check_advice, text("| C2a | −13 points |", "| C2b | −13 points |")),
        (check_advice, text("$(seq -s, 6 41)", "$(seq -s, 5 40)")),
        (check_table, text("| supported |", "| contradicted |")),
        (check_table, text("× 0.5", "× 0.6")),
        (check_paragraphs, text("**Supported:**", "**Contradicted:**")),
        (check_paragraphs, text("6 of 6 agree", "5 of 6 agree")),
        (check_float32, text("At most they differed by", "At most they differed by 9")),
        (check_left_out, text("## The claims", "**Left out:** seed 1 (plain_net: missing).\n\n## The claims")),
    ],
    "gappy": [
        (check_claims, claim("C3", verdict="inconclusive")),
        (check_claims, claim("C3", undecided=0, n=4)),
        (check_metrics, without("smoothness")),
        (check_headlines, text("is not decidable for these replicates", "is inconclusive")),
        (check_headlines, text("seed 3", "seed 4")),
        (
            check_headlines,
            text("loss that is not decidable for these replicates", "loss no difference was shown: × 1.0"),
        ),
        (check_paragraphs, text("seed 3", "a seed")),
        (check_left_out, text("seed 5 (ConvNet: diverged in pass 2)", "")),
        (check_left_out, text("diverged in pass 2", "diverged in pass 1")),
    ],
}


@pytest.mark.parametrize(("name", "each", "change"), [(name, *case) for name in WRONG for case in WRONG[name]])
def test_a_check_objects_to_what_is_wrong(request, name, each, change):
    report = change(request.getfixturevalue(name))
    with pytest.raises(AssertionError):
        each(report)


def test_a_name_that_the_page_mangles_is_objected_to(sound):
    mangled = dataclasses.replace(sound, html=sound.html.replace("batch_norm_net", "batch<em>norm</em>net", 1))
    with pytest.raises(AssertionError, match="batch_norm_net"):
        check_page(mangled)


@pytest.mark.parametrize("marks", [[], [(2.0, 2.0)]])
def test_a_panel_without_a_mark_in_it_is_empty(tmp_path, marks):
    figure, axes = pyplot.subplots(1, 2)
    for axis in axes:
        axis.set(xlim=(0, 1), ylim=(0, 1), title=f"panel {len(figure.axes)}")
        axis.axvline(0.5, color="0.4")
        axis.plot(*zip(*marks, strict=True), "o", color="tab:blue") if marks else None
    axes[0].plot([0.5], [0.5], "o", color="tab:red")
    style.save(figure, tmp_path / "figure.png", dpi=50)
    assert len(list(empty_panels(figure, imread(tmp_path / "figure.png")))) == 1
    axes[1].annotate("nothing was measured", (0.5, 0.5))
    assert not list(empty_panels(figure, imread(tmp_path / "figure.png")))
    pyplot.close(figure)
