"""Check the config before anything runs, and name what the rules take from it."""

import yaml
from normscape.config.check import check_config
from normscape.config.command_line import read_again
from normscape.config.settings import settings
from normscape.data.datasets import raw_paths
from normscape.errors import InputError
from normscape.report import catalogue, words


def checked_settings():
    """Return what the rules take from the config; exit with one line where that is wrong."""
    schema = HERE / ".." / "schemas" / "config.schema.yaml"
    read_again(config, workflow.config_settings.config, workflow.modifier_stack[0].globals["config"])
    try:
        check_config(config, yaml.safe_load(schema.read_text(encoding="utf-8")))
    except InputError as error:
        sys.exit(f"{CONFIG_LABEL}: {error}")
    return settings(config)


def exit_unless_writable(folder):
    """Exit with one line where nothing can be written to `folder`, which needn't be there yet."""
    place = next(place for place in (folder, *folder.parents) if os.path.exists(place))
    if not (place.is_dir() and os.access(place, os.W_OK)):
        sys.exit(f"{place}: can't be written; results go there, so make it a folder that you may write to")


CHECKED = checked_settings()
RESULTS = CHECKED.results
RUN = f"{RESULTS}/runs/{{model}}/lr-{{learning_rate}}/seed-{{seed}}"  # a training run's folder
DATASET = CHECKED.dataset
RATES = CHECKED.rates  # as texts, in the one spelling that stands in paths
RATE = RATES[0]  # the base rate
MODELS = CHECKED.models
PLOTTED_MODELS = CHECKED.plotted_models  # in the order of their colours
SEEDS = CHECKED.seeds
DESIGN = CHECKED.design
TRAINING = CHECKED.training
PROBING = CHECKED.probing
SETTINGS = CHECKED.kept
FIGURES = [figure for figure in catalogue.FIGURES if not figure.lacking(config)]
LACKING = [figure for figure in catalogue.FIGURES if figure.lacking(config)]  # those that this config can't give

exit_unless_writable(Path(prefixed("results/data")))
exit_unless_writable(Path(prefixed(RESULTS)))


wildcard_constraints:
    model="[A-Za-z0-9][A-Za-z0-9._-]*",
    learning_rate=r"[0-9.e-]+",
    seed=r"\d+",
