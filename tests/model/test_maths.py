import math

import numpy as np
import pytest

from incentive_env.model.maths import clip, exp, logistic, normal_density, normal_share


def test_exp_is_within_two_parts_in_a_billion():
    for x in np.linspace(-79.9, 79.9, 4001):
        assert exp(float(x)) == pytest.approx(math.exp(x), rel=2e-9)


def test_exp_holds_its_argument_within_80():
    assert exp(1e9) == exp(80.0)
    assert exp(-1e9) == exp(-80.0) > 0.0


def test_logistic_is_a_share_and_symmetric():
    assert logistic(0.0) == pytest.approx(0.5, rel=4e-9)
    for x in np.linspace(-30.0, 30.0, 301):
        assert 0.0 <= logistic(float(x)) <= 1.0
        assert logistic(float(x)) + logistic(float(-x)) == pytest.approx(1.0, rel=8e-9)
        assert logistic(float(x)) == pytest.approx(1.0 / (1.0 + math.exp(-x)), rel=4e-9)


def test_normal_share_follows_the_error_function():
    for z in np.linspace(-8.0, 8.0, 1601):
        assert normal_share(float(z)) == pytest.approx(0.5 * (1.0 + math.erf(z / math.sqrt(2.0))), abs=2e-4)


def test_normal_density_is_the_slope_of_the_normal_share():
    for z in np.linspace(-4.0, 4.0, 81):
        assert normal_density(float(z)) == pytest.approx(math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi), rel=4e-9)


def test_clip():
    assert [clip(x, 0.0, 1.0) for x in (-1.0, 0.25, 7.0)] == [0.0, 0.25, 1.0]
