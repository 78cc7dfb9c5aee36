"""Statistics for few training runs: robust means, bootstrap intervals, and paired differences.

The measures of Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (NeurIPS 2021),
and an interval for differences where training seeds and floors are both drawn by chance. An interval is None for a
single run, which does not show the spread between runs; no function returns NaN.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95  # default of every interval
RESAMPLES = 5_000
SEED = 0  # of the resampling: the same scores have the same interval

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and its interval."""

    value: float
    low: float | None = None  # None, as `high`, where the spread is unknown
    high: float | None = None


class Profile(NamedTuple):
    """Share of the scores above each threshold, with a pointwise band."""

    thresholds: Floats  # [thresholds]
    share: Floats  # [thresholds]
    low: Floats | None  # [thresholds]; None, as `high`, for a single run
    high: Floats | None


class Difference(NamedTuple):
    """Mean of differences that are paired by floor, and how sure it is."""

    mean: float
    low: float
    high: float
    error: float  # standard error of the mean
    variance_saved: float  # by pairing: 1 − variance of the mean / that of the same arrays on floors drawn apart
    seeds: int  # of training, the more of both sides; with 1 the interval covers the floors alone


class Spread(NamedTuple):
    """Means ``[...]`` and the independent parts of their variance."""

    mean: Floats  # [...]
    parts: tuple[tuple[Floats, int], ...]  # variance [...] and its degrees of freedom

    @property
    def error(self) -> Floats:
        """Standard error of the means ``[...]``."""
        error: Floats = np.sqrt(sum(variance for variance, _ in self.parts))
        return error

    def half_width(self, level: float) -> Floats:
        """Half of the two-sided interval ``[...]``: √ Σ t²_ν · variance, each part with the t of its own freedom.

        Banerjee (Sankhyā 22, 1960): it covers with `level` or more, whatever the true parts are. The distribution
        function of χ²₁ is concave, so that the coverage of a mixture is no less than the mixture of the coverages.
        Welch–Satterthwaite's single t does not: where few seeds happen to agree it takes the many degrees of freedom
        of the floors for the whole.
        """
        quantiles = [stats.t.ppf((1.0 + level) / 2.0, freedom) for _, freedom in self.parts]
        half: Floats = np.sqrt(sum(t**2 * variance for t, (variance, _) in zip(quantiles, self.parts, strict=True)))
        return half


def interquartile_mean(values: ArrayLike, axis: int | None = None) -> Any:
    """Mean of the middle half: a quarter of the values, rounded down, is cut at each end (fewer than 4: none is)."""
    return stats.trim_mean(np.asarray(values, dtype=float), 0.25, axis=axis)


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Estimate:
    """Mean of values ``[runs]`` with Student's interval."""
    runs = np.asarray(values, dtype=float)
    if len(runs) < 2:
        return Estimate(float(runs.mean()))
    half = float(stats.sem(runs) * stats.t.ppf((1.0 + level) / 2.0, len(runs) - 1))
    return Estimate(float(runs.mean()), float(runs.mean()) - half, float(runs.mean()) + half)


def bootstrap_interval(
    scores_by_stratum: Sequence[ArrayLike],
    statistic: Callable[..., Any] = interquartile_mean,
    *,
    jointly: bool = False,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Estimate:
    """Percentile bootstrap over training runs, stratified by task.

    Args:
        scores_by_stratum: scores ``[runs]`` of each stratum.
        statistic: of all scores together; takes ``axis``.
        jointly: whether run i of every stratum is the same run, which is drawn in all of them at once. Otherwise each
            stratum is drawn from on its own.
        level: of the interval.
        resamples: how many.
        seed: of the resampling.

    Returns:
        The statistic; without an interval where a stratum has a single run.
    """
    strata = [np.asarray(scores, dtype=float) for scores in scores_by_stratum]

    def pooled(*drawn: Floats, axis: int = -1) -> Any:
        return statistic(np.concatenate(drawn, axis=axis), axis=axis)

    value = float(pooled(*strata))
    if min(map(len, strata)) < 2:
        return Estimate(value)
    return Estimate(value, *_percentiles(strata, pooled, level, resamples, seed, paired=jointly))


def performance_profile(
    scores: ArrayLike,
    thresholds: ArrayLike,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Profile:
    """Share of scores above each threshold τ, with a pointwise bootstrap band over runs.

    Args:
        scores: ``[runs]`` or ``[runs, tasks]``; a run is drawn with all its tasks.
        thresholds: ``[thresholds]``, in the unit of the scores.
        level: of the band at each threshold.
        resamples: how many.
        seed: of the resampling.
    """
    by_run = np.asarray(scores, dtype=float).reshape(len(np.asarray(scores)), -1)  # [runs, tasks]
    taus = np.asarray(thresholds, dtype=float)
    above = (by_run[:, :, None] > taus).mean(axis=1)  # [runs, thresholds]
    runs = len(above)
    if runs < 2:
        return Profile(taus, above.mean(axis=0), None, None)
    times_drawn = np.random.default_rng(seed).multinomial(runs, np.full(runs, 1.0 / runs), size=resamples)
    low, high = np.quantile(times_drawn @ above / runs, _tails(level), axis=0)
    return Profile(taus, above.mean(axis=0), low, high)


def probability_of_improvement(
    x_by_stratum: Sequence[ArrayLike],
    y_by_stratum: Sequence[ArrayLike],
    *,
    jointly: bool = False,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Estimate:
    """How probably a run of X beats a run of Y: the Mann–Whitney statistic with ties as ½, averaged over strata.

    Args:
        x_by_stratum: scores ``[runs of X]`` of each stratum.
        y_by_stratum: scores ``[runs of Y]`` of the same strata. A single run is a policy that needs no training, and
            has no spread.
        jointly: as in `bootstrap_interval`, for X and for Y; the two are always drawn apart.
        level: of the percentile bootstrap interval. It is a point where every run beats every other: with few runs
            that says little.
        resamples: how many.
        seed: of the resampling.
    """
    wins = [_wins(np.asarray(x), np.asarray(y)) for x, y in zip(x_by_stratum, y_by_stratum, strict=True)]
    if jointly:
        wins = [np.mean(wins, axis=0)]
    value = float(np.mean([matrix.mean() for matrix in wins]))
    if min(len(matrix) for matrix in wins) < 2:
        return Estimate(value)

    def averaged(*drawn: NDArray[np.int64], axis: int = -1) -> Any:
        pairs = zip(wins, drawn[::2], drawn[1::2], strict=True)
        return np.mean([matrix[x[..., :, None], y[..., None, :]].mean(axis=(-2, -1)) for matrix, x, y in pairs], axis=0)

    # What is drawn are numbers of runs; the one run of an untrained policy is drawn twice, as there must be two.
    runs = [np.arange(max(count, 2)) % count for matrix in wins for count in matrix.shape]
    return Estimate(value, *_percentiles(runs, averaged, level, resamples, seed))


def two_way_interval(scores: ArrayLike, level: float = LEVEL) -> Estimate:
    """Mean of scores ``[seeds, floors]``, both drawn by chance; for one seed the interval covers the floors alone."""
    values = np.asarray(scores, dtype=float)
    nothing = np.zeros((1, values.shape[-1]))
    mean, low, high = paired_difference(values, nothing, level)[:3]
    return Estimate(mean, low, high)


def paired_difference(
    head: ArrayLike, base: ArrayLike, level: float = LEVEL, *, same_spread: bool = False
) -> Difference:
    """Mean of head − base on common floors, where training seeds and floors are both drawn by chance.

    See `difference_spread` for what is taken to vary, and `Spread.half_width` for the interval.

    Args:
        head: ``[seeds, floors]``; one seed for a policy that needs no training.
        base: likewise, with the same floors; as many seeds or not.
        level: of the interval.
        same_spread: whether the two may be taken to differ in their mean alone, as versions of the same training.

    Raises:
        ValueError: the floors do not pair, or are fewer than two.
    """
    ours, theirs = np.asarray(head, dtype=float), np.asarray(base, dtype=float)
    if ours.ndim != 2 or theirs.ndim != 2 or ours.shape[1] != theirs.shape[1] or ours.shape[1] < 2:
        raise ValueError(
            f"needs [seeds, floors] with the same floors, two or more; got {ours.shape} and {theirs.shape}"
        )
    spread = difference_spread(ours, theirs, same_spread=same_spread)
    mean, error, half = float(spread.mean), float(spread.error), float(spread.half_width(level))
    apart = error**2 - _floor_part(ours.mean(axis=0) - theirs.mean(axis=0))[0]
    apart += _floor_part(ours.mean(axis=0))[0] + _floor_part(theirs.mean(axis=0))[0]
    saved = float(1.0 - error**2 / apart) if apart > 0.0 else 0.0
    return Difference(mean, mean - half, mean + half, error, saved, max(len(ours), len(theirs)))


def difference_spread(head: Floats, base: Floats, *, same_spread: bool = False) -> Spread:
    """Mean of head − base, and its variance by crossed random effects.

    Parts of the variance: s²_seed / S of each side, with s²_seed the variance over its seeds of the means over floors;
    and s²_floor / F, with s²_floor the variance over floors of the difference of the means over seeds. Each holds the
    interaction of seed and floor, so that it counts twice: the interval errs on the wide side. Floors are paired, seeds
    are not: the same seed makes two different runs as soon as the code differs in one rounding.

    Args:
        head: ``[..., seeds, floors]``; of one seed nothing is known, and its seed part is 0.
        base: likewise, with the same floors.
        same_spread: pool the variance over seeds of the two sides, for almost twice the degrees of freedom.
    """
    difference = head.mean(axis=-2) - base.mean(axis=-2)
    sides = [side.mean(axis=-1) for side in (head, base) if side.shape[-2] > 1]
    parts = [(side.var(axis=-1, ddof=1) / side.shape[-1], side.shape[-1] - 1) for side in sides]
    if same_spread and len(parts) == 2:
        parts = [_pooled(*sides)]
    return Spread(difference.mean(axis=-1), (_floor_part(difference), *parts))


def _floor_part(by_floor: Floats) -> tuple[Floats, int]:
    floors = by_floor.shape[-1]
    return by_floor.var(axis=-1, ddof=1) / floors, floors - 1


def _pooled(one: Floats, other: Floats) -> tuple[Floats, int]:
    seeds = one.shape[-1], other.shape[-1]
    freedom = sum(seeds) - 2
    squares = sum(side.var(axis=-1) * side.shape[-1] for side in (one, other))
    return squares / freedom * (1.0 / seeds[0] + 1.0 / seeds[1]), freedom


def _wins(x: NDArray[Any], y: NDArray[Any]) -> Floats:
    """``[runs of x, runs of y]``: 1 where x is greater, ½ where they tie."""
    wins: Floats = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    return wins


def _tails(level: float) -> tuple[float, float]:
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0


def _percentiles(
    samples: Sequence[NDArray[Any]],
    statistic: Callable[..., Any],
    level: float,
    resamples: int,
    seed: int,
    paired: bool = False,
) -> tuple[float, float]:
    drawn = stats.bootstrap(
        samples, statistic, n_resamples=resamples, batch=1_000, vectorized=True, paired=paired, axis=-1,
        confidence_level=level, method="percentile", rng=np.random.default_rng(seed),
    )  # fmt: skip
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)
