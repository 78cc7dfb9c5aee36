"""The few functions that the inner loops need, cheaper than the C library's."""

import numpy as np

from incentive_env.model.compiled import compiled

_REACH = 80.0
_STEPS = 8  # steps of an octave in the table
_MIDDLE = 8 * 128
_TABLE = 2.0 ** (np.arange(2 * _MIDDLE) / _STEPS - _MIDDLE / _STEPS)
_PER_UNIT = _STEPS / np.log(2.0)
_STEP = np.log(2.0) / _STEPS


@compiled
def exp(x: float) -> float:
    """Exponential within 2e-9 relative; arguments are held within ±80.

    x = k ln 2 / 8 + r with |r| ≤ ln 2 / 16, so exp(x) is a table's 2^(k/8) times the Taylor series of exp(r) to r⁴.
    """
    x = x if x > -_REACH else -_REACH  # in this form NaN is held too, and cannot index the table
    x = x if x < _REACH else _REACH
    k = np.uint32(x * _PER_UNIT + (_MIDDLE + 0.5))
    r = x - (float(k) - _MIDDLE) * _STEP
    square = r * r
    return _TABLE[k] * ((1.0 + r) + square * ((0.5 + r * (1 / 6)) + square * (1 / 24)))


@compiled
def logistic(x: float) -> float:
    """Share between 0 and 1: 1 / (1 + e⁻ˣ)."""
    return 1.0 / (1.0 + exp(-x))


@compiled
def normal_density(z: float) -> float:
    """Density of the standard normal."""
    return 0.3989422804014327 * exp(-0.5 * z * z)


@compiled
def normal_share(z: float) -> float:
    """Distribution function of the standard normal within 2e-4 (Page 1977's logistic form)."""
    return logistic(1.5976 * z + 0.070566 * z * z * z)


@compiled
def clip(x: float, low: float, high: float) -> float:
    """Hold x between two bounds."""
    return min(max(x, low), high)
