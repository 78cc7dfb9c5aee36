import math

import numpy as np
import pytest
from worlds import Core

from incentive_env.model import maths as maths_module

maths = Core(maths_module)


def test_exp_is_within_two_parts_in_a_billion():
    for x in np.linspace(-79.9, 79.9, 4001):
        assert maths.exp(float(x)) == pytest.approx(math.exp(x), rel=2e-9)


def test_exp_holds_its_argument_within_80():
    assert maths.exp(1e9) == maths.exp(80.0)
    assert maths.exp(-1e9) == maths.exp(-80.0) > 0.0


def test_exp_in_single_precision_is_within_one_part_in_a_hundred_thousand():
    for x in np.linspace(-79.9, 79.9, 4001, dtype=np.float32):
        within = 1e-6 if abs(x) <= 8.0 else 1e-5
        assert maths.exp4(x) == pytest.approx(math.exp(x), rel=within)
    assert maths.exp4(np.float32(1e9)) == maths.exp4(np.float32(80.0))
    assert maths.exp4(np.float32(-1e9)) == maths.exp4(np.float32(-80.0)) > 0.0


def test_logistic_is_a_share_and_symmetric():
    assert maths.logistic(0.0) == pytest.approx(0.5, rel=4e-9)
    for x in np.linspace(-30.0, 30.0, 301):
        assert 0.0 <= maths.logistic(float(x)) <= 1.0
        assert maths.logistic(float(x)) + maths.logistic(float(-x)) == pytest.approx(1.0, rel=8e-9)
        assert maths.logistic(float(x)) == pytest.approx(1.0 / (1.0 + math.exp(-x)), rel=4e-9)


def test_normal_share_follows_the_error_function():
    for z in np.linspace(-8.0, 8.0, 1601):
        assert maths.normal_share(float(z)) == pytest.approx(0.5 * (1.0 + math.erf(z / math.sqrt(2.0))), abs=2e-4)


def test_normal_density_is_the_slope_of_the_normal_share():
    for z in np.linspace(-4.0, 4.0, 81):
        assert maths.normal_density(float(z)) == pytest.approx(
            math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi), rel=4e-9
        )


def test_clip():
    assert [maths.clip(x, 0.0, 1.0) for x in (-1.0, 0.25, 7.0)] == [0.0, 0.25, 1.0]
