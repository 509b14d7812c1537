"""Check the config before anything runs, and name what the rules take from it."""

import yaml
from normscape.config import layers, strict
from normscape.config.check import check_config
from normscape.config.settings import settings
from normscape.data import datasets
from normscape.errors import InputError
from normscape.report import catalogue, words
from snakemake.cli import parse_config
from snakemake.common.configfile import load_configfile


def config_layers():
    """Return the Layers that Snakemake has merged the config from."""
    given = workflow.config_settings
    files = workflow.configfiles[len(given.configfiles) :]  # before them stand the overlays
    if given.replace_workflow_config and given.overwrite_config:
        files = []
    try:
        typed = parse_config(given.config_args) == given.config
    except (AssertionError, TypeError, ValueError):
        typed = False  # by a program that calls Snakemake: it gave values, not texts
    return layers.Layers(files, given.configfiles, given.config, given.config_args if typed else None)


def checked_settings():
    """Return what the rules take from the config; exit with one line where that is wrong."""
    path = HERE / ".." / "schemas" / "config.schema.yaml"
    schema = yaml.load(path.read_text(encoding="utf-8"), strict.LOADER)
    whole = workflow.modifier_stack[0].globals["config"]
    try:
        layers.read_again(config, whole, config_layers(), schema, load_configfile)
    except InputError as error:
        sys.exit(str(error))
    try:
        check_config(config, schema)
    except InputError as error:
        sys.exit(f"{CONFIG_LABEL}: {error}")
    return settings(config)


def exit_unless_folder(folder):
    """Exit with one line where `folder` can't be one; else return it, or what of its path is there already."""
    place = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    if place.is_symlink() and not place.exists():
        sys.exit(f"{place}: is a link that leads nowhere ({os.readlink(place)}); make the folder, or remove the link")
    if not place.is_dir():
        sys.exit(f"{place}: can't be written; results go there, so make it a folder that you may write to")
    return place


def exit_unless_writable(folder):
    """Exit with one line where nothing can be written to `folder`, which needn't be there yet."""
    place = exit_unless_folder(folder)
    if not os.access(place, os.W_OK):
        sys.exit(f"{place}: can't be written; results go there, so make it a folder that you may write to")


def exit_unless_cuda(jobs):
    """Exit with one line where some of `jobs` want CUDA and torch finds none; they would delete their old outputs."""
    if config["device"] == "cuda" and any(job.rule.name in ("train", "probe") for job in jobs):
        command = [sys.executable, "-c", "import torch; print(torch.cuda.is_available())"]  # the rules load no torch
        if subprocess.run(command, capture_output=True, text=True).stdout.strip() == "False":
            sys.exit(f"{CONFIG_LABEL}: device: no CUDA device is found here; set `device: cpu` or `device: auto`")


SETTINGS = checked_settings()
RESULTS = f"results/{SETTINGS['experiment']}"
RUN = f"{RESULTS}/runs/{{model}}/lr-{{learning_rate}}/seed-{{seed}}"  # a training run's folder
DATASET = datasets.named(SETTINGS["dataset"]["name"])
RATES = learning_rates(SETTINGS)
MODELS = sorted(SETTINGS["models"])
SEEDS = SETTINGS["seeds"]
FIGURES = [figure for figure in catalogue.FIGURES if not figure.lacking(config)]
LACKING = [figure for figure in catalogue.FIGURES if figure.lacking(config)]  # those that this config can't give

for folder in ("results/data", RESULTS):
    exit_unless_writable(Path(prefixed(folder)))
for folder in (f"results/data/{DATASET.name}", f"{RESULTS}/tensors", f"{RESULTS}/runs"):
    exit_unless_folder(Path(prefixed(folder)))


onstart:
    if workflow.local_exec and not workflow.touch:
        exit_unless_cuda(workflow.dag.needrun_jobs())


wildcard_constraints:
    model="[A-Za-z0-9][A-Za-z0-9._-]*",
    learning_rate=r"[0-9.e-]+",
    seed=r"\d+",
