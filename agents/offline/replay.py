"""Replay: check that the environment reproduces the trajectories of a dataset to the bit."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

from agents.offline.datasets import DatasetError, recovered

if TYPE_CHECKING:
    from minari import MinariDataset


class ReplayError(DatasetError):
    """A stored trajectory and the environment's differ."""


def replay(dataset: "MinariDataset", episode: int, env: "gym.Env[Any, Any] | None" = None) -> int:
    """Replay the stored actions of an episode on the recovered environment, and compare everything it returns.

    Args:
        dataset: of the manager's game.
        episode: its index.
        env: the recovered environment, so that many episodes share it.

    Returns:
        Number of decisions of the episode.

    Raises:
        ReplayError: an observation, a reward, a termination or a truncation differs in a bit; the message says which
            and where, and shows both values.
        DatasetError: the environment cannot be recovered.
    """
    env = env or recovered(dataset)
    stored = next(iter(dataset.iterate_episodes([episode])))
    seed = next(iter(dataset.storage.get_episode_metadata([episode]))).get("seed")
    if seed is None:
        raise ReplayError(f"episode {episode} of {dataset.id!r}: holds no seed")
    where = f"episode {episode} of {dataset.id!r}, floor {seed}"
    observation, _ = env.reset(seed=int(seed))
    _same(f"{where}, before the first decision: observation", stored.observations[0], observation)
    ended = False
    for decision, action in enumerate(stored.actions):
        if ended:
            raise ReplayError(f"{where}: goes on for decision {decision}, but the environment had ended the episode")
        observation, reward, terminated, truncated, _ = env.step(action)
        ended = terminated or truncated
        for name, then, now in (
            ("observation", stored.observations[decision + 1], observation),
            ("reward", stored.rewards[decision], np.float64(reward)),
            ("termination", stored.terminations[decision], np.bool_(terminated)),
            ("truncation", stored.truncations[decision], np.bool_(truncated)),
        ):
            _same(f"{where}, decision {decision}: {name}", then, now)
    if not ended:
        raise ReplayError(f"{where}: stops after {len(stored.actions)} decisions, but the environment goes on")
    return len(stored.actions)


def replay_all(
    dataset: "MinariDataset", episodes: Iterable[int], watch: Callable[[int], None] = lambda done: None
) -> int:
    """Replay several episodes; return their number of decisions. Raises the errors of `replay`."""
    env, decisions = recovered(dataset), 0
    for done, episode in enumerate(episodes, start=1):
        decisions += replay(dataset, episode, env)
        watch(done)
    return decisions


def _same(where: str, then: Any, now: Any) -> None:
    then, now = np.asarray(then), np.asarray(now)
    if then.dtype != now.dtype or then.shape != now.shape:
        raise ReplayError(f"{where}: stored as {then.dtype}{list(then.shape)}, now {now.dtype}{list(now.shape)}")
    if then.tobytes() != now.tobytes():
        entry = int(np.argmax(np.atleast_1d(then != now)))
        stored, replayed = np.atleast_1d(then)[entry], np.atleast_1d(now)[entry]
        raise ReplayError(f"{where}[{entry}]: stored {stored!r}, now {replayed!r}; another version of the model?")
