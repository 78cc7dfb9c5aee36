"""The environments registered with RLlib under their Gymnasium ids."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import gymnasium as gym
from gymnasium.vector import VectorEnv, VectorWrapper

import incentive_env  # noqa: F401  (registers the environments)
from incentive_env.support.seeds import next_seed

_SEVERAL_REWARDS = "incentive_env/MO-"  # vectors of rewards, which RLlib does not support


class RLlibError(ImportError):
    """RLlib, or one of its dependencies, is not installed."""


def register() -> tuple[str, ...]:
    """Register the environments of a single reward with RLlib, and return their names, which are their Gymnasium ids.

    ``env_config`` takes the arguments of `gymnasium.make`: ``reward``, ``config``, dotted overrides; and ``infos``
    (default True): whether steps return infos; RLlib copies them, which takes time.

    With ``gym_env_vectorize_mode="vector_entry_point"`` an env runner steps the native batch. Seeds are spread, since
    RLlib numbers its runners' seeds in a row and a batch those of its floors: runners would share almost all floors.

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
    """Check that the dependency group is installed.

    Raises:
        RLlibError: RLlib cannot be imported.
    """
    try:
        import ray.rllib  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise RLlibError(f"needs RLlib ({error}): pip install --group rllib", name="ray") from None


def make(name: str, context: Mapping[str, Any]) -> "gym.Env[Any, Any] | VectorEnv[Any, Any, Any]":
    """One floor, or a native batch of them if the context of an env runner has ``num_envs``.

    Args:
        name: Gymnasium id.
        context: ``env_config``, as RLlib passes it to an env runner.

    Raises:
        ConfigError: an unknown key or an invalid value.
    """
    keywords = dict(context)
    infos = bool(keywords.pop("infos", True))
    if "num_envs" not in keywords:
        return Floor(gym.make(name, **keywords), infos=infos)
    batch = gym.make_vec(name, vectorization_mode="vector_entry_point", **keywords)
    return Batch(batch, infos=infos)


class _Adapted:
    """What `Floor` and `Batch` change for RLlib; see `register`."""

    env: Any

    def __init__(self, env: Any, *, infos: bool) -> None:
        super().__init__(env)  # type: ignore[call-arg]
        self._infos = infos

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Open the floors. A seed is spread, and floor *i* takes it plus *i*; seeds in a list are taken unchanged."""
        seeds = next_seed(seed) if isinstance(seed, int) else seed
        opened: tuple[Any, dict[str, Any]] = self.env.reset(seed=seeds, options=options)
        return opened

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Put a scheme in force on each floor for the next four weeks."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return observation, reward, terminated, truncated, info if self._infos else {}


class Floor(_Adapted, gym.Wrapper[Any, Any, Any, Any]):
    """One environment for RLlib."""


class Batch(_Adapted, VectorWrapper):
    """A native batch for RLlib."""
