"""From a name or a path to a policy."""

import difflib
from pathlib import Path

from agents.policy import FIXED, FixedPolicy, Policy, RandomPolicy
from incentive_env import Config
from incentive_env.config import read_yaml
from incentive_env.model.scheme import scheme_from_mapping

NAMES = (*FIXED, "random")


class PolicyError(ValueError):
    """No policy of that name, or a file that does not hold one."""


def load_policy(name: str, config: Config) -> Policy:
    """Load a policy.

    Args:
        name: one of `NAMES`, a YAML file with a ``scheme:``, a run directory of ``train.py``, or a checkpoint in it.
        config: the scenario that it is to manage.

    Raises:
        ValueError: the name is unknown (`PolicyError`), or what it names cannot be used; the message says why.
    """
    if name == "random":
        return RandomPolicy()
    if name in FIXED:
        return _fixed(FIXED[name].scheme, config)
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        levers = read_yaml(path).get("scheme")
        if not isinstance(levers, dict):
            raise PolicyError(f"{path}: holds no 'scheme:' with levers")
        try:
            return _fixed(scheme_from_mapping(levers), config)
        except ValueError as error:
            raise PolicyError(f"{path}: {error}") from None
    if path.is_dir():
        from agents.learned import LearnedPolicy  # loads torch

        return LearnedPolicy.load(path)
    close = difflib.get_close_matches(name, NAMES, n=1)
    hint = f"; nearest valid name: {close[0]}" if close else ""
    raise PolicyError(
        f"no policy {name!r}{hint}; policies: {', '.join(NAMES)}, a scheme's YAML file, or a run directory"
    )


def trained_on(name: str) -> str | None:
    """Reward preset that a learned policy was trained on; ``None`` for the others."""
    if name in NAMES or not Path(name).is_dir():
        return None
    from agents.checkpoints import read_description

    return str(read_description(Path(name))["reward"])


def _fixed(scheme: "object", config: Config) -> FixedPolicy:
    try:
        return FixedPolicy(scheme, config)  # type: ignore[arg-type]
    except ValueError as error:
        raise PolicyError(str(error)) from None
