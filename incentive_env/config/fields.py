"""How a parameter is declared: default, bounds, unit, one line of meaning, and where the number comes from."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

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
