"""How parameters are declared, one by one or as a table of rows: default, bounds, unit, meaning and source."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model

from incentive_env.support.spelling import nearest

ASSUMPTION = "assumption"
PROTOTYPE = "fitted jointly to the published facts in a prototype of this model"
TUNED = "from the prototype, adjusted by hand to give the usual figures of the industry on a flat floor"


def fitted(evidence: str = "", moved_from: float | None = None) -> str:
    """Source of a number that `calibrate.py` fitted to the published facts and field defaults, all at once.

    Args:
        evidence: what gives its sign or its order, such as ``"direction: Oyer 1998"``.
        moved_from: the fitted value, where the number was then moved by hand away from the edge of a band.
    """
    by_hand = f"the fit gave {moved_from}; moved by hand away from the edge of a band" if moved_from else ""
    return "; ".join(filter(None, ("fitted jointly to the published facts", by_hand, evidence)))


def by_hand(evidence: str = "") -> str:
    """Source of a number that was set by hand so that the gates and the published facts hold together.

    Args:
        evidence: what gives its sign or its order, such as ``"direction: Oyer 1998"``.
    """
    return "; ".join(filter(None, ("set by hand so that the gates and the published facts hold", evidence)))


class Section(BaseModel):
    """A branch of the configuration tree: frozen, and no key is accepted that it does not declare."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


REQUIRED: Any = ...  # a number without a default


def number(default: float, low: float, high: float, unit: str, meaning: str, source: str = ASSUMPTION) -> Any:
    """Declare a bounded number.

    Args:
        default: value in the Telesales scenario, which is the tree of defaults.
        low: smallest valid value.
        high: largest valid value.
        unit: unit of the value; ``"1"`` where it has none.
        meaning: one line on what the number does.
        source: publication, the field, a fit, or the word *assumption*.
    """
    return Field(
        default=default,
        ge=low,
        le=high,
        strict=True,  # refuses true and "20"
        description=meaning,
        json_schema_extra={"unit": unit, "source": source},
    )


def switch(default: bool, meaning: str) -> Any:
    """Declare an on/off setting."""
    return Field(default=default, description=meaning, json_schema_extra={"unit": "on/off", "source": ASSUMPTION})


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table: one concept, with all its fields.

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
