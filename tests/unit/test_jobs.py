import json

import pytest
from normscape import code, jobs


def run(main, folder, monkeypatch, *words):
    """Run `main` as the job of a rule, and return its provenance."""
    path, program = folder / "provenance.json", folder / "rule.py"
    program.write_text("import normscape\n")
    monkeypatch.setattr("sys.argv", [str(program), *words, "--provenance", str(path)])
    jobs.run(main)
    return json.loads(path.read_text())


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
    assert run(lambda: None, tmp_path, monkeypatch)["scheduler_job_id"] == expected


def test_the_provenance_has_rule_settings_and_what_the_work_returned(tmp_path, monkeypatch):
    def main(*, seed: int, model: dict):
        return {"data_sha256": "abc", "device": "a GPU"}

    facts = run(main, tmp_path, monkeypatch, "--seed", "3", "--model", '{"channels": [4]}')
    assert facts["rule"] == "rule"
    assert facts["settings"] == {"seed": 3, "model": {"channels": [4]}}
    assert (facts["data_sha256"], facts["device"], facts["threads"]) == ("abc", "a GPU", 1)


def test_wrong_input_ends_the_program_with_one_line_and_no_provenance(tmp_path, monkeypatch):
    def main():
        raise jobs.InputError("x.csv: damaged")

    with pytest.raises(SystemExit) as stopped:
        run(main, tmp_path, monkeypatch)
    assert stopped.value.code == "rule: x.csv: damaged"
    assert [path.name for path in tmp_path.iterdir()] == ["rule.py"]


def test_the_provenance_has_the_code_as_it_was_before_the_work(tmp_path, monkeypatch):
    def main():
        program = tmp_path / "rule.py"
        before.append(code.digest(program))
        program.write_text("import another\n")

    before = []
    assert [run(main, tmp_path, monkeypatch)["code"]] == before
    assert code.digest(tmp_path / "rule.py") not in before


def test_the_provenance_has_the_commit_as_it_was_before_the_work(tmp_path, monkeypatch):
    def main():
        monkeypatch.setattr("normscape.git.state", lambda: "after")

    monkeypatch.setattr("normscape.git.state", lambda: "before")
    assert run(main, tmp_path, monkeypatch)["git"] == "before"


def test_code_that_is_edited_while_it_is_loaded_ends_the_program(tmp_path, monkeypatch):
    loaded = {**jobs._AT_FIRST, tmp_path / "new.py": b""}
    monkeypatch.setattr(jobs, "_AT_FIRST", loaded)
    with pytest.raises(SystemExit) as stopped:
        run(lambda: None, tmp_path, monkeypatch)
    assert stopped.value.code == "rule: its code was edited just as it started; run again"
