"""Training plans with some of their entries changed, by dotted keys."""

from functools import cache
from typing import Any

from agents.training.plans import Plan, load_plan
from incentive_env import ConfigError
from incentive_env.support.spelling import nearest


def changed_plan(policy: str, changes: dict[str, Any], known: frozenset[str]) -> tuple[Plan, list[str]]:
    """A plan with changes, and the keys of those that it has a use for.

    Args:
        policy: name or path of the plan.
        changes: by dotted key.
        known: keys of all plans of the sweep; one that this plan does not have may be another's.

    Raises:
        ConfigError: a key is no plan's, or a value is not allowed.
    """
    plan = load_plan(policy)
    tree = plan.model_dump(mode="json")
    own = _keys(tree)
    for key, value in changes.items():
        if key not in own and key not in known:
            raise ConfigError(f"training.{key}: unknown key (set to {value!r}){nearest(key, sorted(known | own))}")
    used = [key for key in changes if key in own]
    for key in used:
        _assign(tree, key, changes[key])
    return (load_plan(policy, {key.partition(".")[0]: tree[key.partition(".")[0]] for key in used}), used)


@cache
def keys_of(policy: str) -> frozenset[str]:
    """Dotted keys of a plan's values."""
    return frozenset(_keys(load_plan(policy).model_dump(mode="json")))


def _assign(tree: dict[str, Any], key: str, value: Any) -> None:
    *branches, leaf = key.split(".")
    for branch in branches:
        tree = tree[branch]
    tree[leaf] = value


def _keys(tree: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted keys of values, not of sections."""
    keys: set[str] = set()
    for key, value in tree.items():
        keys |= _keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return keys
