"""A dataset as arrays: the observation, action and return of every decision."""

from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from minari import MinariDataset


class Decisions(NamedTuple):
    """All decisions of a dataset, episode after episode."""

    observations: NDArray[np.float32]  # [decisions, entries] before each
    actions: NDArray[np.float32]  # [decisions, levers]
    to_go: NDArray[np.float64]  # [decisions] discounted return from each on; see `read_decisions`
    episode: NDArray[np.int64]  # [decisions] number of the episode, from 0
    returns: NDArray[np.float64]  # [episodes] undiscounted

    def of_episodes(self, chosen: NDArray[np.bool_]) -> Self:
        """The decisions of chosen episodes ``[episodes]``, which keep their numbers."""
        rows = chosen[self.episode]
        return self._replace(
            observations=self.observations[rows], actions=self.actions[rows], to_go=self.to_go[rows],
            episode=self.episode[rows],
        )  # fmt: skip


def read_decisions(dataset: "MinariDataset", gamma: float = 1.0) -> Decisions:
    """Read a dataset of the manager's game.

    A floor whose episode was cut off by time is taken to go on at the mean reward of the dataset, since it would go on
    and no report shows the time left. Without a discount that has no value, and nothing follows.

    Args:
        dataset: whole, or a part of one.
        gamma: discount of the returns to go.
    """
    episodes = list(dataset.iterate_episodes())
    usual = float(np.concatenate([each.rewards for each in episodes]).mean())
    going_on = usual / (1.0 - gamma) if gamma < 1.0 else 0.0
    return Decisions(
        np.concatenate([each.observations[:-1] for each in episodes]),
        np.concatenate([each.actions for each in episodes]),
        np.concatenate([returns_to_go(each.rewards, gamma, going_on * each.truncations[-1]) for each in episodes]),
        np.repeat(np.arange(len(episodes)), [len(each) for each in episodes]),
        np.array([each.rewards.sum() for each in episodes]),
    )


def returns_to_go(rewards: NDArray[np.float64], gamma: float, later: float = 0.0) -> NDArray[np.float64]:
    """Discounted sums ``[decisions]`` from each decision on; ``later`` is the value of what follows the episode."""
    sums = np.zeros(len(rewards))
    for decision in range(len(rewards) - 1, -1, -1):
        sums[decision] = later = rewards[decision] + gamma * later
    return sums
