"""A training plan of a few milliseconds an update, and a finished run of it."""

from pathlib import Path

import pytest

from agents.algorithms.training import Network, PPOParameters, PPOPlan
from agents.training.train import train
from incentive_env import Config


@pytest.fixture(scope="session")
def plan() -> PPOPlan:
    """Four updates of 4 floors × 3 decisions = 12 timesteps, each in two minibatches and with a checkpoint."""
    return PPOPlan(
        total_timesteps=48, num_envs=4, checkpoint_every=12,
        hyper_parameters=PPOParameters(n_steps=3, batch_size=6, n_epochs=2, learning_rate=0.01),
        policy=Network(net_arch=(8,)),
    )  # fmt: skip


@pytest.fixture(scope="session")
def finished(small: Config, plan: PPOPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run on conversion; read it, or copy it, but leave it as it is."""
    run = tmp_path_factory.mktemp("runs") / "finished"
    train(small, "conversion", plan, run, seed=1)
    return run
