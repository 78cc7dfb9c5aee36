"""Makes a policy of a name, a file or anything else that can choose; policy files, and those that are shipped."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, ConfigError, config_directory, lineage, load_config, read_yaml
from incentive_env.config.gone import why_gone
from incentive_env.model.scheme import Scheme, scheme_from_mapping
from incentive_env.policies.contract import ENTRIES, FunctionPolicy, ModelPolicy, Policy, PolicyLike
from incentive_env.policies.feedback import KINDS, LinearFeedback
from incentive_env.policies.fixed import FIXED, NAMES, FixedPolicy, RandomPolicy
from incentive_env.policies.lottery import KIND as LOTTERY
from incentive_env.policies.lottery import Lottery
from incentive_env.policies.network import MANAGERS, SeatNetwork
from incentive_env.policies.schedule import KIND as SCHEDULE
from incentive_env.policies.schedule import Schedule
from incentive_env.support.files import is_file
from incentive_env.support.spelling import nearest, shown


class PolicyError(ValueError):
    """An unknown policy, a file without one, or an object that cannot choose actions."""


def as_policy(policy: PolicyLike, config: Config, *, seats: bool = False) -> Policy:
    """Turn anything that can choose into a policy.

    Args:
        policy: a `Policy`, a `Scheme`, a name as for `load_policy`, a file, an object with the ``predict`` of
            stable-baselines3, or a function from what is seen to actions. The last two see the report, or, with an
            attribute ``sees = "state"``, the true state.
        config: the scenario.
        seats: whether it is to choose for reps instead of managing; then a name is a file of reps that learned.

    Raises:
        PolicyError: it is none of these, its name is unknown, or it sees what is not shown there.
        ValueError: the scheme has a lever outside its range.
    """
    made: Policy
    if isinstance(policy, str | Path):
        made = read_seat_network(policy) if seats else load_policy(str(policy), config)
    elif isinstance(policy, Policy):
        made = policy
    elif isinstance(policy, Scheme):
        made = FixedPolicy(policy, config)
    else:
        sees = getattr(policy, "sees", "seat" if seats else "report")
        if sees not in ENTRIES:
            raise PolicyError(f"sees = {sees!r}: must be one of {', '.join(ENTRIES)}{nearest(str(sees), ENTRIES)}")
        if hasattr(policy, "predict"):
            made = ModelPolicy(policy, sees)
        elif callable(policy):
            made = FunctionPolicy(policy, sees)
        else:
            raise PolicyError(
                f"policy {policy!r}: must be a Scheme, the name or file of a policy, a function, or an object with a "
                "method 'predict'"
            )
    if (made.sees == "seat") != seats:
        wanted = "reps: must be a policy that sees a seat" if seats else "policy: must see the report or the state"
        raise PolicyError(f"{wanted}, but {type(made).__name__} sees the {made.sees}")
    return made


def load_policy(name: str, config: Config) -> Policy:
    """Load a policy.

    Args:
        name: one of `NAMES`, one that was found or trained for the scenario (`shipped`), or a policy file.
        config: the scenario that it is to manage.

    Raises:
        PolicyError: the name is unknown, or what it names cannot be used; the message says why.
        ConfigError: a file is no YAML mapping.
    """
    if name == "random":
        return RandomPolicy()
    if name in FIXED:
        try:
            return FixedPolicy(FIXED[name].scheme, config)
        except ValueError as error:
            raise PolicyError(str(error)) from None
    path = shipped(config).get(name, Path(name))
    if is_file(path):
        return read_policy(path, config)
    raise unknown_policy(name, config, "or a policy's file")


def unknown_policy(name: str, config: Config, others: str, plans: Iterable[str] = ()) -> PolicyError:
    """The error that lists all policies and the nearest name; ``plans`` are names of policies to train."""
    known = (*NAMES, *shipped(config), *plans)
    return PolicyError(f"no policy {shown(name)}{nearest(name, known)}; policies: {', '.join(known)}, {others}")


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
    """The file of that name for any scenario; equal names have the same objective."""
    return next(iter(sorted(_folder().glob(f"*/{name}.yaml"))), None)


def read_seat_network(path: "str | Path") -> SeatNetwork:
    """Read a file of reps that learned, as `scripts/learned_gaming.py` and `scripts/train_two_level.py` keep them.

    Raises:
        PolicyError: it holds no network of a seat, or it is damaged.
        ConfigError: it is missing, or no YAML mapping.
    """
    content = read_yaml(Path(path))
    if content.get("kind") != SeatNetwork.kind:
        raise PolicyError(
            f"{path}: holds no reps that learned: kind {shown(content.get('kind'))}, not {SeatNetwork.kind!r}"
        )
    try:
        return SeatNetwork.from_content(content)
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from None


def read_policy(path: Path, config: Config) -> Policy:
    """The policy of a file: a ``scheme:`` with levers, or a ``kind:`` feedback, schedule or network with its numbers.

    Raises:
        PolicyError: it holds none, or one that the scenario's ranges do not allow.
        ConfigError: it is no YAML mapping.
    """
    try:
        return policy_of(read_yaml(path), config)
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from None


def policy_of(content: Mapping[str, Any], config: Config) -> Policy:
    """The policy of a file's content.

    Raises:
        ValueError: it holds none, or one that the scenario's ranges do not allow.
    """
    kind = content.get("kind")
    if not isinstance(kind, str | None):
        raise ValueError(f"kind {shown(kind)}: must be a word")
    if kind in MANAGERS:
        return MANAGERS[kind].from_content(content)
    if kind in KINDS:
        return LinearFeedback.from_content(content)
    if kind == SCHEDULE:
        return Schedule.from_content(content, config)
    if kind == LOTTERY:
        return Lottery.from_content(content, config)
    if advice := why_gone(str(kind)):
        raise ValueError(f"kind {shown(kind)}: is gone; {advice}")
    if "kind" in content:
        raise ValueError(f"kind {shown(kind)}: must be one of {', '.join((*KINDS, *MANAGERS, SCHEDULE, LOTTERY))}")
    levers = content.get("scheme")
    if not isinstance(levers, dict):
        raise ValueError("holds no 'scheme:' with levers")
    return FixedPolicy(scheme_from_mapping(levers), config)


def resolved(key: str, name: str, config: Config) -> NDArray[np.float32]:
    """The action ``[levers]`` of a fixed scheme: hand-made, found for the scenario, or in a file.

    Args:
        key: what names it, for the message.
        name: of the scheme, or of its file.
        config: the scenario.

    Raises:
        ConfigError: there is no fixed scheme of that name.
    """
    if name in FIXED:
        return FixedPolicy(FIXED[name].scheme, config).action
    found = {scheme: path for scheme, path in shipped(config).items() if "scheme" in read_yaml(path)}
    if name in found or is_file(Path(name)):
        policy = read_policy(found.get(name, Path(name)), config)
        if not isinstance(policy, FixedPolicy):
            raise ConfigError(f"{key} = {name!r}: is no fixed scheme")
        return policy.action
    known = (*FIXED, *found)
    raise ConfigError(f"{key} = {shown(name)}: must be one of {', '.join(known)}, or a file{nearest(name, known)}")


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
