"""How replicates are compared, on a few numbers."""

import math

import numpy as np
import pytest
from normscape.analysis import comparisons

nan = math.nan


@pytest.mark.parametrize("point", [(-1.0, nan), (-1.0, math.inf), (-math.inf, 0.0), (nan, 0.0)])
def test_c4_drops_no_point_silently(point):
    line = np.array([[0.0, 0], [1, 1], [2, 2]])
    assert np.isnan(comparisons.at_equal_x([np.vstack([line, point])], [np.vstack([line, [3, 3]])])[0])


def test_c4_averages_points_of_equal_loss():
    points = np.array([[0.0, 1], [1, 2], [1, 4], [2, 3]])
    flat = np.array([[0.0, 0], [1, 0], [1, 0], [2, 0]])
    assert comparisons.at_equal_x([points], [flat])[0] == pytest.approx((2 + 3) / 2)
    assert comparisons.at_equal_x([flat], [points])[0] == pytest.approx(-2.5)


def test_c6a_keeps_a_replicate_whose_noise_exceeds_its_variance():
    # variances of the plain net 4 and 4, of the other 3 and −1, which has no logarithm: pooled 4 and 1, SDs 2 and 1
    differences = comparisons.pooled_log_ratio([3.0, -1.0], [4.0, 4.0])
    assert differences.mean() == pytest.approx(math.log(1 / 2))
    assert differences[1] / differences[0] == pytest.approx(5)
    for treatment, baseline in ([1.0, -2.0], [4.0, 4.0]), ([1.0, -2.0], [-1.0, -1.0]), ([4.0, 4.0], [1.0, -1.0]):
        assert np.isnan(comparisons.pooled_log_ratio(treatment, baseline)).all()
    assert comparisons.pooled_log_ratio([2.0, 4.0], [4.0, 2.0]) == pytest.approx([-1 / 3, 1 / 3])
    assert comparisons.pooled_log_ratio([nan, 1.0], [4.0, 4.0])[1] == pytest.approx(math.log(1 / 2))
