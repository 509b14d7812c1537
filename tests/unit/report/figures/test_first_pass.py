import numpy
import pytest
from drawings import (
    EARLY,
    SIZE,
    UPDATES,
    compared,
    lost,
    measured,
    overlapping,
    points,
    thin_lines,
    without_update,
    words,
)
from matplotlib.collections import PolyCollection
from normscape.analysis.sweep import Outcome
from normscape.report.figures import comparison, first_pass, style
from normscape.report.figures.lines import DOWN, UP

PLACES = [-1, 0, 1, 3, numpy.log2(50), numpy.log2(UPDATES)]  # of EARLY, and of the end of the pass


def ticks(axis):
    return {label.get_text(): place for label, place in zip(axis.get_xticklabels(), axis.get_xticks(), strict=True)}


def thick(axis):
    return [line for line in axis.lines if line.get_linewidth() == 2.2]


def labels(axis):
    return [label for label in axis.get_xticklabels() if label.get_text()]


def test_without_probes_in_the_first_pass_there_are_four_panels_and_with_them_six():
    assert len(compared().axes) == 4
    titles = [axis.get_title(loc="left") for axis in compared(early=EARLY).axes]
    assert titles == [
        *("Train loss", "Local smoothness L̂", "Test accuracy"),
        *("Full-batch loss, first pass", "Local smoothness L̂, first pass", "Local smoothness at equal loss"),
    ]
    assert len(compared(early=(0,)).axes) == len(compared(early=(8,)).axes) == 6


def test_the_first_pass_is_on_a_logarithmic_axis_of_updates_with_0_apart():
    for axis in compared(early=EARLY).axes[3:5]:
        assert ticks(axis) == pytest.approx(dict(zip(["0", "1", "2", "8", "50", "100"], PLACES, strict=True)))
        assert axis.get_xlabel() == "updates, log scale (0: before training)"
        assert [len(thin) for thin in thin_lines(axis)] == [3, 3]
        values = [1 + 0.05 * update / UPDATES for update in (*EARLY, UPDATES)]
        numpy.testing.assert_allclose(thin_lines(axis)[1][2].T, [PLACES, numpy.add(values, 0.12)])
        numpy.testing.assert_allclose(thick(axis)[0].get_xydata().T, [PLACES, values])


def test_without_pass_0_the_axis_speaks_of_none():
    for axis in compared(early=(1, 8)).axes[3:5]:
        assert list(ticks(axis)) == ["1", "8", "100"] and axis.get_xlabel() == "updates, log scale"
        assert not [line for line in axis.lines if line.get_marker() == first_pass.BREAK["marker"]]


def test_passes_are_drawn_as_they_are_without_probes_in_the_first():
    for without, with_them in zip(compared().axes[:3], compared(early=EARLY).axes[:3], strict=True):
        for one, other in zip(thin_lines(without), thin_lines(with_them), strict=True):
            numpy.testing.assert_array_equal(one, other)
        assert without.get_ylim() == with_them.get_ylim()
        for one, other in zip(thick(without), thick(with_them), strict=True):
            numpy.testing.assert_array_equal(one.get_xydata(), other.get_xydata())


def test_at_equal_loss_the_lines_begin_after_update_1_and_before_training_is_hollow_and_apart():
    axis = compared(early=EARLY).axes[5]
    values = [1 + 0.05 * update / UPDATES for update in (*EARLY, *(UPDATES * number for number in (1, 2, 3)))]
    trained = numpy.column_stack([values[1:]] * 2)
    numpy.testing.assert_allclose(thin_lines(axis)[0][1], trained + 0.01)
    numpy.testing.assert_allclose(thick(axis)[0].get_xydata(), trained)
    hollow = [line for line in axis.lines if line.get_markerfacecolor() == "white" and line.get_marker() == "o"]
    places = [[y for _, y in line.get_xydata()] for line in hollow]
    assert places == [pytest.approx(each) for each in ([1, 1.01, 1.02], [1], [1.1, 1.11, 1.12], [1.1])]
    large = [line for line in axis.lines if line.get_markersize() == 6 and line.get_marker() == "o"]
    numpy.testing.assert_allclose(large[0].get_xydata(), trained[-3:])  # whole passes
    low, high = axis.get_ylim()
    assert low < 1 and high > 1.27  # it is all in view


@pytest.mark.parametrize(("value", "marker", "said"), [(0.0, DOWN, "1 is 0 (▾)"), (numpy.inf, UP, "1 is infinite (▴)")])
@pytest.mark.parametrize("update", [0, 2])
def test_what_has_no_place_is_a_triangle_at_its_update_and_counted(tmp_path, update, value, marker, said):
    results = measured(early=EARLY)
    without_update(results, "Normed", "smoothness", update, seed=1, value=value)
    figure = comparison.draw(results, SIZE)
    _, passes, _, _, first, against = figure.axes
    edge = first.get_ylim()[marker == UP]
    assert points(first, marker) == [(PLACES[EARLY.index(update)], edge)]
    assert [text.replace("\n", " ") for text in words(first)] == [f"Normed: of 18 values, {said}"]
    assert len(points(against, marker)) == 1 and f"of 24 values of L̂, {said}" in words(against)[0].replace("\n", " ")
    assert not words(passes)
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_mean_that_is_missing_is_a_gap():
    results = measured(early=EARLY)
    without_update(results, "Plain", "smoothness", 2, seed=1)
    first, against = comparison.draw(results, SIZE).axes[4:]
    assert numpy.isnan(thick(first)[0].get_ydata()).tolist() == [False, False, True, False, False, False]
    assert "Plain: of 18 values, 1 is missing" in words(first)
    assert numpy.isnan(thick(against)[0].get_ydata()).sum() == 1


def test_where_all_of_the_first_pass_is_missing_its_end_is_drawn_and_the_rest_counted(tmp_path):
    results = measured(early=EARLY)
    for model in results.models:
        for update in EARLY:
            for metric in ("smoothness", "full_batch_loss"):
                without_update(results, model, metric, update)
    figure = comparison.draw(results, SIZE)
    for axis in figure.axes[3:5]:
        said = " ".join(words(axis)).replace("\n", " ")
        assert said == "Plain: of 18 values, 15 are missing Normed: of 18 values, 15 are missing"
        assert len(labels(axis)) == 6
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_pass_without_a_number_says_so(tmp_path):
    results = measured(early=EARLY, passes=1)
    for model in results.models:
        for update in (*EARLY, UPDATES):
            for metric in ("smoothness", "full_batch_loss"):
                without_update(results, model, metric, update)
    figure = comparison.draw(results, SIZE)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for axis in figure.axes[3:]:
        assert "are missing" in " ".join(words(axis)) and not labels(axis)


def test_a_model_without_probes_is_told_in_each_panel():
    results = measured(early=EARLY)
    lost(results, "Normed", Outcome("Normed", 0.04, 3, 3, ()))
    figure = comparison.draw(results, SIZE)
    assert all(words(axis) == ["Normed: every run diverged"] for axis in figure.axes)
    assert all(len(thin_lines(axis)) == 1 for axis in figure.axes)


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_the_names_stand_above_all_panels_and_bands_are_those_of_few_models(count):
    models = [f"InstanceNormNet{i}" for i in range(count)]
    figure = compared(models, early=EARLY)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == models
    assert not any(words(axis) for axis in figure.axes)
    bands = [[shape for shape in axis.collections if isinstance(shape, PolyCollection)] for axis in figure.axes]
    assert [len(each) for each in bands] == [count * (count <= 3)] * 5 + [0]
    assert overlapping(figure, [legend, *(axis._left_title for axis in figure.axes)]) == []


@pytest.mark.parametrize("seeds", [(0,), range(8)])
def test_of_a_single_probe_of_the_first_pass_all_panels_have_numbers(tmp_path, seeds):
    figure = compared(early=(0,), passes=1, seeds=seeds)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for axis in figure.axes[3:5]:
        assert list(ticks(axis)) == ["0", "100"] and not words(axis)


@pytest.mark.parametrize("early", [range(0, 100, 4), (0, 80, 90, 98, 99), (0, 1, 2, 97, 98, 99)])
@pytest.mark.parametrize("size", [SIZE, (8, 6)])
def test_labels_of_many_updates_do_not_touch_and_both_ends_have_theirs(early, size):
    figure = comparison.draw(measured(early=early, passes=1), size)
    for axis in figure.axes[3:5]:
        assert len(axis.get_xticks()) == len(early) + 1
        assert overlapping(figure, labels(axis)) == []
        assert [label.get_text() for label in labels(axis)][:: len(labels(axis)) - 1] == ["0", "100"]


@pytest.mark.parametrize("size", [SIZE, (8, 6)])
def test_words_do_not_overlap(size):
    models = ["BatchNormConvNet", "InstanceNormConvNet"]
    results = measured(models, early=EARLY)
    for update, value in ((0, 0.0), (2, numpy.inf), (8, numpy.nan)):
        without_update(results, models[1], "smoothness", update, 1, value)
    figure = comparison.draw(results, size)
    texts = [text for axis in figure.axes for text in (axis._left_title, axis.xaxis.label, *axis.texts)]
    assert overlapping(figure, texts) == []
