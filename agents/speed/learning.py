"""The environment's share of training time, and how long training takes to beat the best fixed scheme."""

import contextlib
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecNormalize

from agents.algorithms.training import TrainingPlan
from agents.loading import load
from agents.registry import load_policy
from agents.speed.timing import interleave, median
from agents.training.model import new_model
from agents.training.train import train
from agents.training.vec_adapter import NativeVecEnv
from incentive_env import Config, SalesFloorVectorEnv
from incentive_env.policies import Policy
from incentive_env.policies.network import CLIP
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import UNSEEN_SEEDS
from incentive_env.support.statistics import interval
from incentive_env.support.tables import with_interval

CASES = ((16, 64), (256, 64), (256, 1024))  # floors in the batch, decisions in a minibatch
QUICK = ((16, 64), (64, 64), (64, 256))
DECISIONS = 3000  # of a sample, at least; whole updates
REWARD = "loyalty"
STATIC = "best_static"  # the best fixed scheme that was found
HELD_OUT = UNSEEN_SEEDS[:256]
IN_A_ROW = 2  # checkpoints ahead, of which the first counts: of forty looks one is ahead by luck


def measure(config: Config, rounds: int, *, quick: bool = False) -> dict[str, Any]:
    """Train PPO briefly in each case, in turns, and measure where the time goes.

    Args:
        config: the scenario.
        rounds: how often each is trained on.
        quick: smaller batches, and an update at a time.

    Returns:
        Content for a JSON file: for each case the environment's share, and decisions a second.
    """
    torch.set_num_threads(1)
    cases = QUICK if quick else CASES
    learners = {case: _Learner(config, *case, decisions=1 if quick else DECISIONS) for case in cases}
    seconds = interleave(learners, rounds, "training")
    return {
        "plan": "ppo",
        "rows": [
            {
                "floors": floors,
                "minibatch": minibatch,
                "share": median(learners[floors, minibatch].shares[-rounds:])._asdict(),
                "decisions_per_second": float(1.0 / np.median(seconds[floors, minibatch])),
            }
            for floors, minibatch in cases
        ],
    }


class _Learner:
    """PPO with the numbers of ``configs/plans/training/ppo.yaml``, but for the batch's size and the minibatch's."""

    def __init__(self, config: Config, floors: int, minibatch: int, *, decisions: int) -> None:
        plan = load("training", "ppo")
        numbers = plan.hyper_parameters.model_copy(update={"batch_size": minibatch})
        plan = plan.model_copy(update={"num_envs": floors, "hyper_parameters": numbers})
        self._envs = _Timed(SalesFloorVectorEnv(floors, config, REWARD, autoreset_mode=AutoresetMode.SAME_STEP))
        set_random_seed(0)
        normaliser = VecNormalize(self._envs, gamma=plan.hyper_parameters.gamma, clip_obs=CLIP)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="You have specified a mini-batch size")  # that leaves a rest
            self._model = new_model(plan, normaliser, config)
        self._model.set_logger(Logger(None, []))
        update: int = plan.update_size
        self._decisions = -(-decisions // update) * update
        self.shares: list[float] = []

    def __call__(self) -> float:
        """Seconds a decision."""
        self._envs.seconds = 0.0
        start = time.perf_counter()
        self._model.learn(self._decisions, reset_num_timesteps=False)
        took = time.perf_counter() - start
        self.shares.append(self._envs.seconds / took)
        return took / self._decisions


class _Timed(NativeVecEnv):
    """The adapter, with the seconds spent in it summed."""

    seconds = 0.0

    def reset(self) -> np.ndarray:
        """Open all floors."""
        start = time.perf_counter()
        observation = super().reset()
        self.seconds += time.perf_counter() - start
        return observation

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Step all floors."""
        start = time.perf_counter()
        stepped = super().step_wait()
        self.seconds += time.perf_counter() - start
        return stepped


class _Enough(Exception):  # noqa: N818  (not an error: training has reached its goal)
    pass


def until_better(config: Config, plan_name: str, *, seed: int = 0) -> dict[str, Any]:
    """Train from scratch until the policy is clearly ahead of the best fixed scheme, and time it.

    It is ahead where the 95 % interval of the difference, paired by held-out floors, lies above 0, and that of the next
    checkpoint too.

    Args:
        config: the scenario.
        plan_name: of the training plan; floors and checkpoints are as it says.
        seed: of networks and floors.

    Returns:
        Content for a JSON file. ``seconds`` are of training alone, without the looks at it; None where the plan ended
        first.
    """
    plan = load("training", plan_name)
    looks: list[dict[str, float]] = []
    watch = _watcher(config, plan, looks)
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(_Enough):
        train(config, REWARD, plan, Path(folder) / "run", seed=seed, quiet=True, watch=watch)
    better = first_of_a_row([look["low"] > 0.0 for look in looks])
    return {
        "plan": plan_name,
        "against": STATIC,
        "seed": seed,
        "held_out": [HELD_OUT.start, len(HELD_OUT)],
        "seconds": None if better is None else looks[better]["seconds"],
        "decisions": None if better is None else looks[better]["decisions"],
        "looks": looks,
    }


def first_of_a_row(ahead: list[bool]) -> int | None:
    """Where `IN_A_ROW` of them in a row begin."""
    rows = (place for place in range(len(ahead) - IN_A_ROW + 1) if all(ahead[place : place + IN_A_ROW]))
    return next(rows, None)


def _watcher(config: Config, plan: TrainingPlan, looks: list[dict[str, float]]) -> Callable[[Policy, int], None]:
    fixed = evaluate(config, load_policy(STATIC, config), HELD_OUT).loyalty
    looked = 0.0  # seconds
    start = time.perf_counter()
    progress = Progress("until better", plan.total_timesteps, lines=100)

    def watch(policy: Policy, decisions: int) -> None:
        nonlocal looked
        began = time.perf_counter()
        lead = interval(evaluate(config, policy, HELD_OUT).loyalty - fixed)
        looks.append({"decisions": decisions, "seconds": began - start - looked, **lead._asdict()})
        progress.move(decisions)
        progress.note(f"after {decisions:,} decisions: {with_interval(lead, '+.1f')} points")
        if first_of_a_row([look["low"] > 0.0 for look in looks]) is not None:
            raise _Enough
        looked += time.perf_counter() - began

    return watch
