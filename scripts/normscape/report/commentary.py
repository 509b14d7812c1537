"""All that the commentary's template is told: it chooses its sentences by these facts."""

from .. import tables
from ..analysis import reproduction as notebook
from ..analysis.claims.claim import Asked
from ..data import datasets
from . import catalogue, findings, words
from .sections import comparison, costs, landscape, models, precision, reproduction, sweep

TITLE = "Does batch normalisation smooth the loss landscape?"


def facts(results, settings, provenances, figures):
    """Return the facts, by the names that the template has for them.

    results: the Results. settings: the whole config. provenances: of all jobs. figures: names of those that were drawn.
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
        "float32": precision.float32(results.metrics, results.design),
        "costs": costs.costs(provenances),
        "provenance": costs.ran_with(provenances),
    }


def _of_the_claims(results, settings, entries):
    design, rates = results.design, {outcome.learning_rate for outcome in results.outcomes}
    asked = Asked(
        directions=settings["smoothness"]["directions"],
        swept=len(rates) > 1,
        passes=settings["training"]["passes"],
    )
    found = [findings.finding(row, design, asked, results.gaps) for row in results.claims]
    return {
        "baseline": design.baseline,
        "treatments": [
            findings.treatment(name, found, entries[name], entries[design.baseline]) for name in design.treatments
        ],
        "level": words.percent(design.confidence),
        **findings.of_all(found, design.confidence),
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
        "all_images": round(fraction * dataset.training_images) == dataset.training_images,
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
