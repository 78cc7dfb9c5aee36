"""Training by PPO from a fixed scheme: the same number of decisions, whatever the policy sees."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from agents.loading import load
from agents.search.static import scheme_of, static_content
from agents.studies.gates.searches import Best
from incentive_env import Config
from incentive_env.studies.managed import manage
from incentive_env.support.seeds import VALIDATION_SEEDS

# Small updates, since there are few decisions; the rest is the plan's.
CHANGES: dict[str, Any] = {
    "num_envs": 64, "checkpoint_every": 10**9,
    "hyper_parameters": {"n_steps": 13, "batch_size": 416},
}  # fmt: skip


def train_ppo(
    config: Config, point: NDArray[np.float64], sees: str, decisions: int, seed: int, validation: int
) -> Best:
    """Train on true loyalty, from the scheme of a point."""
    from agents.training.learned_policy import LearnedPolicy  # loads torch
    from agents.training.train import train

    name = f"PPO on the {sees}"
    with TemporaryDirectory() as folder:
        start = Path(folder, "start.yaml")
        start.write_text(yaml.safe_dump(static_content(scheme_of(point, config))), encoding="utf-8")
        changes = {"total_timesteps": decisions, "sees": sees, "policy": {"initial_scheme": str(start)}}
        plan = load("training", "ppo_long", {**CHANGES, **changes})
        run = Path(folder, "run")
        train(config, "loyalty", plan, run, seed=seed, label=f"{name}, seed {seed}", plain=True)
        policy = LearnedPolicy.load(run).network()
    value = float(manage(config, policy, VALIDATION_SEEDS[:validation]).score.mean())
    return Best(name, policy, point, value, {f"seed {seed}": value})
