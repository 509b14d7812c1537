import pandas
from drawings import SIZE, measured, thin_lines
from normscape.report.figures import reproduction, style


def draw(models, printed):
    results = measured(models)
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


def test_of_models_that_the_notebook_lacks_an_empty_figure_is_drawn(tmp_path):
    style.save(draw(["Plain", "Normed"], []), tmp_path / "x.png", dpi=50)
