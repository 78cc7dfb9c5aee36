"""Running standardisation of reports on several env runners, as a connector of RLlib.

RLlib has one, `MeanStdFilter`, whose merged mean is wrong from the second merge on (Ray 2.60: what it sends as the mean
of the new observations is how far they moved the old one). tests/interop/test_rllib.py shows it; this one is exact.
"""

from collections.abc import Collection
from typing import Any, NamedTuple, Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from ray.rllib.connectors.connector_v2 import ConnectorV2

from incentive_env.policies.network import CLIP

_TINY = 1e-8  # added to variances, as stable-baselines3 does


class Moments(NamedTuple):
    """Number, mean ``[entries]`` and sum of squared deviations ``[entries]`` of observations."""

    number: int
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(cls, observations: NDArray[Any]) -> Self:
        """Of observations ``[rows, entries]``."""
        mean = observations.mean(axis=0, dtype=np.float64)
        return cls(len(observations), mean, ((observations - mean) ** 2).sum(axis=0))

    @classmethod
    def none(cls) -> Self:
        """Of no observations, with any number of entries."""
        return cls(0, np.zeros(()), np.zeros(()))

    def with_more(self, other: "Moments") -> "Moments":
        """Of both together (Chan, Golub and LeVeque 1983)."""
        number = self.number + other.number
        if number == 0:
            return self
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.number / number)
        squares = self.squares + other.squares + apart**2 * (self.number * other.number / number)
        return Moments(number, mean, squares)

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Standard deviation, never 0."""
        return np.sqrt(self.squares / max(self.number, 1) + _TINY)


class Standardise(ConnectorV2):
    """Standardise reports by all seen so far: on any env runner up to the last merge, and on this one after it."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self._shared, self._fresh = Moments.none(), Moments.none()  # first, since the base class may ask for spaces
        super().__init__(*arguments, **keywords)

    def recompute_output_observation_space(
        self, input_observation_space: gym.Space[Any], input_action_space: gym.Space[Any]
    ) -> gym.Space[Any]:
        """Box of ±`CLIP`."""
        return gym.spaces.Box(-CLIP, CLIP, input_observation_space.shape, np.float32)

    def __call__(
        self, *, batch: dict[str, Any], episodes: list[Any], explore: bool | None = None, **_: Any
    ) -> dict[str, Any]:
        """Replace the newest report of each episode, which RLlib reads next, by the standardised one.

        Without exploration, as in evaluation, the moments stay as they are.
        """
        floors = list(self.single_agent_episode_iterator(episodes))
        reports = np.stack([floor.get_observations(indices=-1) for floor in floors])
        if explore is not False:
            self._fresh = self._fresh.with_more(Moments.of(reports))
        met = self.moments
        standard = np.clip((reports - met.mean) / met.deviation, -CLIP, CLIP).astype(np.float32)
        for floor, seen in zip(floors, standard, strict=True):
            floor.set_observations(at_indices=-1, new_data=seen)
            floor.observation_space = self.observation_space
        return batch

    @property
    def moments(self) -> Moments:
        """Of all reports known here."""
        return self._shared.with_more(self._fresh)

    def get_state(self, components: Any = None, *, not_components: Any = None, **_: Any) -> dict[str, tuple[Any, ...]]:
        """The shared moments, and those of reports that only this env runner has seen."""
        return {"shared": tuple(self._shared), "fresh": tuple(self._fresh)}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        self._shared, self._fresh = Moments(*state["shared"]), Moments(*state["fresh"])

    def merge_states(self, states: Collection[dict[str, Any]]) -> dict[str, Any]:
        """The state for all env runners: the shared moments, and all that each of them has seen since."""
        shared = self._shared
        for state in states:
            shared = shared.with_more(Moments(*state["fresh"]))
        return {"shared": tuple(shared), "fresh": tuple(Moments.none())}
