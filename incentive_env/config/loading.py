"""From a name, a path and dotted overrides to a valid `Config`, or to one error that lists every mistake."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from pydantic import ValidationError

from incentive_env.config.gone import why_gone
from incentive_env.config.keys import bounds_of, field_of, nearest_key
from incentive_env.config.tree import Config
from incentive_env.support.files import is_file
from incentive_env.support.spelling import listed, nearest, shown, shown_key
from incentive_env.support.texts import MOST_YAML, TextError, parsed_yaml, read_text

Overrides: TypeAlias = Iterable[str] | Mapping[str, Any]

_MOST_FILES = 20  # that extend each other
_MOST_SECTIONS = 10  # of a dotted key
_NOT_OF_THE_TREE = ("extends", "scheme")  # what a file may hold besides the keys of the tree


class ConfigError(ValueError):
    """A configuration is invalid; the message lists every error on its own line."""


class KeywordError(ConfigError, TypeError):
    """A keyword that an environment does not take; also a `TypeError`, which code that tries keywords expects."""


def load_config(source: str | Path | Config | None = None, overrides: Overrides = ()) -> Config:
    """Load and validate a configuration.

    Args:
        source: a preset's name (a file in ``configs/scenarios/``), a path to a YAML file, a `Config`, or ``None`` for
            ``telesales``. A file may name another preset or path under ``extends``, and may hold a ``scheme`` besides:
            that is a policy, for `incentive_env.policies.load_policy`, and no part of the scenario.
        overrides: dotted assignments, ``["salesforce.reps=20"]`` or ``{"salesforce.reps": 20}``.

    Returns:
        The validated, frozen configuration.

    Raises:
        ConfigError: the file is missing or malformed, a key is unknown, or a value is out of bounds. The message
            names every such key with its value, what is allowed, where it was set, and the nearest valid key.
    """
    if isinstance(source, Config):
        if not overrides:
            return source
        origin, tree = "the given Config", source.model_dump()
    else:
        chain = read_chain(find_config("telesales" if source is None else source), find_config)
        origin, tree = str(chain[0][0]), Config().model_dump()
        for _, content in reversed(chain):
            tree = merge(tree, {key: value for key, value in content.items() if key not in _NOT_OF_THE_TREE})
    changed = dict(_assignments(overrides))
    for key, value in changed.items():
        assign(tree, key, value)
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(listed(error.errors(), lambda entry: _explain(entry, origin, changed))) from None


def config_directory() -> Path:
    """Folder of shipped scenarios, policies, plans and suites: inside an installed package, or beside it."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def find_config(name: str | Path) -> Path:
    """Path of a shipped scenario by its name, or of a YAML file by its path."""
    if not isinstance(name, str | Path):
        raise ConfigError(f"config {shown(name)}: must be a preset's name, a path, a Config or None")
    names = scenario_names()
    if str(name) in names:
        return config_directory() / "scenarios" / f"{name}.yaml"
    path = Path(name)
    if is_file(path):
        return path
    raise ConfigError(f"no config file or preset {shown(str(name))}{nearest(name, names)}; presets: {', '.join(names)}")


def scenario_names() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(file.stem for file in (config_directory() / "scenarios").glob("*.yaml"))


def lineage(source: str | Path) -> list[Path]:
    """The file of a scenario, and those that it extends, the nearest first.

    Raises:
        ConfigError: a file is missing or malformed, or ``extends`` goes in a circle.
    """
    return [path for path, _ in read_chain(find_config(source), find_config)]


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping, or raise a `ConfigError` that names the file and the line."""
    try:
        content = parsed_yaml(read_text(path, MOST_YAML), str(path))
    except TextError as error:
        raise ConfigError(str(error)) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: must hold a mapping of keys to values, got {type(content).__name__}")
    return content


def read_chain(path: Path, find: Callable[[str], Path]) -> list[tuple[Path, dict[str, Any]]]:
    """Path and content of a file and of those that it extends, the nearest first.

    Args:
        path: the file.
        find: from the name under ``extends`` to a path; a file beside the one that extends it comes first.

    Raises:
        ConfigError: a file is missing or malformed, or ``extends`` goes in a circle.
    """
    chain = [(path, read_yaml(path))]
    while (parent := chain[-1][1].get("extends")) is not None:
        child = chain[-1][0]
        if not isinstance(parent, str):
            raise ConfigError(f"{child}: extends = {shown(parent)}: must be a name or a path")
        beside = child.parent / parent
        try:
            above = beside if is_file(beside) else find(parent)
        except ConfigError as error:
            raise ConfigError(f"{child}: extends = {shown(parent)}: {error}") from None
        if any(above.samefile(met) for met, _ in chain):
            files = " -> ".join(str(file) for file in (*(met for met, _ in chain), above))
            raise ConfigError(f"{child}: extends = {parent!r}: goes in a circle: {files}")
        if len(chain) == _MOST_FILES:
            raise ConfigError(f"{path}: extends more than {_MOST_FILES} files, one after the other")
        chain.append((above, read_yaml(above)))
    return chain


def merge(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """A mapping laid over another, section by section; a list or a value takes the place of the one below."""
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _assignments(overrides: Overrides) -> Iterable[tuple[str, Any]]:
    if isinstance(overrides, Mapping):
        yield from ((key, _plain(value)) for key, value in overrides.items())
        return
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"override {shown(text)}: must read KEY=VALUE, for example salesforce.reps=20")
        try:
            yield key.strip(), _number_or(parsed_yaml(value, f"override {shown(text)}"))
        except TextError as error:
            raise ConfigError(str(error)) from None


def _plain(value: Any) -> Any:
    """A number of NumPy's as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _number_or(value: Any) -> Any:
    """Convert 1e-3, which YAML reads as a string, to a number."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def assign(tree: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key in a tree of mappings; sections that are missing are made."""
    *branches, leaf = key.split(".")
    if len(branches) > _MOST_SECTIONS:
        raise ConfigError(f"{shown_key(key)}: unknown key")
    for depth, branch in enumerate(branches):
        below = tree.setdefault(branch, {})
        if not isinstance(below, dict):
            raise ConfigError(f"{key}: {'.'.join(branches[: depth + 1])} is a value, not a section")
        tree = below
    below = tree.get(leaf)
    tree[leaf] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value


def _explain(entry: Any, origin: str, changed: Mapping[str, Any]) -> str:
    key = ".".join(shown_key(str(part)) for part in entry["loc"]) or "config"
    overridden = any(f"{name}.".startswith(f"{key}.") or key.startswith(f"{name}.") for name in changed)
    where = "an override" if overridden or (changed and key == "config") else origin
    if entry["type"] == "extra_forbidden":
        if advice := why_gone(key):
            return f"{key}: is gone (set to {shown(entry['input'])} in {where}); {advice}"
        return f"{key}: unknown key (set to {shown(entry['input'])} in {where}){nearest_key(key)}"
    if entry["type"] == "missing":
        return f"{key}: is missing (in {where})"
    if entry["type"] == "invalid_key":
        return f"{key}: unknown key (in {where}); every key is a word"
    if entry["type"] == "value_error":
        return f"{key}: {entry['ctx']['error']} (in {where})"
    return f"{key} = {shown(entry['input'])} in {where}: {_allowed(key, entry['msg'])}"


def _allowed(key: str, message: str) -> str:
    field = field_of(key)
    bounds = bounds_of(field)
    if bounds is None:
        return message[0].lower() + message[1:]
    kind = "a whole number" if field.annotation is int else "a number"
    return f"must be {kind} from {bounds[0]:g} to {bounds[1]:g}"
