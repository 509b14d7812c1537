"""Two experiments held against each other, in Markdown.

Left is the experiment that one starts from, right the other. Values that are compared as ratios move by a factor, right
over left; accuracies by percentage points, right minus left.
"""

import math

from ..analysis import design, experiments
from ..analysis.claims.claim import BESIDE, LOG_RATIO
from ..analysis.experiments import ABSENT
from . import findings, words


def render(left, right):
    """Return how the Experiment `right` differs from `left`."""
    level = left.design.confidence
    settings = experiments.settings_that_differ(left.settings, right.settings)
    rows = experiments.claims_moved(left, right, level)
    parts = [
        f"# {right.name} against {left.name}",
        f"{_count(len(settings), 'setting differs', 'settings differ')}; {_verdicts(rows)}.",
        *_left_out(left),
        *_left_out(right),
        "## Settings that differ",
        _table(["setting", left.name, right.name], settings) if settings else "None.",
        "## Claims",
        _pairing(level),
    ]
    for treatment, baseline in dict.fromkeys(map(_compared, rows)):
        own = [row for row in rows if _compared(row) == (treatment, baseline)]
        parts += [f"### {treatment} against {baseline}", _claims_table(own, left, right)]
    parts += [
        "## Final metrics",
        "Means over each model's replicates after the last pass, geometric where they move by a factor.",
        _finals_table(experiments.finals_moved(left, right, level), left, right),
    ]
    return "\n\n".join(parts) + "\n"


def _either(row):
    """Return a claim's row of claims.csv, on the left if there is one."""
    return row["left"] or row["right"]


def _compared(row):
    """Return treatment and baseline of one of `claims_moved`."""
    return _either(row)["treatment"], row["baseline"]


def _count(number, one, many):
    return f"{number} {one if number == 1 else many}"


def _verdicts(rows):
    """Return how many verdicts changed, and of which claims; with their treatments where there are several."""
    common = [row for row in rows if row["left"] and row["right"] and _either(row)["family"] != BESIDE]
    changed = [row["left"] for row in common if row["left"]["verdict"] != row["right"]["verdict"]]
    several = len({_either(row)["treatment"] for row in rows}) > 1
    names = [f"{row['claim']} ({row['treatment']})" if several else row["claim"] for row in changed]
    told = f"{len(changed)} of {_count(len(common), 'verdict', 'verdicts')} changed"
    return f"{told}: {', '.join(names)}" if names else told


def _left_out(experiment):
    """Return a line that names the replicates which no claim of the experiment rests on, or nothing; and one of those
    that the claims on probes alone leave out.
    """
    kinds = findings.left_out(design.excluded(experiment.metrics, experiment.design))
    return [
        f"**Left out of the claims of {experiment.name}{which}:** "
        + "; ".join(f"seed {each.seed} ({each.model}: {each.reason})" for each in out)
        + "."
        for which, out in zip(("", " that rest on probes"), kinds, strict=True)
        if out
    ]


def _pairing(level):
    return (
        "A ratio moves by a factor, right over left; a difference of accuracies by points, right minus left. "
        "Where both sides have their numbers from the same seeds, the move is taken seed by seed and has its "
        f"{words.percent(level)} t-interval; else it is one mean against another, without an interval, and how much of "
        "it is chance isn't known."
    )


def _claims_table(rows, left, right):
    cells = []
    for row in rows:
        claim, sides = _either(row), (row["left"], row["right"])
        old, new = (side["verdict"] if side else ABSENT for side in sides)
        verdict = ABSENT if BESIDE in (old, new) else old if old == new else f"**{old} → {new}**"
        change = _moved_cell(row["moved"], claim["unit"] == LOG_RATIO)
        cells.append([claim["claim"], claim["estimand"], *map(_claim_cell, sides), change, verdict])
    return _table(["claim", "what is compared", left.name, right.name, "moved", "verdict"], cells)


def _claim_cell(row):
    size, interval = findings.size_and_interval(row) if row else ("", "")
    if not size:
        return ABSENT
    return f"{size} ({interval + '; ' if interval else ''}n = {row['n']})"


def _moved_cell(change, ratio):
    if change is None:
        return ABSENT
    told = words.told(*change, ratio)
    return told.cell + (f" ({told.interval})" if told.interval else "")


def _finals_table(rows, left, right):
    cells = []
    for row in rows:
        log = row["scale"] == "log"
        sides = [_final_cell(side, log) for side in (row["left"], row["right"])]
        cells.append([row["model"], words.plain(row["metric"]), *sides, _moved_cell(row["moved"], log)])
    return _table(["model", "metric", left.name, right.name, "moved"], cells)


def _final_cell(side, log):
    if side is None:
        return ABSENT
    number, mean = side
    return f"{f'{math.exp(mean):#.3g}'.rstrip('.') if log else f'{100 * mean:.2f} %'} (n = {number})"


def _table(head, rows):
    """Return a Markdown table whose columns are padded, so that it reads well in a terminal, too."""
    rows = [head, *rows]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
