"""Scenarios by name or file: which there are, what they start from, and what they change."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from incentive_env.config import Config, ConfigError, find_config, load_config, read_yaml
from incentive_env.config.schema import key_rows, sections

_OF_POLICIES = ("scheme", "kind")


class Change(NamedTuple):
    """A key that a scenario sets otherwise than its parent."""

    key: str
    before: str
    now: str


def load_scenario(source: str, overrides: Iterable[str] = ()) -> Config:
    """Load a scenario; a file that holds only a policy is an error of its own.

    Raises:
        ConfigError: it cannot be used; the message says why.
    """
    path = find_config(source)
    if not holds_scenario(path):
        raise ConfigError(f"{source}: holds a policy, and no scenario; it goes where a policy is asked for")
    return load_config(path, list(overrides))


def holds_policy(path: Path) -> bool:
    """Whether a YAML file holds a policy; a scenario's may hold a ``scheme`` besides."""
    return not read_yaml(path).keys().isdisjoint(_OF_POLICIES)


def holds_scenario(path: Path) -> bool:
    """Whether a YAML file holds a scenario: it starts from one, sets keys of one, or holds no policy."""
    return not holds_policy(path) or not read_yaml(path).keys().isdisjoint(("extends", *sections()))


def changes(config: Config, parent: Config) -> list[Change]:
    """Every key that differs, but for name and description."""
    pairs = zip(key_rows(parent), key_rows(config), strict=True)
    return [
        Change(now.key, before.value, now.value)
        for before, now in pairs
        if before.value != now.value and now.key not in ("name", "description")
    ]


def repeated_keys(path: Path) -> list[tuple[int, str]]:
    """Line and name of every key that a YAML file sets again; YAML keeps the last, and says nothing."""
    found: list[tuple[int, str]] = []
    nodes = [yaml.compose(path.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            again = [(key, key.value in names[:place]) for place, (key, _) in enumerate(node.value)]
            found += [(key.start_mark.line + 1, str(key.value)) for key, repeated in again if repeated]
            nodes += [value for _, value in node.value]
    return sorted(found)
