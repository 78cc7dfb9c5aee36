"""The configuration as the compiled core reads it: one flat-in-memory record with the same names as the tree."""

from typing import Any, get_args

import numpy as np
from pydantic.fields import FieldInfo

from incentive_env.config.fields import Section
from incentive_env.config.tree import Config


def config_records(config: Config) -> np.ndarray:
    """Turn a config into a numba-readable record array ``[1]``: ``records[0].calls.need`` is ``config.calls.need``.

    Sections become nested records. A section whose rows are all of one kind (tactics, events) is turned on its
    side, so that a column can be indexed: ``record.tactics.lift[PRESSURE]``. A word becomes its index among the
    words allowed. Names and descriptions are left out.
    """
    table = np.zeros(1, np.dtype((np.record, _dtype(type(config)))))
    _fill(table[0], config)
    return table


def _dtype(section: type[Section]) -> np.dtype[Any]:
    row = _row_kind(section)
    if row is not None:
        rows = len(section.model_fields)
        return np.dtype([(name, np.float64, (rows,)) for name in row.model_fields], align=True)
    parts: list[tuple[str, Any]] = []
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            parts.append((name, _dtype(kind)))
        elif kind is not str:
            parts.append((name, np.int64 if kind in (int, bool) or get_args(kind) else np.float64))
    return np.dtype(parts, align=True)


def _fill(record: Any, section: Section) -> None:
    row = _row_kind(type(section))
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if row is not None:
            index = list(type(section).model_fields).index(name)
            for column in row.model_fields:
                record[column][index] = getattr(value, column)
        elif isinstance(value, Section):
            _fill(record[name], value)
        elif field.annotation is not str:
            record[name] = _as_number(field, value)


def _as_number(field: FieldInfo, value: Any) -> Any:
    words = get_args(field.annotation)
    return words.index(value) if words else value


def _row_kind(section: type[Section]) -> type[Section] | None:
    kinds = {field.annotation for field in section.model_fields.values()}
    only = next(iter(kinds)) if len(kinds) == 1 else None
    return only if isinstance(only, type) and issubclass(only, Section) else None
