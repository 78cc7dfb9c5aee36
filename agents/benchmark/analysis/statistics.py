"""Intervals for few training runs, whatever shape their luck has.

A mean over five runs has no honest interval where one run in five ends in another basin: in a third of all suites no
such run is seen. So every figure over training runs is that of the *median run*, with the interval that its order
statistics give: from five runs on it covers for any distribution. Two runs have none. Floors are many, and have
Student's. `python scripts/benchmark.py coverage` measures what each interval covers.

The measures are those of Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
(NeurIPS 2021); their percentile bootstrap over runs covers 64 to 91 % with five. No function returns NaN.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from agents.benchmark.analysis.spread import difference_spread, floor_part, paired_arrays

LEVEL = 0.95  # of every interval of six runs or more, and of those over floors
COVERS = 0.93  # what every interval covers at least; with five runs 0.9375
FEWEST = 3  # runs that have an interval

# Three and four runs lie on one side of their median with probabilities of 0.25 and 0.125. Their range is stretched at
# each end by this share of it, found by simulation: it covers 94 to 97 % of normal, uniform, exponential, log-normal
# and t₃ runs, and where up to a third end in another basin. Where nearly half do, three runs cover 87 %.
_STRETCH = {3: 1.0, 4: 0.3}

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and its interval."""

    value: float
    low: float | None = None  # None, as `high`, where runs are too few to tell
    high: float | None = None


class Profile(NamedTuple):
    """Share of the median run's scores above each threshold, with a pointwise band."""

    thresholds: Floats  # [thresholds]
    share: Floats  # [thresholds]
    low: Floats | None  # [thresholds]; None, as `high`, for fewer than `FEWEST` runs
    high: Floats | None


class Difference(NamedTuple):
    """A difference that is paired by floor, and how sure it is."""

    value: float
    low: float | None  # None, as `high`, where runs are too few to tell
    high: float | None
    variance_saved: float  # by pairing: 1 − variance of the mean / that of the same arrays on floors drawn apart
    seeds: int  # of training, the more of both sides; with 1 the interval covers the floors alone

    @property
    def is_above(self) -> bool:
        """Whether the whole interval lies above 0."""
        return self.low is not None and self.low > 0.0


def interquartile_mean(values: ArrayLike, axis: int | None = None) -> Any:
    """Mean of the middle half: a quarter of the values, rounded down, is cut at each end (fewer than 4: none is)."""
    return stats.trim_mean(np.asarray(values, dtype=float), 0.25, axis=axis)


def median_ends(values: ArrayLike, within: tuple[float, float] = (-np.inf, np.inf)) -> tuple[Floats, Floats] | None:
    """Ends ``[...]`` of the interval for the median of the distribution that values ``[..., runs]`` are drawn from.

    Of five, the least and the greatest: both lie on one side of the median with probability 2 · 0.5⁵, whatever the
    distribution. Of more, two neighbouring order statistics are weighted so that `LEVEL` is met: Hettmansperger and
    Sheather, "Confidence intervals based on interpolated order statistics" (Statistics & Probability Letters 4, 1986).
    Of three and four, the range is stretched.

    Args:
        values: figures of runs.
        within: bounds that the figure cannot pass.

    Returns:
        None where there are fewer than `FEWEST` runs.
    """
    ordered = np.sort(np.asarray(values, dtype=float), axis=-1)
    runs = ordered.shape[-1]
    if runs < FEWEST:
        return None
    stretch = _STRETCH.get(runs, 0.0) * (ordered[..., -1] - ordered[..., 0])
    place, weight = _place(runs)
    inner = place + 1 if weight > 0.0 else place
    low = (1.0 - weight) * ordered[..., place - 1] + weight * ordered[..., inner - 1]
    high = (1.0 - weight) * ordered[..., runs - place] + weight * ordered[..., runs - inner]
    return np.maximum(low - stretch, within[0]), np.minimum(high + stretch, within[1])


def median_interval(values: ArrayLike, within: tuple[float, float] = (-np.inf, np.inf)) -> Estimate:
    """Median of values ``[runs]`` with its interval, inside the bounds of the figure."""
    return _with_ends(float(np.median(np.asarray(values, dtype=float))), median_ends(values, within))


def iqm_interval(values: ArrayLike) -> Estimate:
    """Interquartile mean of values ``[runs]``.

    It has the interval of the median: both are middles, and lie close together wherever three runs in four are alike.
    """
    return _with_ends(float(interquartile_mean(values)), median_ends(values))


def aggregate_interval(scores: ArrayLike) -> Estimate:
    """Interquartile mean over tasks of scores ``[runs, tasks]``, of the median run.

    In the paper each task has training runs of its own, and all scores are pooled. Here one run meets all tasks, and a
    lucky run is lucky in all of them, so that a run has one figure.
    """
    return median_interval(interquartile_mean(scores, axis=1))


def two_way_interval(scores: ArrayLike) -> Estimate:
    """Mean over floors of the median run, from scores ``[seeds, floors]`` with both drawn by chance.

    Returns:
        For one seed the interval covers the floors alone; for two there is none.
    """
    values = np.asarray(scores, dtype=float)
    return Estimate(*paired_difference(values, np.zeros((1, values.shape[-1])))[:3])


def paired_difference(head: ArrayLike, base: ArrayLike) -> Difference:
    """Median run of head − median run of base, each a mean over common floors; seeds and floors are drawn by chance.

    The distances from the figure to the ends of the parts are added as squares: Zou and Donner, "Construction of
    confidence limits about effect measures" (Statistics in Medicine 27, 2008). The part of the floors is Student's
    interval of the difference of the means over seeds.

    Args:
        head: ``[seeds, floors]``; one seed for a policy that needs no training.
        base: likewise, with the same floors; as many seeds or not.

    Raises:
        ValueError: the floors do not pair, or are fewer than two.
    """
    ours, theirs = paired_arrays(head, base)
    runs, others = ours.mean(axis=1), theirs.mean(axis=1)
    value = float(np.median(runs) - np.median(others))
    below, above = _reach(runs), _reach(others)
    spread = difference_spread(ours, theirs)
    variance, freedom = spread.parts[0]
    apart = float(spread.error**2 - variance + floor_part(ours.mean(axis=0))[0] + floor_part(theirs.mean(axis=0))[0])
    saved = 1.0 - float(spread.error) ** 2 / apart if apart > 0.0 else 0.0
    seeds = max(len(ours), len(theirs))
    if below is None or above is None:
        return Difference(value, None, None, saved, seeds)
    floors = float(stats.t.ppf((1.0 + LEVEL) / 2.0, freedom) * np.sqrt(variance))
    low = value - float(np.sqrt(below[0] ** 2 + above[1] ** 2 + floors**2))
    high = value + float(np.sqrt(below[1] ** 2 + above[0] ** 2 + floors**2))
    return Difference(value, low, high, saved, seeds)


def performance_profile(scores: ArrayLike, thresholds: ArrayLike) -> Profile:
    """Share of a run's scores above each threshold τ, of the median run, with a pointwise band over runs.

    Args:
        scores: ``[runs]`` or ``[runs, tasks]``.
        thresholds: ``[thresholds]``, in the unit of the scores.
    """
    by_run = np.asarray(scores, dtype=float).reshape(len(np.asarray(scores)), -1)  # [runs, tasks]
    taus = np.asarray(thresholds, dtype=float)
    above = (by_run[:, :, None] > taus).mean(axis=1)  # [runs, thresholds]
    ends = median_ends(above.T, (0.0, 1.0))
    return Profile(taus, np.median(above, axis=0), *(ends or (None, None)))


def probability_of_improvement(x: ArrayLike, y: ArrayLike) -> Estimate:
    """How probably a run of X beats a run of Y: the Mann–Whitney statistic with ties as ½, averaged over tasks.

    The interval is Clopper and Pearson's (Biometrika 26, 1934) with as many trials as there are disjoint pairs of runs.
    It is exact against a policy that needs no training. Of two trained ones the statistic averages over all ways to
    pair them, which varies less than one pairing does, so that the interval errs on the wide side.

    Args:
        x: scores ``[runs of X]`` or ``[runs of X, tasks]``.
        y: scores of Y likewise, on the same tasks. A single run is a policy that needs no training.
    """
    ours, theirs = (np.asarray(side, dtype=float).reshape(len(np.asarray(side)), -1) for side in (x, y))
    wins = (ours[:, None] > theirs) + 0.5 * (ours[:, None] == theirs)  # [runs of x, runs of y, tasks]
    value = float(wins.mean())
    runs = [len(side) for side in (ours, theirs) if len(side) > 1]
    return Estimate(value, *_proportion_ends(value, min(runs))) if runs else Estimate(value)


def normalised(estimate: Estimate, zero: float, one: float) -> Estimate:
    """An estimate on the scale where two reference scores are 0 and 1, taken as known.

    Raises:
        ValueError: the references are the same.
    """
    if one == zero:
        raise ValueError(f"the reference scores of 0 and 1 are the same: {zero:g}")
    value, *ends = (None if end is None else (end - zero) / (one - zero) for end in estimate)
    assert value is not None
    known = sorted(end for end in ends if end is not None)
    return Estimate(value, *known)


def _with_ends(value: float, ends: tuple[Floats, Floats] | None) -> Estimate:
    return Estimate(value) if ends is None else Estimate(value, float(ends[0]), float(ends[1]))


def _reach(runs: Floats) -> tuple[float, float] | None:
    """How far the interval of the median run reaches below and above it; a single run has no spread."""
    if len(runs) == 1:
        return 0.0, 0.0
    ends = median_ends(runs)
    middle = np.median(runs)
    return None if ends is None else (float(middle - ends[0]), float(ends[1] - middle))


def _place(runs: int) -> tuple[int, float]:
    """Which order statistic ends the interval, counted from outside, and the weight of its inner neighbour."""
    reached = [1.0 - 2.0 * float(stats.binom.cdf(place - 1, runs, 0.5)) for place in range(1, (runs + 1) // 2 + 1)]
    place = max((number for number, level in enumerate(reached, start=1) if level >= LEVEL), default=0)
    if place in (0, len(reached)):
        return max(place, 1), 0.0
    share = (reached[place - 1] - LEVEL) / (reached[place - 1] - reached[place])
    return place, (runs - place) * share / (place + (runs - 2 * place) * share)


def _proportion_ends(share: float, trials: int) -> tuple[float, float]:
    wins, tail = share * trials, (1.0 - LEVEL) / 2.0
    low = float(stats.beta.ppf(tail, wins, trials - wins + 1.0)) if wins > 0.0 else 0.0
    high = float(stats.beta.ppf(1.0 - tail, wins + 1.0, trials - wins)) if wins < trials else 1.0
    return low, high
