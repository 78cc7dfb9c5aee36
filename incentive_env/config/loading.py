"""From a name, a path and dotted overrides to a valid `Config`, or to one error that says all that is wrong."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from incentive_env.config.fields import Section
from incentive_env.config.tree import Config


class ConfigError(ValueError):
    """A configuration cannot be used; the message lists every reason, one a line."""


def load_config(
    source: "str | Path | Config | None" = None, overrides: "Iterable[str] | Mapping[str, Any]" = ()
) -> Config:
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
        origin, tree = "the given Config", source.model_dump()
        if not overrides:
            return source
    else:
        path = find_config("telesales" if source is None else source)
        origin, tree = str(path), _merge(Config().model_dump(), _read(path, seen=()))
    changed = dict(_assignments(overrides))
    for key, value in changed.items():
        _assign(tree, key, value)
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        lines = [_explain(entry, origin, changed) for entry in error.errors()]
        raise ConfigError("\n".join(lines)) from None


def config_directory() -> Path:
    """Folder of shipped scenarios, policies, plans and suites: inside an installed package, or beside it."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def find_config(name: "str | Path") -> Path:
    """Path of a shipped scenario by its name, or of a YAML file by its path."""
    if not isinstance(name, str | Path):
        raise ConfigError(f"config {name!r}: must be a preset's name, a path, a Config or None")
    shipped = config_directory() / "scenarios" / f"{name}.yaml"
    if shipped.is_file():
        return shipped
    path = Path(name)
    if path.is_file():
        return path
    names = scenario_names()
    hint = _nearest(str(name), names)
    raise ConfigError(f"no config file or preset {str(name)!r}{hint}; presets: {', '.join(names)}")


def scenario_names() -> list[str]:
    """Names of the shipped scenarios."""
    return sorted(file.stem for file in (config_directory() / "scenarios").glob("*.yaml") if file.stem != "calibration")


def all_keys(section: type[Section] = Config, prefix: str = "") -> list[str]:
    """Every dotted key of the tree, in the order of declaration."""
    keys: list[str] = []
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            keys += all_keys(kind, f"{prefix}{name}.")
        else:
            keys.append(f"{prefix}{name}")
    return keys


def lineage(source: "str | Path") -> list[Path]:
    """The file of a scenario that can be loaded, and those it starts from, the nearest first."""
    files = [find_config(source)]
    while (parent := parent_of(files[-1])) is not None:
        files.append(parent)
    return files


def parent_of(path: Path) -> Path | None:
    """The file that a scenario's file extends."""
    parent = read_yaml(path).get("extends")
    if parent is None:
        return None
    beside = path.parent / str(parent)
    return beside if beside.is_file() else find_config(str(parent))


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping, or raise a `ConfigError` that names the file and the line."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where}: not valid YAML: {getattr(error, 'problem', None) or error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: must hold a mapping of keys to values, got {type(content).__name__}")
    return content


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path in seen:
        raise ConfigError(f"{path}: 'extends' goes in a circle: {' -> '.join(str(p) for p in (*seen, path))}")
    content = read_yaml(path)
    parent = content.pop("extends", None)
    content.pop("scheme", None)
    if parent is None:
        return content
    local = path.parent / str(parent)
    base = _read(local if local.is_file() else find_config(str(parent)), (*seen, path))
    return _merge(base, content)


def _merge(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _assignments(overrides: "Iterable[str] | Mapping[str, Any]") -> Iterable[tuple[str, Any]]:
    if isinstance(overrides, Mapping):
        yield from overrides.items()
        return
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"override {text!r}: must read KEY=VALUE, for example salesforce.reps=20")
        try:
            yield key.strip(), _number_or(yaml.safe_load(value))
        except yaml.YAMLError:
            raise ConfigError(f"override {text!r}: the value is not valid YAML") from None


def _number_or(value: Any) -> Any:
    """YAML takes 1e-3 for a word; a person means the number."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _assign(tree: dict[str, Any], key: str, value: Any) -> None:
    *branches, leaf = key.split(".")
    for depth, branch in enumerate(branches):
        below = tree.setdefault(branch, {})
        if not isinstance(below, dict):
            raise ConfigError(f"{key}: {'.'.join(branches[: depth + 1])} is a value, not a section")
        tree = below
    below = tree.get(leaf)
    tree[leaf] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value


def _explain(entry: Any, origin: str, changed: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in entry["loc"]) or "config"
    related = any(key == name or name.startswith(f"{key}.") or key.startswith(f"{name}.") for name in changed)
    overridden = related or (bool(changed) and key == "config")
    where = "an override" if overridden else origin
    if entry["type"] == "extra_forbidden":
        return f"{key}: unknown key (set to {entry['input']!r} in {where}){_nearest_key(key)}"
    if entry["type"] == "missing":
        return f"{key}: is missing (in {where})"
    if entry["type"] == "value_error":
        return f"{key}: {entry['ctx']['error']} (in {where})"
    return f"{key} = {entry['input']!r} in {where}: {_allowed(key, entry['msg'])}"


def _allowed(key: str, message: str) -> str:
    section: type[Section] = Config
    *branches, leaf = key.split(".")
    for branch in branches:
        section = section.model_fields[branch].annotation  # type: ignore[assignment]
    field = section.model_fields.get(leaf)
    bounds = {
        name: getattr(item, name)
        for item in (field.metadata if field else ())
        for name in ("ge", "le")
        if hasattr(item, name)
    }
    if len(bounds) == 2:
        kind = "a whole number" if field is not None and field.annotation is int else "a number"
        return f"must be {kind} from {bounds['ge']:g} to {bounds['le']:g}"
    return message[0].lower() + message[1:]


def _nearest_key(key: str) -> str:
    """The valid key that looks most like one: where its section is known, a neighbour; else section by section."""
    *branches, leaf = key.split(".")
    known = all_keys()
    valid: list[str] = []
    for branch in (*branches, leaf):
        prefix = "".join(f"{name}." for name in valid)
        names = list(dict.fromkeys(name[len(prefix) :].split(".")[0] for name in known if name.startswith(prefix)))
        close = difflib.get_close_matches(branch, names, n=1, cutoff=0.5)
        if not close:
            same_leaf = [name for name in known if name.rpartition(".")[2] == leaf]
            return _nearest(key, same_leaf) or _nearest(key, known) or _nearest(key, names, cutoff=0.0)
        valid += close
    return f"; nearest valid name: {'.'.join(valid)}"


def _nearest(word: str, known: list[str], cutoff: float = 0.5) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    return f"; nearest valid name: {close[0]}" if close else ""
