from types import SimpleNamespace

import numpy
import pandas
import pytest
from drawings import SIZE, design, overlapping, points, thin_lines, words
from matplotlib.collections import LineCollection
from normscape.analysis.landscape import BANDS
from normscape.analysis.sweep import Outcome
from normscape.report.figures import landscape, limits, style


def results(seeds, passes=2, diverged=0):
    """Two models' bands; diverged: how many of their runs."""
    edge = {"low": 1.0, "high": 2.0, "low_multiples": (0.5,), "high_multiples": (1.0, 4.0)}
    models, numbers = ("Plain", "Normed"), range(1, passes + 1)
    places = [(model, number, measure) for model in models for number in numbers for measure in BANDS.values()]
    means = pandas.DataFrame([{"model": m, "pass": p, "measure": what, "n": 2, **edge} for m, p, what in places])
    bands = pandas.concat([means.assign(seed=seed) for seed in seeds])
    outcomes = [Outcome(model, 0.04, len(seeds), diverged, ()) for model in models]
    return SimpleNamespace(
        bands=bands.reset_index(), band_means=means, design=design(["Plain", "Normed"]), outcomes=outcomes
    )


def without(results, model, measure, number, seed=0):
    """Take from the `results` a replicate's band at one pass, and with it their mean."""
    for table in (results.bands, results.band_means):
        rows = (table["model"] == model) & (table["measure"] == measure) & (table["pass"] == number)
        if "seed" in table:
            rows &= table["seed"] == seed
        table.loc[rows, ["low", "high"]] = numpy.nan
        for name in ("low_multiples", "high_multiples"):
            table[name] = [() if row else multiples for row, multiples in zip(rows, table[name], strict=True)]


def draw(seeds, **options):
    return landscape.draw(results(seeds, **options), SIZE)


def test_an_svg_of_many_replicates_holds_pixels_instead_of_their_lines(tmp_path):
    def images(count):
        style.save(draw(range(count)), tmp_path / "x.svg")
        return (tmp_path / "x.svg").read_text().count("<image")

    assert (images(2), images(5 * limits.VECTORS + 1)) == (0, 6)  # ten points each of VECTORS replicates; here two


def test_the_bands_are_hatched_labelled_and_called_no_uncertainty(tmp_path):
    figure = draw((0, 1))
    assert len(figure.axes) == 6
    for axis in figure.axes:
        (band,) = (drawn for drawn in axis.collections if not isinstance(drawn, LineCollection))
        assert band.get_hatch() and len(band.get_facecolor()) == 0
        texts = [text.get_text() for text in axis.texts]
        assert {"α = 0.5", "α = 1, 4"} <= set(texts)
        assert any("not seeds" in text for text in texts)
        assert [len(edge) for edge in thin_lines(axis)] == [2, 2]  # both edges of each replicate
        assert [line.get_linewidth() for line in axis.lines] == [2, 2]  # both means
    style.save(figure, tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize(("diverged", "said"), [(2, "every run diverged"), (0, "nothing was measured")])
def test_a_landscape_of_nothing_says_so(tmp_path, diverged, said):
    empty = results((0, 1), diverged=diverged)
    empty.bands, empty.band_means = empty.bands.iloc[:0], empty.band_means.iloc[:0]
    figure = landscape.draw(empty, SIZE)
    assert [words(axis) for axis in figure.axes] == [
        [said] + ([model] if not place else []) for model in ("Plain", "Normed") for place in range(3)
    ]
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_model_of_which_every_run_diverged_says_so_and_the_other_keeps_its_numbers(tmp_path):
    one = results((0, 1))
    one.bands = one.bands[one.bands["model"] == "Plain"]
    one.band_means = one.band_means[one.band_means["model"] == "Plain"]
    one.outcomes[1] = one.outcomes[1]._replace(diverged=2)
    figure = landscape.draw(one, SIZE)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for plain, normed in zip(figure.axes[:3], figure.axes[3:], strict=True):
        assert "every run diverged" in words(normed) and "α = 0.5" in words(plain)
        assert plain.get_ylim()[0] < 1 < 2 < plain.get_ylim()[1] < 3  # of what is there
        labels = [
            [label.get_text() for label in axis.get_yticklabels(which="both") if label.get_visible()]
            for axis in (plain, normed)
        ]
        assert any(labels[0]) and not any(labels[1])


def test_of_one_pass_a_band_is_a_bar_between_points(tmp_path):
    figure = draw((0, 1), passes=1)
    for axis in figure.axes:
        assert points(axis, "o") == [(1, 1), (1, 1), (1, 2), (1, 2), (1, 1), (1, 2)]  # edges of replicates, of means
        bars = [shape.get_datalim(axis.transData) for shape in axis.collections if shape.get_hatch()]
        assert 0.2 in [pytest.approx(bar.width) for bar in bars]
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_a_band_that_is_missing_is_a_gap_and_counted(tmp_path):
    gap = results((0, 1), passes=4)
    without(gap, "Normed", "gradient_change", 4)
    without(gap, "Normed", "gradient_change", 2)
    figure = landscape.draw(gap, SIZE)
    for place, axis in enumerate(figure.axes):
        assert ("of 16 edges, 4 are missing" in words(axis)) == (place == 4)
        assert ("α = 0.5" in words(axis)) == (place != 4)  # the mean of its last pass is missing
    numpy.testing.assert_allclose(figure.axes[4].lines[-2].get_ydata(), [2, numpy.nan, 2, numpy.nan])
    style.save(figure, tmp_path / "x.png", dpi=50)
    without(gap, "Normed", "loss", 2)
    figure = landscape.draw(gap, SIZE)
    texts = [text for axis in figure.axes for text in (axis._left_title, *axis.texts) if "α = " not in text.get_text()]
    assert overlapping(figure, texts) == []  # the model's name makes room
