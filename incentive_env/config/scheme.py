"""What the manager may set: the ranges of the eleven levers, and the neutral scheme of the burn-in."""

from typing import Self

from pydantic import model_validator

from incentive_env.config.fields import Section, number


class Range(Section):
    """The range of one lever; the normalised action −1 is ``low`` and +1 is ``high``."""

    low: float = number(0.0, 0.0, 10_000.0, "the lever's unit", "value of the lever at action −1")
    high: float = number(1.0, 0.0, 10_000.0, "the lever's unit", "value of the lever at action +1")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, got low={self.low:g} and high={self.high:g}")
        return self


class Levers(Section):
    """Ranges of the eleven levers, in the order of the action vector."""

    base_pay: Range = Range(low=400.0, high=900.0)
    commission: Range = Range(low=0.0, high=25.0)
    target: Range = Range(low=0.0, high=0.40)
    pressure: Range = Range(low=0.0, high=1.0)
    activity_pay: Range = Range(low=0.0, high=0.60)
    survey_bonus: Range = Range(low=0.0, high=300.0)
    retention_pay: Range = Range(low=0.0, high=25.0)
    audit: Range = Range(low=0.0, high=0.15)
    coaching: Range = Range(low=0.0, high=6.0)
    autonomy: Range = Range(low=0.0, high=1.0)
    research: Range = Range(low=0.0, high=2000.0)


class NeutralScheme(Section):
    """The scheme in force during the burn-in, before the manager's first decision."""

    base_pay: float = number(600.0, 0.0, 10_000.0, "€/week", "fixed pay of a rep")
    commission: float = number(4.0, 0.0, 1000.0, "€/recorded sale", "pay per sale")
    target: float = number(0.0, 0.0, 1.0, "recorded conversion", "quota of the period; 0 is none")
    pressure: float = number(0.0, 0.0, 1.0, "share", "severity of what follows a missed target")
    activity_pay: float = number(0.0, 0.0, 100.0, "€/logged call", "pay per call on file")
    survey_bonus: float = number(0.0, 0.0, 10_000.0, "€/week at NPS 100", "pay on the measured NPS")
    retention_pay: float = number(0.0, 0.0, 1000.0, "€/sale held 13 weeks", "deferred pay, lost on cancellation")
    audit: float = number(0.02, 0.0, 1.0, "share of calls", "calls that are listened to")
    coaching: float = number(0.5, 0.0, 40.0, "hours/rep/week", "training on the job")
    autonomy: float = number(0.3, 0.0, 1.0, "share", "say in how to work")
    research: float = number(0.0, 0.0, 100_000.0, "€/week", "spending on causes behind the figures")
