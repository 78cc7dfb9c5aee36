"""The levers that a manager sets: one row each, in the order of the action vector.

Everything that depends on the number or the names of the levers is made from these rows: the `Scheme`, the action and
the observation, records of the compiled core, sections of the configuration, tables, pictures, sliders and help. A new
lever is a row here, and a line of the model where it pays or acts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import create_model, model_validator

from incentive_env.config.fields import REQUIRED, Row, Section, number, section_of, table
from incentive_env.support.spelling import nearest


@dataclass(frozen=True, kw_only=True)
class Lever(Row):
    """One lever, in its unit."""

    kind: ClassVar = "lever"
    unit: str = REQUIRED
    low: float = REQUIRED  # value at action −1
    high: float = REQUIRED  # value at action +1
    neutral: float = REQUIRED  # in force during the burn-in
    most: float = REQUIRED  # upper bound of its range and of the neutral value
    off: float = 0.0  # in a scheme that does not name the lever
    meaning: str = REQUIRED  # in the configuration's reference
    does: str = REQUIRED  # what it pays for, or does
    costs: str = REQUIRED  # how it is gamed, or what it costs
    phrase: str = REQUIRED  # format of a value in a sentence; {percent} is the value as a percentage
    decimals: int = REQUIRED  # of the value that people are shown

    @property
    def off_action(self) -> float:
        """The action that sets `off`, in the usual range: of policies that were found before the lever existed."""
        return min(max(2.0 * (self.off - self.low) / (self.high - self.low) - 1.0, -1.0), 1.0)

    @property
    def is_share(self) -> bool:
        """Whether people are shown a percentage."""
        return "{percent" in self.phrase


LEVERS: dict[str, Lever] = table(
    Lever(
        name="base_pay", unit="€/week", low=400.0, high=900.0, neutral=600.0, most=10_000.0, off=600.0,
        meaning="fixed pay of a rep",
        does="security; reps return a fair wage with effort, scruples and loyalty",
        costs="asks for nothing in return and is the largest cost; below the fair wage people feel entitled to game, "
        "and leave",
        phrase="base pay €{:.0f} a week", decimals=0,
    ),
    Lever(
        name="commission", unit="€/recorded sale", low=0.0, high=25.0, neutral=4.0, most=1000.0,
        meaning="pay per sale",
        does="pays for recorded conversion: more effort and more sales",
        costs="sales by pressure, withheld information and false promises; calls without notes; less intrinsic "
        "motivation; it attracts applicants who plan to sell that way",
        phrase="€{:g} a sale", decimals=1,
    ),
    Lever(
        name="target", unit="recorded conversion", low=0.0, high=0.40, neutral=0.0, most=1.0,
        meaning="quota of the period; 0 is none",
        does="the quota of the period, 0 is none; a hard but attainable quota adds effort",
        costs="with pressure: refusals booked as call-backs or left off the record, and sales by pressure, mostly at "
        "the end of the period; an unattainable target discourages",
        phrase="target {percent}", decimals=2,
    ),
    Lever(
        name="pressure", unit="share", low=0.0, high=1.0, neutral=0.0, most=1.0,
        meaning="severity of the consequences of a missed target",
        does="severity of the consequences of a missed target, up to dismissal; no effect without a target",
        costs="gaming for the target, strain, absence and exits; before a certain miss people avoid calls that may end "
        "in a refusal",
        phrase="pressure {percent}", decimals=2,
    ),
    Lever(
        name="activity_pay", unit="€/logged call", low=0.0, high=0.60, neutral=0.0, most=100.0,
        meaning="pay per call on file",
        does="pays for each call or contact on file: immediate productivity",
        costs="no time for notes; a refusal booked as a call-back is paid too; contacts are rushed",
        phrase="€{:.2f} a logged call", decimals=2,
    ),
    Lever(
        name="survey_bonus", unit="€/week at NPS 100", low=0.0, high=300.0, neutral=0.0, most=10_000.0,
        meaning="pay on the measured NPS",
        does="pays for the rep's own measured NPS: a reason to do less harm",
        costs="surveys are steered: reps survey only happy customers and ask them for a ten",
        phrase="survey bonus €{:.0f}", decimals=0,
    ),
    Lever(
        name="retention_pay", unit="€/sale held 13 weeks", low=0.0, high=25.0, neutral=0.0, most=1000.0,
        meaning="deferred pay, lost on cancellation",
        does="pays for sales still held after 13 weeks: real loyalty, and care after the sale",
        costs="the hardest to game, because manipulated sales rarely last; but late, so impatient and cautious reps "
        "value it little; lost when the rep leaves",
        phrase="€{:g} a sale that lasts", decimals=1,
    ),
    Lever(
        name="audit", unit="share of calls", low=0.0, high=0.15, neutral=0.02, most=1.0,
        meaning="share of calls that are audited",
        does="auditors listen to calls; detected gaming may lead to a sanction and eventually to dismissal",
        costs="the cost of listening; lower motivation and more strain, most of all of honest reps; does not detect "
        "missing notes",
        phrase="{percent} of calls audited", decimals=3,
    ),
    Lever(
        name="coaching", unit="hours/rep/week", low=0.0, high=6.0, neutral=0.5, most=40.0,
        meaning="training on the job",
        does="skill, faster learning and conscience, built up over months",
        costs="the cost of the coach, and hours away from the telephone",
        phrase="{:g} h coaching a week", decimals=1,
    ),
    Lever(
        name="autonomy", unit="share", low=0.0, high=1.0, neutral=0.3, most=1.0,
        meaning="freedom to decide how to work",
        does="freedom to decide how to work: more motivation, less strain, a better offer to applicants",
        costs="lets opportunists get away with more, at an increasing rate",
        phrase="autonomy {percent}", decimals=2,
    ),
    Lever(
        name="research", unit="€/week", low=0.0, high=2000.0, neutral=0.0, most=100_000.0,
        meaning="spending on research into causes",
        does="finds causes: a report with less noise and delay, a meaningful conduct index, and better-targeted "
        "coaching",
        costs="its price; knowledge takes months",
        phrase="research €{:.0f} a week", decimals=0,
    ),
    Lever(
        name="target_bonus", unit="€/rep and period", low=0.0, high=400.0, neutral=0.0, most=10_000.0,
        meaning="pay for a period in which the target is met",
        does="rewards reaching the target; nothing without one",
        costs="gaming for the target, most of all shortly before the period's end; nothing once it is out of reach",
        phrase="€{:.0f} for a met target", decimals=0,
    ),
)  # fmt: skip
LEVER_NAMES = tuple(LEVERS)


def check_levers(values: Mapping[str, Any]) -> None:
    """Raise a ValueError if a name is no lever's; it names the nearest."""
    for name, value in values.items():
        if name not in LEVERS:
            levers = ", ".join(LEVERS)
            raise ValueError(f"unknown lever {name!r} (set to {value!r}){nearest(name, LEVERS)}; levers: {levers}")


class Range(Section):
    """The range of one lever; the normalized action −1 is ``low`` and +1 is ``high``."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, got low={self.low:g} and high={self.high:g}")
        return self


def _range(row: Lever) -> tuple[type[Range], Range]:
    low: Any = number(row.low, 0.0, row.most, row.unit, "value of the lever at action −1")
    high: Any = number(row.high, 0.0, row.most, row.unit, "value of the lever at action +1")
    kind = create_model(
        f"range_of_{row.name}", __base__=Range, __module__=__name__, low=(float, low), high=(float, high)
    )
    globals()[kind.__name__] = kind  # where a configuration that goes to another process finds it
    return kind, kind(low=row.low, high=row.high)


class Levers(section_of(LEVERS.values(), _range)):  # type: ignore[misc]
    """Ranges of the levers, in the order of the action vector."""


def _neutral(row: Lever) -> tuple[type, float]:
    value: float = number(row.neutral, 0.0, row.most, row.unit, row.meaning)
    return float, value


class NeutralScheme(section_of(LEVERS.values(), _neutral)):  # type: ignore[misc]
    """The scheme in force during the burn-in, before the manager's first decision."""
