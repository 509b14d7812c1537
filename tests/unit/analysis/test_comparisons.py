"""How replicates are compared, on a few numbers."""

import math

import numpy as np
import pytest
from normscape.analysis import comparisons

nan, inf = math.nan, math.inf


def test_values_the_same_but_for_their_rounding_have_no_difference():
    accuracies = np.array([0.1 + 0.7, 0.3, 0.7 + 0.1 + 0.1])
    others = np.array([0.8, 0.1 + 0.2, 0.9])
    assert (accuracies - others).any()
    assert comparisons.subtract(accuracies, others).tolist() == [0, 0, 0]
    assert comparisons.subtract([1e-9, 12.0], [2e-9, 12.0 + 1e-10]) == pytest.approx([-1e-9, -1e-10], rel=1e-4)


def test_of_what_has_no_logarithm_the_side_is_known_where_one_of_the_two_has():
    with np.errstate(invalid="ignore"):
        found = comparisons.subtract([-inf, 0.0, -inf, nan, 1.0], [0.0, -inf, -inf, 0.0, 3.0])
    assert found[[0, 1, 4]].tolist() == [-inf, inf, -2]
    assert np.isnan(found[[2, 3]]).all()


@pytest.mark.parametrize("point", [(-1.0, nan), (-1.0, math.inf), (-math.inf, 0.0), (nan, 0.0)])
def test_c4_drops_no_point_silently(point):
    line = np.array([[0.0, 0], [1, 1], [2, 2]])
    assert np.isnan(comparisons.at_equal_x([np.vstack([line, point])], [np.vstack([line, [3, 3]])])[0])


def test_c4_averages_points_of_equal_loss():
    points = np.array([[0.0, 1], [1, 2], [1, 4], [2, 3]])
    flat = np.array([[0.0, 0], [1, 0], [1, 0], [2, 0]])
    assert comparisons.at_equal_x([points], [flat])[0] == pytest.approx((2 + 3) / 2)
    assert comparisons.at_equal_x([flat], [points])[0] == pytest.approx(-2.5)


def line(*points):
    return np.array(points, dtype=float)


def test_c4_speaks_wherever_the_ranges_overlap_however_few_points_lie_inside():
    # both are straight, 1 apart, and visit 2…3, where each has but its end
    low, high = line((0, 0), (3, 3)), line((2, 3), (5, 6))
    assert comparisons.at_equal_x([high, low], [low, high]) == pytest.approx([1, -1])
    inside = line((2.4, 0), (2.6, 0))  # the other has no point inside
    assert comparisons.at_equal_x([low], [inside])[0] == pytest.approx(2.5)


@pytest.mark.parametrize(
    "other",
    [line((3, 1), (4, 2)), line((2, 5), (4, 2)), line((1, 1), (1, 2)), line((1, 1), (1 + 1e-15, 2))],
    ids=["apart", "touching", "one loss", "one loss but for rounding"],
)
def test_c4_has_nothing_to_say_of_curves_without_a_range_in_common(other):
    curve = line((0, 0), (2, 2))
    assert np.isnan(comparisons.at_equal_x([curve, other], [other, curve])).all()


def test_c4_over_a_part_of_the_common_range():
    rising, flat = line((0, 0), (4, 4)), line((1, 0), (5, 0))  # both visit 1…4
    assert comparisons.at_equal_x([rising], [flat], low=2)[0] == pytest.approx(3)
    assert comparisons.at_equal_x([rising], [flat], high=2)[0] == pytest.approx(1.5)
    assert comparisons.at_equal_x([rising], [flat], low=0, high=9)[0] == pytest.approx(2.5)
    for beyond in {"low": 4}, {"high": 1}, {"low": 4 - 1e-13}, {"low": 9}, {"low": 3, "high": 2}:
        assert np.isnan(comparisons.at_equal_x([rising], [flat], **beyond)[0])


@pytest.mark.parametrize("split", [0.3, 1.0, 1.7])
def test_the_parts_of_c4_make_up_the_whole(split):
    draw = np.random.default_rng(0)
    one, other = (np.column_stack([draw.uniform(0, 2, 9), draw.normal(size=9)]) for _ in range(2))
    low, high = comparisons.common_range(one, other)
    assert low < split < high
    whole, below, above = (
        comparisons.at_equal_x([one], [other], **part)[0] for part in ({}, {"high": split}, {"low": split})
    )
    assert whole * (high - low) == pytest.approx(below * (split - low) + above * (high - split))


def test_the_common_range_of_curves_apart_is_upside_down():
    assert comparisons.common_range(line((3, 0), (1, 0)), line((2, 0), (5, 0))) == (2, 3)
    assert comparisons.common_range(line((0, 0), (1, 0)), line((2, 0), (5, 0))) == (2, 1)


def test_c4_of_curves_the_same_but_for_rounding_is_0():
    curve = line((0, 0.1), (1, 0.3), (3, 0.2))
    other = curve + np.array([0, 5e-17])
    assert (curve != other).any()
    assert comparisons.at_equal_x([curve, curve], [other, curve]).tolist() == [0, 0]
    assert comparisons.at_equal_x([curve], [curve + np.array([0, 1e-9])])[0] == pytest.approx(-1e-9)


@pytest.mark.parametrize(
    "treatment, baseline, expected",
    [
        ([1.0, -2.0], [4.0, 4.0], [-inf, -inf]),
        ([1.0, -2.0], [-1.0, -1.0], [inf, -inf]),
        ([4.0, 4.0], [1.0, -1.0], [inf, inf]),
        ([4.0, 0.0], [0.0, 0.0], [inf, 0.0]),
        ([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
    ],
)
def test_c6a_knows_only_the_sides_where_a_pooled_variance_has_no_logarithm(treatment, baseline, expected):
    assert comparisons.pooled_log_ratio(treatment, baseline).tolist() == expected
    assert np.isnan(comparisons.pooled_log_ratio([*treatment, nan], [*baseline, 1.0])[-1])


def test_c6a_tells_small_variances_apart():
    assert comparisons.pooled_log_ratio([1e-18, 1e-18], [4e-18, 4e-18]).mean() == pytest.approx(math.log(1 / 2))
    assert comparisons.pooled_log_ratio([0.1 + 0.2], [0.3]).tolist() == [0]


def test_c6a_keeps_a_replicate_whose_noise_exceeds_its_variance():
    # variances of the plain net 4 and 4, of the other 3 and −1, which has no logarithm: pooled 4 and 1, SDs 2 and 1
    differences = comparisons.pooled_log_ratio([3.0, -1.0], [4.0, 4.0])
    assert differences.mean() == pytest.approx(math.log(1 / 2))
    assert differences[1] / differences[0] == pytest.approx(5)
    assert comparisons.pooled_log_ratio([2.0, 4.0], [4.0, 2.0]) == pytest.approx([-1 / 3, 1 / 3])
    assert comparisons.pooled_log_ratio([nan, 1.0], [4.0, 4.0])[1] == pytest.approx(math.log(1 / 2))
