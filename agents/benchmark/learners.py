"""From a plan to a policy: one function for everything that is trained or searched for."""

import os
import shutil
from collections.abc import Callable
from functools import singledispatch
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from agents.search.evolution import Plan as SearchBudget
from agents.search.evolution import Start, search
from agents.search.objective import FloorObjective
from agents.search.random import search_randomly
from agents.search.static import StaticForm, scheme_of, static_content
from agents.training.plans import FeedbackPlan, GradientPlan, RandomSearchPlan, StaticPlan, Watch
from incentive_env import Config
from incentive_env.policies.feedback import LinearFeedback, LinearForm
from incentive_env.policies.files import found_content, resolved
from incentive_env.policies.fixed import FixedPolicy, Policy
from incentive_env.support.files import written_whole


class Task(NamedTuple):
    """What is to be learned, and where the result is kept."""

    config: Config
    reward: str
    seed: int
    points: int  # how often the watcher looks, besides at the start
    keep: Path  # folder of the trained model, or without its suffix the YAML file of what was found


@singledispatch
def learn(plan: Any, task: Task, watch: Watch) -> Policy:
    """Train or search as the plan says, from nothing to the end, and keep the result.

    Raises:
        TypeError: it is no plan.
    """
    raise TypeError(f"{plan!r} is no plan")


@learn.register
def _train(plan: GradientPlan, task: Task, watch: Watch) -> Policy:
    from agents.training.learned_policy import LearnedPolicy  # loads torch
    from agents.training.train import train

    often = plan.model_copy(update={"checkpoint_every": -(-plan.total_timesteps // task.points)})
    partial = task.keep.with_name(f".{task.keep.name}.{os.getpid()}")
    for left in task.keep.parent.glob(f".{task.keep.name}.*"):  # by a run that was killed: half a training is no use
        shutil.rmtree(left, ignore_errors=True)
    train(task.config, task.reward, often, partial, seed=task.seed, quiet=True, watch=watch)
    shutil.rmtree(task.keep, ignore_errors=True)
    partial.rename(task.keep)
    return LearnedPolicy.load(task.keep)


@learn.register
def _search_static(plan: StaticPlan, task: Task, watch: Watch) -> Policy:
    form = StaticForm()
    start = Start(plan.start, resolved("start", plan.start, task.config).astype(np.float64), plan.sigma)
    point = _evolve(plan, form, start, task, watch, lambda point: _fixed(point, task.config), bounds=form.bounds)
    policy = _fixed(point, task.config)
    _keep(task, static_content(scheme_of(point, task.config)))
    return policy


@learn.register
def _search_feedback(plan: FeedbackPlan, task: Task, watch: Watch) -> Policy:
    form = LinearForm(plan.sees)
    start = Start(plan.start, form.around(resolved("start", plan.start, task.config)), plan.sigma)
    point = _evolve(plan, form, start, task, watch, lambda point: LinearFeedback(form, point), diagonal=True)
    policy = LinearFeedback(form, point)
    _keep(task, policy.content())
    return policy


@learn.register
def _search_at_random(plan: RandomSearchPlan, task: Task, watch: Watch) -> Policy:
    objective = FloorObjective(task.config, StaticForm(), task.reward)
    first = resolved("start", plan.start, task.config).astype(np.float64)
    decisions = task.config.horizon.decisions

    def look(point: np.ndarray, episodes: int) -> None:
        watch(_fixed(point, task.config), episodes * decisions)

    point = search_randomly(objective, first, plan, seed=task.seed, looks=task.points, watch=look)
    _keep(task, static_content(scheme_of(point, task.config)))
    return _fixed(point, task.config)


def _evolve(
    plan: StaticPlan | FeedbackPlan, form: Any, start: Start, task: Task, watch: Watch,
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
