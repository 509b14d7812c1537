import numpy
import pandas
import pytest
from drawings import EARLY, SIZE, lost, measured, points, thin_lines, without, words
from normscape.analysis.sweep import Outcome
from normscape.report.figures import reproduction, style
from normscape.report.figures.lines import DOWN, UP


def draw(models, printed, change=lambda results: None):
    results = measured(models, early=EARLY)
    change(results)
    rows = [(model, number, metric, 0.5) for model in printed for number in (1, 2) for metric in reproduction.PANELS]
    results.reproduction = pandas.DataFrame(rows, columns=["model", "pass", "metric", "notebook"])
    return reproduction.draw(results, SIZE)


def test_the_notebooks_numbers_are_diamonds_among_the_lines_of_its_models():
    figure = draw(["Plain", "Other", "Normed"], ["Plain", "Normed"])
    assert len(figure.axes) == 2 * len(reproduction.PANELS)  # of the other model it printed nothing
    for axis in figure.axes:
        (diamonds,) = axis.lines
        assert diamonds.get_marker() == "D" and list(diamonds.get_xdata()) == [1, 2]
        (lines,) = thin_lines(axis)
        assert len(lines) == 3 and lines[0][0][0] == 1  # each replicate, from pass 1 on
    names = [axis.get_ylabel() for axis in figure.axes if axis.get_ylabel()]
    assert names == ["Plain", "Normed"]


def test_of_models_that_the_notebook_lacks_the_panels_say_so(tmp_path):
    figure = draw(["Plain", "Normed"], [])
    said = [" ".join(words(axis)).replace("\n", " ") for axis in figure.axes]
    assert said == ["the notebook printed nothing of these models"] * 5
    assert [axis.get_title(loc="left") for axis in figure.axes] == [title for title, _ in reproduction.PANELS.values()]
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_where_every_run_of_its_models_diverged_the_panels_say_so(tmp_path):
    def diverge(results):
        for model in results.models:
            lost(results, model, Outcome(model, 0.04, 3, 3, ()))

    figure = draw(["ConvNet", "BatchNormConvNet"], [], diverge)
    assert [words(axis) for axis in figure.axes] == [["every run diverged"]] * 5
    style.save(figure, tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize(("value", "marker", "said"), [(0.0, DOWN, "is 0 (▾)"), (numpy.inf, UP, "is infinite (▴)")])
def test_what_has_no_place_on_a_logarithmic_axis_is_a_triangle_and_counted(tmp_path, value, marker, said):
    figure = draw(["Plain"], ["Plain"], lambda results: without(results, "Plain", "test_loss", 2, 1, value))
    train, test, *others = figure.axes
    assert points(test, marker) == [(2, test.get_ylim()[marker == UP])]
    assert [each.replace("\n", " ") for each in words(test)] == [f"of 9 values, 1 {said}"]
    assert not any(words(axis) for axis in (train, *others))
    style.save(figure, tmp_path / "x.png", dpi=50)
