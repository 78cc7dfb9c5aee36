"""Tables with a row for each concept: a row lacks nothing, and sections of the configuration are made from rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import create_model

from incentive_env.config.fields import REQUIRED, Section
from incentive_env.support.spelling import nearest


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table.

    Raises:
        ValueError: fields are missing, or hold no word that is allowed there; the message names the row and the fields.
    """

    kind: ClassVar[str]  # of row, for errors
    name: str

    def __post_init__(self) -> None:
        row = f"{self.kind} {self.name}"
        missing = [field.name for field in fields(self) if getattr(self, field.name) in (REQUIRED, "")]
        if missing:
            raise ValueError(f"{row}: its row lacks {', '.join(missing)}")
        for field in fields(self):
            value, allowed = getattr(self, field.name), get_args(field.type)
            if get_origin(field.type) is Literal and value not in allowed:
                raise ValueError(
                    f"{row}: {field.name} = {value!r}{nearest(value, allowed)}; allowed: {', '.join(allowed)}"
                )


AnyRow = TypeVar("AnyRow", bound=Row)


def table(*rows: AnyRow) -> dict[str, AnyRow]:
    """Rows by their names, in their order.

    Raises:
        ValueError: two rows have the same name.
    """
    by_name = {row.name: row for row in rows}
    if len(by_name) < len(rows):
        names = [row.name for row in rows]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{rows[0].kind} {twice}: two rows have this name")
    return by_name


def section_of(rows: Iterable[AnyRow], field: Callable[[AnyRow], tuple[type, Any]]) -> Any:
    """Base class for a section of the configuration with one key for each row.

    Args:
        rows: in the order of the keys.
        field: type and default, or declaration, of a row's key.
    """
    keys: dict[str, Any] = {row.name: field(row) for row in rows}
    return create_model("Rows", __base__=Section, **keys)
