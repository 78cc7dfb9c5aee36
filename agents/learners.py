"""From a plan to a policy: one function for everything that is trained or searched for."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from agents.algorithms.search import SearchPlan
from agents.algorithms.table import ALGORITHMS, LearnerPlan
from agents.algorithms.training import TrainingPlan, Watch
from agents.loading import imported
from incentive_env import Config
from incentive_env.policies import Policy


class Task(NamedTuple):
    """What is to be learned, and where the result is kept."""

    config: Config
    reward: str
    seed: int
    points: int  # how often the watcher looks, besides at the start
    keep: Path  # folder of the trained model, or without its suffix the YAML file of what was found


def learn(plan: LearnerPlan, task: Task, watch: Watch) -> Policy:
    """Train or search as the plan says, from nothing to the end, and keep the result."""
    if isinstance(plan, SearchPlan):
        found: Policy = imported(ALGORITHMS[plan.algorithm].where)(plan, task, watch)
        return found
    return _train(plan, task, watch)


def _train(plan: TrainingPlan, task: Task, watch: Watch) -> Policy:
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
