"""From where a front is measured: the worst that fixed schemes come to in each objective."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from agents.pareto.returns import scheme_returns
from agents.search.static import hand_made
from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.floors.reward_vector import paid_periods
from incentive_env.support.seeds import SEARCH_SEEDS

_DIGITS = 1  # of a reference point, a period


class Worst(NamedTuple):
    """The worst mean return in each objective, and the reference point that follows from it."""

    schemes: int
    returns: NDArray[np.float64]  # [objectives] worst of the schemes' means over floors
    per_period: NDArray[np.float64]  # [objectives] reference point: a period, rounded down and a digit below


def worst_of_fixed(
    config: Config, drawn: int, floors: int, *, seed: int = 0, threads: int = 1,
    watch: Callable[[int], None] | None = None,
) -> Worst:  # fmt: skip
    """Look for it among the hand-made schemes, evenly drawn ones, and as many with every lever at one of its ends.

    Args:
        config: the scenario.
        drawn: schemes of either kind that are drawn.
        floors: of the search's seeds, the same for every scheme.
        seed: of the schemes.
        threads: over how many threads floors are shared out.
        watch: is told how many floors are done.
    """
    actions = np.concatenate([*(point[None] for point in hand_made(config).values()), _drawn(drawn, seed)])
    means = scheme_returns(config, actions, SEARCH_SEEDS[:floors], threads=threads, watch=watch).mean(axis=1)
    worst = means.min(axis=0)
    a_period = worst / paid_periods(config)
    step = 10.0**_DIGITS
    return Worst(len(actions), worst, np.array([(math.floor(value * step) - 1) / step for value in a_period]))


def _drawn(count: int, seed: int) -> NDArray[np.float64]:
    evenly = 2.0 * qmc.Sobol(len(LEVERS), rng=np.random.default_rng([seed, 0])).random(count) - 1.0
    ends = np.random.default_rng([seed, 1]).choice([-1.0, 1.0], (count, len(LEVERS)))
    return np.concatenate([evenly, ends])
