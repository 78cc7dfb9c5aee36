"""Training by stable-baselines3: batch, normalisation, checkpoints, resumption, progress."""

from pathlib import Path
from typing import Any

import torch
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger, configure
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecNormalize

from agents.algorithms.training import TrainingPlan, Watch
from agents.training.checkpoints import (
    CheckpointError,
    checkpoints,
    drop_old,
    moments_of,
    read_description,
    read_network,
    save_checkpoint,
)
from agents.training.checkpoints import (
    resume as resume_model,
)
from agents.training.learned_policy import LearnedPolicy
from agents.training.model import new_model
from agents.training.vec_adapter import SEEN, NativeVecEnv
from incentive_env import Config
from incentive_env.policies.network import CLIP
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import TRAINING_SEEDS, TRAINING_STRIDE


def train(
    config: Config, reward: str, training: TrainingPlan, run: Path, *, seed: int = 0, resume: bool = False,
    label: str | None = None, plain: bool = False, quiet: bool = False,
    watch: Watch | None = None, threads: int = 1,
) -> Path:  # fmt: skip
    """Train a manager, and return its last checkpoint.

    Args:
        config: the scenario.
        reward: preset to train on.
        training: hyper-parameters.
        run: directory of the run; checkpoints and TensorBoard logs go there.
        seed: of networks and floors.
        resume: continue from the newest checkpoint of the run, if it has one; the result is the same bits as without
            interruption. With another total, the learning rate falls to 0 at that total from then on.
        label: name in progress lines; by default the run's directory.
        plain: progress as lines even on a terminal, for several runs side by side.
        quiet: no progress at all, and no TensorBoard logs.
        watch: called with the policy before the first decision, at every checkpoint, and at the end.
        threads: number of threads that share the floors; the result is the same bits for any number.

    Raises:
        CheckpointError: the run has checkpoints already and is not resumed, or they are of another scenario or reward.
    """
    torch.set_num_threads(1)
    description = {
        "reward": reward, "seed": seed, "config": config.model_dump(), "training": _plan(training)
    }  # fmt: skip
    batch = SEEN[training.sees]
    venv = NativeVecEnv(
        batch(training.num_envs, config, reward, autoreset_mode=AutoresetMode.SAME_STEP, threads=threads)
    )
    normaliser = VecNormalize(venv, gamma=training.hyper_parameters.gamma, clip_obs=CLIP)
    done = checkpoints(run)
    if done and not resume:
        raise CheckpointError(f"{run}: holds a run already; resume it, or choose another directory")
    if done:
        _check_same(done[-1], description)
    model = _new(normaliser, training, seed)
    if done:
        resume_model(done[-1], model, normaliser)
    model.set_logger(Logger(None, []) if quiet else configure(str(run / "tensorboard"), ["tensorboard"]))
    update = training.update_size
    total = -(-training.total_timesteps // update) * update  # whole updates, or the learning rate would pass 0
    left = total - model.num_timesteps
    if left <= 0:
        drop_old(run)  # a kill may have come between the last checkpoint and this
        return done[-1]
    with Progress(label or run.name, total, done=model.num_timesteps, plain=plain, quiet=quiet) as progress:
        keeper = _Keeper(run, normaliser, description, training.checkpoint_every, progress, watch)
        model.learn(left, callback=keeper, reset_num_timesteps=False)
    keeper.show()
    return save_checkpoint(run, model, normaliser, description)


def _new(normaliser: VecNormalize, training: TrainingPlan, seed: int) -> BaseAlgorithm:
    normaliser.venv.seed(_first_floor(seed))
    set_random_seed(seed)  # not the algorithm's own seed, which would reset the floors
    model = new_model(training, normaliser, normaliser.venv.env.config)  # type: ignore[attr-defined]
    model.action_space.seed(seed)  # what off-policy learners draw from at first
    return model


def _first_floor(seed: int) -> int:
    """Seed of the first floor trained on."""
    return TRAINING_SEEDS.start + TRAINING_STRIDE * seed


def _differences(stored: Any, wanted: Any, prefix: str = "") -> list[str]:
    """Dotted names of stored entries that differ."""
    if not (isinstance(stored, dict) and isinstance(wanted, dict)):
        return [] if stored == wanted else [prefix.rstrip(".")]
    return [name for key in stored for name in _differences(stored[key], wanted.get(key), f"{prefix}{key}.")]


def _plan(training: TrainingPlan) -> dict[str, Any]:
    """The plan as a checkpoint keeps it; length and checkpoint interval may change when a run resumes."""
    return training.model_dump(mode="json", exclude={"total_timesteps", "checkpoint_every"})


def _check_same(checkpoint: Path, description: dict[str, Any]) -> None:
    """Refuse to resume a run of another reward, scenario, plan or seed, or of another version's observations."""
    read_network(checkpoint)
    stored = read_description(checkpoint)
    others = _differences({key: stored.get(key) for key in description}, description)
    if others:
        raise CheckpointError(f"{checkpoint}: was trained with another {', '.join(others)}; choose another directory")


class _Keeper(BaseCallback):
    """Saves checkpoints and moves the progress bar."""

    def __init__(
        self, run: Path, normaliser: VecNormalize, description: dict[str, Any], every: int, progress: Progress,
        watch: Watch | None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._run, self._normaliser, self._description = run, normaliser, description
        self._every, self._progress, self._watch = every, progress, watch
        self._next = 0

    def show(self) -> None:
        """Call the watcher with the current policy."""
        if self._watch is not None:
            self._watch(LearnedPolicy(self.model.policy, moments_of(self._normaliser)), self.model.num_timesteps)

    def _on_training_start(self) -> None:
        self._next = self._after(self.model.num_timesteps)
        if self.model.num_timesteps == 0:
            self.show()

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self._progress.move(self.model.num_timesteps)

    def _on_rollout_start(self) -> None:
        """Save between an update and the next roll-out, where a model and its timesteps belong together."""
        if self.model.num_timesteps >= self._next:
            save_checkpoint(self._run, self.model, self._normaliser, self._description)
            self.show()
            self._next = self._after(self.model.num_timesteps)

    def _after(self, timesteps: int) -> int:
        """When the next checkpoint is due, the same whether the run was resumed or not."""
        return (timesteps // self._every + 1) * self._every
