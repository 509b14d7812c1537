"""Why a job runs, in a few words: Snakemake's reason, and this project's own among it, put plainly."""

import json
import os
import re

SHOWN = 40  # letters of a value

# By their first words, the more telling before: what Snakemake says, and what that means here.
_MADE_WITH = re.compile(r"made with (\S+) (.*), where (.*) is asked for")
_SAYINGS = (
    ("made with nobody knows what", "no record says what it was made with"),
    ("made by other code", "its code changed"),
    ("Incomplete output files", "it was interrupted"),
    ("Code has changed", "its command changed"),
    ("Software environment", "its environment changed"),
    ("Forced execution", "asked for by you"),
    ("Params have changed", "its settings changed"),
)
_LATER = (
    ("Set of input files has changed", "other runs than before"),
    ("Updated input files", "what it reads changed"),
    ("Input files updated by another job", "what it reads is made anew"),
)
_SECTIONS = {  # names of programs' options, and what the config calls these
    "probing.": "smoothness.",
    "batch_size": "training.batch_size",
    "dataset": "dataset.name",
    "fraction": "dataset.fraction",
    "learning_rate": "training.learning_rate",
}


def words(job):
    """Return why a Job runs."""
    reason = job.reason
    if missing := _missing(job):
        return missing
    if match := _MADE_WITH.search(reason):
        return _changed(job, *match.groups())
    if match := re.search(r"made from another (\S+) than", reason):
        return f"{match[1]} is another file than it was made from"
    return next((said for start, said in (*_SAYINGS, *_LATER) if start in reason), reason)


def _missing(job):
    if "Missing output files" not in job.reason:
        return None
    gone = [path for path in job.outputs if not os.path.exists(path)]
    if len(gone) == len(job.outputs):
        return "new"
    return f"{os.path.basename(gone[0])} is missing" if gone else "its files are incomplete"


def _changed(job, name, was, asked):
    """Say that the setting `name` was another: with the config's name of it."""
    if name.startswith("codes."):
        return f"the code of {name.removeprefix('codes.')}.py changed"
    section, dot, key = name.partition(".")
    if section == "model":
        name = f"models.{job.recipe.get('name')}{dot}{key}"
    elif job.rule in ("prepare", "samples", "download", "train", "probe"):
        name = _SECTIONS.get(f"{section}{dot}" if dot else section, section + dot) + key
    return f"{name}{_difference(was, asked)}"


def _difference(was, asked):
    """Say how two values differ, texts as JSON has them: of two lists, what is in one alone."""
    try:
        before, now = json.loads(was), json.loads(asked)
    except ValueError:
        before = now = None  # "nothing", for a setting that wasn't there
    if isinstance(before, list) and isinstance(now, list):
        parts = [
            ([each for each in now if each not in before], "added"),
            ([each for each in before if each not in now], "left out"),
        ]
        if said := [f"{_short(json.dumps(some)[1:-1])} {what}" for some, what in parts if some]:
            return f": {', '.join(said)}"
    return f" was {_short(was)}, is {_short(asked)}"


def _short(text):
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 2]} …"
