"""The objective of a search: how well candidates manage floors, all in one batch."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config
from incentive_env.floors.batch import Floors
from incentive_env.floors.measures import net_promoters
from incentive_env.floors.reward import PRESETS, TERM_NAMES, credit_closed, episode_score, reward_weights, weigh
from incentive_env.policies.contract import Sees, shown
from incentive_env.support.seeds import floor_seeds

SCORE = "score"
OBJECTIVES = (SCORE, *PRESETS)
_MOST_FLOORS = 2048  # in a batch: some 150 KB each


class Form(Protocol):
    """A family of policies, one for each point of a search space."""

    size: int  # numbers of a point
    sees: Sees  # as of a policy

    def act(self, points: NDArray[np.float64], seen: NDArray[np.floating], decision: int) -> NDArray[np.float32]:
        """Actions ``[rows, levers]``, row by row, of points ``[rows, size]`` that see ``[rows, entries]``.

        ``decision`` is its number in the episode, from 0 on.
        """


class FloorObjective:
    """The performance of a form's candidates on floors.

    ``score`` is the loyalty score of the evaluator: points, true, at the end of an episode. A preset's name is the
    return of an episode under that reward, undiscounted, as the environments pay it: a floor that closes is credited
    with its loyalty in the rest of the episode.

    Args:
        config: the scenario.
        form: from points to actions.
        name: one of `OBJECTIVES`.
        threads: number of threads that share the floors; values are the same bits for any number.

    Raises:
        ConfigError: the objective is unknown.
    """

    def __init__(self, config: Config, form: Form, name: str, *, threads: int = 1) -> None:
        self.config, self.form, self.name, self.threads = config, form, name, threads
        self._weights = None if name == SCORE else reward_weights(config, name)

    def __call__(self, candidates: NDArray[np.float64], seeds: Sequence[int]) -> NDArray[np.float64]:
        """Values ``[candidates, seeds]`` of candidates ``[candidates, size]``, each on the same floors."""
        points = np.repeat(candidates, len(seeds), axis=0)
        numbers = np.tile(floor_seeds(seeds, len(seeds)), len(candidates))
        return self.each(points, numbers).reshape(len(candidates), len(seeds))

    def each(self, points: NDArray[np.float64], seeds: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Values ``[rows]`` of points ``[rows, size]``, each on the floor of its own seed ``[rows]``."""
        batches = range(0, len(seeds), _MOST_FLOORS)
        values = [self._on_floors(points[at : at + _MOST_FLOORS], seeds[at : at + _MOST_FLOORS]) for at in batches]
        return np.concatenate(values)

    def _on_floors(self, points: NDArray[np.float64], seeds: NDArray[np.uint64]) -> NDArray[np.float64]:
        floors = Floors(self.config, len(seeds), threads=self.threads)
        floors.reset(seeds)

        def choose(decision: int) -> NDArray[np.float32]:
            return self.form.act(points, shown(floors, self.form.sees), decision)

        if self._weights is None:
            return _score(floors, choose)
        return _return(floors, choose, self._weights)


def _score(floors: Floors, choose: Callable[[int], NDArray[np.float32]]) -> NDArray[np.float64]:
    """Loyalty score ``[floors]`` of an episode."""
    decisions = range(floors.config.horizon.decisions)
    periods = [net_promoters(floors.decide(choose(decision)).floor_weeks) for decision in decisions]
    return episode_score(np.concatenate(periods, axis=1), floors.config)


def _return(
    floors: Floors, choose: Callable[[int], NDArray[np.float32]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``[floors]`` of an episode."""
    total = np.zeros(floors.num_floors)
    living = np.ones(floors.num_floors, np.bool_)
    for decision in range(floors.config.horizon.decisions):
        period = floors.decide(choose(decision))
        over = living & floors.closed
        terms = period.terms.view(np.float64).reshape(-1, len(TERM_NAMES))
        credit_closed(terms, floors, np.flatnonzero(over), weights)
        total += np.where(living, weigh(terms, weights), 0.0)
        living &= ~over
    return total
