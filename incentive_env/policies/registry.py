"""From a name or a file to a policy."""

from pathlib import Path

from incentive_env.config import Config
from incentive_env.policies.files import PolicyError, read_policy, shipped
from incentive_env.policies.fixed import FIXED, FixedPolicy, Policy, RandomPolicy
from incentive_env.support.spelling import nearest

NAMES = (*FIXED, "random")


def load_policy(name: str, config: Config) -> Policy:
    """Load a policy.

    Args:
        name: one of `NAMES`, one that was found or trained for the scenario (`incentive_env.policies.shipped`), or a
            policy file.
        config: the scenario that it is to manage.

    Raises:
        PolicyError: the name is unknown, or what it names cannot be used; the message says why.
        ConfigError: a file is no YAML mapping.
    """
    if name == "random":
        return RandomPolicy()
    if name in FIXED:
        return _fixed(FIXED[name].scheme, config)
    path = shipped(config).get(name, Path(name))
    if path.is_file():
        return read_policy(path, config)
    raise unknown_policy(name, config, "or a policy's file")


def unknown_policy(name: str, config: Config, others: str) -> PolicyError:
    """The error that says which policies there are, and which of them is nearest to what was asked for."""
    known = (*NAMES, *shipped(config))
    return PolicyError(f"no policy {name!r}{nearest(name, known)}; policies: {', '.join(known)}, {others}")


def _fixed(scheme: "object", config: Config) -> FixedPolicy:
    try:
        return FixedPolicy(scheme, config)  # type: ignore[arg-type]
    except ValueError as error:
        raise PolicyError(str(error)) from None
