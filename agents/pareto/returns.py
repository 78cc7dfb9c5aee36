"""Returns of fixed schemes in each objective, and the worst of them, from which a front is measured."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from agents.search.static import hand_made
from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.floors.reward import TERM_NAMES, credit_closed
from incentive_env.floors.reward_vector import OBJECTIVES, reward_vector
from incentive_env.support.seeds import SEARCH_SEEDS, floor_seeds

_MOST_FLOORS = 2048  # in a batch, at about 150 KB each
_EVERY_TERM = np.ones(len(TERM_NAMES))
_DIGITS = 1  # of a reference point, per period


class Worst(NamedTuple):
    """The worst mean return in each objective, and the reference point that follows from it."""

    schemes: int
    returns: NDArray[np.float64]  # [objectives] worst of the schemes' means over floors
    per_period: NDArray[np.float64]  # [objectives] reference point per period: rounded down, and one digit below


def worst_of_fixed(config: Config, drawn: int, floors: int, *, seed: int = 0, threads: int = 1) -> Worst:
    """The worst of the hand-made schemes, evenly drawn ones, and as many with every lever at one of its ends.

    Args:
        config: the scenario.
        drawn: number of drawn schemes of either kind.
        floors: number of the search's floors, the same for every scheme.
        seed: of the schemes.
        threads: number of threads that share the floors.
    """
    even = 2.0 * qmc.Sobol(len(LEVERS), rng=np.random.default_rng([seed, 0])).random(drawn) - 1.0
    ends = np.random.default_rng([seed, 1]).choice([-1.0, 1.0], (drawn, len(LEVERS)))
    actions = np.concatenate([np.stack(list(hand_made(config).values())), even, ends])
    worst = scheme_returns(config, actions, SEARCH_SEEDS[:floors], threads=threads).mean(axis=1).min(axis=0)
    step = 10.0**_DIGITS
    per_period = [(math.floor(value * step) - 1) / step for value in worst / config.horizon.decisions]
    return Worst(len(actions), worst, np.array(per_period))


def scheme_returns(
    config: Config, actions: NDArray[np.floating], seeds: Sequence[int], *, threads: int = 1,
    watch: Callable[[int], None] = lambda done: None,
) -> NDArray[np.float64]:  # fmt: skip
    """Returns ``[schemes, floors, objectives]`` of an episode, undiscounted, as the environments pay them.

    Args:
        config: the scenario.
        actions: ``[schemes, levers]``, each held for the whole episode and clipped to −1 … 1.
        seeds: of the floors, the same for every scheme.
        threads: number of threads that share the floors; returns are the same bits for any number.
        watch: called after each batch with the number of floors done.
    """
    held = np.repeat(np.asarray(actions, np.float64), len(seeds), axis=0)
    numbers = np.tile(floor_seeds(seeds, len(seeds)), len(actions))
    returns = np.empty((len(held), len(OBJECTIVES)))
    for first in range(0, len(held), _MOST_FLOORS):
        rows = slice(first, min(first + _MOST_FLOORS, len(held)))
        returns[rows] = _on_floors(config, held[rows], numbers[rows], threads)
        watch(rows.stop)
    return returns.reshape(len(actions), len(seeds), len(OBJECTIVES))


def _on_floors(
    config: Config, actions: NDArray[np.float64], seeds: NDArray[np.uint64], threads: int
) -> NDArray[np.float64]:
    floors = Floors(config, len(seeds), threads=threads)
    floors.reset(seeds)
    total = np.zeros((len(seeds), len(OBJECTIVES)))
    living = np.ones(len(seeds), np.bool_)
    for _ in range(config.horizon.decisions):
        period = floors.decide(actions)
        over = living & floors.closed
        credit_closed(period.terms.view(np.float64).reshape(len(seeds), -1), floors, np.flatnonzero(over), _EVERY_TERM)
        total[living] += reward_vector(period.terms)[living]
        living &= ~over
    return total
