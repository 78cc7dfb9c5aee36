"""The few functions that the inner loops need, cheaper than the C library's."""

import numpy as np

from incentive_env.model.compiled import compiled, inlined

f4 = np.float32

_REACH = 80.0
_STEPS = 8  # steps of an octave in the table
_MIDDLE = 8 * 128
_TABLE = 2.0 ** (np.arange(2 * _MIDDLE) / _STEPS - _MIDDLE / _STEPS)
_PER_UNIT = _STEPS / np.log(2.0)
_STEP = np.log(2.0) / _STEPS

_REACH4, _PER_UNIT4, _ROUNDING, _EXPONENT = f4(_REACH), f4(1.0 / np.log(2.0)), f4(1.5 * 2.0**23), np.uint32(23)
# Of 2^x in −½ … ½: Chebyshev's interpolation.
_C0, _C1, _C2, _C3, _C4, _C5 = map(f4, (1.0, 0.693147188, 0.240221075, 0.0555035711, 0.00967603192, 0.00133908634))


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


@inlined
def exp4(x: np.float32) -> np.float32:
    """Exponential in single precision within 1e-5 relative (1e-6 within ±8), in a form that lanes can share.

    2^y = 2^k · 2^r: adding 1.5 · 2²³ rounds y to the whole k and leaves it in the lowest bits, from where it goes to
    the exponent of a polynomial in r, |r| ≤ ½.
    """
    y = max(min(x, _REACH4), -_REACH4) * _PER_UNIT4
    shifted = y + _ROUNDING
    r = y - (shifted - _ROUNDING)
    power = _C0 + r * (_C1 + r * (_C2 + r * (_C3 + r * (_C4 + r * _C5))))
    bits = np.float32(power).view(np.uint32) + (np.float32(shifted).view(np.uint32) << _EXPONENT)
    return np.uint32(bits).view(np.float32)


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
