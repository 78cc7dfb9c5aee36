"""Episodes of managed floors, as a dataset keeps them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.offline.behaviours import Behaviour, Mixture, in_turn, load_all
from incentive_env import Config, SalesFloorVectorEnv
from incentive_env.policies import Acting, Policy
from incentive_env.support.seeds import COLLECTION_SEEDS

BATCH = 128  # floors managed at once; results do not depend on it


class Episode(NamedTuple):
    """One floor under one behaviour, to the end of its episode."""

    seed: int  # of the floor
    behaviour: Behaviour
    observations: NDArray[np.float32]  # [decisions + 1, entries]
    actions: NDArray[np.float32]  # [decisions, levers]
    rewards: NDArray[np.float64]  # [decisions]; the last of a floor that closes holds the rest
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
        reward: reward preset.
        behaviours: they act in turn, one per episode.
        episodes: number of episodes.
        first: seed of the first floor.
        seed: of the behaviours' noise.
        threads: number of threads that share the floors of a batch.
        keep_truth: keep ``info``: reward terms, figures without noise, and means of the true state.
        watch: called with the number of episodes done.

    Raises:
        ValueError: a seed is not in `COLLECTION_SEEDS`, or a behaviour cannot be used.
    """
    check_seeds(first, episodes)
    policies = load_all(behaviours, config)
    acting = in_turn(behaviours, episodes)
    collected: list[Episode] = []
    for start in range(0, episodes, BATCH):
        batch = acting[start : start + BATCH]
        seeds = range(first + start, first + start + len(batch))
        env = SalesFloorVectorEnv(len(batch), config, reward, threads=threads)
        columns, infos = _run(env, Mixture(batch, policies, seeds, seed), seeds, keep_truth=keep_truth)
        collected += [_episode(number, seeds[number], batch[number], columns, infos) for number in range(len(batch))]
        watch(len(collected))
    return collected


def check_seeds(first: int, episodes: int) -> None:
    """Refuse floors that evaluation, training or a search may use.

    Raises:
        ValueError: a seed is not in `COLLECTION_SEEDS`.
    """
    if episodes < 1:
        raise ValueError(f"episodes = {episodes}: must be at least 1")
    if first not in COLLECTION_SEEDS or first + episodes - 1 not in COLLECTION_SEEDS:
        raise ValueError(
            f"first = {first} with {episodes} episodes: floors of datasets are {COLLECTION_SEEDS[0]} to "
            f"{COLLECTION_SEEDS[-1]}, which neither evaluation nor training uses"
        )


def _run(
    env: SalesFloorVectorEnv, policy: Policy, seeds: range, *, keep_truth: bool
) -> tuple[list[NDArray[Any]], dict[str, NDArray[np.float64]]]:
    """Run one episode on a batch of floors until all have ended; a floor that ends early starts again meanwhile.

    Returns:
        Observations, actions, rewards, terminations and truncations, each ``[floors, steps, ...]``; infos by name.
    """
    acting = Acting(policy)
    observation, _ = env.reset(seed=list(seeds))
    seen, steps, infos = [observation.copy()], [], []
    over = np.zeros(len(seeds), np.bool_)
    while not over.all():
        actions = acting.choose(seen[-1])
        observation, rewards, terminated, truncated, info = env.step(actions)
        seen.append(observation.copy())
        steps.append((actions, rewards.copy(), terminated.copy(), truncated.copy()))
        infos.append(_flat(info) if keep_truth else {})
        over |= terminated | truncated
    columns = [np.stack(column, axis=1) for column in (seen, *zip(*steps, strict=True))]
    return columns, {name: np.stack([info[name] for info in infos], axis=1) for name in infos[0]}


def _episode(
    floor: int, seed: int, behaviour: Behaviour, columns: list[NDArray[Any]], infos: dict[str, NDArray[np.float64]]
) -> Episode:
    """A floor's rows up to the end of its episode."""
    seen, *others = (column[floor] for column in columns)
    end = int((others[-2] | others[-1]).argmax()) + 1
    own_infos = {name: np.concatenate([[np.nan], values[floor, :end]]) for name, values in infos.items()}
    actions, rewards, terminations, truncations = (column[:end] for column in others)
    return Episode(seed, behaviour, seen[: end + 1], actions, rewards, terminations, truncations, own_infos)


def _flat(info: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Infos of a step by dotted name, as ``truth.loyalty``; not all of Minari's storage formats keep nested ones."""
    return {
        f"{part}.{name}": values
        for part in ("reward_terms", "figures", "truth")
        for name, values in info[part].items()
        if not name.startswith("_")
    }
