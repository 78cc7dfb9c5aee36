"""The searches of the table of algorithms: from a plan to a policy and its file."""

from collections.abc import Callable
from typing import Any

import numpy as np
import yaml

from agents.algorithms.search import EvolutionPlan, FeedbackPlan, OpenLoopPlan, RandomSearchPlan, StaticPlan
from agents.algorithms.training import Watch
from agents.learners import Task
from agents.search.evolution import SearchBudget, Start, search
from agents.search.objective import FloorObjective
from agents.search.random import search_randomly
from agents.search.static import OpenLoopForm, StaticForm, scheme_of, static_content
from incentive_env import Config
from incentive_env.policies import FixedPolicy, Policy
from incentive_env.policies.feedback import LinearFeedback, LinearForm
from incentive_env.policies.files import found_content, resolved
from incentive_env.policies.schedule import Schedule
from incentive_env.support.files import written_whole


def search_static(plan: StaticPlan, task: Task, watch: Watch) -> Policy:
    """The best fixed scheme, by CMA-ES."""
    form = StaticForm()
    start = Start(plan.start, resolved("start", plan.start, task.config).astype(np.float64), plan.sigma)
    point = _evolve(plan, form, start, task, watch, lambda point: _fixed(point, task.config), bounds=form.bounds)
    _keep(task, static_content(scheme_of(point, task.config)))
    return _fixed(point, task.config)


def search_feedback(plan: FeedbackPlan, task: Task, watch: Watch) -> Policy:
    """The best linear feedback, by CMA-ES with one variance an entry."""
    form = LinearForm(plan.sees)
    start = Start(plan.start, form.around(resolved("start", plan.start, task.config)), plan.sigma)
    point = _evolve(plan, form, start, task, watch, lambda point: LinearFeedback(form, point), diagonal=True)
    policy = LinearFeedback(form, point)
    _keep(task, policy.content())
    return policy


def search_open_loop(plan: OpenLoopPlan, task: Task, watch: Watch) -> Policy:
    """The best schemes in turn, by CMA-ES, from one scheme throughout."""
    form = OpenLoopForm(plan.phases, task.config.horizon.decisions)
    first = np.tile(resolved("start", plan.start, task.config).astype(np.float64), plan.phases)
    start = Start(plan.start, first, plan.sigma)

    def schedule(point: np.ndarray) -> Schedule:
        return Schedule.from_content(form.content(point, task.config), task.config)

    point = _evolve(plan, form, start, task, watch, schedule, bounds=form.bounds)
    _keep(task, form.content(point, task.config))
    return schedule(point)


def search_at_random(plan: RandomSearchPlan, task: Task, watch: Watch) -> Policy:
    """The best of many random schemes."""
    objective = FloorObjective(task.config, StaticForm(), task.reward)
    first = resolved("start", plan.start, task.config).astype(np.float64)
    decisions = task.config.horizon.decisions

    def look(point: np.ndarray, episodes: int) -> None:
        watch(_fixed(point, task.config), episodes * decisions)

    point = search_randomly(objective, first, plan, seed=task.seed, looks=task.points, watch=look)
    _keep(task, static_content(scheme_of(point, task.config)))
    return _fixed(point, task.config)


def _evolve(
    plan: EvolutionPlan, form: Any, start: Start, task: Task, watch: Watch,
    policy_of: Callable[[np.ndarray], Policy], **shape: Any,
) -> np.ndarray:  # fmt: skip
    budget = SearchBudget(
        plan.generations, plan.population, plan.floors, plan.validation_floors, seed=task.seed, **shape
    )
    every = -(-plan.generations // task.points)
    decisions = task.config.horizon.decisions

    def look(point: np.ndarray, generation: int) -> None:
        if generation % every == 0 or generation == plan.generations:
            watch(policy_of(point), generation * plan.population * plan.floors * decisions)

    look(start.point, 0)
    found = search(FloorObjective(task.config, form, task.reward), [start], budget, quiet=True, watch=look)
    return found.winner.point


def _fixed(point: np.ndarray, config: Config) -> FixedPolicy:
    return FixedPolicy(scheme_of(point, config), config)


def _keep(task: Task, policy: dict[str, Any]) -> None:
    content = found_content(task.keep.name, task.reward, task.config, policy, {"seed": task.seed})
    with written_whole(task.keep.with_suffix(".yaml")) as partial:
        partial.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
