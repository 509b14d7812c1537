from types import SimpleNamespace

import numpy
import pandas
from drawings import SIZE, design
from matplotlib.colors import to_hex
from normscape.analysis import curves
from normscape.analysis.sweep import Outcome
from normscape.report.figures import style, sweep


def swept(diverged, models=("Plain", "Normed")):
    """The figure of the models at three rates, three replicates each; diverged: {(model, rate): how many}."""
    outcomes, rows, means = [], [], []
    for model in models:
        for rate in (0.04, 0.4, 4.0):
            failed = diverged.get((model, rate), 0)
            outcomes.append(Outcome(model, rate, 3, failed, ()))
            for metric in ("train_loss", "smoothness", "test_accuracy"):
                rows += [(model, rate, 2, seed, metric, 0.5 + 0.1 * seed) for seed in range(failed, 3)]
                if failed < 3:
                    means.append((model, rate, 2, metric, "log", 3 - failed, 0.6, 0.5, 0.7))
    replicates = pandas.DataFrame(rows, columns=["model", "learning_rate", "pass", "seed", "metric", "value"])
    results = SimpleNamespace(
        models=list(models),
        design=design(models),
        outcomes=outcomes,
        last_replicates=replicates.astype({"learning_rate": float, "value": float}),
        last_curves=pandas.DataFrame(means, columns=[column.name for column in curves.COLUMNS]),
    )
    return sweep.draw(results, SIZE)


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
        dots = [line for line in axis.lines if line.get_marker() == "o"]
        assert [len(line.get_xdata()) for line in dots] == [8, 3]
    numbers = [list(line.get_ydata()) for line in count.lines if line.get_marker() == "X"]
    assert numbers == [[0, 0, 1], [0, 3, 3]]


def test_a_sweep_without_divergence_has_no_cross():
    *panels, _ = swept({}).axes
    for axis in panels:
        assert crosses(axis) == []
        assert not any("diverged" in text.get_text() or "/" in text.get_text() for text in axis.texts)


def test_a_sweep_in_which_all_diverge_is_drawn(tmp_path):
    everything = {(model, rate): 3 for model in ("Plain", "Normed") for rate in (0.04, 0.4, 4.0)}
    style.save(swept(everything), tmp_path / "x.png", dpi=50)


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
            if line.get_marker() == "o"
            for x, y in zip(*line.get_data(), strict=True)
        ]
        marks = sorted(line.get_ydata()[0] for line in axis.lines if line.get_marker() == "X")
        assert len(marks) == 8 and min(numpy.diff(marks)) > 0.03
        assert marks[0] > max(dots) or marks[-1] < min(dots)
