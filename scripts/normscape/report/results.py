"""What the report is about: an experiment's tables, and what figures and commentary derive from them."""

from functools import cached_property

from .. import tables
from ..analysis import curves as mean_curves
from ..analysis import landscape, lineage, metrics, overlap, reproduction, sweep, turns, verdicts
from ..analysis.design import Design, excluded
from ..analysis.gaps import gaps
from ..recipes import plotted_models


class Results:
    """An experiment's results. What is derived is derived once, and only if someone asks."""

    def __init__(self, design, models, *, metrics, curves, claims, reproduction):
        """Keep what was read.

        design: a Design. models: names of all that are shown, in the order of their colours, those of `design` first.
        metrics, curves, reproduction: DataFrames with the columns of their tables, of every learning rate.
        claims: rows of claims.csv, dicts with None for empty cells.
        """
        self.design = design
        self.models = models
        self.metrics = metrics
        self.curves_at_all_rates = curves
        self.claims = claims
        self.reproduction = reproduction

    @classmethod
    def read(cls, settings, codes, paths):
        """Return the Results in the tables at `paths`, {"metrics": …, "curves": …, "claims": …, "reproduction": …}.

        settings: of the experiment. codes: {program: digest of its code}, of those behind the tables.
        Raises InputError, naming the file, where one is damaged, or made with other settings or by other code.
        """
        lineage.require_compared(paths["metrics"], paths["claims"], settings, codes)
        return cls(
            Design.of(settings),
            plotted_models(settings),
            metrics=tables.read(paths["metrics"], metrics.COLUMNS, "aggregate"),
            curves=tables.read(paths["curves"], mean_curves.COLUMNS, "compare"),
            claims=tables.records(tables.read(paths["claims"], verdicts.COLUMNS, "compare")),
            reproduction=tables.read(paths["reproduction"], reproduction.COLUMNS, "compare"),
        )

    @cached_property
    def curves(self):
        """The mean curves at the base rate."""
        return self._at_base_rate(self.curves_at_all_rates)

    @cached_property
    def replicates_at_all_rates(self):
        """Each replicate's curves at every rate: model, learning_rate, pass, seed, metric, value."""
        return mean_curves.replicates(self.metrics)

    @cached_property
    def replicates(self):
        """Each replicate's curves at the base rate."""
        return self._at_base_rate(self.replicates_at_all_rates)

    @cached_property
    def last_curves(self):
        """The means at the last pass, at every rate."""
        return mean_curves.at_last_pass(self.curves_at_all_rates)

    @cached_property
    def last_replicates(self):
        """The replicates at the last pass, at every rate."""
        return mean_curves.at_last_pass(self.replicates_at_all_rates)

    @cached_property
    def differences(self):
        """{(claim's id, treatment): its paired differences, a Series over seeds, or None}."""
        found = verdicts.differences(self.metrics, self.design)
        return {(claim.id, treatment): values for claim, treatment, values in found}

    @cached_property
    def gaps(self):
        """The Gaps: what keeps claims from being decided."""
        return gaps(self.metrics, self.design)

    @cached_property
    def excluded(self):
        """The Exclusions: what no claim, or none on probes, rests on."""
        return excluded(self.metrics, self.design)

    @cached_property
    def outcomes(self):
        """The Outcome of each model and learning rate."""
        return sweep.outcomes(self.metrics, self.models, self.design.seeds)

    @cached_property
    def largest_rates(self):
        """{model of the design: {seed: its largest workable rate}}."""
        return sweep.largest_rates(self.metrics, self.design)

    @cached_property
    def turns(self):
        """{treatment: the Turn of its local smoothness, or None}."""
        return turns.turns(self.metrics, self.design)

    @cached_property
    def points(self):
        """{treatment: the least number of its checkpoints, and of the baseline's, that C4 rests on in a replicate}."""
        least = {}
        for (treatment, _), counts in overlap.points(self.metrics, self.design).items():
            least[treatment] = tuple(map(min, counts, least.get(treatment, counts)))
        return least

    @cached_property
    def bands(self):
        """Santurkar's bands of each replicate."""
        return landscape.bands(self.metrics, self.design)

    @cached_property
    def band_means(self):
        """Their means over the replicates."""
        return landscape.means(self.bands)

    def _at_base_rate(self, table):
        return table[table["learning_rate"] == self.design.learning_rate]
