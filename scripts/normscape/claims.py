"""What the notebook asserts, as estimands with intervals and verdicts; and the mean curves behind them.

An estimand compares a treatment with the baseline, replicate by replicate: what was measured on the one net, minus the
same on the other, from the same seed. `ESTIMANDS` lists them; the functions above it say how each is measured. Ratios
are compared on the log scale. Passes count from 1: pass 0, before training, is never averaged.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas

from . import statistics
from .tables import Column

CLAIMS = (
    Column("claim", str),
    Column("estimand", str),  # in words
    Column("treatment", str),
    Column("mode", str),  # of BatchNorm, in which it was measured
    Column("unit", str),  # log ratio (natural), or accuracy difference (of fractions)
    Column("claimed", str),  # the side of 0 on which the notebook's words put it: below 0, above 0
    Column("n", int, low=0),  # pairs of replicates compared
    Column("estimate", float, optional=True),  # mean of the paired differences
    Column("low", float, optional=True),  # the t-interval's ends, at the configured confidence, unadjusted; inf: open
    Column("high", float, optional=True),
    Column("p", float, low=0, high=1, optional=True),  # paired t-test, two-sided
    Column("p_holm", float, low=0, high=1, optional=True),  # the same, adjusted: C3 among the C3s, others among others
    Column("p_sign_flip", float, low=0, high=1, optional=True),  # exact sign-flip test, two-sided
    Column("agreeing", int, low=0, optional=True),  # pairs whose difference has the estimate's sign
    Column("verdict", str),  # supported, contradicted, inconclusive, not measured
)

CURVE_ROWS = (
    Column("model", str),
    Column("learning_rate", float, low=0),
    Column("pass", int, low=0),
    Column("metric", str),
    Column("scale", str),  # log: geometric mean, and the interval taken on the log scale; or linear
    Column("n", int, low=1),  # replicates
    Column("mean", float),
    Column("low", float, optional=True),  # the mean's t-interval
    Column("high", float, optional=True),
)

PRIMARY = "C3"  # the primary endpoint, chosen before any number was seen: adjusted for the number of treatments alone


class Curve(NamedTuple):
    """What is drawn under one name: a metric in a mode, averaged on a scale (linear or log)."""

    metric: str
    mode: str
    scale: str


CURVES = {
    "train_loss": Curve("train_loss", "eval", "log"),
    "train_accuracy": Curve("train_accuracy", "eval", "linear"),
    "test_loss": Curve("test_loss", "eval", "log"),
    "test_accuracy": Curve("test_accuracy", "eval", "linear"),
    "population_loss": Curve("loss", "population", "log"),
    "smoothness": Curve("smoothness", "population", "log"),
    "notebook_estimator": Curve("notebook_estimator", "population", "log"),
}


# What is measured on one network of a replicate. Each function takes the Measured, a metric and a mode, and returns a
# Series over (model, seed). A number that isn't there, or isn't finite, makes the whole value so: no pass is dropped.


def log_mean(measured, metric, mode):
    """Mean over passes of log y: the difference of two is the log ratio of geometric means."""
    return measured.log(metric, mode).mean(axis=1, skipna=False)


def last(measured, metric, mode):
    """y at the last pass."""
    return measured.value(metric, mode).iloc[:, -1]


def log_last(measured, metric, mode):
    """Log y at the last pass."""
    return measured.log(metric, mode).iloc[:, -1]


def volatility(measured, metric, mode):
    """Log of the standard deviation (ddof = 1) of y's increments from pass to pass, 1 → 2, …, T − 1 → T."""
    return _log_sd(_increments(measured.value(metric, mode)))


def log_volatility(measured, metric, mode):
    """The same for log y."""
    return _log_sd(_increments(measured.log(metric, mode)))


def probed_volatility(measured, metric, mode):
    """Variance (ddof = 1) of the increments of log y from pass to pass, less what the choice of directions adds to it.

    Unbiased, and so below 0 at times. With one direction per pass nothing is known of the noise, nor subtracted.
    """
    variance = _increments(measured.log(metric, mode)).var(axis=1, ddof=1, skipna=False)
    return variance - increment_noise(measured.log_noise(metric, mode))


def _increments(y):
    return y.diff(axis=1).iloc[:, 1:]


def _log_sd(increments):
    return _log(increments.var(axis=1, ddof=1, skipna=False)) / 2


def increment_noise(noise):
    """Return what noise adds, in expectation, to the sample variance (ddof = 1) of the increments of T numbers.

    noise: shape (…, T), the variance of each number's own, independent noise. Returns shape (…,).
    With m = T − 1 increments d_t, Σ(d_t − d̄)² = Σ d_t² − m d̄². The noise adds noise_t + noise_{t+1} to the expectation
    of each d_t², and, since d̄ = (y_T − y_1) / m, (noise_1 + noise_T) / m² to that of d̄².
    """
    noise = np.asarray(noise)
    increments = noise.shape[-1] - 1
    if increments < 2:
        return np.full(noise.shape[:-1], np.nan)  # one increment has no variance
    squares = (noise[..., 1:] + noise[..., :-1]).sum(axis=-1)
    return (squares - (noise[..., 0] + noise[..., -1]) / increments) / (increments - 1)


def layer_spread(measured, metric, mode):
    """Mean over passes of log (largest / smallest layer)."""
    layers = _log(measured.rows(metric, mode)).groupby(["model", "seed", "pass"])
    spread = layers.max(skipna=False) - layers.min(skipna=False)
    return spread.unstack("pass").mean(axis=1, skipna=False)


def loss_and_smoothness(measured, metric, mode):
    """The points (log loss, log y) of passes 1…T, both in `mode`: an array of shape (T, 2)."""
    y = measured.log(metric, mode)
    loss = measured.log("loss", mode).reindex(index=y.index, columns=y.columns)
    points = np.stack([loss.to_numpy(), y.to_numpy()], axis=2)
    return pandas.Series(list(points), index=y.index, dtype=object)


def largest_rate(measured, metric, mode):
    """Log of the largest learning rate of the grid at which training ends with y no greater than at the base rate.

    A run that diverged doesn't. Asked of each replicate by itself, so that the answer has an interval: "no replicate
    diverges" would give one number for all. NaN where a rate's run is missing. The grid's largest rate is a lower
    bound: `cut_off` says what becomes of the comparison.
    """
    return _log(_largest_rate(measured, metric, mode))


def _largest_rate(measured, metric, mode):
    runs = measured.at_every_rate("diverged", mode)
    if runs.shape[1] < 2:
        return pandas.Series(index=runs.index[:0], dtype=float)  # without a sweep it isn't measured
    ends = measured.at_every_rate(metric, mode).reindex(index=runs.index, columns=runs.columns)
    qualifies = ends.le(ends[measured.base_learning_rate], axis=0)  # a diverged run's y is NaN, which is not ≤
    largest = (qualifies * ends.columns.to_numpy()).max(axis=1)
    return largest.where(runs.notna().all(axis=1))


# How the networks of each replicate compare: from what was measured on the treatment and on the baseline, one entry a
# replicate, to their differences, shape (n,).


def subtract(treatment, baseline):
    """The treatment's value minus the baseline's."""
    return np.asarray(treatment - baseline, dtype=float)


def pooled_log_ratio(treatment, baseline):
    """Differences of variances, scaled so that their mean is the log ratio of the two SDs pooled over replicates.

    A variance corrected for noise may fall below 0 and then has no logarithm. To leave such replicates out would select
    by outcome, in favour of the net with the less noisy probes: two nets of equal volatility then came out different in
    20 % of simulated experiments, instead of 5 %. Here all share one scale, so that signs and t-test are those of the
    plain differences.
    NaN where a pooled variance isn't positive.
    """
    treatment, baseline = (np.asarray(variances, dtype=float) for variances in (treatment, baseline))
    difference = treatment - baseline
    usable = np.isfinite(difference)
    if not usable.any():
        return difference
    pooled = treatment[usable].mean(), baseline[usable].mean()
    if min(pooled) <= 0:
        return np.full_like(difference, np.nan)
    if pooled[0] == pooled[1]:
        return difference / (2 * pooled[0])
    return difference / (pooled[0] - pooled[1]) * np.log(pooled[0] / pooled[1]) / 2


def at_equal_x(treatment, baseline):
    """Mean difference of two curves over the range of x that both visit.

    Entries are points (x, y), shape (T, 2). Sorted by x and interpolated linearly, each curve is piecewise linear, and
    so is the difference of two, with its knots at the points of either: trapezoids integrate it exactly.
    NaN where either has fewer than two points in that range.
    """
    return np.array([_at_equal_x(*pair) for pair in zip(treatment, baseline, strict=True)], dtype=float)


def _at_equal_x(*pair):
    if not np.isfinite(pair).all():
        return np.nan
    curves = [_sorted_points(points) for points in pair]
    low = max(x[0] for x, _ in curves)
    high = min(x[-1] for x, _ in curves)
    inside = [x[(low <= x) & (x <= high)] for x, _ in curves]
    if min(map(len, inside)) < 2:
        return np.nan
    knots = np.unique(np.concatenate(inside))
    difference = np.interp(knots, *curves[0]) - np.interp(knots, *curves[1])
    return np.trapezoid(difference, knots) / (high - low)


def _sorted_points(points):
    """Return x, rising, and y, each the mean of the points that share their x."""
    x, place, count = np.unique(points[:, 0], return_inverse=True, return_counts=True)
    return x, np.bincount(place, points[:, 1]) / count


BELOW, ABOVE = "below 0", "above 0"


class Estimand(NamedTuple):
    """One claim made testable: `compare(measure(treatment), measure(baseline))`, averaged over replicates."""

    claim: str
    words: str
    metric: str
    mode: str
    measure: Callable
    compare: Callable = subtract
    unit: str = "log ratio"
    claimed: str = BELOW


ESTIMANDS = (
    Estimand("C1", "train loss, mean over passes", "train_loss", "eval", log_mean),
    Estimand(
        "C2a",
        "test accuracy at the last pass",
        "test_accuracy",
        "eval",
        last,
        unit="accuracy difference",
        claimed=ABOVE,
    ),
    Estimand("C2b", "test loss at the last pass", "test_loss", "eval", log_last),
    Estimand("C3", "smoothness, mean over passes", "smoothness", "population", log_mean),
    Estimand("C4", "smoothness at equal train loss", "smoothness", "population", loss_and_smoothness, at_equal_x),
    Estimand(
        "C5", "scale-normalised smoothness, mean over its passes", "scale_normalised_smoothness", "population", log_mean
    ),
    Estimand(
        "C6a",
        "SD of the pass-to-pass change of log smoothness",
        "smoothness",
        "population",
        probed_volatility,
        pooled_log_ratio,
    ),
    Estimand("C6b", "SD of the pass-to-pass change of log train loss", "train_loss", "eval", log_volatility),
    Estimand("C6c", "SD of the pass-to-pass change of test accuracy", "test_accuracy", "eval", volatility),
    Estimand("C7", "largest workable learning rate", "train_loss", "eval", largest_rate, claimed=ABOVE),
    Estimand("C8", "smoothness in eval mode, mean over its passes", "smoothness", "eval", log_mean),
    Estimand("C9a", "gradient norm, largest over smallest layer", "layer_gradient_norm", "population", layer_spread),
    Estimand("C9b", "activation SD, largest over smallest layer", "activation_sd", "population", layer_spread),
)


class Measured:
    """What was measured on each network of each replicate.

    metrics: the rows of metrics.csv. Tables are of the base learning rate, passes 1…T and step multiple 1, except
    where they say otherwise.
    """

    def __init__(self, metrics, base_learning_rate):
        self.base_learning_rate = base_learning_rate
        self._rows = {key: rows for key, rows in metrics.groupby(["metric", "mode"], sort=False)}
        self._none = metrics.iloc[:0]

    def every(self, metric, mode):
        """Return all rows of `metric` in `mode`, at any rate and pass."""
        return self._rows.get((metric, mode), self._none)

    def rows(self, metric, mode):
        """Return values over (model, seed, pass): one, or one for each direction or layer."""
        rows = self.every(metric, mode)
        chosen = (
            (rows["learning_rate"] == self.base_learning_rate)
            & (rows["pass"] >= 1)
            & (rows["step_multiple"].isna() | (rows["step_multiple"] == 1))
        )
        return rows[chosen].set_index(["model", "seed", "pass"])["value"]

    def value(self, metric, mode):
        """Return y, (model, seed) × pass. Several directions are averaged."""
        return _over_directions(self.rows(metric, mode)).mean(skipna=False).unstack("pass")

    def log(self, metric, mode):
        """Return log y, (model, seed) × pass. Several directions are averaged after the logarithm."""
        return _over_directions(_log(self.rows(metric, mode))).mean(skipna=False).unstack("pass")

    def log_noise(self, metric, mode):
        """Return the variance of `log`'s entries due to the choice of directions; 0 where there is one, so unknown."""
        directions = _over_directions(_log(self.rows(metric, mode)))
        count = directions.size()
        return (directions.var(ddof=1) / count).where(count > 1, 0.0).unstack("pass")

    def at_every_rate(self, metric, mode):
        """Return y at the last pass, (model, seed) × learning rate."""
        rows = self.every(metric, mode)
        rows = rows[rows["pass"] == rows["pass"].max()]
        return rows.set_index(["model", "seed", "learning_rate"])["value"].unstack("learning_rate")


def _over_directions(values):
    return values.groupby(level=["model", "seed", "pass"])


def _log(values):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)


class Exclusion(NamedTuple):
    """A network of a replicate that is left out of every comparison, and its partners with it."""

    seed: int
    model: str
    reason: str  # "diverged in pass 3", "missing" (nothing of it is there), "smoothness missing" (training is)


def excluded(metrics, models, base_learning_rate, seeds):
    """Return the Exclusions at the base learning rate, by seed, then in the order of `models`."""
    metrics = metrics[(metrics["learning_rate"] == base_learning_rate) & metrics["model"].isin(models)]
    diverged = metrics[(metrics["metric"] == "diverged") & (metrics["value"] == 1)]
    diverged = diverged.groupby(["model", "seed"])["pass"].min().to_dict()
    trained, probed = (_networks(metrics[metrics["metric"] == metric]) for metric in ("train_loss", "smoothness"))
    networks = _networks(metrics)
    result = []
    for seed in seeds:
        for model in models:
            key = (model, seed)
            if key in diverged:
                result.append(Exclusion(seed, model, f"diverged in pass {diverged[key]}"))
            elif key not in networks or (trained and key not in trained):
                result.append(Exclusion(seed, model, "missing"))
            elif probed and key not in probed:
                result.append(Exclusion(seed, model, "smoothness missing"))
    return result


def _networks(rows):
    return set(rows[["model", "seed"]].drop_duplicates().itertuples(index=False, name=None))


def differences(metrics, baseline, treatments, base_learning_rate, seeds):
    """Yield (Estimand, treatment, its paired differences), or None for differences that weren't measured.

    metrics: the rows of metrics.csv. treatments: models to compare with the model `baseline`, seed by seed.
    The differences are a Series over the seeds on which both networks were measured and neither is `excluded`. NaN
    where a replicate doesn't give the estimand: a loss of 0 has no logarithm, two curves may share no losses, …
    """
    models, seeds = [baseline, *treatments], list(seeds)

    def by_model(series, absent):  # arrays over seeds, because pandas is slow at handing out thousands of columns
        frame = series.unstack("model", fill_value=absent).reindex(index=seeds, columns=models, fill_value=absent)
        return dict(zip(models, frame.to_numpy().T, strict=True))

    metrics = metrics[metrics["model"].isin(models) & metrics["seed"].isin(seeds)]
    out = {(model, seed) for seed, model, _ in excluded(metrics, models, base_learning_rate, seeds)}
    measured = Measured(metrics, base_learning_rate)
    for estimand in ESTIMANDS:
        if measured.rows(estimand.metric, estimand.mode).empty:
            yield from ((estimand, treatment, None) for treatment in treatments)
            continue
        with np.errstate(invalid="ignore"):  # log 0 − log 0 is NaN, as it should be
            values = estimand.measure(measured, estimand.metric, estimand.mode)
            there = by_model(pandas.Series([key not in out for key in values.index], values.index, dtype=bool), False)
            values = by_model(values, np.nan)
            for treatment in treatments:
                both = there[treatment] & there[baseline]
                if both.any():
                    paired = estimand.compare(values[treatment][both], values[baseline][both])
                    yield estimand, treatment, pandas.Series(paired, index=np.array(seeds)[both])
                else:
                    yield estimand, treatment, None


def largest_rates(metrics, models, base_learning_rate, seeds):
    """Return {model: {seed: its largest workable rate}}, less what is `excluded` or has none; see `largest_rate`.

    metrics: the rows of metrics.csv. Empty inner dicts without a sweep.
    """
    out = {(model, seed) for seed, model, _ in excluded(metrics, models, base_learning_rate, seeds)}
    metrics = metrics[metrics["model"].isin(models) & metrics["seed"].isin(seeds)]
    found = {model: {} for model in models}
    if (metrics["learning_rate"] == base_learning_rate).any():
        largest = _largest_rate(Measured(metrics, base_learning_rate), "train_loss", "eval")
        for (model, seed), rate in largest[largest > 0].items():
            if (model, seed) not in out:
                found[model][seed] = float(rate)
    return found


def cut_off(paired, treatment, baseline):
    """Return the Paired of C7 with what the end of the grid leaves of it.

    treatment, baseline: whether the largest workable rate of any replicate of that net is the grid's largest rate.

    Such a rate is a lower bound of what a longer grid would give. To take it as exact would be wrong, and to leave its
    replicate out would select by outcome. What is compared are rates cut off at the end of the grid. With only the
    treatment's cut off, their mean difference is at most that of the rates themselves, so the interval bounds it from
    below alone; with only the baseline's, from above alone; with both nets', not at all. An open end is ±inf. The p
    keeps its meaning for an estimate that the cut can only have brought closer to 0; else it is 1, and stays among
    those that Holm's correction counts, whose number mustn't depend on the outcome.
    """
    if paired.low is None:
        return paired
    closer = not (treatment and paired.estimate <= 0) and not (baseline and paired.estimate >= 0)
    return paired._replace(
        low=-np.inf if baseline else paired.low,
        high=np.inf if treatment else paired.high,
        p=paired.p if closer else 1.0,
        p_sign_flip=paired.p_sign_flip if closer or paired.p_sign_flip is None else 1.0,
    )


def evaluate(metrics, baseline, treatments, confidence, base_learning_rate, seeds):
    """Return a row of CLAIMS, a dict, for every estimand and treatment.

    metrics: the rows of metrics.csv. treatments: models to compare with the model `baseline`, seed by seed.
    confidence: of the intervals, within 0…1; 1 − confidence is also the level at which claims are tested.
    All claims but C7 are about training at `base_learning_rate`.
    """
    rows = []
    for estimand, treatment, values in differences(metrics, baseline, treatments, base_learning_rate, seeds):
        finite = () if values is None else values[np.isfinite(values)]
        paired = statistics.paired(finite, confidence)
        if estimand.measure is largest_rate and paired.n:
            rates = largest_rates(metrics, [treatment, baseline], base_learning_rate, seeds)
            end = metrics["learning_rate"].max()
            paired = cut_off(paired, *(any(of[seed] == end for seed in finite.index) for of in rates.values()))
        row = {
            "claim": estimand.claim,
            "estimand": estimand.words,
            "treatment": treatment,
            "mode": estimand.mode,
            "unit": estimand.unit,
            "claimed": estimand.claimed,
            **paired._asdict(),
            "p_holm": None,
            "verdict": "not measured" if values is None else None,
        }
        rows.append({column.name: row[column.name] for column in CLAIMS})
    tested = [row for row in rows if row["p"] is not None]
    for primary in (True, False):
        family = [row for row in tested if (row["claim"] == PRIMARY) == primary]
        for row, adjusted in zip(family, statistics.holm([row["p"] for row in family]), strict=True):
            row["p_holm"] = adjusted
    for row in rows:
        if row["verdict"] is None:
            row["verdict"] = verdict(row["claimed"], row["low"], row["high"], row["p_holm"], confidence)
    return rows


def verdict(claimed, low, high, p_holm, confidence):
    """Return supported, contradicted or inconclusive.

    The interval low…high (None where there is none) must lie wholly on one side of 0, and the Holm-adjusted p (None
    where there is no interval) must be at most 1 − confidence. `claimed` says which side supports.
    """
    side = None if low is None else BELOW if high < 0 else ABOVE if low > 0 else None
    if side is None or p_holm > 1 - confidence:
        return "inconclusive"
    return "supported" if side == claimed else "contradicted"


def not_diverged(metrics):
    """Return the rows of metrics.csv less those, at every pass, of the runs that diverged."""
    run = ["model", "learning_rate", "seed"]
    diverged = metrics.loc[(metrics["metric"] == "diverged") & (metrics["value"] == 1), run].drop_duplicates()
    return metrics[~pandas.MultiIndex.from_frame(metrics[run]).isin(pandas.MultiIndex.from_frame(diverged))]


def replicates(metrics):
    """Return the values of CURVES of every run: model, learning_rate, pass, seed, metric, value, as a DataFrame.

    Several directions are averaged, on the curve's scale. A run that diverged is left out, at every pass.
    """
    metrics = not_diverged(metrics)
    parts = []
    for name, curve in CURVES.items():
        chosen = metrics[(metrics["metric"] == curve.metric) & (metrics["mode"] == curve.mode)]
        chosen = chosen[chosen["step_multiple"].isna() | (chosen["step_multiple"] == 1)]
        values = chosen.set_index(["model", "learning_rate", "pass", "seed"])["value"]
        values = (_log(values) if curve.scale == "log" else values).groupby(level=[0, 1, 2, 3]).mean(skipna=False)
        values = np.exp(values) if curve.scale == "log" else values
        parts.append(values.reset_index().assign(metric=name))
    return pandas.concat(parts, ignore_index=True)


def curves(metrics, confidence):
    """Return rows of CURVE_ROWS, dicts: the mean over replicates with its t-interval, for each of CURVES.

    Losses and smoothness are averaged as logarithms and given back as geometric means.
    """
    values, rows = replicates(metrics), []
    values = values[np.isfinite(values["value"])]
    for key, own in values.groupby(["metric", "model", "learning_rate", "pass"]):
        scale = CURVES[key[0]].scale
        own = _log(own["value"]) if scale == "log" else own["value"]
        own = own[np.isfinite(own)]  # a loss of 0 has no logarithm
        if own.empty:
            continue
        numbers = statistics.mean_interval(own, confidence)
        if scale == "log":
            numbers = [None if number is None else float(np.exp(number)) for number in numbers]
        row = (*key[1:], key[0], scale, len(own), *numbers)
        rows.append(dict(zip((column.name for column in CURVE_ROWS), row, strict=True)))
    return rows


class Outcome(NamedTuple):
    """What became of one model's replicates at one learning rate."""

    model: str
    learning_rate: float
    trained: int  # replicates whose run is there, diverged or not
    diverged: int  # of these
    missing: tuple  # seeds without a run


def outcomes(metrics, models, seeds):
    """Return the Outcome of each of `models` at each learning rate of `metrics`, rates rising."""
    runs = metrics[metrics["metric"] == "diverged"].groupby(["model", "learning_rate", "seed"])["value"].max()
    found = []
    for model in models:
        for rate in sorted(float(rate) for rate in metrics["learning_rate"].unique()):
            own = [runs.get((model, rate, seed)) for seed in seeds]
            missing = tuple(seed for seed, diverged in zip(seeds, own, strict=True) if diverged is None)
            found.append(Outcome(model, rate, len(seeds) - len(missing), own.count(1), missing))
    return found


def at_last_pass(table):
    """Return the rows of the last pass of `table`, a DataFrame with the column pass: of curves or of replicates."""
    return table[table["pass"] == table["pass"].max()]
