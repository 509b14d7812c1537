"""What each job is made with: the settings on its program's command line, which its provenance keeps.

The rules ask for them, and whoever reads a result holds its provenance against them.
"""

MEASURED = ("dataset", "device", "models", "seeds", "smoothness", "training")  # sections behind what was measured
COMPARED = (*MEASURED, "comparison", "claims")
OPTIONAL = {"claims"}
DRAWN = (*COMPARED, "figure")
MEASURING = ("prepare", "train", "probe")  # the programs behind what was measured


def recipe(rule, settings, codes, run=None):
    """Return {option: value} of the program of `rule`.

    settings: the config as `config.settings` keeps it: checked, and each list and number in one form.
    codes: {program: digest of its code}. run: {wildcard of the rule: value}, a text or a number.
    """
    return _RECIPES[rule](settings, codes, run)


def _images(settings, codes, run):
    return {"dataset": settings["dataset"]["name"]}


def _prepare(settings, codes, run):
    dataset = settings["dataset"]
    return {"dataset": dataset["name"], "fraction": dataset["fraction"], "seed": int(run["seed"])}


def _train(settings, codes, run):
    training = {key: value for key, value in settings["training"].items() if key != "learning_rate"}
    return {**_network(settings, run), "training": training}


def _probe(settings, codes, run):
    return {
        **_network(settings, run),
        "batch_size": settings["training"]["batch_size"],
        "probing": settings["smoothness"],
    }


def _network(settings, run):
    return {
        "device": settings["device"],
        "learning_rate": float(run["learning_rate"]),
        "model": settings["models"][run["model"]],
        "name": run["model"],
        "seed": int(run["seed"]),
    }


def _register(settings, codes, run):
    return {"comparison": settings["comparison"], "claims": settings.get("claims", {})}


def _aggregate(settings, codes, run):
    rates = sorted(map(float, learning_rates(settings)))  # whichever of them is the base rate
    measured = {**settings, "training": {**settings["training"], "learning_rate": rates}}
    return _all_runs(MEASURED, MEASURING, measured, codes)


def _compare(settings, codes, run):
    return _all_runs(COMPARED, (*MEASURING, "aggregate"), settings, codes)


def _figures(settings, codes, run):
    return _all_runs(DRAWN, (*MEASURING, "aggregate", "compare"), settings, codes)


def _commentary(settings, codes, run):
    return _all_runs(settings, (*MEASURING, "samples", "aggregate", "compare", "figures"), settings, codes)


def _all_runs(sections, programs, settings, codes):
    """Return the sections, and the digests of the programs, behind all that a job reads."""
    present = [name for name in sections if name in settings or name not in OPTIONAL]
    return {"codes": {name: codes[name] for name in programs}, "settings": {name: settings[name] for name in present}}


_RECIPES = {
    "register": _register,
    "download": _images,
    "samples": _images,
    "prepare": _prepare,
    "train": _train,
    "probe": _probe,
    "aggregate": _aggregate,
    "compare": _compare,
    "figures": _figures,
    "commentary": _commentary,
}

RULES = tuple(_RECIPES)  # in the order of their work


def learning_rates(settings):
    """Return the learning rates in the one spelling that stands in paths, the base rate first."""
    given = settings["training"]["learning_rate"]
    return [repr(float(rate)) for rate in (given if isinstance(given, list) else [given])]


def plotted_models(settings):
    """Return the models' names in the order of their colours: those compared, then the others."""
    compared = [settings["comparison"]["baseline"], *settings["comparison"]["treatments"]]
    return [*compared, *sorted(set(settings["models"]) - set(compared))]
