"""Native `gymnasium.vector.VectorEnv`: many floors in one compiled call."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.arguments import PlainSpec, check_options
from incentive_env.envs.single import check_actions, configured
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.observation import action_space, observation_space
from incentive_env.floors.reward import credit_closed, reward_weights, weigh
from incentive_env.model.report import FIGURES, TERMS, TRUTH
from incentive_env.support.seeds import first_seed, next_seed, seeds_of_floors

Batch = NDArray[np.float32]


_KEYS = {  # of each info: its arrays, then their masks
    key: [mark + name for mark in ("", "_") for name in records.names or ()]
    for key, records in (("reward_terms", TERMS), ("figures", FIGURES), ("truth", TRUTH))
}


class SalesFloorVectorEnv(PlainSpec, VectorEnv[Batch, Batch, np.ndarray]):
    """A batch of sales floors; floor *i* is bit for bit the same as the same floor alone in `SalesFloorEnv`.

    See `SalesFloorEnv` for spaces, rewards and ends.

    Args:
        num_envs: number of floors.
        config: a preset's name, a path, a `Config`, or ``None`` for Telesales.
        reward: reward preset.
        autoreset_mode: what happens to a floor whose episode is over: it opens again at the next step (``NEXT_STEP``),
            in the same step (``SAME_STEP``, last observation and info under ``final_obs`` and ``final_info``), or
            not at all (``DISABLED``).
        threads: number of threads that share the floors, from 64 floors on.
        render_mode: ``None``; a batch is not drawn.
        **overrides: dotted overrides of the config.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012

    def __init__(
        self, num_envs: int = 1, config: "str | Path | Config | None" = None, reward: str = "loyalty", *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP, threads: int = 1,
        render_mode: str | None = None, **overrides: Any,
    ) -> None:  # fmt: skip
        if isinstance(num_envs, bool) or not isinstance(num_envs, int | np.integer) or num_envs < 1:
            raise ValueError(f"num_envs = {num_envs!r}: must be a whole number, at least 1")
        num_envs = int(num_envs)
        if render_mode is not None:
            raise TypeError(f"render_mode {render_mode!r}: a batch is not drawn, must be None")
        self.config = configured(config, overrides)
        self._weights = reward_weights(self.config, reward)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.reward = reward
        self.num_envs = num_envs
        self.render_mode = None
        self.single_observation_space = observation_space()
        self.single_action_space = action_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.floors = Floors(self.config, num_envs, threads=threads)
        self.last_period: Period | None = None
        self._seeds: list[int] | None = None
        self._decisions = np.zeros(num_envs, np.int64)
        self._over = np.zeros(num_envs, np.bool_)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the episodes under way, one for each floor; none before the first reset."""
        return tuple(self._seeds or ())

    def reset(
        self, *, seed: "int | Sequence[int | None] | None" = None, options: dict[str, Any] | None = None
    ) -> tuple[Batch, dict[str, Any]]:
        """Open floors.

        Args:
            seed: one number, from which floor *i* takes ``seed + i``; or a list, one for each floor, where ``None``
                continues that floor's sequence.
            options: ``{"reset_mask": [num_envs] bool}`` opens those floors only; there are no others.

        Raises:
            ValueError: a seed or an option cannot be used; the episodes under way go on as if nothing had been asked.
        """
        check_options(options, ("reset_mask",))
        mask = np.asarray((options or {}).get("reset_mask", np.ones(self.num_envs, np.bool_)))
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise ValueError(f"reset_mask: must be {self.num_envs} booleans, at least one of them true")
        chosen = np.flatnonzero(mask)
        if self._seeds is None and len(chosen) < self.num_envs:
            raise ResetNeeded("the first reset() must open all floors: leave out 'reset_mask'")
        self._seed_floors(seed, chosen)
        self._open(chosen)
        return self._observe(), {}

    def step(
        self, actions: Batch
    ) -> tuple[Batch, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Put a scheme in force on each floor for the next four weeks.

        Raises:
            ResetNeeded: before the first reset; or, without autoreset, after an episode has ended.
            ValueError: the actions have the wrong shape, or hold NaN or infinity.
        """
        if self._seeds is None:
            raise ResetNeeded("step() was called before reset(): call reset() first")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._over.any():
            raise ResetNeeded(f"episodes of floors {np.flatnonzero(self._over).tolist()} are over: call reset() first")
        lived = ~self._over
        reopens = self._over.any()  # under NEXT_STEP floors open in the step after their last, whatever the action
        which = np.flatnonzero(lived) if reopens else None
        period = self.floors.decide(check_actions(actions, self.action_space.shape or ()), which=which)
        self.last_period = period
        self._decisions += 1
        terminated = self.floors.closed.copy()
        truncated = (self._decisions >= self.config.horizon.decisions) & ~terminated
        terms = self.floors.numbers["reward_terms"]
        closed = terminated & lived
        if closed.any():
            credit_closed(terms, self.floors, np.flatnonzero(closed), self._weights)
        rewards = weigh(terms, self._weights)
        infos = _infos(self.floors, lived)
        if reopens:
            stale = np.flatnonzero(self._over)
            self._restart(stale)
            rewards[stale], terminated[stale], truncated[stale] = 0.0, False, False
        self._over = terminated | truncated
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._over.any():
            infos = self._close_and_reopen(infos)
        return self._observe(), rewards, terminated, truncated, infos

    def _observe(self) -> Batch:
        """What the manager sees; `agents.training.vec_adapter.StateVectorEnv` shows the true state instead."""
        return self.floors.observation()

    def _close_and_reopen(self, infos: dict[str, Any]) -> dict[str, Any]:
        over = self._over
        final = np.full(self.num_envs, None, dtype=object)
        last = self._observe()
        for floor in np.flatnonzero(over):
            final[floor] = last[floor]
        self._restart(np.flatnonzero(over))
        self._over = np.zeros(self.num_envs, np.bool_)
        ended = {"final_obs": final, "_final_obs": over.copy(), "final_info": infos, "_final_info": over.copy()}
        return {**infos, **ended}

    def _seed_floors(self, seed: "int | Sequence[int | None] | None", chosen: NDArray[np.int64]) -> None:
        wanted = [None] * self.num_envs if seed is None else seeds_of_floors(seed, self.num_envs)
        seeds = [0] * self.num_envs if self._seeds is None else list(self._seeds)
        for floor in chosen:
            number = wanted[floor]
            if number is None:
                number = first_seed(self.np_random) if self._seeds is None else next_seed(seeds[floor])
            seeds[floor] = number
        self._seeds = seeds

    def _restart(self, chosen: NDArray[np.int64]) -> None:
        assert self._seeds is not None
        for floor in chosen:
            self._seeds[floor] = next_seed(self._seeds[floor])
        self._open(chosen)

    def _open(self, chosen: NDArray[np.int64]) -> None:
        assert self._seeds is not None
        self.floors.reset([self._seeds[floor] for floor in chosen], chosen)
        self._decisions[chosen] = 0
        self._over[chosen] = False


def _infos(floors: Floors, lived: NDArray[np.bool_]) -> dict[str, Any]:
    """Infos in Gymnasium's vector form: a dict of arrays, each with a mask of the floors that have it."""
    infos: dict[str, Any] = {}
    for key, numbers in floors.numbers.items():
        columns = [*numbers.T.copy()]
        infos[key] = dict(zip(_KEYS[key], columns + [lived] * len(columns), strict=True))
        infos[f"_{key}"] = lived
    return infos
