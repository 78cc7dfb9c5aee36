"""Training plans with changed entries, by dotted keys."""

from functools import cache
from typing import Any

from agents.algorithms.table import LearnerPlan
from agents.loading import load
from incentive_env import ConfigError
from incentive_env.config import assign
from incentive_env.support.spelling import nearest


def changed_plan(policy: str, changes: dict[str, Any], known: frozenset[str]) -> tuple[LearnerPlan, list[str]]:
    """A plan with changes, and the keys that apply to it.

    Args:
        policy: name or path of the plan.
        changes: by dotted key.
        known: keys of all plans of the sweep; a key that this plan lacks may belong to another.

    Raises:
        ConfigError: no plan has such a key, or a value is not allowed.
    """
    own = keys_of(policy)
    tree: dict[str, Any] = {}
    for key, value in changes.items():
        if key not in own and key not in known:
            raise ConfigError(f"training.{key}: unknown key (set to {value!r}){nearest(key, sorted(known | own))}")
        if key in own:
            assign(tree, key, value)
    return load("learner", policy, tree), [key for key in changes if key in own]


@cache
def keys_of(policy: str) -> frozenset[str]:
    """Dotted keys of a plan's values."""
    return frozenset(_keys(load("learner", policy).model_dump(mode="json")))


def _keys(tree: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted keys of values, not of sections."""
    keys: set[str] = set()
    for key, value in tree.items():
        keys |= _keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return keys
