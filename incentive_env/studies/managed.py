"""Floors under a policy, and the schedules that tell apart where a lead comes from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.policies import PolicyLike
from incentive_env.policies.schedule import Schedule
from incentive_env.studies.evaluate import summarise
from incentive_env.studies.simulate import Rollout, roll_out


class Managed(NamedTuple):
    """Floors under a policy."""

    score: NDArray[np.float64]  # [floors] points
    closed: NDArray[np.bool_]  # [floors] at the end
    actions: NDArray[np.float64]  # [decisions, floors, levers] from −1 to 1
    open: NDArray[np.bool_]  # [decisions, floors] something was left to manage


def manage(config: Config, policy: PolicyLike, seeds: Sequence[int]) -> Managed:
    """Let a policy manage floors for an episode, and score it."""
    return managed(roll_out(config, policy, seeds), config)


def managed(rollout: Rollout, config: Config) -> Managed:
    """What a policy did in the episode that a simulation begins with."""
    weeks, every, decisions = config.horizon.episode_weeks, config.horizon.decision_weeks, config.horizon.decisions
    closed = rollout.floor_weeks["closed"][:, :weeks] != 0
    was_open = np.ones((decisions, len(closed)), np.bool_)
    was_open[1:] = ~closed[:, every - 1 :: every][:, : len(was_open) - 1].T
    actions = np.clip(rollout.actions[:decisions], -1.0, 1.0)
    return Managed(summarise(rollout, config).loyalty, closed[:, -1], actions, was_open)


def mean_schedule(managed: Managed) -> Schedule:
    """What was done on the mean of all open floors at each decision: time without state."""
    counted = managed.open[:, :, None]
    some = managed.open.any(axis=1)
    means = (managed.actions * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    last = int(np.flatnonzero(some)[-1])  # from here on every floor is closed
    means[last + 1 :] = means[last]
    return Schedule(means)


def own_means(managed: Managed) -> Schedule:
    """What was done on each floor, on the mean of the decisions while it was open: state without time."""
    counted = managed.open[:, :, None]
    return Schedule(((managed.actions * counted).sum(axis=0) / counted.sum(axis=0))[None])
