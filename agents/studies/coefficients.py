"""The coefficients of the model, and through which interval a sensitivity analysis moves each of them.

An interval holds 20 % to either side of the scenario's value, clipped to the coefficient's bounds. Where that says
nothing, it is another one. A value that is 0, is negative, or is a place on a scale without a zero (loyalty's level) is
moved by 20 % of its plausible range: the range in which it may be fitted (`PARAMETERS`); for what a tactic does, from 0
to the most that any tactic does; else its bounds. Of a share that is kept from week to week, what is lost is moved by
20 %. Left out are whole numbers, levers, rewards and the horizon, and what only defines a scale or what is honest.
"""

from collections.abc import Sequence
from typing import NamedTuple

from incentive_env import Config
from incentive_env.config import all_keys, value_at
from incentive_env.config.keys import bounds_of, field_of
from incentive_env.support.spelling import nearest
from incentive_env.validation.calibration import PARAMETERS

_SECTIONS_LEFT_OUT = ("horizon", "levers", "neutral_scheme", "rewards", "rationality")
# What defines a scale or what is honest: moving it says the same as moving what is measured against it.
_DEFINITIONS = (
    "salesforce.weekly_hours", "loyalty.promoter", "loyalty.detractor", "loyalty.usual_trust", "loyalty.churn_at",
    "loyalty.usual_satisfaction", "loyalty.usual_irritation", "calls.usual_effort", "tactics.honest.lift",
    "tactics.honest.harm", "tactics.honest.debt", "tactics.honest.detectability", "tactics.honest.time",
    "tactics.honest.trust_loss",
)  # fmt: skip
_ON_A_SCALE = ("loyalty.level",)
_KEPT = ("customers.irritation_kept", "client.anger_kept", "workforce.sanction_memory")  # shares kept each week


class Coefficient(NamedTuple):
    """A number of the model, and the interval that it is moved through."""

    key: str
    value: float
    low: float
    high: float


def coefficients(config: Config, only: Sequence[str] = (), spread: float = 0.2) -> list[Coefficient]:
    """The coefficients to move, each with its interval.

    Args:
        config: the scenario.
        only: sections or keys; all of them where empty.
        spread: share moved to either side.

    Raises:
        ValueError: there is no coefficient of such a name.
    """
    keys = [key for key in all_keys() if _is_coefficient(key)]
    for name in only:
        if not any(_within(key, name) for key in keys):
            known = dict.fromkeys(key.rpartition(".")[0] for key in keys)
            raise ValueError(
                f"no coefficients {name!r}{nearest(name, [*known, *keys])}; sections: "
                f"{', '.join(dict.fromkeys(section.split('.')[0] for section in known))}"
            )
    return [_coefficient(config, key, spread) for key in keys if not only or any(_within(key, name) for name in only)]


def _is_coefficient(key: str) -> bool:
    return key.split(".")[0] not in _SECTIONS_LEFT_OUT and key not in _DEFINITIONS and field_of(key).annotation is float


def _within(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.")


def _coefficient(config: Config, key: str, spread: float) -> Coefficient:
    value, bounds = value_at(config, key), bounds_of(field_of(key))
    assert bounds is not None, key
    size = value
    if key in _KEPT:
        size = 1.0 - value
    elif value <= 0.0 or key in _ON_A_SCALE:
        low, high = _plausible(config, key, bounds)
        size = high - low
    step = spread * size
    return Coefficient(key, value, max(value - step, bounds[0]), min(value + step, bounds[1]))


def _plausible(config: Config, key: str, bounds: tuple[float, float]) -> tuple[float, float]:
    fitted = {parameter.key: (parameter.low, parameter.high) for parameter in PARAMETERS}
    if key in fitted:
        return fitted[key]
    if key.startswith("tactics."):
        column = key.rpartition(".")[2]
        return 0.0, max(getattr(tactic, column) for _, tactic in config.tactics)
    return bounds
