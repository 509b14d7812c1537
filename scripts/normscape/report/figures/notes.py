"""What a panel says in words of the numbers that it can't show."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from .limits import LARGEST, LEAST

DIVERGED, NOTHING = "every run diverged", "nothing was measured"
LINE = 12  # points from one line of words to the next, of 9 points each


def absent(outcomes):
    """Return why there is nothing to show of runs, in words, from their Outcomes."""
    trained, diverged = (sum(getattr(outcome, name) for outcome in outcomes) for name in ("trained", "diverged"))
    if not diverged:
        return NOTHING
    if diverged == trained:
        return DIVERGED
    return f"{diverged} of {trained} runs diverged; of the others {NOTHING}"


def absent_at_base(results, *models):
    """Return why there is nothing to show of `models` at the base rate, in words."""
    rate = results.design.learning_rate
    return absent([each for each in results.outcomes if each.model in models and each.learning_rate == rate])


def unplaced(values, log=True, one="value", many="values", marks="▾▴"):
    """Return how many of `values` have no place on their axis, in words, "" for none.

    log: whether the axis is logarithmic. one, many: what to call them. marks: how those are marked that lie below and
        above all places.
    """
    values = np.asarray(values, dtype=float)
    low = values[values < LEAST] if log else values[:0]
    high, missing = values[values > LARGEST], np.isnan(values)
    found = [
        (low.size, f"0 ({marks[0]})" if (low == 0).all() else f"below {LEAST:g} ({marks[0]})"),
        (high.size, f"infinite ({marks[1]})" if np.isinf(high).all() else f"above {LARGEST:g} ({marks[1]})"),
        (missing.sum(), "missing"),
    ]
    words = [f"{count} {'is' if count == 1 else 'are'} {kind}" for count, kind in found if count]
    if not words:
        return ""
    return f"the one {one} {words[0][2:]}" if values.size == 1 else f"of {values.size} {many}, {', '.join(words)}"


def by_model(words):
    """Return the lines of a panel. words: {model: what there is to say of it, or ""}."""
    if len(set(words.values())) == 1 and (len(words) == 1 or set(words.values()) <= {DIVERGED, NOTHING}):
        return [line for line in [*words.values()][:1] if line]
    return [f"{model}: {line}" for model, line in words.items() if line]


def write(axes, title, lines, placed=True, height=0.5):
    """Give a panel its title and, beneath it, `lines` of words. Return by how many points these raise the title.

    placed: whether the panel shows a number. If not, the words stand in its middle, or at `height`.
    """
    width = axes.figure.get_figwidth() / axes.get_gridspec().ncols  # inches, with all that stands beside the panel
    characters = max(int(72 * width * 0.7 / 5.5), 12)
    lines = [part for line in lines for part in textwrap.wrap(line, characters)]
    look = {"xycoords": "axes fraction", "fontsize": 9, "color": "0.3"}
    raised = 3 + LINE * len(lines) if placed and lines else 0
    axes.set_title(title, pad=plt.rcParams["axes.titlepad"] + raised)
    if raised:
        axes.annotate("\n".join(lines), (0, 1), xytext=(0, 4), textcoords="offset points", va="bottom", **look)
    elif lines:
        axes.annotate("\n".join(lines), (0.5, height), ha="center", va="center", **(look | {"fontsize": 10}))
    return raised
