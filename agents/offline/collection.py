"""Episodes of managed floors, as a dataset keeps them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.offline.behaviours import Behaviour, Mixture, dealt, load_all
from incentive_env import Config, SalesFloorVectorEnv
from incentive_env.policies import Acting, Policy
from incentive_env.support.seeds import COLLECTION_SEEDS

BATCH = 128  # floors that are managed at once; results do not depend on it


class Episode(NamedTuple):
    """One floor under one behaviour, to the end of its episode."""

    seed: int  # of the floor
    behaviour: Behaviour
    observations: NDArray[np.float32]  # [decisions + 1, entries]
    actions: NDArray[np.float32]  # [decisions, levers]
    rewards: NDArray[np.float64]  # [decisions]; the last holds the run-off, under rewards that pay it
    terminations: NDArray[np.bool_]  # [decisions]
    truncations: NDArray[np.bool_]  # [decisions]
    infos: dict[str, NDArray[np.float64]]  # each [decisions + 1], NaN before the first decision; empty if not kept


def collect(
    config: Config, reward: str, behaviours: Sequence[Behaviour], episodes: int, *, first: int = COLLECTION_SEEDS[0],
    seed: int = 0, threads: int = 1, keep_truth: bool = False, watch: Callable[[int], None] = lambda done: None,
) -> list[Episode]:  # fmt: skip
    """Let behaviours manage floors in turn: episode *i* is the floor of seed ``first + i``.

    Args:
        config: the scenario.
        reward: preset that is paid.
        behaviours: who acts, in turn.
        episodes: how many.
        first: seed of the first floor.
        seed: of the behaviours' noise.
        threads: that share the floors of a batch.
        keep_truth: keep what ``info`` holds: reward terms, figures without noise, and the true state in means.
        watch: is told how many episodes are done.

    Raises:
        ValueError: the seeds are not all in `COLLECTION_SEEDS`, or a behaviour cannot be used.
    """
    check_seeds(first, episodes)
    policies = load_all(behaviours, config)
    acting = dealt(behaviours, episodes)
    collected: list[Episode] = []
    for start in range(0, episodes, BATCH):
        part = acting[start : start + BATCH]
        floors = _Floors(config, reward, range(first + start, first + start + len(part)), threads)
        collected += floors.managed(part, policies, seed, keep_truth=keep_truth)
        watch(len(collected))
    return collected


def check_seeds(first: int, episodes: int) -> None:
    """Refuse floors that evaluation, training or a search may meet.

    Raises:
        ValueError: they are not all in `COLLECTION_SEEDS`.
    """
    if episodes < 1:
        raise ValueError(f"episodes = {episodes}: must be at least 1")
    if first not in COLLECTION_SEEDS or first + episodes - 1 not in COLLECTION_SEEDS:
        raise ValueError(
            f"first = {first} with {episodes} episodes: floors of datasets are {COLLECTION_SEEDS[0]} to "
            f"{COLLECTION_SEEDS[-1]}, which neither evaluation nor training meets"
        )


class _Floors:
    """A batch of floors for one episode."""

    def __init__(self, config: Config, reward: str, seeds: range, threads: int) -> None:
        self._env = SalesFloorVectorEnv(len(seeds), config, reward, threads=threads)
        self._config, self._seeds = config, seeds

    def managed(
        self, behaviours: Sequence[Behaviour], policies: dict[str, Policy], seed: int, *, keep_truth: bool
    ) -> list[Episode]:
        """Run the episode, and cut each floor where it ended; a floor that is over is opened anew, and ignored."""
        mixture = Acting(Mixture(behaviours, policies, self._seeds, seed))
        observation, _ = self._env.reset(seed=list(self._seeds))
        seen, did, infos = [observation.copy()], [], []
        over = np.zeros(len(self._seeds), np.bool_)
        while not over.all():
            actions = mixture.choose(seen[-1])
            observation, rewards, terminated, truncated, info = self._env.step(actions)
            seen.append(observation.copy())
            did.append((actions, rewards.copy(), terminated.copy(), truncated.copy()))
            infos.append(_named(info) if keep_truth else {})
            over |= terminated | truncated
        columns = [np.stack(column, axis=1) for column in zip(*did, strict=True)]
        told = {name: np.stack([info[name] for info in infos], axis=1) for name in infos[0]}
        return [
            _episode(floor, self._seeds[floor], behaviour, np.stack(seen, axis=1), columns, told)
            for floor, behaviour in enumerate(behaviours)
        ]


def _episode(
    floor: int, seed: int, behaviour: Behaviour, seen: NDArray[np.float32], columns: list[NDArray[Any]],
    told: dict[str, NDArray[np.float64]],
) -> Episode:  # fmt: skip
    actions, rewards, terminated, truncated = (column[floor] for column in columns)
    end = int((terminated | truncated).argmax()) + 1
    infos = {name: np.concatenate([[np.nan], values[floor, :end]]) for name, values in told.items()}
    rows = (actions[:end], rewards[:end], terminated[:end], truncated[:end])
    return Episode(seed, behaviour, seen[floor, : end + 1], *rows, infos)


def _named(info: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Infos of a step, flat: ``truth.loyalty``; Minari's storages do not all keep nested ones."""
    return {
        f"{part}.{name}": values
        for part in ("reward_terms", "figures", "truth")
        for name, values in info[part].items()
        if not name.startswith("_")
    }
