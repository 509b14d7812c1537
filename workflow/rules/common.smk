"""What all rules share: where things are, which code a rule runs, and how settings become its command line."""

import json
import os
import shlex
import sys
from pathlib import Path

HERE = Path(str(workflow.current_basedir))
if not HERE.is_dir():  # Snakemake fetches Snakefiles from anywhere, but not the library that the programs import
    sys.exit("normscape: its programs need its folder; clone the repository and name the Snakefile in the clone")

# Relative to the working directory: a checkout that moves must not look like a changed setting.
SCRIPTS = Path(os.path.relpath(HERE / ".." / ".." / "scripts"))
REPORT = Path(os.path.relpath(HERE / ".." / "report"))

sys.path.insert(0, str(SCRIPTS))
from normscape import code
from normscape.recipes import learning_rates, recipe

# For each program a digest of it and all of ours that it imports, which no comment, docstring or layout changes. Not of
# the download: whichever code fetched the bytes, their SHA-256 is the known one.
CODES = {
    name: code.digest(SCRIPTS / f"{name}.py")
    for name in ("register", "prepare", "samples", "train", "probe", "aggregate", "compare", "figures", "commentary")
}

# How an error names the config, which may be a section of that of a workflow that imports this one.
CONFIG_LABEL = "config" if workflow.modifier.is_main_snakefile() else f"config of module {workflow.modifier.namespace}"


def program(script, **more):
    """Return a rule's program and settings as the start of a command line, for its params.

    The settings are those of `recipes.recipe` and `more`: sorted and quoted, `--name value`. A list becomes several
    words, a dict JSON. The result is a function, because in a plain string Snakemake takes braces for wildcards; and
    one string, because it compares params without their names: two settings that swap their values would not be seen.
    """

    def command(wildcards):
        words = [str(SCRIPTS / f"{script}.py")]
        for name, value in sorted({**recipe_of(script, wildcards), **more}.items()):
            words.append(f"--{name.replace('_', '-')}")
            if isinstance(value, dict):
                words.append(json.dumps(value, sort_keys=True))
            else:
                words += map(str, value if isinstance(value, list) else [value])
        return shlex.join(words)

    return command


def recipe_of(rule, wildcards):
    """Return what the job of a rule is made with, by this config and this code."""
    return recipe(rule, SETTINGS, CODES, dict(wildcards.items()))


def code_of(script):
    """Return what stands among a rule's params for the code that it runs: a change of it reruns the rule."""
    return f"code of {script}.py: {CODES[script]}"


def templates(name):
    """Return the paths of a template and of all that it includes, as input that stays where it is.

    As input they are compared by content: an edit reruns the rule, a touch or a fresh checkout doesn't.
    """
    return [local(str(path)) for path in code.templates(REPORT / name)]


def prefixed(path):
    """Return where inputs and outputs named `path` are: a workflow that imports this one may move them (`prefix:`).

    For paths that reach a command in other ways. To be called while the Snakefile is read, not by a job's function.
    """
    return workflow.modifier.path_modifier.replace_prefix(path)


def in_report(path, title, category, caption):
    """Return `path`, marked to stand in the report under `title`; its caption is the file of that name in REPORT."""
    return report(path, labels={"result": title}, category=category, caption=(REPORT / caption).resolve())


def exit_unless(met, line):
    """Return no input; but where a job is asked for whose condition isn't met, end with the one `line` instead.

    By exit, not exception: Snakemake would wrap that in lines of its own.
    """
    return [] if met else sys.exit(f"{CONFIG_LABEL}: {line}")


def run_exists(table):
    """Return whether a run's table, a Path, and the history.csv beside it exist."""
    return table.exists() and table.with_name("history.csv").exists()
