"""`scripts/plan.py` on the real workflow: the jobs that Snakemake would run, what they cost, and why they run."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from checkouts import environment
from plans import jobs


def plan(checkout, *options):
    command = [sys.executable, "scripts/plan.py", "--cores", "4", *options]
    return subprocess.run(command, cwd=checkout.folder, env=environment(), text=True, capture_output=True)


def rows(done):
    """{rule: (number of jobs, why)} of the table; a rule that has several reasons fails."""
    assert done.returncode == 0, done.stderr
    costs = r"(?:not known|[\d.]+ \w+(?: \+ .* waiting)?) +(?:[\d.]+ [MG]B)?"
    found = re.findall(rf"^  (\w+) +(\d+) +{costs} +(.*)$", done.stdout, re.MULTILINE)
    assert len({rule for rule, *_ in found}) == len(found)
    return {rule: (int(number), why) for rule, number, why in found}


def planned(checkout, *options):
    """{rule: number of jobs} of a dry run."""
    return Counter(job.split()[0] for job in checkout.planned(*options))


def test_on_an_empty_folder_everything_is_new_and_nothing_is_made(checkout):
    done = plan(checkout)
    assert rows(done) == {rule: (number, "new") for rule, number in planned(checkout).items()}
    assert re.match(r"This takes about [\d.]+ (s|minutes) here with 4 cores.*: .* of CPU time", done.stdout)
    assert "none ran here yet" in done.stdout
    assert not checkout.results("tensors").exists()


def test_a_finished_experiment_has_nothing_to_run(finished):
    assert plan(finished).stdout == "Nothing to run: all is done, as this config asks for it.\n"


@pytest.mark.parametrize(
    ("change", "rule", "why"),
    [
        ({"training": {"batch_size": 16}}, "train", "training.batch_size was 32, is 16"),
        ({"smoothness": {"directions": 2}}, "probe", "smoothness.directions was 1, is 2"),
        ({"seeds": [0, 1, 2]}, "aggregate", "seeds: 2 added"),
        ({"figure": {"dpi": 60}}, "figures", "figure.dpi was 50, is 60"),
    ],
)
def test_after_an_edit_it_says_what_reruns_and_why(rerun, change, rule, why):
    rerun.edit_config(change)
    done = plan(rerun)
    found = rows(done)
    assert {name: number for name, (number, _) in found.items()} == planned(rerun)
    assert found[rule][1] == why
    assert re.search(r"Costs from \d+ jobs of earlier runs on this machine\.$", done.stdout)


def test_what_is_done_is_told_by_rule(rerun):
    rerun.edit_config({"smoothness": {"directions": 2}})
    done = re.search(r"^Done, and left as they are: (.*)\.$", plan(rerun).stdout, re.MULTILINE)[1]
    assert {"download 1", "samples 1", "prepare 2", f"train {len(jobs('train'))}"} <= set(done.split(", "))


def test_a_wrong_config_and_a_wrong_target_fail_as_a_run_would(finished):
    done = plan(finished, "--config", "foo=1")
    assert done.returncode != 0 and done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("config: unknown key 'foo'")
    done = plan(finished, "nowhere")
    assert done.returncode != 0 and done.stdout == ""
    assert "No rule to produce nowhere" in done.stderr
