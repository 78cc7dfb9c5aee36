"""From a name or a path to a policy, runs of `scripts/train.py` among them."""

from pathlib import Path

from incentive_env import Config, policies
from incentive_env.policies import NAMES, Policy, PolicyError, unknown_policy
from incentive_env.policies.files import objective_of, shipped_anywhere

__all__ = ["NAMES", "PolicyError", "load_policy", "trained_on"]


def load_policy(name: str, config: Config, *, trust: bool = False) -> Policy:
    """Load a policy.

    Args:
        name: whatever `incentive_env.policies.load_policy` takes, a run directory of ``train.py``, or a checkpoint in
            it; with ``trust`` also a ``.zip`` that stable-baselines3 saved.
        config: the scenario that it is to manage.
        trust: whether a file may run code of its maker.

    Raises:
        ValueError: the name is unknown (`PolicyError`), or what it names cannot be used; the message says why.
    """
    path = Path(name)
    if name not in (*NAMES, *policies.shipped(config)) and path.is_dir():
        from agents.training.learned_policy import LearnedPolicy  # loads torch

        return LearnedPolicy.load(path)
    if path.suffix == ".zip" and path.is_file():
        from agents.training.trusted import read_trusted  # loads torch

        return policies.as_policy(read_trusted(path, trust=trust), config)
    if not path.is_file() and name not in (*NAMES, *policies.shipped(config)):
        raise unknown_policy(name, config, "a policy's file, or a run directory")
    return policies.load_policy(name, config)


def trained_on(name: str) -> str | None:
    """What a policy was trained on or searched for: a reward preset, or the score; ``None`` for the others."""
    if name in NAMES:
        return None
    path = shipped_anywhere(name) or Path(name)
    if path.suffix == ".zip":
        return None
    if path.is_file():
        return objective_of(path)
    if not path.is_dir():
        return None
    from agents.training.checkpoints import read_description

    return str(read_description(path)["reward"])
