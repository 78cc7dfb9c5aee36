"""One cell of a sweep: train its policy, if it is trained, and score it on floors that only sweeps use."""

from typing import Any, NamedTuple

import numpy as np

from agents.algorithms.table import LearnerPlan
from agents.jobs.store import Store
from agents.learners import Task, learn
from agents.sweep.spec import FIGURES
from incentive_env import Config
from incentive_env.config.channels import CHANNELS
from incentive_env.policies import Policy, RandomPolicy
from incentive_env.policies.files import policy_of
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.seeds import SWEEP_SEEDS

_MODELS = "models"
_DIGITS = 6  # significant, of a figure in the file


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
    return {
        "policy": job.policy,
        "reward": job.reward,
        "scenario": job.config.name,
        "seed": job.seed,
        "setting": job.setting,
        "mean": {figure: _rounded(np.mean(values)) for figure, values in floors.items()},
        "floors": floors,
        "channels": dict(zip(CHANNELS, map(_rounded, seen.channels.mean(axis=0)), strict=True)),
    }


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
