"""Two levels of learning: reps learn in the inner loop, their manager in the outer one.

In a round the reps learn under schemes around the manager's, so that they can also respond to neighbouring ones, and
then the manager learns with these reps. The environment of each is stationary while it learns.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import FloatSchedule, set_random_seed
from stable_baselines3.common.vec_env import VecNormalize

from agents.learning_reps.learner import network_of, new_learner, seats_of
from agents.learning_reps.measured import measure
from agents.learning_reps.plan import TwoLevelPlan
from agents.learning_reps.vec_env import SeatVecEnv
from agents.records import Count, Number, Record, as_record
from agents.training.checkpoints import CheckpointError, moments_of, restore, write_model
from agents.training.learned_policy import LearnedPolicy
from agents.training.model import new_model
from agents.training.vec_adapter import NativeVecEnv
from incentive_env import Config, SalesFloorVectorEnv, load_config
from incentive_env.policies.contract import Context, Policy
from incentive_env.policies.network import CLIP
from incentive_env.policies.staffed import StaffedFloors
from incentive_env.support.files import folder_written_whole, write_text
from incentive_env.support.progress import Progress
from incentive_env.support.sealed import RecordError, read_sealed, write_sealed
from incentive_env.support.seeds import TWO_LEVEL_SEEDS
from incentive_env.support.texts import TextError

Row = dict[str, float]
_ROUND = "round-"
_FLOORS_A_SEED, _FLOORS_A_ROUND = 10**12, 10**8
_SEEN = ("loyalty", "gaming", "recorded_conversion", "conversion", "utility", "effort")


class _State(Record):
    """What a round's ``two_level.json`` holds."""

    plan: dict[str, Any]
    seed: Count
    history: list[dict[str, Count | Number]]  # a row for each round so far; its number is whole


class StaffedVectorEnv(SalesFloorVectorEnv):
    """Floors whose seats a policy fills: a manager learns here with trained reps."""

    def __init__(self, num_envs: int, config: Config, reward: str, *, seats: NDArray[np.int64]) -> None:
        super().__init__(num_envs, config, reward, autoreset_mode=AutoresetMode.SAME_STEP)
        self.floors = StaffedFloors(config, num_envs, seats=seats)


class Exploring(Policy):
    """A policy with varied schemes: each floor has its own constant offset in an episode."""

    def __init__(self, policy: Policy, spread: float, seed: int) -> None:
        self.sees, self._policy, self._spread = policy.sees, policy, spread
        self._random = np.random.default_rng(seed)

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """The policy's action plus the floor's offset."""
        theirs, offset = context.state or (None, 0.0)
        actions, theirs = self._policy.act_in(seen, context._replace(state=theirs))
        opened = context.starts(len(seen))[:, None]
        if opened.any():
            offset = np.where(opened, self._random.normal(0.0, self._spread, np.shape(actions)), offset)
        return np.clip(actions + offset, -1.0, 1.0).astype(np.float32), (theirs, offset)


def train_two_level(
    plan: TwoLevelPlan, run: Path, seeds: Sequence[int], *, seed: int = 0, resume: bool = False, plain: bool = False
) -> list[Row]:
    """Train both levels, and report measures after each round.

    Args:
        plan: of both levels, and the number of rounds.
        run: folder of the run; ``round-NNNN`` holds ``manager`` (a checkpoint as of `scripts/train.py`) and ``reps``.
        seeds: floors of the measures.
        seed: of networks and floors.
        resume: continue after the last round of the run, if it has one.
        plain: progress as lines even on a terminal.

    Returns:
        A row per round; round 0 is before the manager has learned anything.

    Raises:
        CheckpointError: the run has rounds and is not resumed, or they have another plan.
    """
    levels = _Levels(plan, seed)
    done = rounds(run)
    if done and not resume:
        raise CheckpointError(f"{run}: holds a run already; resume it, or choose another directory")
    history = levels.load(done[-1]) if done else []
    each = plan.reps.total_timesteps + plan.manager.total_timesteps
    total = plan.first_rep_timesteps + plan.rounds * each
    with Progress(run.name, total, done=levels.steps, plain=plain, lines=4 * plan.rounds) as progress:
        for number in range(len(history), plan.rounds + 1):
            levels.begin_round(number)
            levels.teach_reps(plan.first_rep_timesteps if number == 0 else plan.reps.total_timesteps)
            progress.move(levels.steps)
            if number > 0:
                levels.teach_manager()
            history.append({"round": number, **levels.look(seeds)})
            levels.save(run, number, history)
            progress.move(levels.steps)
            progress.note(_summary(history[-1]))
    _drop_old(run)  # a kill may have come between the last round and this
    return history


def rounds(run: Path) -> list[Path]:
    """Complete rounds of a run, in order."""
    return sorted(path for path in run.glob(f"{_ROUND}*") if path.is_dir())


def _drop_old(run: Path) -> None:
    for old in (*rounds(run)[:-2], *run.glob(".partial-*")):
        shutil.rmtree(old, ignore_errors=True)


class _Levels:
    """A manager and reps, each with its environment."""

    def __init__(self, plan: TwoLevelPlan, seed: int) -> None:
        self.plan, self.seed = plan, seed
        self.config = load_config(plan.scenario, plan.overrides)
        self.seats = seats_of(self.config, plan.reps)
        torch.set_num_threads(1)
        self.led = StaffedVectorEnv(plan.manager.num_envs, self.config, plan.reward, seats=self.seats)
        self.manager_env = VecNormalize(
            NativeVecEnv(self.led), gamma=plan.manager.hyper_parameters.gamma, clip_obs=CLIP
        )  # fmt: skip
        self.manager_env.venv.seed(TWO_LEVEL_SEEDS.start + _FLOORS_A_SEED * seed)
        set_random_seed(seed)
        self.manager: BaseAlgorithm = new_model(plan.manager, self.manager_env, self.config)
        self.manager.set_logger(Logger(None, []))
        self.reps = new_learner(self.config, self._leading(), plan.reps, seed=seed, falling=False)
        self._keep_rate()

    @property
    def steps(self) -> int:
        """Decisions of both so far."""
        return self.manager.num_timesteps + self.reps.num_timesteps

    def begin_round(self, number: int) -> None:
        """Fresh floors and fresh luck that depend on seed and round alone: an interrupted run resumes identically."""
        first = TWO_LEVEL_SEEDS.start + _FLOORS_A_SEED * self.seed + _FLOORS_A_ROUND * (number + 1)
        set_random_seed(self.seed + 1000 * (number + 1))
        self.manager_env.venv.seed(first)
        self._seat_env().seed(first + _FLOORS_A_ROUND // 2)
        for learner in (self.manager, self.reps):
            learner._last_obs = None  # so that its floors are reset

    def teach_reps(self, steps: int) -> None:
        """Let the reps learn under schemes around the manager's."""
        env = self._seat_env()
        env.manager = Exploring(self._leading(), self.plan.exploration, self.seed + self.reps.num_timesteps)
        self.reps.learn(steps, reset_num_timesteps=False)
        self.led.floors.reps = network_of(self.reps)  # type: ignore[attr-defined]

    def teach_manager(self) -> None:
        """Let the manager learn with the current reps."""
        self.manager.learn(self.plan.manager.total_timesteps, reset_num_timesteps=False)

    def look(self, seeds: Sequence[int]) -> Row:
        """Measures of the manager with learned reps and with the model's own."""
        manager = self._leading()
        learned = measure(self.config, manager, seeds, network_of(self.reps), self.seats)
        own = measure(self.config, manager, seeds, None, self.seats)
        row = {name: float(learned[name].mean()) for name in _SEEN}
        return row | {f"model_{name}": float(own[name].mean()) for name in _SEEN}

    def save(self, run: Path, number: int, history: list[Row]) -> None:
        """Write a round completely or not at all, and drop all but the last two."""
        description = {"reward": self.plan.reward, "seed": self.seed, "config": self.config.model_dump(mode="json")}
        manager = {**description, "training": self.plan.manager.model_dump(mode="json")}
        reps = {**description, "training": {"algorithm": "ppo", "sees": "seat"}}
        state = {"plan": self.plan.model_dump(mode="json"), "seed": self.seed, "history": history}
        with folder_written_whole(run / f"{_ROUND}{number:04d}") as partial:
            write_model(partial / "manager", self.manager, self.manager_env, manager)
            write_model(partial / "reps", self.reps, self._normaliser(), reps)
            write_text(partial / "reps.yaml", yaml.safe_dump(network_of(self.reps).content(), sort_keys=False))
            write_sealed(partial / "two_level.json", state)
        _drop_old(run)

    def load(self, folder: Path) -> list[Row]:
        """Restore a round, and return the rows up to it."""
        try:
            file = folder / "two_level.json"
            stored = as_record(_State, read_sealed(file), str(file))
            wanted = {**self.plan.model_dump(mode="json"), "rounds": stored.plan["rounds"]}
        except (TextError, RecordError) as error:
            raise CheckpointError(str(error)) from None
        except (ValueError, LookupError, TypeError) as error:
            raise CheckpointError(f"{folder / 'two_level.json'}: cannot be read: {error}") from None
        if stored.plan != wanted or stored.seed != self.seed:
            raise CheckpointError(f"{folder}: has another plan or seed; choose another directory")
        restore(folder / "manager", self.manager, self.manager_env)
        restore(folder / "reps", self.reps, self._normaliser())
        self.led.floors.reps = network_of(self.reps)  # type: ignore[attr-defined]
        return list(stored.history)

    def _leading(self) -> LearnedPolicy:
        return LearnedPolicy(self.manager.policy, moments_of(self.manager_env))

    def _normaliser(self) -> VecNormalize:
        normaliser = self.reps.get_vec_normalize_env()
        assert normaliser is not None
        return normaliser

    def _seat_env(self) -> SeatVecEnv:
        env = self._normaliser().venv
        assert isinstance(env, SeatVecEnv)
        return env

    def _keep_rate(self) -> None:
        """Keep learning rates constant, since each level's environment changes from round to round."""
        self.manager.lr_schedule = FloatSchedule(self.plan.manager.hyper_parameters.learning_rate)
        self.reps.lr_schedule = FloatSchedule(self.plan.reps.hyper_parameters.learning_rate)


def _summary(row: Row) -> str:
    return (
        f"round {row['round']:.0f}: loyalty {row['loyalty']:.1f}, gaming {row['gaming']:.2f} with reps that learned; "
        f"{row['model_loyalty']:.1f}, {row['model_gaming']:.2f} with the model's own"
    )
