"""Episodes that a method looks at before or while it trains, decision by decision."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from agents.algorithms.hacking import Safe
from incentive_env import Config
from incentive_env.floors.batch import Floors
from incentive_env.floors.reward import TERM_NAMES, reward_weights, weigh
from incentive_env.model.report import MEASURED
from incentive_env.support.seeds import ANCHOR_SEEDS

Act = Callable[[NDArray[np.float32]], NDArray[np.floating]]  # from reports [floors, entries] to actions


class Episodes(NamedTuple):
    """What happened, and what a manager could measure of it; decisions first, then floors."""

    actions: NDArray[np.float32]  # [decisions, floors, levers]
    rewards: NDArray[np.float64]  # [decisions, floors] of the preset
    terms: NDArray[np.float64]  # [decisions, floors, terms] in the order of `TERM_NAMES`
    figures: NDArray[np.float64]  # [decisions, floors, figures] in the order of `MEASURED`, without noise or delay


Before = Callable[[Floors, NDArray[np.float32], NDArray[np.float32]], None]
"""Is shown the floors, their reports and the actions about to be in force, and changes none of them."""


def watch(
    config: Config, reward: str, act: Act, seeds: Sequence[int], before: Before = lambda *_: None
) -> Episodes:  # fmt: skip
    """Run an episode on floors.

    Args:
        config: the scenario.
        reward: preset.
        act: the manager.
        seeds: one floor for each.
        before: called at every decision.
    """
    floors = Floors(config, len(seeds))
    floors.reset(seeds)
    weights = reward_weights(config, reward)
    rows: list[tuple[NDArray[np.floating], ...]] = []
    for _ in range(config.horizon.decisions):
        seen = floors.observation()
        actions = np.asarray(act(seen), np.float32)
        before(floors, seen, actions)
        floors.decide(actions)
        terms = floors.numbers["reward_terms"].copy()
        rows.append((actions, weigh(terms, weights), terms, floors.numbers["figures"][:, : len(MEASURED)].copy()))
    actions, rewards, terms, figures = (np.stack(column) for column in zip(*rows, strict=True))
    return Episodes(actions.astype(np.float32), rewards, terms, figures)


def watch_safe(
    config: Config, reward: str, safe: Safe, action: NDArray[np.float32], before: Before = lambda *_: None
) -> Episodes:
    """Run the safe policy on its floors: the action ``[levers]`` of its scheme, with noise by torch's luck."""
    return watch(config, reward, around(safe, action), ANCHOR_SEEDS[: safe.floors], before)


def around(safe: Safe, action: NDArray[np.float32]) -> Act:
    """Actions drawn around the safe scheme's, whatever the report says."""
    centre = torch.as_tensor(action)

    def act(seen: NDArray[np.float32]) -> NDArray[np.float32]:
        drawn: NDArray[np.float32] = (centre + safe.spread * torch.randn(len(seen), len(centre))).clamp(-1, 1).numpy()
        return drawn

    return act


def term_columns(names: Sequence[str]) -> list[int]:
    """Places of reward terms in `TERM_NAMES`."""
    return [TERM_NAMES.index(name) for name in names]
