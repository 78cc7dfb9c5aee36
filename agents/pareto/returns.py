"""What fixed schemes return in each objective, many schemes and floors in one batch."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config
from incentive_env.floors.batch import Floors
from incentive_env.floors.reward import TERM_NAMES, add_run_off
from incentive_env.floors.reward_vector import OBJECTIVES, reward_vector

_MOST_FLOORS = 2048  # in a batch: some 150 KB each
_EVERY_TERM = np.ones(len(TERM_NAMES))


def scheme_returns(
    config: Config, actions: NDArray[np.floating], seeds: Sequence[int], *, threads: int = 1,
    watch: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:  # fmt: skip
    """Returns ``[schemes, floors, objectives]`` of an episode, undiscounted, as the environments pay them.

    Args:
        config: the scenario.
        actions: ``[schemes, 11]``, each held for the whole episode; what lies outside the box is clipped.
        seeds: of the floors, the same for every scheme.
        threads: over how many threads floors are shared out; returns are the same bits for any number.
        watch: is told after each batch how many floors are done.
    """
    held = np.repeat(np.asarray(actions, np.float64), len(seeds), axis=0)
    numbers = np.tile(np.asarray(seeds, np.uint64), len(actions))
    returns = np.empty((len(held), len(OBJECTIVES)))
    for first in range(0, len(held), _MOST_FLOORS):
        rows = slice(first, min(first + _MOST_FLOORS, len(held)))
        returns[rows] = _on_floors(config, held[rows], numbers[rows], threads)
        if watch is not None:
            watch(rows.stop)
    return returns.reshape(len(actions), len(seeds), len(OBJECTIVES))


def _on_floors(
    config: Config, actions: NDArray[np.float64], seeds: NDArray[np.uint64], threads: int
) -> NDArray[np.float64]:
    floors = Floors(config, len(seeds), threads=threads)
    floors.reset(seeds)
    total = np.zeros((len(seeds), len(OBJECTIVES)))
    living = np.ones(len(seeds), np.bool_)
    last = config.horizon.decisions - 1
    for decision in range(config.horizon.decisions):
        period = floors.decide(actions)
        over = living & (floors.closed | (decision == last))
        add_run_off(period.terms.view(np.float64).reshape(len(seeds), -1), floors, np.flatnonzero(over), _EVERY_TERM)
        total[living] += reward_vector(period.terms)[living]
        living &= ~over
    return total
