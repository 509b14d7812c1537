"""The named parts that a claim can be put together from in the config, what goes with what, and their words.

Without pandas, so that the Snakefile can refuse a claim before anything runs. `claims.configured` makes Claims of them.
"""

import difflib
from typing import NamedTuple

PRIMARY = "C3"  # of the claims that come along
EVALUATED = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")  # in eval mode, after passes
ACCURACIES = ("train_accuracy", "test_accuracy")
PROBED = (  # in full-batch mode, at each checkpoint that is probed; in eval mode, after the detailed passes
    *("loss", "displaced_loss", "smoothness", "notebook_estimator", "optimality_gap", "gradient_norm"),
    *("gradient_change_norm", "displacement_norm", "loss_range", "gradient_change_range", "effective_beta"),
)
RANGES = ("loss_range", "gradient_change_range")  # these take several step multiples
DETAILED = ("scale_normalised_smoothness",)  # in full-batch mode, after the detailed passes
OF_LAYERS = ("layer_gradient_norm", "activation_sd")  # in full-batch mode, after the passes that are probed
METRICS = (*EVALUATED, *PROBED, *DETAILED, *OF_LAYERS)
STATES = {  # of analysis.states: how a mean over them is told, and a comparison at equal loss
    "passes": (", mean over passes", ", from pass 1 on"),
    "start": (" before training", None),
    "early": (", mean over the early updates up to 8", ", over the early updates up to 8"),
    "trained": (", mean over all checkpoints but pass 0", ""),
    "all": (", mean over all checkpoints, pass 0 included", ", pass 0 included"),
}
SUMMARIES = ("mean", "last", "volatility", "log_volatility", "layer_spread")
COMPARISONS = ("ratio", "difference", "equal_loss", "pooled_ratio")
_WORDS = {
    "activation_sd": "activation SD",
    "layer_gradient_norm": "gradient norm",
    "loss": "loss over all images",
    "scale_normalised_smoothness": "scale-normalised smoothness",
}


class Parts(NamedTuple):
    """What an entry of the section `claims` says, or leaves to be understood."""

    metric: str
    mode: str
    summary: str  # "" at equal loss, which takes the curve
    comparison: str
    states: str

    @classmethod
    def of(cls, entry):
        """Return the Parts of an entry that the config's schema allows."""
        metric = entry["metric"]
        comparison = entry.get("comparison", "")
        usual = "layer_spread" if metric in OF_LAYERS else "mean"
        usual = {"equal_loss": "", "pooled_ratio": "log_volatility"}.get(comparison, usual)
        summary = entry.get("summary", usual)
        difference = metric in ACCURACIES and summary in ("mean", "last")
        return cls(
            metric=metric,
            mode=entry.get("mode", "eval" if metric in EVALUATED else "full_batch"),
            summary=summary,
            comparison=comparison or ("difference" if difference else "ratio"),
            states=entry.get("states", "passes"),
        )

    @property
    def estimand(self):
        """What is compared, in words."""
        name = _WORDS.get(self.metric, self.metric.replace("_", " "))
        name += " in eval mode" if self.mode == "eval" and self.metric in PROBED else ""
        over, at_equal_loss = STATES[self.states]
        if is_detailed(self.metric, self.mode):
            over = ", mean over its passes"
        return {
            "": f"{name} at equal train loss{at_equal_loss}",
            "mean": f"{name}{over}",
            "last": f"{name} at the last pass",
            "volatility": f"SD of the pass-to-pass change of {name}",
            "log_volatility": f"SD of the pass-to-pass change of log {name}",
            "layer_spread": f"{name}, largest over smallest layer",
        }[self.summary]


def is_detailed(metric, mode):
    """Tell whether a probe measures it after the detailed passes alone."""
    return metric in DETAILED or (metric in PROBED and mode == "eval")


def faults(entry):
    """Yield (key, what is wrong with it) for what doesn't go together in an entry that the config's schema allows."""
    if entry["metric"] not in METRICS:
        close = difflib.get_close_matches(entry["metric"], METRICS, n=1)
        more = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(METRICS)}"
        yield "metric", f"{entry['metric']!r} is none that a claim can be about; {more}"
        return
    parts = Parts.of(entry)
    yield from _faults_of_metric(parts)
    yield from _faults_of_comparison(parts)
    yield from _faults_of_states(parts)
    if entry.get("margin", 2) <= 1 and parts.comparison != "difference":
        yield "margin", f"{entry['margin']} is no ratio above 1, as a claim that compares ratios takes it"


def _faults_of_metric(parts):
    metric, mode = parts.metric, parts.mode
    if metric in EVALUATED and mode != "eval":
        yield "mode", f"{metric} is measured in eval mode; leave it out"
    if metric in (*DETAILED, *OF_LAYERS) and mode != "full_batch":
        yield "mode", f"{metric} is measured in full_batch mode; leave it out"
    if (metric in OF_LAYERS) != (parts.summary == "layer_spread"):
        yield "summary", f"layer_spread is for, and all there is for, {' and '.join(OF_LAYERS)}, not {metric}"


def _faults_of_comparison(parts):
    metric, summary = parts.metric, parts.summary
    match parts.comparison:
        case "difference" if metric not in ACCURACIES or summary not in ("mean", "last"):
            yield "comparison", "difference is of an accuracy's mean or last; take ratio"
        case "equal_loss" if summary:
            yield "summary", "goes with no equal_loss, which compares the whole curves; leave it out"
        case "equal_loss" if metric not in (*PROBED, *DETAILED) or metric == "loss":
            yield "comparison", f"equal_loss is of what is probed, as smoothness, against the loss; not of {metric}"
        case "pooled_ratio" if metric not in PROBED or summary != "log_volatility":
            yield "comparison", "pooled_ratio is of the log_volatility of what is probed; take ratio"


def _faults_of_states(parts):
    if parts.states == "passes":
        return
    if parts.summary not in ("", "mean"):
        yield "states", f"a claim by {parts.summary} is of passes; leave it out"
    elif parts.states == "start" and not parts.summary:
        yield "states", "start is a single checkpoint, which has no range of losses; take all"
    elif is_detailed(parts.metric, parts.mode):
        yield "states", f"{parts.metric} in {parts.mode} mode is measured after detailed_passes alone; leave it out"
    elif parts.metric in EVALUATED and parts.states != "start":
        yield "states", f"{parts.metric} isn't evaluated at early updates; take passes or start"
