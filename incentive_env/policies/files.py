"""Policies as YAML files: schemes, linear feedback and networks, one's own and those that are shipped."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, ConfigError, config_directory, lineage, load_config, read_yaml
from incentive_env.model.scheme import scheme_from_mapping
from incentive_env.policies.feedback import KINDS, LinearFeedback
from incentive_env.policies.fixed import FIXED, FixedPolicy, Policy
from incentive_env.policies.network import KIND as NETWORK
from incentive_env.policies.network import NetworkPolicy, SeatNetwork
from incentive_env.support.spelling import nearest


class PolicyError(ValueError):
    """No policy of that name, or a file that does not hold one."""


def shipped(config: Config) -> dict[str, Path]:
    """Policies that were found or trained for a scenario, ``configs/policies/<scenario>/<name>.yaml``, by name."""
    return {path.stem: path for path in sorted((_folder() / config.name).glob("*.yaml"))}


def found_for(scenario: "str | Path") -> dict[str, Path]:
    """Policies that were found or trained for a scenario, by name or file, or for one that it starts from, by name."""
    files: dict[str, Path] = {}
    for ancestor in lineage(scenario):
        files = {**shipped(load_config(ancestor)), **files}
    return files


def shipped_anywhere(name: str) -> Path | None:
    """The file of that name for any scenario; names say what was searched for, so they agree on that."""
    return next(iter(sorted(_folder().glob(f"*/{name}.yaml"))), None)


def read_seat_network(path: "str | Path") -> SeatNetwork:
    """Read a file of reps that learned, as `scripts/learned_gaming.py` and `scripts/train_two_level.py` keep them.

    Raises:
        PolicyError: it holds no network of a seat, or it is damaged.
        ConfigError: it is missing, or no YAML mapping.
    """
    content = read_yaml(Path(path))
    if content.get("kind") != SeatNetwork.kind:
        raise PolicyError(f"{path}: holds no reps that learned: kind {content.get('kind')!r}, not {SeatNetwork.kind!r}")
    try:
        return SeatNetwork.from_content(content)
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from None


def read_policy(path: Path, config: Config) -> Policy:
    """The policy of a file: a ``scheme:`` with levers, or a ``kind:`` feedback, oracle or network with its numbers.

    Raises:
        PolicyError: it holds none, or one that the scenario's ranges do not allow.
        ConfigError: it is no YAML mapping.
    """
    content = read_yaml(path)
    try:
        if content.get("kind") == NETWORK:
            return NetworkPolicy.from_content(content)
        if "kind" in content and content["kind"] not in KINDS:
            raise ValueError(f"kind {content['kind']!r}: must be one of {', '.join((*KINDS, NETWORK))}")
        if "kind" in content:
            return LinearFeedback.from_content(content)
        levers = content.get("scheme")
        if not isinstance(levers, dict):
            raise ValueError("holds no 'scheme:' with levers")
        return FixedPolicy(scheme_from_mapping(levers), config)
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from None


def resolved(key: str, name: str, config: Config) -> NDArray[np.float32]:
    """The action ``[levers]`` of a fixed scheme, hand-made or found for the scenario.

    Args:
        key: what names it, for the message.
        name: of the scheme.
        config: the scenario.

    Raises:
        ConfigError: there is no fixed scheme of that name.
    """
    found = {scheme: path for scheme, path in shipped(config).items() if "scheme" in read_yaml(path)}
    if name in FIXED:
        return FixedPolicy(FIXED[name].scheme, config).action
    if name in found:
        policy = read_policy(found[name], config)
        assert isinstance(policy, FixedPolicy)
        return policy.action
    known = (*FIXED, *found)
    raise ConfigError(f"{key} = {name!r}: must be one of {', '.join(known)}{nearest(name, known)}")


def objective_of(path: Path) -> str | None:
    """What the policy of a file was searched for; ``None`` where it does not say."""
    objective = read_yaml(path).get("objective")
    return objective if isinstance(objective, str) else None


def fingerprint(config: Config) -> str:
    """Eight letters that change with any number of the scenario; a policy found for another may be out of date."""
    return hashlib.sha256(config.model_dump_json().encode()).hexdigest()[:8]


def found_content(name: str, objective: str, config: Config, policy: dict[str, Any], how: dict[str, Any]) -> Any:
    """The whole of a file of a policy that was found by search."""
    head = {"name": name, "objective": objective, "scenario": config.name, "fingerprint": fingerprint(config)}
    return {**head, **policy, "found": how}


def _folder() -> Path:
    return config_directory() / "policies"
