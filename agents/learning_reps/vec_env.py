"""stable-baselines3's `VecEnv` of seats: every seat of every floor learns from its own reward only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.floors.seats import Seats, seat_action_space, seat_observation_space
from incentive_env.policies import Acting, PolicyLike, as_policy
from incentive_env.support.seeds import checked_seed, floor_seeds, next_seed


class SeatVecEnv(VecEnv):
    """Seats of a batch of floors under one manager, a row each, floor by floor.

    A row's episode terminates when the person in the seat leaves, and is truncated at the end of the floor's episode,
    where the learner's value function stands for the future.

    Args:
        config: the scenario.
        num_floors: size of the batch.
        manager: the policy of the manager; it announces a scheme before reps choose.
        seats: numbers of the seats that learn; all by default. The others are the model's own reps.
        rep_reward: one of `incentive_env.floors.seats.REP_REWARDS`.
    """

    def __init__(
        self, config: Config, num_floors: int, manager: PolicyLike, *, seats: NDArray[np.int64] | None = None,
        rep_reward: str = "utility",
    ) -> None:  # fmt: skip
        self.render_mode = None
        self.config, self.manager, self.rep_reward = config, as_policy(manager, config), rep_reward
        self.taken = np.arange(config.salesforce.reps) if seats is None else seats
        actions = seat_action_space()
        super().__init__(num_floors * len(self.taken), seat_observation_space(), actions)
        self.floors = Floors(config, num_floors)
        self.seats = Seats(self.floors)
        self._decisions = 0
        self._floor_seeds = np.arange(num_floors, dtype=np.uint64)
        self._actions: NDArray[np.floating] = np.zeros((self.num_envs, *actions.shape), np.float32)
        self._acting = Acting(self.manager)
        self._announced = np.zeros((num_floors, len(LEVERS)), np.float32)

    def reset(self) -> np.ndarray:
        """Open all floors."""
        self._open()
        return self._seen()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the next reset: floor *i* takes ``seed + i``."""
        if seed is not None:
            self._floor_seeds = floor_seeds(checked_seed(seed), self.floors.num_floors)
        return [seed] * self.num_envs

    def step_async(self, actions: np.ndarray) -> None:
        """Remember the actions."""
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Simulate a period on all floors.

        Floors of a batch begin and end together: one that closes early stays empty until the others end.
        """
        self.seats.choose(self._actions.reshape(self.floors.num_floors, len(self.taken), -1), self.taken)
        sat = self._present()
        period = self.floors.decide(self._announced)
        rewards = self.seats.rewards(self.seats.gained(period), self.rep_reward)[:, self.taken].ravel()
        self.seats.remember(period)
        self._decisions += 1
        left = sat & (period.rep_weeks["exit"][:, :, self.taken] != 0.0).any(axis=1).ravel()
        cut_off = self._decisions >= self.config.horizon.decisions
        self._announce()
        seen = self._seen()
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        done = np.full(self.num_envs, True) if cut_off else left
        for row in np.flatnonzero(done):
            infos[row] = {"terminal_observation": seen[row], "TimeLimit.truncated": not left[row]}
        if cut_off:
            self._floor_seeds = np.array([next_seed(int(seed)) for seed in self._floor_seeds], np.uint64)
            self._open()
            seen = self._seen()
        return seen, rewards.astype(np.float32), done, infos

    def close(self) -> None:
        """Nothing to release."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The batch's attribute, once per requested row."""
        return [getattr(self, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Not possible, since the rows of a batch share their attributes."""
        raise NotImplementedError("seats of a batch share their attributes; make a new batch instead")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """Call a method of the batch once; its result, once per requested row."""
        return [getattr(self, method_name)(*args, **kwargs)] * len(list(self._get_indices(indices)))

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Rows of a batch are not wrapped individually."""
        return [False] * len(list(self._get_indices(indices)))

    def _open(self) -> None:
        self.floors.reset(self._floor_seeds)
        self.seats.open(np.arange(self.floors.num_floors))
        self._decisions = 0
        self._acting = Acting(self.manager)
        self._announce()

    def _announce(self) -> None:
        self._announced = np.asarray(self._acting.on(self.floors), np.float32)

    def _seen(self) -> NDArray[np.float32]:
        return self.seats.seen(self._announced)[:, self.taken].reshape(self.num_envs, -1)

    def _present(self) -> NDArray[np.bool_]:
        return np.asarray(self.floors.state.reps["present"][:, self.taken] != 0).ravel()
