"""What is compared with what, and which networks are left out of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .. import recipes
from ..training import history
from . import states

TRAINED = {column.name for column in history.COLUMNS}  # what is measured while training, without probes
SMOOTHNESS_MISSING = "smoothness missing"
NONE = MappingProxyType({})


class Design(NamedTuple):
    """Each treatment against the baseline, replicate by replicate, at one learning rate.

    baseline: a model's name. treatments: names of others. confidence: of the intervals, within 0…1; 1 − confidence is
    the level of the tests. learning_rate: the base rate, at which all claims but C7 are tested. seeds: the replicates
    that there should be. looks: whether intervals and tests hold for one look, `once`, or for `any` number of them.
    negligible: differences that don't matter: a `ratio`, percentage `points`. claims: that section of the config.
    """

    baseline: str
    treatments: list[str]
    confidence: float
    learning_rate: float
    seeds: list[int]
    looks: str = "once"
    negligible: Mapping = NONE
    claims: Mapping = NONE

    @classmethod
    def of(cls, settings):
        """Return the Design of an experiment's settings."""
        return cls(
            **settings["comparison"],
            learning_rate=float(recipes.learning_rates(settings)[0]),
            seeds=settings["seeds"],
            claims=settings.get("claims", {}),
        )

    @property
    def models(self):
        """The baseline and the treatments, in the order of their colours."""
        return [self.baseline, *self.treatments]

    def pair(self, treatment):
        """Return the Design of that treatment alone against the baseline."""
        return self._replace(treatments=[treatment])

    def rows(self, metrics):
        """Return those rows of metrics.csv that are of its models and seeds, at any learning rate."""
        return metrics[metrics["model"].isin(self.models) & metrics["seed"].isin(self.seeds)]


class Exclusion(NamedTuple):
    """A network of a replicate that is left out of comparisons, and its partners with it.

    Without smoothness it is left out of what rests on probes, and keeps its accuracies and losses; else of everything.
    """

    seed: int
    model: str
    # "diverged in pass 3", "diverged by update 4", "missing" (nothing of it is there), SMOOTHNESS_MISSING (training is)
    reason: str

    def concerns(self, metric):
        """Tell whether it is left out of what is compared by `metric`."""
        return self.reason != SMOOTHNESS_MISSING or metric not in TRAINED


def excluded(metrics, design):
    """Return the Exclusions at the base learning rate, by seed, then in the order of the design's models.

    metrics: the rows of metrics.csv.
    """
    metrics = design.rows(metrics)
    metrics = metrics[metrics["learning_rate"] == design.learning_rate]
    diverged = metrics[(metrics["metric"] == "diverged") & (metrics["value"] == 1)]
    names = states.names(diverged)
    diverged = diverged.groupby(["model", "seed"])["update"].min().to_dict()
    trained, probed = (_networks(metrics[metrics["metric"] == metric]) for metric in ("train_loss", "smoothness"))
    networks = _networks(metrics)
    exclusions = []
    for seed in design.seeds:
        for model in design.models:
            key = (model, seed)
            if key in diverged:
                name = names[diverged[key]]
                exclusions.append(Exclusion(seed, model, f"diverged {'in' if 'pass' in name else 'by'} {name}"))
            elif key not in networks or (trained and key not in trained):
                exclusions.append(Exclusion(seed, model, "missing"))
            elif probed and key not in probed:
                exclusions.append(Exclusion(seed, model, SMOOTHNESS_MISSING))
    return exclusions


def left_out(exclusions, metric):
    """Return the (model, seed), a set, that the Exclusions leave out of what is compared by `metric`."""
    return {(each.model, each.seed) for each in exclusions if each.concerns(metric)}


def _networks(rows):
    return set(rows[["model", "seed"]].drop_duplicates().itertuples(index=False, name=None))
