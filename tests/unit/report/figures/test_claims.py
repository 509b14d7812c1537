from types import SimpleNamespace

import numpy
import pandas
import pytest
from drawings import SIZE, design, overlapping, points, words
from matplotlib.collections import PolyCollection
from matplotlib.image import imread
from normscape.analysis.claims import CLAIMS
from normscape.analysis.claims.claim import BESIDE
from normscape.report.figures import claims, style
from normscape.report.figures.lines import LEFT, RIGHT

NO_MARGIN = {"margin": None, "inner_low": None, "inner_high": None}


def draw(rows, treatments=("Normed",), differences=None):
    results = SimpleNamespace(claims=rows, differences=differences or {}, design=design(["Plain", *treatments]))
    return claims.draw(results, SIZE)


def claim_rows(treatments):
    verdicts = ["supported", "contradicted", "inconclusive"]
    rows = [
        {
            **{"claim": claim.id, "estimand": claim.estimand, "treatment": treatment, "unit": claim.unit},
            **{"estimate": 0.1 * i, "low": 0.1 * i - 0.2, "high": 0.1 * i + 0.2, "verdict": verdicts[i % 3]},
            **{"family": claim.family, **NO_MARGIN},
        }
        for claim in CLAIMS
        for i, treatment in enumerate(treatments)
    ]
    differences = {(row["claim"], row["treatment"]): numpy.array([-0.1, 0.1]) + row["estimate"] for row in rows}
    return rows, differences


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_treatment_has_a_line_of_its_own_with_its_name_in_every_claim(count):
    treatments = [f"InstanceNormNet{i}" for i in range(count)]
    rows, differences = claim_rows(treatments)
    figure = draw(rows, treatments, differences)
    rows = [row for row in rows if row["family"] != BESIDE]
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


@pytest.mark.parametrize("dpi", [50, 200])
def test_no_text_is_cut_off_at_the_edges(tmp_path, dpi):
    rows = [
        {"claim": f"C{i}", "estimand": "SD of the pass-to-pass change of log smoothness", "treatment": "Normed",
         "unit": unit, "estimate": 0.1, "low": None, "high": None, "verdict": "inconclusive",
         "family": "secondary", **NO_MARGIN}
        for i, unit in enumerate(["log ratio", "accuracy difference"])
    ]  # fmt: skip
    style.save(draw(rows), tmp_path / "x.png", dpi=dpi)
    picture = imread(tmp_path / "x.png")
    edges = numpy.concatenate([picture[:, 0], picture[:, -1], picture[0], picture[-1]])
    assert (edges[:, :3] == 1).all()


@pytest.mark.parametrize(("low", "high", "arrows"), [(-0.2, 0.9, 0), (-numpy.inf, 0.9, 1), (0.1, numpy.inf, 1)])
def test_an_open_end_of_an_interval_is_an_arrow(tmp_path, low, high, arrows):
    row = {"claim": "C7", "estimand": "rate", "treatment": "Normed", "unit": "log ratio", "estimate": 0.4}
    row |= {"low": low, "high": high, "verdict": "inconclusive", "family": "secondary", **NO_MARGIN}
    accuracy = row | {"claim": "C2a", "unit": "accuracy difference", "low": 0.1, "high": 0.7}
    figure = draw([row, accuracy])
    assert sum(text.arrow_patch is not None for text in figure.axes[0].texts) == arrows
    style.save(figure, tmp_path / "x.png", dpi=50)


def row(id="C3", estimate=0.1, low=-0.2, high=0.4, verdict="inconclusive", **changes):
    claim = next(claim for claim in CLAIMS if claim.id == id)
    of = {"claim": id, "estimand": claim.estimand, "treatment": "Normed", "unit": claim.unit, "family": claim.family}
    of |= NO_MARGIN
    return of | {"estimate": estimate, "low": low, "high": high, "verdict": verdict} | changes


def margin(axis):
    """The greys of a panel: where each begins and ends, on both axes."""
    boxes = [shape.get_datalim(axis.transData) for shape in axis.collections if isinstance(shape, PolyCollection)]
    return [(*box.intervalx, *box.intervaly) for box in boxes]


def thickest(axis):
    """Where the thick parts of the bars are."""
    return [list(line.get_xdata()) for line in axis.lines if line.get_linewidth() == 4.5]


def drawn(rows, dots):
    return draw(rows, differences={(row["claim"], "Normed"): pandas.Series(dots) for row in rows})


@pytest.mark.parametrize("half", [2.5, 300.0, 1e6])  # of the interval: log ratios
def test_an_interval_many_times_as_wide_as_its_replicates_is_cut_off_with_arrows(tmp_path, half):
    figure = drawn([row(estimate=0.1, low=0.1 - half, high=0.1 + half)], [0.0, 0.2])
    ratio, accuracy = figure.axes
    low, high = ratio.get_xlim()
    assert (low, high) == pytest.approx((1 / 1.5, 1.5 * numpy.exp(0.2)))
    assert [x for x, _ in points(ratio, LEFT)] == [low] and [x for x, _ in points(ratio, RIGHT)] == [high]
    (line,) = (line for line in ratio.lines if line.get_linewidth() == 2)
    assert list(line.get_xdata()) == [low, high]
    assert words(accuracy) == ["no pair of replicates was measured"]
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_an_interval_as_wide_as_its_replicates_is_drawn_whole():
    figure = drawn([row()], [-0.3, 0.5])
    ratio = figure.axes[0]
    low, high = ratio.get_xlim()
    assert not points(ratio, LEFT) and not points(ratio, RIGHT) and low < numpy.exp(-0.3) and high > numpy.exp(0.5)
    (line,) = (line for line in ratio.lines if line.get_linewidth() == 2)
    assert list(line.get_xdata()) == pytest.approx([numpy.exp(-0.2), numpy.exp(0.4)])


def test_only_the_side_that_is_left_is_cut_off():
    ratio = drawn([row(estimate=0.1, low=0.05, high=99.0)], [0.0, 0.2]).axes[0]
    assert not points(ratio, LEFT) and [x for x, _ in points(ratio, RIGHT)] == [ratio.get_xlim()[1]]


def test_no_ratio_beyond_10000_has_a_place_and_none_is_lost(tmp_path):
    figure = drawn([row(estimate=300.0, low=-200.0, high=800.0), row("C1", 0.1, -0.2, 0.4)], [0.1, 400.0, 500.0])
    ratio = figure.axes[0]
    low, high = ratio.get_xlim()
    assert (low, high) == pytest.approx((1e-4, 1e4))
    sizes = sorted(line.get_markersize() for line in ratio.lines if line.get_marker() == RIGHT)
    assert sizes == [7, 7, 10, 11]  # the replicates of both claims, an interval's end, an estimate
    assert words(ratio).count("2") == 2  # of each claim so many replicates
    assert [line.get_markerfacecolor() for line in ratio.lines if line.get_markersize() == 11] == ["white"]
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_no_accuracy_is_off_by_more_than_100_points():
    accuracy = drawn([row("C2a", 0.9, -12.0, 13.0)], [-0.9, 0.9]).axes[1]
    assert accuracy.get_xlim() == (-100, 100)
    assert len(points(accuracy, LEFT)) == len(points(accuracy, RIGHT)) == 1


def test_what_is_not_decidable_has_its_replicates_and_no_estimate(tmp_path):
    nothing = {"estimate": None, "low": None, "high": None, "verdict": "not decidable"}
    rows = [row(**nothing), row("C1")]
    dots = {("C3", "Normed"): pandas.Series([0.1, numpy.inf, -numpy.inf, -numpy.inf, numpy.nan, 0.2])}
    figure = draw(rows, differences=dots)
    ratio = figure.axes[0]
    low, high = ratio.get_xlim()
    labels = [label.get_text() for label in ratio.get_yticklabels()]
    assert labels == ["C3  smoothness, mean over passes", "C1  train loss, mean over passes"]
    assert words(ratio) == ["2", "not decidable (1 of 6 missing)", "inconclusive"]
    assert [x for x, _ in points(ratio, LEFT)] == [low] and [x for x, _ in points(ratio, RIGHT)] == [high]
    circles = [(line.get_markersize(), len(line.get_xdata())) for line in ratio.lines if line.get_marker() == "o"]
    assert circles == [(3.5, 2), (3.5, 0), (8, 1)]  # two replicates; of C1, of which none are given, the estimate
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_what_was_not_measured_stays_out():
    nothing = {"estimate": None, "low": None, "high": None, "verdict": "not measured"}
    figure = draw([row(**nothing), row("C1")])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["C1  train loss, mean over passes"]
    for axis in draw([row(**nothing)]).axes:
        assert words(axis) == ["no pair of replicates was measured"]


@pytest.mark.parametrize(("low", "high"), [(None, numpy.inf), (-numpy.inf, None), (-numpy.inf, numpy.inf)])
def test_a_bound_from_one_replicate_is_an_arrow(tmp_path, low, high):
    figure = drawn([row("C7", 0.4, low, high)], [0.4])
    arrows = sum(text.arrow_patch is not None for text in figure.axes[0].texts)
    assert arrows == sum(end is not None for end in (low, high))
    style.save(figure, tmp_path / "x.png", dpi=50)


def test_an_open_end_where_the_axis_is_cut_off_goes_to_its_edge():
    ratio = drawn([row("C7", 0.1, 0.0, numpy.inf), row("C3", 0.1, -0.1, 99.0)], [0.0, 0.2]).axes[0]
    assert [x for x, _ in points(ratio, RIGHT)] == [ratio.get_xlim()[1]] * 2
    assert all(text.arrow_patch is None for text in ratio.texts)


@pytest.mark.parametrize("differences", [[0.0, 0.0], [1e-17, -5e-17]])
def test_twins_have_an_axis_with_numbers_that_differ(tmp_path, differences):
    figure = drawn([row(estimate=0.0, low=0.0, high=0.0), row("C2a", 0.0, 0.0, 0.0)], differences)
    style.save(figure, tmp_path / "x.png", dpi=50)
    for axis, least in zip(figure.axes, (numpy.log(1.05), 0.005), strict=True):
        ticks = [tick.label1.get_text() for tick in axis.xaxis.get_major_ticks()]
        assert len(set(ticks)) > 1
        low, high = axis.get_xlim()
        assert (numpy.log(high / low) if least > 0.01 else high - low) > least


def test_numbers_and_triangles_at_the_edge_do_not_cover_the_verdicts():
    nothing = {"estimate": None, "low": None, "high": None, "verdict": "not decidable"}
    figure = drawn([row(**nothing), row("C1", 0.1, -99.0, 99.0)], [0.1, *[numpy.inf] * 12, *[-numpy.inf] * 3])
    assert overlapping(figure, [*figure.axes[0].texts, *figure.axes[0].get_yticklabels()]) == []


def test_what_stands_beside_a_claim_has_no_place_and_stretches_nothing():
    beside = row("C4", 8.0, 7.9, 8.1, verdict="beside", family=BESIDE)
    alone, both = draw([row()]), draw([row(), beside])
    labels = [[label.get_text() for label in figure.axes[0].get_yticklabels()] for figure in (alone, both)]
    assert labels[0] == labels[1] == ["C3  smoothness, mean over passes"]
    assert alone.axes[0].get_xlim() == both.axes[0].get_xlim()


def test_a_margin_is_grey_and_what_lies_within_is_a_square_with_the_interval_that_shows_it():
    ratio = {"margin": numpy.log(1.1), "inner_low": -0.04, "inner_high": 0.06}
    within = row("C3", 0.01, -0.12, 0.14, verdict="no relevant difference", **ratio)
    points_off = row("C2a", 0.01, -0.02, 0.04, margin=0.005, inner_low=-0.01, inner_high=0.03)
    figure = drawn([within, row("C1"), points_off], [0.0, 0.02])
    ratios, accuracies = figure.axes
    assert margin(ratios) == [pytest.approx((1 / 1.1, 1.1, -0.5, 0.5))]  # of C3 alone: C1 has no margin
    assert margin(accuracies) == [pytest.approx((-0.5, 0.5, -0.5, 0.5))]  # percentage points
    assert thickest(ratios) == [pytest.approx(numpy.exp([-0.04, 0.06]))]
    assert points(ratios, "s") == [(pytest.approx(numpy.exp(0.01)), 0)] and not points(accuracies, "s")
    assert words(ratios) == ["no relevant difference", "inconclusive"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["no relevant difference", "Normed"]


def test_without_margins_nothing_is_grey():
    figure = drawn([row(inner_low=-0.1, inner_high=0.1)], [0.0, 0.2])
    assert not margin(figure.axes[0]) and not thickest(figure.axes[0])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Normed"]


def test_a_margin_beyond_all_numbers_has_an_axis(tmp_path):
    figure = drawn([row(margin=numpy.log(1e6)), row("C2a", 0.0, -0.1, 0.1, margin=1.0)], [0.0, 0.2])
    style.save(figure, tmp_path / "x.png", dpi=50)
    assert margin(figure.axes[0]) == [pytest.approx((1e-4, 1e4, -0.5, 0.5))]


def test_an_interval_that_has_no_ends_yet_is_an_arrow_both_ways(tmp_path):
    ends = {"low": -numpy.inf, "high": numpy.inf, "inner_low": -numpy.inf, "inner_high": numpy.inf}
    figure = drawn([row(**ends, margin=0.1)], [0.0, 0.2])
    assert sum(text.arrow_patch is not None for text in figure.axes[0].texts) == 2 and not thickest(figure.axes[0])
    style.save(figure, tmp_path / "x.png", dpi=50)
