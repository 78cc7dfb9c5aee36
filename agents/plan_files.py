"""Plans as YAML files: found by name or path, checked key by key, with the nearest valid name where one is wrong."""

import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from incentive_env import ConfigError
from incentive_env.config import config_directory, read_yaml
from incentive_env.support.spelling import nearest


class Part(BaseModel):
    """A plan, or a part of one: no key that it does not know, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def find_plan(source: "str | Path", folder: str, what: str) -> Path:
    """Path of a plan by its name in ``configs/<folder>``, or by its path.

    Raises:
        ConfigError: there is none; the message calls it ``what``.
    """
    shipped = config_directory() / folder
    named = shipped / f"{source}.yaml"
    path = named if named.is_file() else Path(source)
    if path.is_file():
        return path
    names = sorted(file.stem for file in shipped.glob("*.yaml"))
    raise ConfigError(f"no {what} {str(source)!r}; {what}s: {', '.join(names)}, or a path{nearest(str(source), names)}")


def read_plan(kind: Any, path: Path, changes: Mapping[str, Any] | None = None, **defaults: Any) -> Any:
    """Read a plan and check it.

    Args:
        kind: a `Part`, or a union of them told apart by ``algorithm``.
        path: of the YAML file.
        changes: entries that take the place of the file's, ``{"total_timesteps": 1000}``.
        defaults: entries that the file may leave out.

    Raises:
        ConfigError: malformed, an unknown key, or a value out of bounds; all of them at once.
    """
    try:
        return TypeAdapter(kind).validate_python({**defaults, **read_yaml(path), **(changes or {})})
    except ValidationError as error:
        classes = _classes(kind)
        raise ConfigError("\n".join(_told(e, classes, path) for e in error.errors())) from None


def _told(error: Any, classes: dict[str, type[BaseModel]], path: Path) -> str:
    if error["type"] == "union_tag_invalid":
        tag = str(error["ctx"]["tag"])
        return f"algorithm = {tag!r} in {path}: must be one of {', '.join(classes)}{nearest(tag, classes)}"
    where = [str(part) for part in error["loc"]]
    kind = classes.get(where[0]) if where and len(classes) > 1 else next(iter(classes.values()))
    if len(classes) > 1:
        where = where[1:]  # without the algorithm's name, by which the class was chosen
    key = ".".join(where)
    if error["type"] == "extra_forbidden" and kind is not None:
        around, known = _section(kind, where[:-1]), ".".join(where[:-1])
        hint = nearest(where[-1], around).replace(": ", f": {known}." if known else ": ")
        value = "" if isinstance(error["input"], dict | list) else f" = {error['input']!r}"
        return f"{key}{value} in {path}: unknown key{hint}; keys there: {', '.join(around)}"
    if not key:  # of the whole, which says what does not fit
        return f"{path}: {error['msg'].removeprefix('Value error, ')}"
    return f"{key} = {error['input']!r} in {path}: {error['msg'].removeprefix('Value error, ')}"


def _classes(kind: Any) -> dict[str, type[BaseModel]]:
    """Classes that a plan may be of, by the ``algorithm`` that names them; one alone by nothing."""
    if get_origin(kind) is Annotated:
        return _classes(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return {part.model_fields["algorithm"].default: part for part in get_args(kind)}
    return {"": kind}


def _section(kind: type[BaseModel], where: list[str]) -> list[str]:
    """Names of the keys at a place of a plan; parts of it may stand in mappings, by names of their own."""
    inner: Any = kind
    for name in where:
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            inner = inner.model_fields[name].annotation
        elif get_origin(inner) is dict:
            inner = get_args(inner)[1]
    return list(inner.model_fields) if isinstance(inner, type) and issubclass(inner, BaseModel) else []
