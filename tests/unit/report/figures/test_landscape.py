from types import SimpleNamespace

import pandas
from drawings import SIZE, design, thin_lines
from matplotlib.collections import LineCollection
from normscape.analysis.landscape import BANDS
from normscape.report.figures import landscape, limits, style


def draw(seeds, rows=None):
    """The figure of two models over two passes; or of the first `rows` of its tables."""
    edge = {"low": 1.0, "high": 2.0, "low_multiples": (0.5,), "high_multiples": (1.0, 4.0)}
    places = [(model, p, measure) for model in ("Plain", "Normed") for p in (1, 2) for measure in BANDS.values()]
    means = pandas.DataFrame([{"model": m, "pass": p, "measure": what, "n": 2, **edge} for m, p, what in places])
    bands = pandas.concat([means.assign(seed=seed) for seed in seeds])
    results = SimpleNamespace(bands=bands[:rows], band_means=means[:rows], design=design(["Plain", "Normed"]))
    return landscape.draw(results, SIZE)


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


def test_a_landscape_of_nothing_is_drawn_empty(tmp_path):
    style.save(draw((0, 1), rows=0), tmp_path / "x.png", dpi=50)
