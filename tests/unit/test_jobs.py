import json
from argparse import Namespace

import pytest
from normscape import jobs


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"SLURM_JOB_ID": "12"}, "12"),
        ({"PBS_JOBID": "12.head"}, "12.head"),
        ({"LSB_JOBID": "12"}, "12"),
        ({"JOB_ID": "12"}, "12"),
        ({"SLURM_JOB_ID": "12", "JOB_ID": "another tool's"}, "12"),
    ],
)
def test_the_provenance_names_the_schedulers_job(tmp_path, monkeypatch, environment, expected):
    for name in jobs.JOB_IDS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "provenance.json"
    jobs.run("train", lambda arguments: None, Namespace(provenance=path))
    assert json.loads(path.read_text())["scheduler_job_id"] == expected
