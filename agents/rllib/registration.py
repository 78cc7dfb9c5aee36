"""The environments under the names of their Gymnasium ids, as RLlib's env runners make them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper

import incentive_env  # noqa: F401  (registers the environments)
from incentive_env.floors.reward import TERM_NAMES, reward_weights
from incentive_env.support.seeds import next_seed

_SEVERAL_REWARDS = "incentive_env/MO-"  # as vectors, which RLlib does not take


class RLlibError(ImportError):
    """RLlib, or something that it needs, is not installed."""


def register() -> tuple[str, ...]:
    """Register the environments of one reward with RLlib, and return their names, which are their Gymnasium ids.

    ``env_config`` takes what `gymnasium.make` takes: ``reward``, ``config``, dotted overrides; and two keys more:

    * ``infos`` (default True): whether steps bring infos; RLlib carries them around, which takes time.
    * ``run_off_ends`` (default True): where the reward pays for the run-off, an episode that time cuts off is told
      as terminated. Its last reward holds the future, and RLlib would add the critic's opinion of it once more.

    With ``gym_env_vectorize_mode="vector_entry_point"`` an env runner steps the native batch. Seeds are spread: RLlib
    numbers its runners' seeds in a row, and a batch its floors', so that runners would share almost all floors.

    Raises:
        RLlibError: it is not installed; the message names the group.
    """
    require_rllib()
    from ray.tune.registry import register_env

    ours = (name for name in gym.registry if name.startswith("incentive_env/"))
    names = tuple(sorted(name for name in ours if not name.startswith(_SEVERAL_REWARDS)))
    for name in names:
        register_env(name, partial(make, name))
    return names


def require_rllib() -> None:
    """Say which dependency group is missing, if one is.

    Raises:
        RLlibError: RLlib cannot be imported.
    """
    try:
        import ray.rllib  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise RLlibError(f"needs RLlib ({error}): pip install --group rllib", name="ray") from None


def make(name: str, context: Mapping[str, Any]) -> "gym.Env[Any, Any] | VectorEnv[Any, Any, Any]":
    """One floor, or a native batch of them where the context of an env runner holds ``num_envs``.

    Args:
        name: Gymnasium id.
        context: ``env_config``, as RLlib hands it to an env runner.

    Raises:
        ConfigError: a key or value that the environment does not know.
    """
    keywords = dict(context)
    infos, ends = bool(keywords.pop("infos", True)), bool(keywords.pop("run_off_ends", True))
    if "num_envs" not in keywords:
        return Floor(gym.make(name, **keywords), infos=infos, run_off_ends=ends)
    batch = gym.make_vec(name, vectorization_mode="vector_entry_point", **keywords)
    return Batch(batch, infos=infos, run_off_ends=ends)


class Floor(gym.Wrapper[Any, Any, Any, Any]):
    """One environment as RLlib is to see it; see `register`."""

    def __init__(self, env: "gym.Env[Any, Any]", *, infos: bool, run_off_ends: bool) -> None:
        super().__init__(env)
        self._infos, self._ends = infos, run_off_ends and _pays_run_off(env)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Open a floor; the seed is spread."""
        return self.env.reset(seed=None if seed is None else next_seed(seed), options=options)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Put a scheme in force for the next four weeks."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if self._ends:
            terminated, truncated = terminated or truncated, False
        return observation, float(reward), terminated, truncated, info if self._infos else {}


class Batch(VectorWrapper):
    """A native batch as RLlib is to see it; see `register`."""

    def __init__(self, env: "VectorEnv[Any, Any, Any]", *, infos: bool, run_off_ends: bool) -> None:
        super().__init__(env)
        self._infos, self._ends = infos, run_off_ends and _pays_run_off(env)

    def reset(
        self, *, seed: "int | list[int] | None" = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Open the floors; floor *i* takes the spread seed, plus *i*. Seeds of a list are taken as they are."""
        seeds: Any = next_seed(seed) if isinstance(seed, int) else seed  # the type of VectorEnv.reset leaves lists out
        return self.env.reset(seed=seeds, options=options)

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Put a scheme in force on each floor for the next four weeks."""
        observation, reward, terminated, truncated, infos = self.env.step(actions)
        if self._ends:
            terminated, truncated = terminated | truncated, np.zeros_like(truncated)
        return observation, reward, terminated, truncated, infos if self._infos else {}


def _pays_run_off(env: Any) -> bool:
    inner = env.unwrapped
    if not hasattr(inner, "config"):  # of the theory's environments, an episode of which is one decision
        return False
    return bool(reward_weights(inner.config, inner.reward)[TERM_NAMES.index("run_off")] != 0.0)
