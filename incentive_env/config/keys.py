"""Dotted keys of the configuration tree: which there are, what each declares and holds, and the nearest valid one."""

from collections.abc import Iterable
from typing import Any

from pydantic.fields import FieldInfo

from incentive_env.config.fields import Section
from incentive_env.config.tree import Config
from incentive_env.support.spelling import nearest, nearest_name


def all_keys(section: type[Section] = Config, prefix: str = "") -> list[str]:
    """Every dotted key of the tree, in the order of declaration."""
    keys: list[str] = []
    for name, field in section.model_fields.items():
        below = section_class(field)
        keys += [f"{prefix}{name}"] if below is None else all_keys(below, f"{prefix}{name}.")
    return keys


def section_class(field: FieldInfo) -> type[Section] | None:
    """The class of a branch of the tree; ``None`` for a value."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def section_of(key: str) -> type[Section]:
    """The class that declares a valid key."""
    section: type[Section] = Config
    for branch in key.split(".")[:-1]:
        section = section.model_fields[branch].annotation  # type: ignore[assignment]
    return section


def field_of(key: str) -> FieldInfo:
    """How a valid key is declared."""
    return section_of(key).model_fields[key.rpartition(".")[2]]


def bounds_of(field: FieldInfo) -> tuple[float, float] | None:
    """Smallest and largest valid value of a number; ``None`` for anything else."""
    bounds = {name: getattr(item, name) for item in field.metadata for name in ("ge", "le") if hasattr(item, name)}
    return (bounds["ge"], bounds["le"]) if len(bounds) == 2 else None


def value_at(config: Config, key: str) -> Any:
    """The value, or the section, at a valid key."""
    found: Any = config
    for name in key.split("."):
        found = getattr(found, name)
    return found


def nearest_key(key: str) -> str:
    """The hint for a misspelt key: where its section is known, a neighbour; else section by section."""
    *branches, leaf = key.split(".")
    known = all_keys()
    valid: list[str] = []
    for branch in (*branches, leaf):
        names = _names_below(valid, known)
        name = nearest_name(branch, names)
        if name is None:
            same_leaf = [valid_key for valid_key in known if valid_key.rpartition(".")[2] == leaf]
            return nearest(key, same_leaf) or nearest(key, known) or f"; names there: {', '.join(names)}"
        valid.append(name)
    return f"; nearest valid name: {'.'.join(valid)}"


def _names_below(branches: Iterable[str], known: list[str]) -> list[str]:
    """Names of the sections and values right below a section."""
    prefix = "".join(f"{name}." for name in branches)
    return list(dict.fromkeys(key[len(prefix) :].partition(".")[0] for key in known if key.startswith(prefix)))
