"""All that the commentary's template is told: it chooses its sentences by these facts."""

from .. import tables
from ..analysis import reproduction as notebook
from ..analysis.claims.claim import Asked
from ..data import datasets
from . import catalogue, findings, treatments, words
from .sections import advice, comparison, costs, landscape, looks, models, precision, reproduction, sweep

TITLE = "Does batch normalisation smooth the loss landscape?"


def facts(results, settings, provenances, figures, registers):
    """Return the facts, by the names that the template has for them.

    results: the Results. settings: the whole config. provenances: of all jobs. figures: names of those that were drawn.
    registers: the Fixed of the register of analyses, and the Looks of that of verdicts.
    """
    entries = {name: settings["models"][name] for name in results.models}
    return {
        **_of_the_claims(results, settings, entries),
        **dict(zip(("excluded", "unprobed"), findings.left_out(results.excluded), strict=True)),
        **_of_the_figures(results, figures),
        **_of_the_settings(results, settings),
        **models.facts(entries),
        **reproduction.facts(tables.records(results.reproduction)),
        "unlike_notebook": notebook.unlike(_notebook_settings(results, settings), entries),
        "advice": advice.advice(results, settings, provenances),
        "looks": looks.looks(*registers, settings, results.excluded),
        "float32": precision.float32(results.metrics, results.design),
        "costs": costs.costs(provenances),
        "provenance": costs.ran_with(provenances),
    }


def _of_the_claims(results, settings, entries):
    design, rates = results.design, {outcome.learning_rate for outcome in results.outcomes}
    asked = Asked.of(settings, swept=len(rates) > 1)
    found = [findings.finding(row, design, asked, results.gaps) for row in results.claims]
    return {
        "baseline": design.baseline,
        "treatments": [
            treatments.treatment(
                name, found, entries[name], entries[design.baseline], results.turns[name], results.points.get(name)
            )
            for name in design.treatments
        ],
        **findings.of_all(found, design),
        **_of_the_checkpoints(asked, settings),
    }


def _of_the_checkpoints(asked, settings):
    """Return which checkpoints are probed and evaluated, where not all are."""
    passes = [number for _, number in asked.probed if number is not None]
    every = settings["training"]["evaluate_every"]
    return {
        "early_updates": [update for update, number in asked.probed if number is None],
        "probed_passes": passes if set(passes) < set(range(asked.passes + 1)) else [],
        "evaluated_every": every if asked.passes > 1 else 1,
    }


def _of_the_figures(results, figures):
    design, curves = results.design, tables.records(results.curves)
    return {
        "figures": {figure.name: figure.title for figure in catalogue.FIGURES if figure.name in figures},
        "alt": comparison.alternative_text(curves, results.models),
        "caption": comparison.caption(curves, results.models, design.confidence),
        "sweep": sweep.sweep(
            results.outcomes, tables.records(results.last_curves), results.largest_rates, results.claims, design
        ),
        "landscape": (
            landscape.landscape(tables.records(results.band_means), design.models) if "landscape" in figures else None
        ),
    }


def _of_the_settings(results, settings):
    dataset, fraction = datasets.named(settings["dataset"]["name"]), settings["dataset"]["fraction"]
    return {
        "dataset": f"{dataset.name}: {words.images(dataset)}, {len(dataset.classes)} classes",
        "percent": words.percent(fraction),
        "all_images": dataset.drawn(fraction) == dataset.training_images,
        "learning_rate": results.design.learning_rate,
        "batch_size": settings["training"]["batch_size"],
        "passes": settings["training"]["passes"],
    }


def _notebook_settings(results, settings):
    """Return the settings that the notebook had, too, as `analysis.reproduction.SETTINGS` names them."""
    return {
        "dataset": settings["dataset"]["name"],
        "fraction": settings["dataset"]["fraction"],
        "learning_rate": results.design.learning_rate,
        "batch_size": settings["training"]["batch_size"],
    }
