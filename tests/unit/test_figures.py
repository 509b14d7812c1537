from itertools import combinations

import numpy
import pandas
import pytest
from matplotlib import pyplot
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.image import imread
from normscape import claims, figures


@pytest.fixture(autouse=True)
def closed():
    """Close each test's figures, which pyplot would else keep."""
    yield
    pyplot.close("all")


def measured(models=("Plain", "Normed"), seeds=(0, 1, 2), passes=3, apart=0.1):
    rows, curves = [], []
    for i, model in enumerate(models):
        for metric, curve in claims.CURVES.items():
            for number in range(0 if curve.mode == "eval" else 1, passes + 1):
                base = (0.5 if "accuracy" in metric else 1.0) + apart * i + 0.05 * number
                curves.append((model, 0.04, number, metric, curve.scale, len(seeds), base, base * 0.9, base * 1.1))
                rows += [(model, 0.04, number, seed, metric, base + 0.01 * seed) for seed in seeds]
    return (
        pandas.DataFrame(rows, columns=["model", "learning_rate", "pass", "seed", "metric", "value"]),
        pandas.DataFrame(curves, columns=[column.name for column in claims.CURVE_ROWS]),
    )


def draw(models=("Plain", "Normed"), **options):
    return figures.comparison(*measured(models, **options), list(models), (11, 7))


def thin_lines(axis):
    """The replicates' lines, a list for each model."""
    return [
        [path.vertices for path in drawn.get_paths()] for drawn in axis.collections if isinstance(drawn, LineCollection)
    ]


def test_every_replicate_and_every_mean_is_a_line():
    figure = draw()
    for axis in figure.axes:
        assert [len(thin) for thin in thin_lines(axis)] == [3, 3], axis.get_title()
        assert [line.get_linewidth() for line in axis.lines].count(2.2) == 2, axis.get_title()


def test_the_line_of_a_replicate_goes_through_its_numbers():
    replicates, curves = measured()
    replicates = replicates[(replicates["seed"] != 1) | (replicates["pass"] != 2)]
    loss, _, accuracy, against = figures.comparison(replicates, curves, ["Plain", "Normed"], (11, 7)).axes
    numpy.testing.assert_allclose(thin_lines(loss)[1][2], [(0, 1.12), (1, 1.17), (2, 1.22), (3, 1.27)])
    numpy.testing.assert_allclose(thin_lines(loss)[0][1], [(0, 1.01), (1, 1.06), (2, numpy.nan), (3, 1.16)])
    numpy.testing.assert_allclose(thin_lines(accuracy)[0][0], [(0, 50), (1, 55), (2, 60), (3, 65)])
    numpy.testing.assert_allclose(thin_lines(against)[0][0], [(1.05, 1.05), (1.10, 1.10), (1.15, 1.15)])
    assert loss.get_ylim()[0] < 1 and loss.get_ylim()[1] > 1.27  # all of them are in view


def test_an_svg_of_many_replicates_holds_pixels_instead_of_their_lines(tmp_path):
    def paths(**options):
        figures.save(draw(**options), tmp_path / "x.svg")
        text = (tmp_path / "x.svg").read_text()
        return text.count("<path"), text.count("<image")

    few, many = paths(seeds=range(figures.VECTORS), passes=9), paths(seeds=range(figures.VECTORS + 1), passes=10)
    assert few[0] > 8 * figures.VECTORS > many[0]
    assert (few[1], many[1]) == (0, 4)  # one image a panel
    assert paths(seeds=range(10), passes=60)[1] == 4  # as many points in fewer lines


def test_models_differ_in_colour_and_in_line_style():
    models = [f"Model{i}" for i in range(12)]
    means = [line for line in draw(models).axes[0].lines if line.get_linewidth() == 2.2]
    for first_eight in (
        [to_hex(line.get_color()) for line in means[:8]],
        [str(line._dash_pattern) for line in means[:8]],
    ):
        assert len(set(first_eight)) == 8
    assert len({(to_hex(line.get_color()), str(line._dash_pattern)) for line in means}) == 12


def test_labels_of_lines_that_end_together_are_moved_apart():
    heights = sorted(text.xy[1] for text in draw([f"Model{i}" for i in range(3)], apart=0).axes[2].texts)
    assert len(heights) == 3 and min(numpy.diff(heights)) > 0.05


def overlapping(figure, artists):
    """The pairs of artists whose boxes overlap, or that stand out of the figure."""
    figure.draw_without_rendering()
    boxes = [artist.get_window_extent() for artist in artists]
    whole = figure.bbox.padded(1)
    outside = [box for box in boxes if not (whole.containsx(box.x0) and whole.containsx(box.x1))]
    return outside + [pair for pair in combinations(boxes, 2) if pair[0].padded(-1).overlaps(pair[1].padded(-1))]


@pytest.mark.parametrize("count", [4, 8])
def test_many_models_share_a_legend_that_covers_nothing(count):
    models = [f"InstanceNormNet{i}" for i in range(count)]
    figure = draw(models, apart=0)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == models
    bands = [shape for axis in figure.axes for shape in axis.collections if isinstance(shape, PolyCollection)]
    assert not bands and not any(axis.texts for axis in figure.axes)  # nor names at the lines
    assert overlapping(figure, legend.get_texts()) == []
    assert overlapping(figure, [legend, *(axis.title for axis in figure.axes)]) == []


def claim_rows(treatments):
    verdicts = ["supported", "contradicted", "inconclusive"]
    rows = [
        {
            **{"claim": estimand.claim, "estimand": estimand.words, "treatment": treatment, "unit": estimand.unit},
            **{"estimate": 0.1 * i, "low": 0.1 * i - 0.2, "high": 0.1 * i + 0.2, "verdict": verdicts[i % 3]},
        }
        for estimand in claims.ESTIMANDS
        for i, treatment in enumerate(treatments)
    ]
    differences = {(row["claim"], row["treatment"]): numpy.array([-0.1, 0.1]) + row["estimate"] for row in rows}
    return rows, differences


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_treatment_has_a_line_of_its_own_with_its_name_in_every_claim(count):
    treatments = [f"InstanceNormNet{i}" for i in range(count)]
    rows, differences = claim_rows(treatments)
    figure = figures.forest(rows, differences, ["Plain", *treatments], (11, 7))
    texts = [text for axis in figure.axes for text in axis.texts]
    expected = [row["verdict"] if count == 1 else f"{row['treatment']}: {row['verdict']}" for row in rows]
    assert sorted(text.get_text() for text in texts) == sorted(expected)
    assert overlapping(figure, texts) == []
    for axis in figure.axes:
        ticks = axis.get_yticks()
        own = [row for row in rows if (row["unit"] == "log ratio") == (axis is figure.axes[0])]
        for text, row in zip(axis.texts, own, strict=True):
            words = axis.get_yticklabels()[numpy.abs(ticks - text.xy[1]).argmin()].get_text()
            assert words.startswith(row["claim"] + " ")  # it stands beside its claim, not its neighbour


def test_a_run_without_any_number_is_drawn_empty(tmp_path):
    replicates, curves = measured()
    figure = figures.comparison(replicates.iloc[:0], curves.iloc[:0], ["Plain", "Normed"], (11, 7))
    figures.save(figure, tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_pictures_are_the_same_bytes_each_time(tmp_path, suffix):
    for name in ("first", "second"):
        figures.save(draw(), tmp_path / f"{name}.{suffix}", dpi=60)
    assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()


@pytest.mark.parametrize("dpi", [50, 200])
def test_no_text_is_cut_off_at_the_edges(tmp_path, dpi):
    rows = [
        {"claim": f"C{i}", "estimand": "SD of the pass-to-pass change of log smoothness", "treatment": "Normed",
         "unit": unit, "estimate": 0.1, "low": None, "high": None, "verdict": "inconclusive"}
        for i, unit in enumerate(["log ratio", "accuracy difference"])
    ]  # fmt: skip
    figures.save(figures.forest(rows, {}, ["Plain", "Normed"], (11, 7)), tmp_path / "forest.png", dpi=dpi)
    figures.save(draw(("Plain", "A model with a long name")), tmp_path / "comparison.png", dpi=dpi)
    for name in ("forest", "comparison"):
        picture = imread(tmp_path / f"{name}.png")
        edges = numpy.concatenate([picture[:, 0], picture[:, -1], picture[0], picture[-1]])
        assert (edges[:, :3] == 1).all(), name


def test_the_svg_has_real_text_and_the_png_its_resolution(tmp_path):
    figures.save(draw(), tmp_path / "x.svg")
    assert ">Local smoothness L̂</text>" in (tmp_path / "x.svg").read_text()
    figures.save(draw(), tmp_path / "x.png", dpi=100)
    assert imread(tmp_path / "x.png").shape[:2] == (700, 1100)


def test_samples_stand_under_their_names():
    figure = figures.samples(numpy.zeros((2, 1, 28, 28), dtype="uint8"), ["Coat", "Bag"])
    assert [axis.get_title() for axis in figure.axes] == ["Coat", "Bag"]


@pytest.mark.parametrize(("pixel", "colour"), [([128], (128, 128, 128)), ([255, 0, 30], (255, 0, 30))])
def test_samples_are_drawn_grey_or_in_their_colours(tmp_path, pixel, colour):
    image = numpy.array(pixel, dtype="uint8")[None, :, None, None] * numpy.ones((1, 1, 8, 8), dtype="uint8")
    figures.save(figures.samples(image, ["Frog"]), tmp_path / "x.png", dpi=50)
    drawn = (imread(tmp_path / "x.png")[:, :, :3] * 255).round()
    height, width = drawn.shape[:2]
    assert tuple(drawn[2 * height // 3, width // 2]) == colour


def swept(diverged, models=("Plain", "Normed")):
    """The figure of the models at three rates, three replicates each; diverged: {(model, rate): how many}."""
    outcomes, rows, means = [], [], []
    for model in models:
        for rate in (0.04, 0.4, 4.0):
            failed = diverged.get((model, rate), 0)
            outcomes.append(claims.Outcome(model, rate, 3, failed, ()))
            for metric in ("train_loss", "smoothness", "test_accuracy"):
                rows += [(model, rate, 2, seed, metric, 0.5 + 0.1 * seed) for seed in range(failed, 3)]
                if failed < 3:
                    means.append((model, rate, 2, metric, "log", 3 - failed, 0.6, 0.5, 0.7))
    return figures.sweep(
        pandas.DataFrame(rows, columns=["model", "learning_rate", "pass", "seed", "metric", "value"]).astype(
            {"learning_rate": float, "value": float}
        ),
        pandas.DataFrame(means, columns=[column.name for column in claims.CURVE_ROWS]),
        outcomes,
        list(models),
        0.04,
        (11, 7),
    )


def crosses(axis):
    return [(line.get_xdata()[0], to_hex(line.get_color())) for line in axis.lines if line.get_marker() == "X"]


def test_a_sweep_marks_what_diverged_with_crosses_and_counts_and_draws_no_mean_of_the_others():
    figure = swept({("Plain", 4.0): 1, ("Normed", 0.4): 3, ("Normed", 4.0): 3})
    *panels, count = figure.axes
    assert len(panels) == 3
    for axis in panels:
        colours = [to_hex(figures._line(index)["color"]) for index in (0, 1)]
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
    figures.save(swept(everything), tmp_path / "x.png", dpi=50)


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


def test_an_svg_of_a_landscape_of_many_replicates_holds_pixels_instead_of_their_lines(tmp_path):
    def images(count):
        figures.save(landscape(range(count)), tmp_path / "x.svg")
        return (tmp_path / "x.svg").read_text().count("<image")

    assert (images(2), images(5 * figures.VECTORS + 1)) == (0, 6)  # ten points each of VECTORS replicates; here two


def landscape(seeds, rows=None):
    """The figure of two models over two passes; or of the first `rows` of its tables."""
    measures = [measure for measure, *_ in figures.LANDSCAPE]
    edge = {"low": 1.0, "high": 2.0, "low_multiples": (0.5,), "high_multiples": (1.0, 4.0)}
    places = [(model, number, measure) for model in ("Plain", "Normed") for number in (1, 2) for measure in measures]
    means = pandas.DataFrame([{"model": m, "pass": p, "measure": what, "n": 2, **edge} for m, p, what in places])
    bands = pandas.concat([means.assign(seed=seed) for seed in seeds])
    return figures.landscape(bands[:rows], means[:rows], ["Plain", "Normed"], (11, 7))


def test_the_landscapes_bands_are_hatched_labelled_and_called_no_uncertainty(tmp_path):
    figure = landscape((0, 1))
    assert len(figure.axes) == 6
    for axis in figure.axes:
        (band,) = (drawn for drawn in axis.collections if not isinstance(drawn, LineCollection))
        assert band.get_hatch() and len(band.get_facecolor()) == 0
        texts = [text.get_text() for text in axis.texts]
        assert {"α = 0.5", "α = 1, 4"} <= set(texts)
        assert any("not seeds" in text for text in texts)
        assert [len(edge) for edge in thin_lines(axis)] == [2, 2]  # both edges of each replicate
        assert [line.get_linewidth() for line in axis.lines] == [2, 2]  # both means
    figures.save(figure, tmp_path / "x.png", dpi=50)


def test_a_landscape_of_nothing_is_drawn_empty(tmp_path):
    figures.save(landscape((0, 1), rows=0), tmp_path / "x.png", dpi=50)


@pytest.mark.parametrize(("low", "high", "arrows"), [(-0.2, 0.9, 0), (-numpy.inf, 0.9, 1), (0.1, numpy.inf, 1)])
def test_an_open_end_of_an_interval_is_an_arrow(tmp_path, low, high, arrows):
    row = {"claim": "C7", "estimand": "rate", "treatment": "Normed", "unit": "log ratio", "estimate": 0.4}
    row |= {"low": low, "high": high, "verdict": "inconclusive"}
    accuracy = row | {"claim": "C2a", "unit": "accuracy difference", "low": 0.1, "high": 0.7}
    figure = figures.forest([row, accuracy], {}, ["Plain", "Normed"], (11, 7))
    assert sum(text.arrow_patch is not None for text in figure.axes[0].texts) == arrows
    figures.save(figure, tmp_path / "x.png", dpi=50)
