"""One cell of a sweep: train its policy, if it is trained, and score it on floors that only sweeps use."""

from typing import Any, NamedTuple

import numpy as np
from pydantic import Field

from agents.algorithms.table import LearnerPlan
from agents.jobs.store import Store
from agents.learners import Task, learn
from agents.records import Cases, Count, Money, Points, Record, Share, as_record
from agents.sweep.spec import FIGURES
from incentive_env import Config
from incentive_env.config.channels import CHANNELS
from incentive_env.policies import Policy, RandomPolicy
from incentive_env.policies.files import policy_of
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.seeds import SWEEP_SEEDS

_MODELS = "models"
_DIGITS = 6  # significant, of a figure in the file


class Figures(Record):
    """The mean of each of `FIGURES`."""

    loyalty: Points
    conversion: Share
    nps: Points
    profit: Money
    gaming: Share
    wellbeing: Points
    volume: Share


class FloorFigures(Record):
    """The same by floor, ``[floors]``."""

    loyalty: tuple[Points, ...] = Field(min_length=1)
    conversion: tuple[Share, ...] = Field(min_length=1)
    nps: tuple[Points, ...] = Field(min_length=1)
    profit: tuple[Money, ...] = Field(min_length=1)
    gaming: tuple[Share, ...] = Field(min_length=1)
    wellbeing: tuple[Points, ...] = Field(min_length=1)
    volume: tuple[Share, ...] = Field(min_length=1)


class SweptCell(Record):
    """What `make_cell` returns."""

    policy: str
    reward: str | None
    scenario: str
    seed: Count
    setting: dict[str, Any]
    mean: Figures
    floors: FloorFigures
    channels: dict[str, Cases]


class Job(NamedTuple):
    """Everything a cell needs, on any machine."""

    setting: dict[str, Any]  # names and values, as in the sweep
    policy: str
    config: Config
    reward: str | None  # None, like the plan, if nothing is trained
    seed: int  # of training
    plan: LearnerPlan | None
    content: dict[str, Any] | None  # of a policy's file; None for trained policies and random actions
    floors: int
    key: str = ""


def make_cell(job: Job, store: Store) -> dict[str, Any]:
    """Run a cell from scratch; the result is the same bits on any machine.

    Returns:
        Its setting; `FIGURES` by floor and their means; gamed cases per call by channel.
    """
    seen = evaluate(job.config, _policy(job, store), SWEEP_SEEDS[: job.floors])
    floors = {figure: [_rounded(value) for value in _figure(seen, figure)] for figure in FIGURES}
    cell = {
        "policy": job.policy,
        "reward": job.reward,
        "scenario": job.config.name,
        "seed": job.seed,
        "setting": job.setting,
        "mean": {figure: _rounded(np.mean(values)) for figure, values in floors.items()},
        "floors": floors,
        "channels": dict(zip(CHANNELS, map(_rounded, seen.channels.mean(axis=0)), strict=True)),
    }
    return check_cell(cell, "its figures")


def check_cell(cell: dict[str, Any], name: str) -> dict[str, Any]:
    """A cell, if each of its figures can be.

    Raises:
        RecordError: one cannot; the message begins with ``name``.
    """
    as_record(SweptCell, cell, name)
    return cell


def _policy(job: Job, store: Store) -> Policy:
    if job.plan is not None:
        assert job.reward is not None
        with store.folder(_MODELS) as models:
            return learn(job.plan, Task(job.config, job.reward, job.seed, 1, models / job.key), _look_away)
    if job.content is None:
        return RandomPolicy()
    return policy_of(job.content, job.config)


def _look_away(policy: Policy, step: int) -> None:
    """Ignore checkpoints: only the end of a training is scored."""


def _figure(seen: Any, figure: str) -> np.ndarray:
    values: np.ndarray = seen.survived if figure == "volume" else getattr(seen, figure)
    return values


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_DIGITS}g}")
