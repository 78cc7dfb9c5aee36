"""How a parameter is declared: default, bounds, unit, one line of meaning, and where the number comes from."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ASSUMPTION = "assumption"
PROTOTYPE = "fitted jointly to the published facts in a prototype of this model"
TUNED = "from the prototype, adjusted by hand until the flat floor showed the field's figures"


class Section(BaseModel):
    """A branch of the configuration tree: frozen, and no key is accepted that it does not declare."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


REQUIRED: Any = ...  # a number without a default


def number(default: float, low: float, high: float, unit: str, meaning: str, source: str = ASSUMPTION) -> Any:
    """Declare a bounded number.

    Args:
        default: value in the Telesales scenario.
        low: smallest valid value.
        high: largest valid value.
        unit: unit of the value; ``"1"`` where it has none.
        meaning: one line on what the number does.
        source: publication, or the word *assumption*.
    """
    return Field(
        default=default,
        ge=low,
        le=high,
        strict=True,  # true is no number, and "20" no 20
        description=meaning,
        json_schema_extra={"unit": unit, "source": source},
    )


def switch(default: bool, meaning: str) -> Any:
    """Declare an on/off setting."""
    return Field(default=default, description=meaning, json_schema_extra={"unit": "on/off", "source": ASSUMPTION})
