"""What all rules share: where things are, which code a rule runs, and how settings become its command line."""

import ast
import json
import os
import shlex
import sys
from pathlib import Path

from snakemake.io import flag
from snakemake.jobs import GroupJob
from snakemake.logging import logger
from snakemake.path_modifier import PATH_MODIFIER_FLAG

HERE = Path(str(workflow.current_basedir))
if not HERE.is_dir():  # Snakemake fetches Snakefiles from anywhere, but not the library that the programs import
    sys.exit("normscape: its programs need its folder; clone the repository and name the Snakefile in the clone")

# Relative to the working directory: a checkout that moves must not look like changed input.
SCRIPTS = Path(os.path.relpath(HERE / ".." / ".." / "scripts"))
REPORT = Path(os.path.relpath(HERE / ".." / "report"))

# `python` in a rule's shell command is the one that runs Snakemake, whatever PATH says.
os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))

# glibc gives memory back to the system after each chunk of images and faults it in again for the next; kept, a gradient
# takes some 5 % less time. Elsewhere these names mean nothing.
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**30))
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**27))

# How an error names the config, which may be a section of that of a workflow that imports this one.
whose = "config" if workflow.modifier.is_main_snakefile() else f"config of module {workflow.modifier.namespace}"


def telling_why(log_error):
    """Return `log_error` of Snakemake's group of jobs, which drops what the scheduler said of it, with that told first.

    A job by itself tells it. Without it, a group that Slurm refuses (a wrong partition, too long a time) fails wordless:
    https://github.com/snakemake/snakemake-executor-plugin-slurm/issues/456
    """

    def log_error_and_why(group, msg=None, **details):
        if msg:
            logger.error(msg)
        log_error(group, msg, **details)

    return log_error_and_why


if GroupJob.log_error.__module__ == "snakemake.jobs":  # once, wherever this file is included from
    GroupJob.log_error = telling_why(GroupJob.log_error)


def program(rule):
    """Return the script of a rule, and every file of ours that it imports, for the rule's input.

    As input they are compared by content: an edit reruns the rule, a touch or a fresh checkout doesn't.
    """
    found, open_ends = [], [SCRIPTS / f"{rule}.py"]
    while open_ends:
        path = open_ends.pop()
        if path not in found:
            found.append(path)
            open_ends += imports(path)
    return [ours(path) for path in [found[0], *sorted(found[1:])]]


def ours(path):
    """Return the `path` of a file of this repository as an input that stays where it is, whatever `placed` does."""
    return flag(str(path), PATH_MODIFIER_FLAG)


def placed(path):
    """Return where inputs and outputs named `path` are: a workflow that imports this one may move them (`prefix:`).

    For paths that reach a command in other ways. To be called while the Snakefile is read, not by a job's function.
    """
    return workflow.modifier.path_modifier.replace_prefix(path)


def imports(path):
    """Return the files under scripts/ that the Python file at `path` imports."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = [path.parent.name] * node.level  # the library is one folder deep
            base = ".".join([*package, *([node.module] if node.module else [])])
            modules |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    folders = {".".join(module.split(".")[:depth]) for module in modules for depth in (1, 2)}
    places = [SCRIPTS.joinpath(*name.split(".")) for name in modules | folders]
    candidates = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    return [file for file in candidates if file.is_file()]


def flags(**settings):
    """Return `settings` as one string of sorted, quoted command-line flags.

    One string, because Snakemake compares a rule's params without their names: two settings that swap their values
    would not be seen. A list becomes several words, a dict JSON.
    """
    words = []
    for name, value in sorted(settings.items()):
        words.append(f"--{name.replace('_', '-')}")
        if isinstance(value, dict):
            words.append(json.dumps(value, sort_keys=True))
        else:
            words += map(str, value if isinstance(value, list) else [value])
    return shlex.join(words)


def shown(path, name, category, caption):
    """Return `path`, marked to stand in the report under `name`; its caption is the file of that name in REPORT."""
    return report(path, labels={"result": name}, category=category, caption=(REPORT / caption).resolve())


def required(met, line):
    """Return no input; but where a job is asked for whose condition isn't met, end with the one `line` instead.

    By exit, not exception: Snakemake would wrap that in lines of its own.
    """
    return [] if met else sys.exit(f"{whose}: {line}")


def there(table):
    """Return whether a run's table is there, and was made from a training that is."""
    return Path(table).exists() and Path(table).with_name("history.csv").exists()
