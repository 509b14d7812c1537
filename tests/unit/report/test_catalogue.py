import subprocess
import sys
from pathlib import Path

import normscape
import pytest
from normscape import code
from normscape.report import catalogue

CAPTIONS = Path(__file__).resolve().parents[3] / "workflow" / "report"
SCRIPTS = Path(normscape.__file__).parents[1]


def config(rate=0.04, multiples=(1,)):
    return {"training": {"learning_rate": rate}, "smoothness": {"step_multiples": list(multiples)}}


def drawn(**settings):
    return [figure.name for figure in catalogue.FIGURES if not figure.lacking(config(**settings))]


def test_a_figure_that_needs_several_of_something_is_lacking_without_and_says_what_it_takes():
    assert drawn() == drawn(rate=[0.04]) == ["comparison", "claims", "reproduction"]
    assert drawn(rate=[0.04, 0.01]) == ["comparison", "claims", "reproduction", "sweep"]
    assert drawn(multiples=[1, 2]) == ["comparison", "claims", "reproduction", "landscape"]
    lines = [line for figure in catalogue.FIGURES if (line := figure.lacking(config()))]
    assert lines == [
        "training.learning_rate: a sweep needs a list of rates, the base rate first, as [0.04, 0.01, 0.16]",
        "smoothness.step_multiples: the landscape needs several, as [0.5, 1, 2, 4]",
    ]


@pytest.mark.parametrize("figure", catalogue.FIGURES, ids=lambda figure: figure.name)
def test_each_figure_has_a_module_that_draws_it_and_a_caption(figure):
    module = catalogue.module(figure.name)
    assert module.__name__ == f"normscape.report.figures.{figure.name}" and module.draw
    assert (CAPTIONS / f"{figure.name}.rst").is_file()


def test_each_figure_counts_as_code_of_the_program_that_draws_it():
    reached = code.modules(SCRIPTS / "figures.py")
    for figure in catalogue.FIGURES:
        assert SCRIPTS / "normscape" / "report" / "figures" / f"{figure.name}.py" in reached


def test_who_reads_the_catalogue_loads_nothing_that_draws():
    script = "import sys; from normscape.report import catalogue; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "normscape.report.catalogue" in loaded
    assert not {"numpy", "pandas", "matplotlib", "jinja2"} & set(loaded)
