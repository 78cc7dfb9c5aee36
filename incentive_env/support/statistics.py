"""Means with their 95 % intervals over floors: of a mean, of a function of means, and of two groups of floors."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Interval(NamedTuple):
    """A mean, or a function of means, and its 95 % interval over floors (Student's t)."""

    mean: float
    low: float
    high: float


_NEARLY_1 = 1.0 - 1e-12  # a correlation of 1 lies at infinity on Fisher's scale
UNKNOWN = Interval(math.nan, math.nan, math.nan)  # of what cannot be measured


def interval(values: NDArray[np.float64]) -> Interval:
    """Mean and 95 % interval of values ``[floors]``; of paired differences, if that is what is given."""
    from scipy import stats

    mean = float(values.mean())
    if len(values) < 2 or np.ptp(values) == 0.0:
        return Interval(mean, mean, mean)
    return _around(mean, float(stats.sem(values) * stats.t.ppf(0.975, len(values) - 1)))


def difference_of_groups(here: NDArray[np.float64], elsewhere: NDArray[np.float64]) -> Interval:
    """Difference of the means of two groups of floors, with its 95 % interval (Welch); NaN values are left out."""
    from scipy import stats

    here, elsewhere = here[np.isfinite(here)], elsewhere[np.isfinite(elsewhere)]
    mean = float(here.mean() - elsewhere.mean())
    parts = [float(group.var(ddof=1)) / len(group) for group in (here, elsewhere)]
    if sum(parts) == 0.0:
        return Interval(mean, mean, mean)
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(here) - 1) + parts[1] ** 2 / (len(elsewhere) - 1))
    return _around(mean, float(np.sqrt(sum(parts)) * stats.t.ppf(0.975, freedom)))


def jackknife(statistic: Callable[..., Any], *samples: NDArray[np.float64]) -> Interval:
    """Estimate a function of means, with a 95 % interval from leaving out one floor at a time (Tukey 1958).

    Args:
        statistic: of as many means as there are samples; must work on arrays.
        samples: ``[floors]`` each, the same floors in all, so that what they share cancels.
    """
    from scipy import stats

    floors = len(samples[0])
    with np.errstate(all="ignore"):
        figure = float(statistic(*(sample.mean() for sample in samples)))
        left_out = np.asarray(statistic(*((sample.sum() - sample) / (floors - 1) for sample in samples)), float)
        spread = math.sqrt(max((floors - 1) / floors * float(((left_out - left_out.mean()) ** 2).sum()), 0.0))
    return _around(figure, float(stats.t.ppf(0.975, floors - 1)) * spread)


def correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> Interval:
    """Pearson's correlation of two series ``[floors]``, with its 95 % interval; NaN where one does not vary.

    Floors are left out on Fisher's scale (Metron 1, 1921), arctanh r, on which few of them are nearly normal.
    """
    if np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return UNKNOWN
    u, v = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()

    def of_means(a: Any, b: Any, aa: Any, bb: Any, ab: Any) -> Any:
        r = (ab - a * b) / np.sqrt((aa - a * a) * (bb - b * b))
        return np.arctanh(np.clip(r, -_NEARLY_1, _NEARLY_1))

    return Interval(*(float(np.tanh(end)) for end in jackknife(of_means, u, v, u * u, v * v, u * v)))


def _around(mean: float, half: float) -> Interval:
    return Interval(mean, mean - half, mean + half)
