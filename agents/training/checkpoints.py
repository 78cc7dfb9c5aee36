"""Checkpoints of a training run: folders that appear whole or not at all."""

import os
import shutil
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
import yaml
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecNormalize

from agents.training.model import algorithm_class
from incentive_env.floors.observation import observation_space
from incentive_env.floors.seats import seat_observation_space
from incentive_env.floors.true_state import NAMES as TRUE_NAMES
from incentive_env.policies.history import WIDTH

_SEEN = {
    "report": observation_space().shape, "history": (WIDTH,), "state": (len(TRUE_NAMES),),
    "seat": seat_observation_space().shape,
}  # fmt: skip
_PREFIX = "checkpoint-"
_BUFFER = "replay_buffer.pkl"


# What the libraries raise when a file is cut off or is of another kind.
_DAMAGED = (
    OSError, ValueError, KeyError, EOFError, AssertionError, RuntimeError, UnpicklingError, BadZipFile,
)  # fmt: skip


class CheckpointError(ValueError):
    """A checkpoint is missing or cannot be used."""


def save_checkpoint(
    run: Path, model: BaseAlgorithm, normaliser: VecNormalize, description: dict[str, Any], keep: int = 2
) -> Path:
    """Write a checkpoint beside the run's others and drop the oldest; a kill leaves the earlier ones whole."""
    run.mkdir(parents=True, exist_ok=True)
    final = run / f"{_PREFIX}{model.num_timesteps:010d}"
    partial = run / f".partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    write_model(partial, model, normaliser, description)
    if final.exists():  # saved already, at this very timestep
        shutil.rmtree(partial)
    else:
        partial.rename(final)
    for old in (*checkpoints(run)[:-keep], *run.glob(".partial-*")):
        shutil.rmtree(old, ignore_errors=True)
    return final


def write_model(
    folder: Path, model: BaseAlgorithm, normaliser: VecNormalize, description: dict[str, Any]
) -> None:  # fmt: skip
    """Write all parts of a checkpoint into its own folder."""
    folder.mkdir(parents=True)
    model.save(folder / "model.zip")
    if isinstance(model, OffPolicyAlgorithm):  # what it learns from is part of what it knows
        model.save_replay_buffer(folder / _BUFFER)
    met = moments_of(normaliser)
    np.savez(
        folder / "normaliser.npz",
        obs_mean=met.mean, obs_var=met.var, obs_count=met.count,
        ret_mean=normaliser.ret_rms.mean, ret_var=normaliser.ret_rms.var, ret_count=normaliser.ret_rms.count,
    )  # fmt: skip
    (folder / "run.yaml").write_text(yaml.safe_dump({**description, "timesteps": model.num_timesteps}, sort_keys=False))


def checkpoints(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest first."""
    return sorted(path for path in run.glob(f"{_PREFIX}*") if path.is_dir())


def latest_checkpoint(path: Path) -> Path:
    """The newest checkpoint of a run, or the checkpoint itself."""
    if (path / "model.zip").is_file():
        return path
    found = checkpoints(path)
    if not found:
        raise CheckpointError(f"{path}: holds no checkpoint of a training run")
    return found[-1]


def read_description(path: Path) -> dict[str, Any]:
    """The description of a run: algorithm, reward, scenario, overrides, timesteps."""
    file = latest_checkpoint(path) / "run.yaml"
    try:
        description = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CheckpointError(f"{file}: cannot be read: {error}") from None
    if not isinstance(description, dict) or not {"reward", "seed"} <= description.keys():
        raise CheckpointError(f"{file}: does not describe a training run")
    return description


def read_model(checkpoint: Path) -> tuple[BaseAlgorithm, RunningMeanStd, RunningMeanStd]:
    """The model of a checkpoint, and the running statistics of its observations and returns.

    Raises:
        CheckpointError: it is damaged, or its observations differ from this version's.
    """
    training = read_description(checkpoint).get("training") or {}
    try:
        model = algorithm_class(training.get("algorithm", "ppo")).load(checkpoint / "model.zip", device="cpu")
        observations, returns = read_statistics(checkpoint)
    except _DAMAGED as error:
        raise CheckpointError(f"{checkpoint}: cannot be loaded, it is damaged or incomplete: {error}") from None
    expected = _SEEN[training.get("sees") or "report"]
    if model.observation_space.shape != expected:
        raise CheckpointError(
            f"{checkpoint}: was trained on observations of shape {model.observation_space.shape}, this version's have "
            f"shape {expected}; train again, or use the version that it was trained with"
        )
    return model, observations, returns


def restore(checkpoint: Path, normaliser: VecNormalize) -> BaseAlgorithm:
    """The model of a checkpoint; its running statistics are set in the normaliser."""
    model, observations, normaliser.ret_rms = read_model(checkpoint)
    normaliser.obs_rms = cast(Any, observations)  # typed as a dictionary, which it is for dictionaries of observations
    return model


def moments_of(normaliser: VecNormalize) -> RunningMeanStd:
    """The running statistics of observations, which are one box."""
    return cast(RunningMeanStd, normaliser.obs_rms)


def read_memory(checkpoint: Path, model: BaseAlgorithm) -> None:
    """Restore the replay buffer of a model that continues to learn, if it has one."""
    if not isinstance(model, OffPolicyAlgorithm):
        return
    try:
        model.load_replay_buffer(checkpoint / _BUFFER)
    except _DAMAGED as error:
        raise CheckpointError(f"{checkpoint}: cannot be resumed, {_BUFFER} is missing or damaged: {error}") from None


def read_statistics(checkpoint: Path) -> tuple[RunningMeanStd, RunningMeanStd]:
    """Running mean and variance of observations and returns."""
    with np.load(checkpoint / "normaliser.npz") as stored:
        return _statistics(stored, "obs"), _statistics(stored, "ret")


def _statistics(stored: Any, kind: str) -> RunningMeanStd:
    statistics = RunningMeanStd(shape=stored[f"{kind}_mean"].shape)
    statistics.mean = stored[f"{kind}_mean"]
    statistics.var = stored[f"{kind}_var"]
    statistics.count = float(stored[f"{kind}_count"])
    return statistics
