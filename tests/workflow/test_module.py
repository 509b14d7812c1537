"""The workflow within another one, as README tells; and where Snakemake's catalog looks for it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SNIPPET = re.search(r"## In another workflow\n.*?```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]


@pytest.fixture
def importing(checkout, tmp_path):
    """A workflow that is README's snippet, with a clone beside it."""
    folder = tmp_path / "importing"
    folder.mkdir()
    config = {"normscape": checkout.config(), "experiment": "its own", "seeds": "so is this"}
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    (folder / "Snakefile").write_text(SNIPPET)
    shutil.move(checkout.folder, folder / "normscape")
    return checkout.at(folder)


def one_line(done):
    assert done.returncode != 0
    (line,) = (line for line in done.stdout.splitlines() if "extended by additional config" not in line)
    return line


@pytest.mark.slow
def test_readmes_snippet_runs_and_puts_its_results_where_it_says(importing, finished):
    importing.finish("--cores", "4")
    results = importing.path("smoothing/results/small")
    for name, table in finished.tables().items():
        assert (results / name).read_bytes() == table
    assert (results / "commentary.html").is_file()
    assert importing.path("smoothing/results/data/FashionMNIST/raw/t10k-images-idx3-ubyte").is_file()
    assert [line.split(",")[0] for line in importing.path("primary.csv").read_text().splitlines()] == ["claim", "C3"]
    assert not importing.path("results").exists()
    assert not importing.path("normscape/results").exists()

    assert importing.planned() == set()
    assert "normscape_train ConvNet 0.04 2" in importing.planned("--config", "normscape={seeds: [0, 2]}", "seeds=7")
    importing.finish("--report", "report.zip")

    shutil.rmtree(results / "runs/ConvNet/lr-0.04/seed-1")
    importing.finish("normscape_partial", "--cores", "4")
    assert "seed 1 (ConvNet: missing)" in (results / "partial/commentary.md").read_text()


@pytest.mark.slow
def test_another_path_to_the_clone_and_no_prefix_will_do(importing, tmp_path):
    shutil.move(importing.path("normscape"), tmp_path / "elsewhere")
    snippet = re.sub(r"    prefix:\n.*\n", "", SNIPPET).replace("smoothing/", "")
    for place in (
        "../elsewhere/Snakefile",
        f"{tmp_path}/elsewhere/workflow/Snakefile",
        f"file://{tmp_path}/elsewhere/Snakefile",
    ):
        importing.path("Snakefile").write_text(snippet.replace("normscape/Snakefile", place))
        planned = importing.planned()
        assert len(planned) == 1 + 1 + 2 + 4 + 4 + 5 + 1, place  # the last is its own


def test_a_bad_config_gets_one_line_that_names_the_module(importing):
    line = one_line(importing.snakemake("--cores", "4", "--config", "normscape={training: {momentum: 0.9}}"))
    assert line.startswith("config of module normscape: training: unknown key 'momentum'; known are ")
    line = one_line(importing.snakemake("--cores", "4", "--config", "normscape={seeds: [0, x]}"))
    assert line == "config of module normscape: seeds.1: 'x' is not of type 'integer'"
    line = one_line(importing.snakemake("--cores", "4", "--config", "normscape={seeds: [0, 010]}", "seeds=010"))
    assert line == "--config: normscape.seeds.1: YAML reads 010 as 8; write 8 or 10"
    overlay = importing.path("mine.yaml")
    overlay.write_text("seeds: 010\nnormscape:\n  device: cpu\n  device: cuda\n")
    line = one_line(importing.snakemake("--cores", "4", "--configfile", "mine.yaml"))
    assert line == "mine.yaml: normscape.device: stands twice, in lines 3 and 4; keep one"
    *_, line = importing.snakemake("--cores", "4", "normscape_sweep").stdout.splitlines()
    assert line.startswith("config of module normscape: training.learning_rate: a sweep needs a list of rates, ")
    assert not importing.path("smoothing").exists()


def test_a_text_for_the_module_is_a_text(importing):
    planned = importing.finish("--dry-run", "--config", "normscape={experiment: 007, seeds: [3]}").stdout
    assert " smoothing/results/007/metrics.csv" in planned and "seed=3" in planned and "seed=0" not in planned


def test_the_catalogs_snakefile_plans_the_same_jobs(checkout):
    planned = checkout.planned()
    assert len(planned) == 1 + 1 + 2 + 4 + 4 + 5
    assert checkout.planned("--snakefile", "workflow/Snakefile") - {"default"} == planned


def test_what_the_catalog_reads_is_there():
    assert yaml.safe_load((ROOT / "config/config.yaml").read_text()) == yaml.safe_load(
        (ROOT / "config.yaml").read_text()
    )
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage.keys() == {"mandatory-flags", "software-stack-deployment", "report"}
    assert (ROOT / "config/README.md").is_file()
