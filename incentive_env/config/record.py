"""The configuration as the compiled core reads it: one flat-in-memory record with the same names as the tree."""

from functools import cache
from typing import Any, get_args

import numpy as np

from incentive_env.config.channels import CHANNELS, Channel
from incentive_env.config.fields import Section
from incentive_env.config.keys import all_keys, nearest_key, section_class, value_at
from incentive_env.config.tree import Config


def config_records(config: Config) -> np.ndarray:
    """Turn a config into a numba-readable record array ``[1]``: ``records[0].calls.need`` is ``config.calls.need``.

    Sections become nested records. A section whose rows are all of one kind (tactics, events) is turned on its
    side, so that a column can be indexed: ``record.tactics.lift[tactic]``. A section of switches becomes an array:
    ``record.channels[channel]``. A word becomes its index among the words allowed. Names and descriptions are left out.

    ``record.detectability[channel]`` is the number that the channel's row names; 0 where it names none.
    """
    tree = _dtype(type(config))
    parts: list[Any] = [(name, tree[name]) for name in tree.names or ()]
    dtype = np.dtype([*parts, ("detectability", np.float64, (len(CHANNELS),))], align=True)
    table = np.zeros(1, np.dtype((np.record, dtype)))
    _fill(table[0], config)
    for channel, key in enumerate(_DETECTABILITY):
        table[0]["detectability"][channel] = value_at(config, key) if key else 0.0
    return table


def _detectability_key(row: Channel) -> str | None:
    if row.audit is not None and row.audit not in all_keys():
        raise ValueError(
            f"channel {row.name}: audit = {row.audit!r} is no key of the configuration{nearest_key(row.audit)}"
        )
    return row.audit


_DETECTABILITY = [_detectability_key(row) for row in CHANNELS.values()]


@cache
def _dtype(section: type[Section]) -> np.dtype[Any]:
    if _are_switches(section):
        return np.dtype((np.int64, (len(section.model_fields),)))
    row = _row_kind(section)
    if row is not None:
        rows = len(section.model_fields)
        return np.dtype([(name, np.float64, (rows,)) for name in row.model_fields], align=True)
    parts: list[tuple[str, Any]] = []
    for name, field in section.model_fields.items():
        kind, below = field.annotation, section_class(field)
        if below is not None:
            parts.append((name, _dtype(below)))
        elif kind is not str:
            parts.append((name, np.int64 if kind in (int, bool) or get_args(kind) else np.float64))
    return np.dtype(parts, align=True)


def _fill(record: Any, section: Section) -> None:
    declared, row = type(section).model_fields, _row_kind(type(section))
    if _are_switches(type(section)):
        record[...] = [getattr(section, name) for name in declared]
    elif row is not None:
        for column in row.model_fields:
            record[column][...] = [getattr(getattr(section, name), column) for name in declared]
    else:
        for name, field in declared.items():
            value, words = getattr(section, name), get_args(field.annotation)
            if isinstance(value, Section):
                _fill(record[name], value)
            elif field.annotation is not str:
                record[name] = words.index(value) if words else value


@cache
def _are_switches(section: type[Section]) -> bool:
    return {field.annotation for field in section.model_fields.values()} == {bool}


@cache
def _row_kind(section: type[Section]) -> type[Section] | None:
    """The class of a section's rows, or one of them if only their bounds differ; ``None`` where it holds no rows."""
    kinds = [section_class(field) for field in section.model_fields.values()]
    rows = [kind for kind in kinds if kind is not None]
    alike = len(rows) == len(kinds) and len({tuple(kind.model_fields) for kind in rows}) == 1
    return rows[0] if alike else None
