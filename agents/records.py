"""The parts of results files: typed with bounds, so that a figure that cannot be is refused in one line."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.loading import wrong_entry
from incentive_env.support.sealed import RecordError


class Record(BaseModel):
    """A part of a file of results: no key is accepted that it does not declare, and no number that is not finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
Points = Annotated[float, Field(strict=True, ge=-100.0, le=100.0)]  # promoters minus detractors
Percent = Annotated[float, Field(strict=True, ge=0.0, le=100.0)]
Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0)]
Cases = Annotated[float, Field(strict=True, ge=0.0, le=100.0)]  # gamed, a call
Money = Annotated[float, Field(strict=True, ge=-1e9, le=1e9)]  # €/week
Amount = Annotated[float, Field(strict=True, ge=0.0)]
Count = Annotated[int, Field(strict=True, ge=0)]
R = TypeVar("R", bound=BaseModel)


class Interval(Record):
    """A mean with its interval."""

    mean: Number
    low: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mean <= self.high:
            raise ValueError(f"low, mean and high must rise, got {self.low:g}, {self.mean:g}, {self.high:g}")
        return self


def as_record(form: type[R], content: Any, name: str) -> R:
    """Content as a record.

    Raises:
        RecordError: one line with the first wrong entry: its key, its value and what is allowed.
    """
    try:
        return form.model_validate(content)
    except ValidationError as error:
        raise RecordError(one_line(error, form, name)) from None


def one_line(error: ValidationError, form: type[BaseModel], name: str) -> str:
    """The first wrong entry of a record, and how many there are besides."""
    more = error.error_count() - 1
    line = ": ".join(filter(None, (name, *wrong_entry(error.errors()[0], form))))
    return f"{line} (and {more} more)" if more else line
