"""stable-baselines3's `VecEnv` over the native batch: no Python loop over environments."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from incentive_env import SalesFloorVectorEnv
from incentive_env.floors.batch import Floors
from incentive_env.floors.true_state import NAMES, true_state
from incentive_env.policies.history import WIDTHS, Remembers, nothing
from incentive_env.support.seeds import checked_seed


class StateVectorEnv(SalesFloorVectorEnv):
    """Floors whose manager sees the true state instead of the report: a reference for those that do not."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.single_observation_space = Box(-np.inf, np.inf, (len(NAMES),), np.float32)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)

    def _observe(self) -> np.ndarray:
        return true_state(self.floors).astype(np.float32)


class HistoryVectorEnv(SalesFloorVectorEnv):
    """Floors whose manager sees the report beside running means of past reports, as a policy with a memory does."""

    remembers: Remembers = "history"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.single_observation_space = Box(-np.inf, np.inf, (WIDTHS[self.remembers],), np.float32)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self._memory = nothing(self.remembers, self.num_envs)

    def _observe(self) -> np.ndarray:
        """The reports with their history; a report that was looked at already is not remembered twice."""
        report = self.floors.observation()
        opened = self._decisions == 0
        after = self._memory.after(report, opened)
        new = opened | (self._decisions == self._memory.reports)
        self._memory = self._memory._replace(
            kept=np.where(new[:, None, None], after.kept, self._memory.kept),
            reports=np.where(new, after.reports, self._memory.reports),
        )
        return self._memory.beside(report)


class StackVectorEnv(HistoryVectorEnv):
    """The same, with the last reports as they were."""

    remembers = "stack"


SEEN = {
    "report": SalesFloorVectorEnv, "history": HistoryVectorEnv, "stack": StackVectorEnv, "state": StateVectorEnv,
}  # fmt: skip


class Episodes(NamedTuple):
    """The episodes under way, by what leads to where they are: a floor is the same bits wherever it is repeated."""

    seeds: NDArray[np.uint64]  # [floors]
    decisions: NDArray[np.int64]  # [floors] made since the floor opened
    actions: NDArray[np.float32]  # [floors, decisions of an episode, levers]; the first ``decisions`` count


class Judge(Protocol):
    """Decides what a learner is paid for a step, in place of the preset's reward."""

    def foresee(self, floors: Floors, actions: NDArray[np.floating]) -> None:
        """Look at the floors and at the actions ``[floors, levers]`` that are about to be in force; change neither."""

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """What is paid ``[floors]``, given the preset's rewards ``[floors]`` and the infos of the batch's step."""


class NativeVecEnv(VecEnv):
    """Wrap a `SalesFloorVectorEnv` with ``SAME_STEP`` autoreset, which is what stable-baselines3 expects.

    Infos hold something only where an episode has ended: its return and length under ``episode``, its last
    observation, and whether it was cut off by time. The return is that of the preset, whatever a judge pays.

    Attributes:
        judge: decides what is paid, for methods that are not paid the preset's reward; ``None`` for the others.
    """

    def __init__(self, env: SalesFloorVectorEnv) -> None:
        if env.autoreset_mode is not AutoresetMode.SAME_STEP:
            raise ValueError(f"autoreset_mode is {env.autoreset_mode.value}, must be SameStep")
        self.env = env  # first, since the base class asks it for its render mode
        self.judge: Judge | None = None
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)
        self._actions = np.zeros((env.num_envs, *(env.single_action_space.shape or ())), np.float32)
        self._returns = np.zeros(env.num_envs)
        self._lengths = np.zeros(env.num_envs, np.int64)
        self._seed: int | None = None
        self._taken = np.zeros((env.num_envs, env.config.horizon.decisions, self._actions.shape[-1]), np.float32)

    def reset(self) -> np.ndarray:
        """Open all floors."""
        self._returns[:] = 0.0
        self._lengths[:] = 0
        observation, _ = self.env.reset(seed=self._seed)
        self._seed = None
        return observation

    def step_async(self, actions: np.ndarray) -> None:
        """Remember the actions."""
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Step all floors."""
        self._taken[np.arange(self.num_envs), self._lengths] = self._actions
        if self.judge is not None:
            self.judge.foresee(self.env.floors, self._actions)
        observation, rewards, terminated, truncated, infos = self.env.step(self._actions)
        self._returns += rewards
        if self.judge is not None:
            rewards = self.judge.pay(rewards, infos)
        self._lengths += 1
        done = terminated | truncated
        per_env: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for floor in np.flatnonzero(done):
            per_env[floor] = {
                "terminal_observation": infos["final_obs"][floor],
                "TimeLimit.truncated": bool(truncated[floor]),  # the floor would go on: learners bootstrap
                "episode": {"r": float(self._returns[floor]), "l": int(self._lengths[floor]), "t": 0.0},
            }
        self._returns[done] = 0.0
        self._lengths[done] = 0
        return observation, rewards.astype(np.float32), done, per_env

    def episodes(self) -> Episodes:
        """The episodes under way, to be repeated by `repeat`."""
        return Episodes(np.array(self.env.seeds, np.uint64), self._lengths.copy(), self._taken.copy())

    def repeat(self, episodes: Episodes) -> np.ndarray:
        """Open floors and take each to where it was, and return what is seen there.

        All arrive at the same time, so the one that has lived longest opens first.

        Raises:
            ValueError: the episodes are not of this batch, or go further than one does.
        """
        seeds, lived, actions = episodes
        if (seeds.shape, lived.shape, actions.shape) != ((self.num_envs,), (self.num_envs,), self._taken.shape):
            raise ValueError("the episodes are those of another batch")
        if lived.min() < 0 or lived.max() >= self._taken.shape[1]:
            raise ValueError(f"decisions must be from 0 to {self._taken.shape[1] - 1}")
        numbers: list[int | None] = [int(seed) for seed in seeds]
        observation, _ = self.env.reset(seed=numbers)
        self._returns[:], self._lengths[:], self._taken[:] = 0.0, lived, actions
        for left in range(int(lived.max()), -1, -1):
            due = lived == left
            if due.any():
                observation, _ = self.env.reset(seed=numbers, options={"reset_mask": due})
            if left > 0:
                under_way = lived >= left
                now = actions[np.arange(self.num_envs), np.maximum(lived - left, 0)]
                observation, rewards, *_ = self.env.step(np.where(under_way[:, None], now, np.float32(0.0)))
                self._returns[under_way] += rewards[under_way]
        return observation

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the next reset: floor *i* takes ``seed + i``."""
        self._seed = None if seed is None else checked_seed(seed)
        return [None if seed is None else seed + i for i in range(self.num_envs)]

    def close(self) -> None:
        """Close the batch."""
        self.env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The batch's attribute, once for each selected floor."""
        return [getattr(self.env, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Floors of a batch share their attributes, so none can be set for some."""
        raise NotImplementedError("floors of a native batch share their attributes; create a new batch instead")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """Call a method of the batch once, and return its result for each selected floor."""
        result = getattr(self.env, method_name)(*args, **kwargs)
        return [result] * len(list(self._get_indices(indices)))

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Floors of a native batch are not wrapped one by one."""
        return [False] * len(list(self._get_indices(indices)))
