"""Checkpoints of a run of RLlib: folders written completely or not at all, with the policy beside RLlib's state."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from incentive_env import Config, ConfigError
from incentive_env.config import read_yaml
from incentive_env.policies.files import found_content
from incentive_env.policies.network import NetworkPolicy
from incentive_env.support.files import folder_written_whole, written_whole

_PREFIX = "checkpoint-"
STATE = "algorithm"
"""Folder of a checkpoint that is RLlib's."""


class CheckpointError(ValueError):
    """A checkpoint is missing or cannot be used."""


def save_checkpoint(
    run: Path, algorithm: Any, policy: NetworkPolicy, decisions: int, description: dict[str, Any], keep: int = 2
) -> Path:
    """Write a checkpoint and ``policy.yaml`` into a run, and drop the oldest; a kill leaves the earlier ones intact."""
    final = run / f"{_PREFIX}{decisions:010d}"
    with folder_written_whole(final) as partial:
        algorithm.save_to_path((partial / STATE).absolute())
        stored = yaml.safe_dump({**description, "timesteps": decisions}, sort_keys=False)
        (partial / "run.yaml").write_text(stored, encoding="utf-8")
    how = {"method": "PPO of RLlib", "seed": description["seed"], "decisions": decisions}
    scenario = Config.model_validate(description["config"])
    content = found_content("rllib_ppo", str(description["reward"]), scenario, policy.content(), how)
    with written_whole(run / "policy.yaml") as file:
        file.write_text(yaml.safe_dump(content, sort_keys=False, width=120), encoding="utf-8")
    drop_old(run, keep)
    return final


def drop_old(run: Path, keep: int = 2) -> None:
    """Drop all but the newest checkpoints of a run, and what a kill left half-written."""
    for old in (*checkpoints(run)[:-keep], *run.glob(".partial-*")):
        shutil.rmtree(old, ignore_errors=True)


def checkpoints(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest first."""
    return sorted(path for path in run.glob(f"{_PREFIX}*") if path.is_dir())


def read_description(checkpoint: Path) -> dict[str, Any]:
    """The description of a run: reward, seed, scenario, plan, and number of decisions.

    Raises:
        CheckpointError: it cannot be read, or belongs to another library.
    """
    file = checkpoint / "run.yaml"
    try:
        description = read_yaml(file)
    except ConfigError as error:
        raise CheckpointError(str(error)) from None
    if not (checkpoint / STATE).is_dir():
        raise CheckpointError(f"{checkpoint}: is not a checkpoint of scripts/train_rllib.py; choose another directory")
    return description
