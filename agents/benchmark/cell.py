"""One cell: train a policy where it is to be trained, watch it on the way, and score it at home and abroad."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.algorithms.search import FloorByFloorPlan
from agents.algorithms.training import TrainingPlan
from agents.benchmark.results import FIGURES, Cell, Kind, Point, Scored, Sees
from agents.benchmark.suite import Job, Suite
from agents.learners import Task, learn
from agents.registry import load_policy
from incentive_env import Config
from incentive_env.config import read_yaml
from incentive_env.config.channels import CHANNELS
from incentive_env.config.levers import LEVERS
from incentive_env.model.scheme import lever_ranges
from incentive_env.policies import FixedPolicy, Policy
from incentive_env.policies.files import shipped
from incentive_env.policies.fixed import RandomPolicy
from incentive_env.policies.lottery import Lottery
from incentive_env.policies.network import HistoryNetwork
from incentive_env.policies.schedule import Schedule
from incentive_env.studies.evaluate import Evaluation, evaluate, loyalty_in_year_five, summarise, through_year_five
from incentive_env.studies.managed import Managed, managed, mean_schedule
from incentive_env.studies.simulate import roll_out

BLIND = (FixedPolicy, Schedule, RandomPolicy, Lottery)  # policies that do not look
_DIGITS = 5  # significant, of a figure in the file
_Manager = Callable[[Config, Sequence[int]], Policy]  # who manages these floors


class Origin(NamedTuple):
    """What a policy cost, and where it began."""

    decisions: int | None  # None: not known
    starts_from: str | None  # None: nowhere, or not known


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

    manager = _manager(job, suite.points, models / job.key, watch)
    at_home = manager(job.config, floors["home"])
    scored = {job.config.name: _score(job.config, at_home, floors["home"], at_home=True)}
    for config in job.held_out:
        scored[config.name] = _score(config, manager(config, floors["held_out"]), floors["held_out"], at_home=False)
    return Cell(
        policy=job.name, kind=_kind(job, at_home), sees=_sees(job, at_home), **origin_of(job)._asdict(),
        strength=job.strength, reward=job.reward, scenario=job.config.name, seed=job.seed, scored=scored,
        curve=tuple(curve),
    )  # fmt: skip


def origin_of(job: Job) -> Origin:
    """Decisions and start of a cell's policy: of its plan, of its file, or none."""
    if job.plan is not None:
        return Origin(job.plan.simulated(job.config.horizon.decisions), job.plan.begins_at)
    files = shipped(job.config)
    if job.policy not in files:
        return Origin(0, None)
    content = read_yaml(files[job.policy])
    found: Any = content.get("found") or ({"decisions": 0} if "objective" not in content else {})
    return Origin(found.get("decisions"), found.get("starts_from"))


def _manager(job: Job, points: int, keep: Path, watch: Any) -> _Manager:
    if isinstance(job.plan, FloorByFloorPlan):
        from agents.search.floor_by_floor import search_floors  # loads cma

        return partial(search_floors, job.plan, seed=job.seed)
    policy = _policy(job, points, keep, watch)
    return lambda config, seeds: policy


def _policy(job: Job, points: int, keep: Path, watch: Any) -> Policy:
    if job.plan is None:
        return load_policy(job.policy, job.config)
    assert job.reward is not None
    return learn(job.plan, Task(job.config, job.reward, job.seed, points, keep), watch)


def _kind(job: Job, policy: Policy) -> Kind:
    if isinstance(job.plan, FloorByFloorPlan):
        return "luck_known"
    if policy.sees == "state":
        return "true_state"
    if isinstance(job.plan, TrainingPlan):
        return "learned"
    return "fixed" if job.plan is None and origin_of(job).decisions == 0 else "searched"


def _sees(job: Job, policy: Policy) -> Sees:
    if isinstance(job.plan, FloorByFloorPlan):
        return "luck"
    if isinstance(job.plan, TrainingPlan):
        return "memory" if job.plan.algorithm.startswith("recurrent") and job.plan.sees == "report" else job.plan.sees
    if isinstance(policy, BLIND):
        return "draw" if isinstance(policy, Lottery) else "nothing"
    return policy.remembers if isinstance(policy, HistoryNetwork) else "state" if policy.sees == "state" else "report"


def _point(seen: Evaluation, step: int) -> Point:
    return Point(step=step, **{figure: _rounded(getattr(seen, figure).mean()) for figure in FIGURES})


def _score(config: Config, policy: Policy, seeds: Sequence[int], *, at_home: bool) -> Scored:
    """Score a policy; what says how it manages is kept of its home alone, where what it saw decided about it."""
    rollout = roll_out(config, policy, seeds, through_year_five(config))
    seen = summarise(rollout, config)
    return Scored(
        **{figure: _all_rounded(getattr(seen, figure)) for figure in FIGURES},
        year_five=_all_rounded(loyalty_in_year_five(rollout, config)),
        open=tuple(seen.open.tolist()),
        blind=() if isinstance(policy, BLIND) or not at_home else _blind(config, managed(rollout, config), seeds),
        throughout=_rounded(seen.loyalty_by_week.mean()),
        wellbeing=_rounded(seen.wellbeing.mean()),
        volume=_rounded(seen.survived.mean()),
        channels=dict(zip(CHANNELS, _all_rounded(seen.channels.mean(axis=0)), strict=True)),
        levers=_levers(seen.actions, config) if at_home else {},
    )


def _blind(config: Config, seen: Managed, seeds: Sequence[int]) -> tuple[float, ...]:
    """Loyalty ``[floors]`` under the mean schedule of what was done there."""
    return _all_rounded(evaluate(config, mean_schedule(seen), seeds).loyalty)


def _levers(actions: NDArray[np.float64], config: Config) -> dict[str, tuple[float, ...]]:
    """``actions[decisions, levers]`` in units of the levers."""
    low, high = lever_ranges(config)
    levers = low + (actions + 1.0) / 2.0 * (high - low)
    return {lever: _all_rounded(levers[:, number]) for number, lever in enumerate(LEVERS)}


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_DIGITS}g}")


def _all_rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(_rounded(value) for value in values)
