"""One cell: train a policy where it is to be trained, watch it on the way, and score it at home and abroad."""

from pathlib import Path
from typing import Any

import numpy as np

from agents.algorithms.training import TrainingPlan
from agents.benchmark.results import FIGURES, Cell, Kind, Point, Scored
from agents.benchmark.suite import Job, Suite
from agents.learners import Task, learn
from agents.registry import load_policy
from incentive_env import Config
from incentive_env.config.channels import CHANNELS
from incentive_env.config.levers import LEVERS
from incentive_env.model.scheme import lever_ranges
from incentive_env.policies import FIXED, Policy
from incentive_env.studies.evaluate import Evaluation, evaluate

_DIGITS = 5  # significant, of a figure in the file


def run_cell(suite: Suite, job: Job, models: Path) -> Cell:
    """Run one cell, from nothing; the same bits whenever and wherever.

    Args:
        suite: for the floors.
        job: which cell.
        models: folder in which what was trained is kept, under the cell's name.
    """
    floors = {use: range(r.first, r.first + r.count) for use, r in suite.floor_ranges().items()}
    curve: list[Point] = []

    def watch(policy: Policy, step: int) -> None:
        curve.append(_point(evaluate(job.config, policy, floors["curve"]), step))

    policy = _policy(job, suite.points, models / job.key, watch)
    scored = {job.config.name: _scored(evaluate(job.config, policy, floors["home"]), job.config)}
    for config in job.held_out:
        abroad = _scored(evaluate(config, policy, floors["held_out"]), config)
        scored[config.name] = abroad.model_copy(update={"levers": {}})  # as at home, about: what it saw decides
    return Cell(
        policy=job.name, kind=_kind(job, policy), reward=job.reward, scenario=job.config.name, seed=job.seed,
        scored=scored, curve=tuple(curve),
    )  # fmt: skip


def _policy(job: Job, points: int, keep: Path, watch: Any) -> Policy:
    if job.plan is None:
        return load_policy(job.policy, job.config)
    assert job.reward is not None
    return learn(job.plan, Task(job.config, job.reward, job.seed, points, keep), watch)


def _kind(job: Job, policy: Policy) -> Kind:
    if policy.sees == "state":
        return "oracle"
    if isinstance(job.plan, TrainingPlan):
        return "learned"
    return "fixed" if job.policy in FIXED or job.policy == "random" else "searched"


def _point(seen: Evaluation, step: int) -> Point:
    return Point(step=step, **{figure: _rounded(getattr(seen, figure).mean()) for figure in FIGURES})


def _scored(seen: Evaluation, config: Config) -> Scored:
    low, high = lever_ranges(config)
    levers = low + (seen.actions + 1.0) / 2.0 * (high - low)  # [decisions, levers]
    return Scored(
        **{figure: _all_rounded(getattr(seen, figure)) for figure in FIGURES},
        wellbeing=_rounded(seen.wellbeing.mean()),
        volume=_rounded(seen.survived.mean()),
        channels=dict(zip(CHANNELS, _all_rounded(seen.channels.mean(axis=0)), strict=True)),
        levers={lever: _all_rounded(levers[:, number]) for number, lever in enumerate(LEVERS)},
    )


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_DIGITS}g}")


def _all_rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(_rounded(value) for value in values)
