"""From a name or a path to a policy."""

import difflib
from pathlib import Path

from agents.policy import FIXED, FixedPolicy, Policy, RandomPolicy
from agents.policy_file import PolicyError, objective_of, read_policy, shipped, shipped_anywhere
from incentive_env import Config

__all__ = ["NAMES", "PolicyError", "load_policy", "trained_on"]

NAMES = (*FIXED, "random")
_FILES = (".yaml", ".yml")


def load_policy(name: str, config: Config) -> Policy:
    """Load a policy.

    Args:
        name: one of `NAMES`, one that was found for the scenario (`agents.policy_file.shipped`), a YAML file with a
            ``scheme:`` or a linear feedback, a run directory of ``train.py``, or a checkpoint in it.
        config: the scenario that it is to manage.

    Raises:
        ValueError: the name is unknown (`PolicyError`), or what it names cannot be used; the message says why.
    """
    if name == "random":
        return RandomPolicy()
    if name in FIXED:
        return _fixed(FIXED[name].scheme, config)
    found = shipped(config)
    if name in found:
        return read_policy(found[name], config)
    path = Path(name)
    if path.suffix in _FILES and path.is_file():
        return read_policy(path, config)
    if path.is_dir():
        from agents.learned import LearnedPolicy  # loads torch

        return LearnedPolicy.load(path)
    known = (*NAMES, *found)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; nearest valid name: {close[0]}" if close else ""
    raise PolicyError(
        f"no policy {name!r}{hint}; policies: {', '.join(known)}, a scheme's YAML file, or a run directory"
    )


def trained_on(name: str) -> str | None:
    """What a policy was trained on or searched for: a reward preset, or the score; ``None`` for the others."""
    if name in NAMES:
        return None
    path = shipped_anywhere(name) or Path(name)
    if path.suffix in _FILES and path.is_file():
        return objective_of(path)
    if not path.is_dir():
        return None
    from agents.checkpoints import read_description

    return str(read_description(path)["reward"])


def _fixed(scheme: "object", config: Config) -> FixedPolicy:
    try:
        return FixedPolicy(scheme, config)  # type: ignore[arg-type]
    except ValueError as error:
        raise PolicyError(str(error)) from None
