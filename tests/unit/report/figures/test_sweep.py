from types import SimpleNamespace

import numpy
import pandas
import pytest
from drawings import SIZE, design, overlapping, points, words
from matplotlib.colors import to_hex
from normscape.analysis.sweep import Outcome
from normscape.report.figures import style, sweep
from normscape.report.figures.lines import DOWN, UP


def results(diverged, models=("Plain", "Normed"), rates=(0.04, 0.4, 4.0)):
    """Of the models at the rates, three replicates each; diverged: {(model, rate): how many}."""
    outcomes, rows, means = [], [], []
    for model in models:
        for rate in rates:
            failed = diverged.get((model, rate), 0)
            outcomes.append(Outcome(model, rate, 3, failed, ()))
            for metric in ("train_loss", "smoothness", "test_accuracy"):
                rows += [(model, rate, 2, seed, metric, 0.5 + 0.1 * seed) for seed in range(failed, 3)]
                if failed < 3:
                    means.append((model, rate, metric, 0.6, 0.5, 0.7))
    replicates = pandas.DataFrame(rows, columns=["model", "learning_rate", "pass", "seed", "metric", "value"])
    return SimpleNamespace(
        models=list(models),
        design=design(models),
        outcomes=outcomes,
        last_replicates=replicates.astype({"learning_rate": float, "value": float}),
        last_curves=pandas.DataFrame(means, columns=["model", "learning_rate", "metric", "mean", "low", "high"]),
    )


def swept(diverged, *arguments):
    """The figure of these `results`."""
    return sweep.draw(results(diverged, *arguments), SIZE)


def crosses(axis):
    return [(line.get_xdata()[0], to_hex(line.get_color())) for line in axis.lines if line.get_marker() == "X"]


def test_a_sweep_marks_what_diverged_with_crosses_and_counts_and_draws_no_mean_of_the_others():
    figure = swept({("Plain", 4.0): 1, ("Normed", 0.4): 3, ("Normed", 4.0): 3})
    *panels, count = figure.axes
    assert len(panels) == 3
    for axis in panels:
        colours = [to_hex(style.line(index)["color"]) for index in (0, 1)]
        assert sorted(crosses(axis)) == sorted([(4.0, colours[0]), (0.4, colours[1]), (4.0, colours[1])])
        texts = [text.get_text() for text in axis.texts]
        assert sorted(text for text in texts if "/" in text) == ["1/3", "3/3", "3/3"]
        assert "diverged" in texts
        means = [list(line.get_xdata()) for line in axis.lines if line.get_linewidth() == 2.2]
        assert means == [[0.04, 0.4], [0.04]]
        dots = [line for line in axis.lines if line.get_markersize() == 4]
        assert [len(line.get_xdata()) for line in dots] == [8, 3]
    numbers = [list(line.get_ydata()) for line in count.lines if line.get_marker() == "X"]
    assert numbers == [[0, 0, 1], [0, 3, 3]]


def test_a_sweep_without_divergence_has_no_cross():
    *panels, _ = swept({}).axes
    for axis in panels:
        assert crosses(axis) == []
        assert not any("diverged" in text.get_text() or "/" in text.get_text() for text in axis.texts)


def test_a_sweep_in_which_all_diverge_says_so(tmp_path):
    everything = {(model, rate): 3 for model in ("Plain", "Normed") for rate in (0.04, 0.4, 4.0)}
    figure = swept(everything)
    *panels, count = figure.axes
    for axis in panels:
        assert sorted(set(words(axis))) == ["3/3", "diverged", "every run diverged"] and len(crosses(axis)) == 6
    assert words(count) == ["Normed", "Plain"]
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_sweep_of_no_run_says_so(tmp_path):
    nothing = results({})
    nothing.outcomes = []
    for name in ("last_replicates", "last_curves"):
        setattr(nothing, name, getattr(nothing, name).iloc[:0])
    figure = sweep.draw(nothing, SIZE)
    assert [words(axis) for axis in figure.axes[:3]] == [["nothing was measured"]] * 3
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_mean_that_stands_alone_is_a_point_with_a_bar():
    figure = swept({("Normed", 0.4): 3, ("Normed", 4.0): 3})
    for axis in figure.axes[:3]:
        assert [line.get_xdata() for line in axis.lines if line.get_markersize() == 8 and line.get_marker() == "o"] == [
            0.04
        ]
        bars = [shape.get_datalim(axis.transData) for shape in axis.collections]
        assert 0.04 / 1.06 in [pytest.approx(bar.x0) for bar in bars]


@pytest.mark.parametrize(("value", "marker", "said"), [(0.0, DOWN, "is 0 (▾)"), (numpy.inf, UP, "is infinite (▴)")])
def test_a_replicate_without_a_place_is_a_triangle_and_its_rate_has_no_mean(tmp_path, value, marker, said):
    lacking = results({})
    for table, columns in ((lacking.last_replicates, ["value"]), (lacking.last_curves, ["mean", "low", "high"])):
        rows = (table["model"] == "Plain") & (table["metric"] == "train_loss") & (table["learning_rate"] == 0.4)
        if columns == ["value"]:
            rows &= table["seed"] == 1
        table.loc[rows, columns] = value if columns == ["value"] else numpy.nan
    figure = sweep.draw(lacking, SIZE)
    loss, smoothness, _, _ = figure.axes
    ((x, y),) = points(loss, marker)
    assert x == pytest.approx(0.4, rel=0.1) and y == loss.get_ylim()[marker == UP]
    assert f"Plain: of 9 values, 1 {said}" in words(loss) and "Plain" in words(smoothness)
    assert not any("of 9" in said for said in words(smoothness))
    means = [line.get_ydata() for line in loss.lines if line.get_linewidth() == 2.2]
    numpy.testing.assert_allclose(means, [[0.6, numpy.nan, 0.6], [0.6, 0.6, 0.6]])
    assert loss.get_ylim()[0] > 0.4  # it doesn't stretch the axis
    style.save(figure, tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize("value", [0.5, 0.0, 1.0])
def test_accuracies_that_are_all_the_same_have_an_axis(value):
    same = results({})
    same.last_replicates["value"] = same.last_curves["mean"] = same.last_curves["low"] = same.last_curves["high"] = (
        value
    )
    axis = sweep.draw(same, SIZE).axes[2]
    low, high = axis.get_ylim()
    assert low < 100 * value < high and high - low >= 0.009


@pytest.mark.parametrize("count", [2, 5, 14, 30])
@pytest.mark.parametrize("dpi", [50, 200])
def test_the_labels_of_many_rates_do_not_overlap_and_the_base_has_its_own(tmp_path, count, dpi):
    rates = sorted([0.04, *(float(f"{rate:.3g}") for rate in numpy.geomspace(0.0011, 1.7, count - 1))])
    figure = swept({("Normed", rates[-1]): 2}, ["ConvNet", "BatchNormConvNet"], rates)
    style.save(figure, tmp_path / "x.png", dpi=dpi)
    for axis in figure.axes:
        labels = [label for label in axis.get_xticklabels() if label.get_text()]
        assert len(axis.get_xticks()) == count  # each has a tick
        assert "0.04\nbase" in [label.get_text() for label in labels]
        assert len(labels) >= min(count - 1, 5)  # of five, two are neighbours
        assert overlapping(figure, labels) == []


def test_numbers_of_what_diverged_stand_where_they_fit_and_else_in_the_last_panel_alone():
    def texts(count):
        rates = [0.04, *map(float, numpy.geomspace(0.1, 1.7, count - 1))]
        figure = swept({("Normed", rate): 3 for rate in rates}, ["Plain", "Normed"], rates)
        figure.draw_without_rendering()
        return [[text for text in axis.texts if text.get_text() == "3/3"] for axis in figure.axes[:3]], figure

    few, figure = texts(5)
    assert [len(of) for of in few] == [5, 5, 5] and all(overlapping(figure, of) == [] for of in few)
    assert texts(30)[0] == [[], [], []]


def test_a_sweep_of_many_models_has_a_legend_and_keeps_what_diverged_apart_from_what_did_not():
    models = [f"Net{i}" for i in range(8)]
    figure = swept({(model, 4.0): 2 for model in models}, models)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == models
    *panels, _ = figure.axes
    figure.draw_without_rendering()
    for axis in panels:
        assert not axis.collections  # no bands
        assert {text.get_text() for text in axis.texts} == {"2/3", "diverged"}  # no names at the lines
        dots = [
            axis.transAxes.inverted().transform(axis.transData.transform((x, y)))[1]
            for line in axis.lines
            if line.get_markersize() == 4
            for x, y in zip(*line.get_data(), strict=True)
        ]
        marks = sorted(line.get_ydata()[0] for line in axis.lines if line.get_marker() == "X")
        assert len(marks) == 8 and min(numpy.diff(marks)) > 0.03
        assert marks[0] > max(dots) or marks[-1] < min(dots)


def test_labels_that_fit_all_stay():
    axis = swept({}).axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0.04\nbase", "0.4", "4"]


def test_the_labels_of_fourteen_rates_would_overlap():  # else the test of them shows nothing
    rates = list(map(float, numpy.geomspace(0.04, 1.7, 14)))
    figure = swept({}, ["ConvNet", "BatchNormConvNet"], rates)
    for axis in figure.axes:
        axis.set_xticks(rates, [f"{rate:.3g}" for rate in rates])
        assert overlapping(figure, axis.get_xticklabels())
