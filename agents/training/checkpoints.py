"""Checkpoints of a training run: folders that appear whole or not at all, and that hold numbers, never code.

``model.zip`` holds the weights as stable-baselines3 writes them, without the pickled rest: a model is built from the
plan in ``run.yaml``, and takes its weights. ``state.npz`` holds what a resumed run needs besides.
"""

import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import IO, Any, cast
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np
import torch
import yaml
from pydantic import ValidationError
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.save_util import load_from_zip_file, recursive_getattr, save_to_zip_file
from stable_baselines3.common.vec_env import VecNormalize

from agents.algorithms.table import training_plan
from agents.algorithms.training import TrainingPlan
from agents.training.model import SEEN_SHAPES, new_network
from agents.training.resuming import read_state, write_state
from incentive_env.config import Config, ConfigError, read_yaml
from incentive_env.support.files import folder_written_whole

_PREFIX = "checkpoint-"
_WEIGHTS, _STATISTICS, _STATE, _RUN = "model.zip", "normaliser.npz", "state.npz", "run.yaml"

# What the libraries raise when a file is cut off, is of another kind, or was made to do harm.
_DAMAGED = (
    OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, AssertionError, RuntimeError, MemoryError,
    BadZipFile, struct.error, zlib.error,
)  # fmt: skip


class CheckpointError(ValueError):
    """A checkpoint is missing or cannot be used."""


def save_checkpoint(
    run: Path, model: BaseAlgorithm, normaliser: VecNormalize, description: dict[str, Any], keep: int = 2
) -> Path:
    """Write a checkpoint beside the run's others and drop the oldest; a kill leaves the earlier ones whole."""
    final = run / f"{_PREFIX}{model.num_timesteps:010d}"
    with folder_written_whole(final) as partial:
        write_model(partial, model, normaliser, description)
        write_state(partial / _STATE, model, normaliser)
    drop_old(run, keep)
    return final


def drop_old(run: Path, keep: int = 2) -> None:
    """Drop all but the newest checkpoints of a run, and what a kill left half-written."""
    for old in (*checkpoints(run)[:-keep], *run.glob(".partial-*")):
        shutil.rmtree(old, ignore_errors=True)


def write_model(
    folder: Path, model: BaseAlgorithm, normaliser: VecNormalize, description: dict[str, Any]
) -> None:  # fmt: skip
    """Write weights, statistics and description into a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    _, names = model._get_torch_save_params()
    variables = {name: recursive_getattr(model, name) for name in names}
    save_to_zip_file(folder / _WEIGHTS, params=model.get_parameters(), pytorch_variables=variables or None)
    met = moments_of(normaliser)
    np.savez(
        folder / _STATISTICS,
        obs_mean=met.mean, obs_var=met.var, obs_count=met.count,
        ret_mean=normaliser.ret_rms.mean, ret_var=normaliser.ret_rms.var, ret_count=normaliser.ret_rms.count,
    )  # fmt: skip
    described = yaml.safe_dump({**description, "timesteps": model.num_timesteps}, sort_keys=False)
    (folder / _RUN).write_text(described, encoding="utf-8")


def checkpoints(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest first."""
    return sorted(path for path in run.glob(f"{_PREFIX}*") if path.is_dir())


def latest_checkpoint(path: Path) -> Path:
    """The newest checkpoint of a run, or the checkpoint itself."""
    if (path / _WEIGHTS).is_file():
        return path
    found = checkpoints(path)
    if not found:
        raise CheckpointError(f"{path}: holds no checkpoint of a training run")
    return found[-1]


def read_description(path: Path) -> dict[str, Any]:
    """The description of a run: algorithm, reward, scenario, overrides, timesteps."""
    file = latest_checkpoint(path) / _RUN
    try:
        description = read_yaml(file)
    except ConfigError as error:
        raise CheckpointError(str(error)) from None
    if not {"reward", "seed"} <= description.keys():
        raise CheckpointError(f"{file}: does not describe a training run")
    return description


def read_plan(path: Path) -> TrainingPlan:
    """The plan of a run.

    Raises:
        ConfigError: an unknown algorithm or key, or a value out of bounds.
    """
    checkpoint = latest_checkpoint(path)
    return training_plan(read_description(checkpoint).get("training") or {}, checkpoint / _RUN)


def read_config(path: Path) -> Config:
    """The scenario of a run.

    Raises:
        CheckpointError: it is not one of this version.
    """
    file = latest_checkpoint(path) / _RUN
    try:
        return Config.model_validate(read_description(path).get("config"))
    except ValidationError as error:
        first = error.errors()[0]
        key, count = ".".join(map(str, ("config", *first["loc"]))), error.error_count()
        more = f", and {count - 1} more" if count > 1 else ""
        raise CheckpointError(f"{file}: {key}: {first['msg']}{more}; the scenario is not one of this version") from None


def read_network(checkpoint: Path) -> tuple[BasePolicy, RunningMeanStd]:
    """The network of a checkpoint, and the running statistics of its observations.

    Raises:
        CheckpointError: it is damaged, or its observations differ from this version's.
        ConfigError: its plan cannot be used.
    """
    plan = read_plan(checkpoint)
    with _readable(checkpoint):
        observations, _ = _read_statistics(checkpoint)
        expected = SEEN_SHAPES[plan.sees]
        if observations.mean.shape != expected:
            raise CheckpointError(
                f"{checkpoint}: was trained on observations of shape {observations.mean.shape}, this version's have "
                f"shape {expected}; train again, or use the version that it was trained with"
            )
        parameters, _ = _read_weights(checkpoint)
        network = new_network(plan)
        network.load_state_dict(parameters["policy"])
        if not all(torch.isfinite(weights).all() for weights in network.parameters()):
            raise ValueError("weights must be finite")
    return network, observations


def restore(checkpoint: Path, model: BaseAlgorithm, normaliser: VecNormalize) -> None:
    """Restore weights, statistics and timesteps into an untrained model of the same plan.

    Raises:
        CheckpointError: the checkpoint is damaged, or of another model.
    """
    with _readable(checkpoint):
        parameters, variables = _read_weights(checkpoint)
        model.set_parameters(parameters, exact_match=True, device="cpu")
        for name in model._get_torch_save_params()[1]:
            recursive_getattr(model, name).data.copy_(variables[name].data)
        observations, normaliser.ret_rms = _read_statistics(checkpoint)
        normaliser.obs_rms = cast(Any, observations)  # typed as a dictionary, which it is for several observations
        model.num_timesteps = int(read_description(checkpoint)["timesteps"])


def resume(checkpoint: Path, model: BaseAlgorithm, normaliser: VecNormalize) -> None:
    """Restore all of a training into an untrained model of the same plan: it goes on to the same bits.

    Raises:
        CheckpointError: the checkpoint is damaged, of another training, or of another version.
    """
    restore(checkpoint, model, normaliser)
    with _readable(checkpoint, "resumed"):
        check_stored(checkpoint / _STATE)
        read_state(checkpoint / _STATE, model, normaliser)


def moments_of(normaliser: VecNormalize) -> RunningMeanStd:
    """The running statistics of observations, which are one box."""
    return cast(RunningMeanStd, normaliser.obs_rms)


def check_stored(file: "Path | IO[bytes]") -> None:
    """Refuse an archive that would unpack to more than its size; ours are not compressed.

    Raises:
        ValueError: it has compressed or overlapping parts.
        BadZipFile: it is no archive.
    """
    with ZipFile(file) as archive:
        parts = archive.infolist()
        packed = [part.filename for part in parts if part.compress_type != ZIP_STORED]
        if packed or sum(part.file_size for part in parts) > _size(file):
            raise ValueError(f"it must not be compressed, but {', '.join(packed[:3]) or 'it'} is")


@contextmanager
def _readable(checkpoint: Path, verb: str = "loaded") -> Iterator[None]:
    try:
        yield
    except CheckpointError:
        raise
    except UnpicklingError:
        raise CheckpointError(
            f"{checkpoint / _WEIGHTS}: is damaged, or holds objects that are no weights and could run code"
        ) from None
    except _DAMAGED as error:
        line = (str(error) or type(error).__name__).splitlines()[0]
        raise CheckpointError(f"{checkpoint}: cannot be {verb}, it is damaged or incomplete: {line}") from None


def _read_weights(checkpoint: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """State dictionaries of the model's parts, and its other tensors; no object of another kind is read."""
    file = checkpoint / _WEIGHTS
    check_stored(file)
    with ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith(".pth"):
                with archive.open(name) as part:
                    check_stored(part)
    _, parameters, variables = load_from_zip_file(file, load_data=False, device="cpu")
    return dict(parameters), dict(variables or {})


def _read_statistics(checkpoint: Path) -> tuple[RunningMeanStd, RunningMeanStd]:
    """Running mean and variance of observations and returns."""
    check_stored(checkpoint / _STATISTICS)
    with np.load(checkpoint / _STATISTICS) as stored:
        return _statistics(stored, "obs"), _statistics(stored, "ret")


def _statistics(stored: Any, kind: str) -> RunningMeanStd:
    statistics = RunningMeanStd(shape=stored[f"{kind}_mean"].shape)
    statistics.mean = stored[f"{kind}_mean"].astype(np.float64)
    statistics.var = stored[f"{kind}_var"].astype(np.float64)
    statistics.count = float(stored[f"{kind}_count"])
    if not (np.isfinite(statistics.mean).all() and np.isfinite(statistics.var).all() and (statistics.var >= 0).all()):
        raise ValueError(f"{kind}_mean and {kind}_var must be finite, and {kind}_var not negative")
    return statistics


def _size(file: "Path | IO[bytes]") -> int:
    if isinstance(file, Path):
        return file.stat().st_size
    return file.seek(0, os.SEEK_END)
