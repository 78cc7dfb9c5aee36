"""Dominance among schemes, and the hypervolume of a front; more is better in every objective."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.support.statistics import Interval


class Resampled(NamedTuple):
    """How a front varies with the draw of the floors."""

    hypervolume: Interval  # its 95 % interval, percentiles of the bootstrap
    kept: NDArray[np.float64]  # [schemes] share of draws in which a scheme is on the front


def on_front(means: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows of ``[schemes, objectives]`` that no other row dominates, as good in all objectives and better in one."""
    import moocore

    return np.asarray(moocore.is_nondominated(means, maximise=True, keep_weakly=True))


def hypervolume(means: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Volume that rows ``[schemes, objectives]`` dominate and that dominates the reference point ``[objectives]``.

    Rows that are not above the reference point in every objective add nothing.
    """
    import moocore

    return float(moocore.hypervolume(means, ref=reference, maximise=True))


def most_informative(means: NDArray[np.float64], reference: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Numbers of at most ``count`` rows, left after dropping the row that adds least hypervolume again and again.

    The best in each objective always stay, though they may add little volume: a reader of a front looks for them.
    """
    import moocore

    left = np.flatnonzero(on_front(means))
    extremes = set(means.argmax(axis=0).tolist())
    while len(left) > max(count, len(extremes)):
        losses = moocore.hv_contributions(means[left], ref=reference, maximise=True)
        losses[[place for place, row in enumerate(left) if row in extremes]] = np.inf
        left = np.delete(left, losses.argmin())
    return left


def resample(
    returns: NDArray[np.float64], reference: NDArray[np.float64], *, draws: int = 400, seed: int = 0
) -> Resampled:
    """Bootstrap over floors, the same draw for all schemes.

    Args:
        returns: ``[schemes, floors, objectives]``.
        reference: ``[objectives]``.
        draws: of the floors.
        seed: of the draws.
    """
    random = np.random.default_rng(seed)
    floors = returns.shape[1]
    volumes, kept = np.empty(draws), np.zeros(len(returns))
    for draw in range(draws):
        weights = np.bincount(random.integers(floors, size=floors), minlength=floors) / floors
        means = np.einsum("sfo,f->so", returns, weights)
        volumes[draw] = hypervolume(means, reference)
        kept += on_front(means)
    low, high = np.quantile(volumes, (0.025, 0.975))
    volume = hypervolume(returns.mean(axis=1), reference)
    return Resampled(Interval(volume, float(low), float(high)), kept / draws)
