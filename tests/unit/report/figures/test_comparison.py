import numpy
import pytest
from drawings import SIZE, compared, lost, measured, overlapping, points, thin_lines, without, words
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.image import imread
from normscape.analysis.sweep import Outcome
from normscape.report.figures import comparison, style
from normscape.report.figures.lines import DOWN, RIGHT, UP


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


DIVERGED = {model: Outcome(model, 0.04, 3, 3, ()) for model in ("Plain", "Normed")}


def test_where_every_run_diverged_each_panel_says_so(tmp_path):
    results = measured()
    for model, outcome in DIVERGED.items():
        lost(results, model, outcome)
    figure = comparison.draw(results, SIZE)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for axis in figure.axes:
        assert words(axis) == ["every run diverged"]
        assert not any(label.get_text() for label in axis.get_yticklabels() if label.get_visible())
    assert not any(words(axis) == ["every run diverged"] for axis in compared().axes)


def test_where_one_models_runs_diverged_the_others_are_drawn_and_each_panel_says_so():
    results = measured()
    lost(results, "Normed", DIVERGED["Normed"])
    for axis in comparison.draw(results, SIZE).axes:
        assert sorted(words(axis)) == ["Normed: every run diverged", "Plain"]
        assert [len(thin) for thin in thin_lines(axis)] == [3]


def test_where_nothing_was_measured_that_is_said_and_not_that_it_diverged():
    results = measured()
    lost(results, "Plain", DIVERGED["Plain"]._replace(diverged=2))
    lost(results, "Normed", DIVERGED["Normed"]._replace(trained=0, diverged=0))
    for axis in comparison.draw(results, SIZE).axes:
        (said,) = words(axis)
        assert "Plain: 2 of 3 runs diverged; of the others nothing was measured" in said.replace("\n", " ")
        assert "Normed: nothing was measured" in said


def test_without_smoothness_its_panels_say_so_and_the_others_are_drawn():
    results = measured()
    for name in ("replicates", "curves"):
        table = getattr(results, name)
        setattr(results, name, table[table["metric"] != "smoothness"])
    loss, smoothness, accuracy, against = comparison.draw(results, SIZE).axes
    assert words(smoothness) == words(against) == ["nothing was measured"]
    assert sorted(words(loss)) == sorted(words(accuracy)) == ["Normed", "Plain"]


def test_of_one_pass_the_panels_have_points_and_bars():
    for axis in compared(passes=1).axes[1::2]:  # L̂, and L̂ against loss
        size = [line.get_markersize() for line in axis.lines if line.get_marker() == "o" and len(line.get_xdata())]
        assert size.count(5) == 2 and size.count(8) == 2  # of each model the replicates, and the mean
    smoothness = compared(passes=1).axes[1]
    bars = [
        shape.get_datalim(smoothness.transData) for shape in smoothness.collections if "Poly" in type(shape).__name__
    ]
    assert [bar.width for bar in bars if numpy.isfinite(bar.width) and bar.width] == pytest.approx([0.2, 0.2])
    assert list(smoothness.get_xticks()) == [1] and smoothness.get_xlim() == (0.5, 1.5)
    assert not points(compared(passes=2).axes[1], "o")  # two are a line


def test_of_one_replicate_and_one_pass_all_panels_have_numbers(tmp_path):
    figure = compared(seeds=(0,), passes=1)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for axis in figure.axes:
        assert words(axis) == ["Plain", "Normed"] and (axis.lines or axis.collections)


def test_a_mean_that_is_missing_is_a_gap_and_what_stands_alone_beside_it_a_point():
    results = measured()
    without(results, "Plain", "smoothness", 2, seed=1)
    axis = comparison.draw(results, SIZE).axes[1]
    thick = [line for line in axis.lines if line.get_linewidth() == 2.2]
    numpy.testing.assert_allclose(thick[0].get_ydata(), [1.05, numpy.nan, 1.15])
    numpy.testing.assert_allclose(thick[1].get_ydata(), [1.15, 1.2, 1.25])
    alone = [(1, 1.05 + 0.01), (3, 1.15 + 0.01), (1, 1.05), (3, 1.15)]  # of the replicate, and of the mean
    numpy.testing.assert_allclose(points(axis, "o"), alone)
    assert "Plain: of 9 values, 1 is missing" in words(axis)


@pytest.mark.parametrize(
    ("value", "marker", "said"),
    [(0.0, DOWN, "1 is 0 (▾)"), (numpy.inf, UP, "1 is infinite (▴)"), (1e-310, DOWN, "1 is below 1e-300 (▾)")],
)
def test_what_has_no_place_on_a_logarithmic_axis_is_a_triangle_at_its_edge_and_counted(tmp_path, value, marker, said):
    results = measured()
    without(results, "Normed", "smoothness", 2, seed=1, value=value)
    figure = comparison.draw(results, SIZE)
    _, smoothness, accuracy, against = figure.axes
    edge = smoothness.get_ylim()[marker == UP]
    assert points(smoothness, marker) == [(2, edge)] and f"Normed: of 9 values, {said}" in words(smoothness)
    assert [x for x, _ in points(against, marker)] == [pytest.approx(1.21)]
    assert f"Normed: of 9 values of L̂, {said}" in words(against)
    low, high = smoothness.get_ylim()
    assert 0.5 < low < 1.06 and 1.27 < high < 2  # it doesn't stretch the axis
    assert words(accuracy) == ["Plain", "Normed"]  # nothing is lacking there
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_one_value_alone_is_told_as_one():
    results = measured(models=("Plain",), seeds=(0,), passes=1)
    without(results, "Plain", "smoothness", 1, value=0.0)
    assert words(comparison.draw(results, SIZE).axes[1]) == ["the one value is 0 (▾)"]


def test_a_loss_of_0_is_a_triangle_on_the_right_where_training_runs_to():
    results = measured()
    without(results, "Plain", "full_batch_loss", 3, seed=0, value=0.0)
    against = comparison.draw(results, SIZE).axes[3]
    assert points(against, RIGHT) == [(min(against.get_xlim()), pytest.approx(1.15))]
    assert "Plain: of 9 losses, 1 is 0 (▸)" in words(against)


def test_what_has_no_place_anywhere_leaves_no_panel_without_a_word(tmp_path):
    results = measured()
    for model in results.models:
        for number in (0, 1, 2, 3):
            without(results, model, "train_loss", number, value=0.0)
    figure = comparison.draw(results, SIZE)
    assert len(points(figure.axes[0], DOWN)) == 24
    (said,) = words(figure.axes[0])
    assert said.replace("\n", " ") == "Plain: of 12 values, 12 are 0 (▾) Normed: of 12 values, 12 are 0 (▾)"
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_model_whose_last_mean_is_missing_has_its_name_where_its_replicates_end():
    results = measured()
    without(results, "Normed", "train_loss", 3, seed=0, value=0.0)
    axis = comparison.draw(results, SIZE).axes[0]
    (text,) = (text for text in axis.texts if text.get_text() == "Normed")
    height = axis.transAxes.transform((0, text.xy[1]))[1]
    assert height == pytest.approx(axis.transData.transform((0, 1.265))[1])  # the median of 1.26 and 1.27


@pytest.mark.parametrize("noise", [0.0, 1e-15])
@pytest.mark.parametrize("level", [1.0, 3e-295, 3e90])
def test_numbers_that_are_all_the_same_have_an_axis_that_tells_them(tmp_path, level, noise):
    results = measured()
    for table, column in [(results.replicates, "value"), *((results.curves, name) for name in ("mean", "low", "high"))]:
        steps = 1 + noise * numpy.arange(len(table))
        table[column] = numpy.where(table["metric"].str.contains("accuracy"), 0.5, level * steps)
    figure = comparison.draw(results, SIZE)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for axis in figure.axes:
        low, high = axis.get_ylim()
        ticks = [tick.label1.get_text() for tick in (*axis.yaxis.get_major_ticks(), *axis.yaxis.get_minor_ticks())]
        assert len(ticks) == len(set(ticks) - {""}) + ticks.count("") and any(ticks)
        assert high > 1.04 * low


def test_bands_without_an_edge_or_beyond_all_numbers_are_drawn(tmp_path):
    results = measured()
    results.curves.loc[results.curves["pass"] == 2, ["low", "high"]] = [0.0, numpy.inf]
    results.curves.loc[results.curves["pass"] == 3, ["low", "high"]] = numpy.nan
    style.save(comparison.draw(results, SIZE), tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize("level", [0.1, 1.05, 1234.5])
def test_numbers_of_losses_that_are_close_do_not_touch(level):
    results = measured(passes=1)
    for table, name in ((results.replicates, "value"), (results.curves, "mean")):
        losses = table["metric"] == "full_batch_loss"
        table.loc[losses, name] = level * (1 + 0.1 * (table.loc[losses, name] - 1.05))
    figure = comparison.draw(results, SIZE)
    figure.draw_without_rendering()
    low, high = sorted(figure.axes[3].get_xlim())
    labels = [label for label in figure.axes[3].get_xticklabels(which="both") if label.get_text()]
    labels = [label for label in labels if low <= label.get_position()[0] <= high]
    assert len(labels) >= 2 and overlapping(figure, labels) == []


@pytest.mark.parametrize("size", [SIZE, (8, 6)])
def test_words_do_not_overlap(size):
    models = ["BatchNormConvNet", "InstanceNormConvNet"]
    results = measured(models)
    lost(results, models[0], Outcome(models[0], 0.04, 12, 5, ()))
    without(results, models[1], "smoothness", 1, seed=1, value=0.0)
    without(results, models[1], "smoothness", 2, seed=1, value=numpy.inf)
    without(results, models[1], "smoothness", 3, seed=1)
    figure = comparison.draw(results, size)
    texts = [text for axis in figure.axes for text in (axis._left_title, axis.xaxis.label, *axis.texts)]
    assert overlapping(figure, texts) == []


@pytest.mark.parametrize("dpi", [50, 200])
def test_no_text_is_cut_off_at_the_edges(tmp_path, dpi):
    style.save(compared(("Plain", "A model with a long name")), tmp_path / "x.png", dpi=dpi)
    picture = imread(tmp_path / "x.png")
    edges = numpy.concatenate([picture[:, 0], picture[:, -1], picture[0], picture[-1]])
    assert (edges[:, :3] == 1).all()
