"""Arguments as Gymnasium passes them on: in a spec, which can be written as JSON, and as options of a reset."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.envs.registration import EnvSpec
from pydantic import BaseModel

from incentive_env.config.keys import all_keys, value_at
from incentive_env.config.loading import KeywordError, load_config
from incentive_env.config.tree import Config
from incentive_env.support.spelling import nearest, shown

_BASE = "telesales"  # a `Config` is kept as its differences from this


class PlainSpec:
    """An environment whose spec survives ``EnvSpec.from_json(spec.to_json())``, whatever types its arguments had."""

    _spec: EnvSpec | None = None

    @property
    def spec(self) -> EnvSpec | None:
        """What `gymnasium.make` makes the environment again from; ``None`` if it did not make it."""
        return self._spec

    @spec.setter
    def spec(self, spec: EnvSpec | None) -> None:
        self._spec = None if spec is None else replace(spec, kwargs=plain_arguments(spec.kwargs))


def plain_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the same meaning that JSON can hold.

    A `Config` becomes a shipped scenario and dotted overrides; a path, an enum and NumPy's numbers and arrays become
    what stands for them.
    """
    given = {key: _plain(value) for key, value in arguments.items()}
    config = arguments.get("config")
    if not isinstance(config, Config):
        return given
    base = load_config(_BASE)
    values = {key: value_at(config, key) for key in all_keys()}
    changed = {key: value for key, value in values.items() if key not in given and value != value_at(base, key)}
    return {**changed, **given, "config": _BASE}  # the given keywords last: they override the `Config`


def check_options(options: Any, known: Iterable[str] = ()) -> None:
    """Refuse what nothing would read from ``reset(options=...)``.

    Raises:
        KeywordError: the options are no mapping, or one of them is unknown.
    """
    if options is None:
        return
    if not isinstance(options, Mapping):
        raise KeywordError(f"options = {shown(options)}: must be a mapping or None")
    names = ", ".join(known) or "none"
    for key in options:
        if key not in known:
            raise KeywordError(f"options: unknown key {shown(key)}{nearest(key, known)}; known keys: {names}")


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
