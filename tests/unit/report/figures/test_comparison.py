import numpy
import pytest
from drawings import SIZE, compared, measured, overlapping, thin_lines
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.image import imread
from normscape.report.figures import comparison, style


def test_every_replicate_and_every_mean_is_a_line():
    figure = compared()
    for axis in figure.axes:
        assert [len(thin) for thin in thin_lines(axis)] == [3, 3], axis.get_title()
        assert [line.get_linewidth() for line in axis.lines].count(2.2) == 2, axis.get_title()


def test_the_line_of_a_replicate_goes_through_its_numbers():
    results = measured()
    replicates = results.replicates
    results.replicates = replicates[(replicates["seed"] != 1) | (replicates["pass"] != 2)]
    loss, _, accuracy, against = comparison.draw(results, SIZE).axes
    numpy.testing.assert_allclose(thin_lines(loss)[1][2], [(0, 1.12), (1, 1.17), (2, 1.22), (3, 1.27)])
    numpy.testing.assert_allclose(thin_lines(loss)[0][1], [(0, 1.01), (1, 1.06), (2, numpy.nan), (3, 1.16)])
    numpy.testing.assert_allclose(thin_lines(accuracy)[0][0], [(0, 50), (1, 55), (2, 60), (3, 65)])
    numpy.testing.assert_allclose(thin_lines(against)[0][0], [(1.05, 1.05), (1.10, 1.10), (1.15, 1.15)])
    assert loss.get_ylim()[0] < 1 and loss.get_ylim()[1] > 1.27  # all of them are in view


def test_models_differ_in_colour_and_in_line_style():
    models = [f"Model{i}" for i in range(12)]
    means = [line for line in compared(models).axes[0].lines if line.get_linewidth() == 2.2]
    for first_eight in (
        [to_hex(line.get_color()) for line in means[:8]],
        [str(line._dash_pattern) for line in means[:8]],
    ):
        assert len(set(first_eight)) == 8
    assert len({(to_hex(line.get_color()), str(line._dash_pattern)) for line in means}) == 12


def test_labels_of_lines_that_end_together_are_moved_apart():
    heights = sorted(text.xy[1] for text in compared([f"Model{i}" for i in range(3)], apart=0).axes[2].texts)
    assert len(heights) == 3 and min(numpy.diff(heights)) > 0.05


@pytest.mark.parametrize("count", [4, 8])
def test_many_models_share_a_legend_that_covers_nothing(count):
    models = [f"InstanceNormNet{i}" for i in range(count)]
    figure = compared(models, apart=0)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == models
    bands = [shape for axis in figure.axes for shape in axis.collections if isinstance(shape, PolyCollection)]
    assert not bands and not any(axis.texts for axis in figure.axes)  # nor names at the lines
    assert overlapping(figure, legend.get_texts()) == []
    assert overlapping(figure, [legend, *(axis.title for axis in figure.axes)]) == []


def test_a_run_without_any_number_is_drawn_empty(tmp_path):
    results = measured()
    results.replicates, results.curves = results.replicates.iloc[:0], results.curves.iloc[:0]
    style.save(comparison.draw(results, SIZE), tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize("dpi", [50, 200])
def test_no_text_is_cut_off_at_the_edges(tmp_path, dpi):
    style.save(compared(("Plain", "A model with a long name")), tmp_path / "x.png", dpi=dpi)
    picture = imread(tmp_path / "x.png")
    edges = numpy.concatenate([picture[:, 0], picture[:, -1], picture[0], picture[-1]])
    assert (edges[:, :3] == 1).all()
