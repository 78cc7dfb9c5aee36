"""The scheme: eleven levers that the manager sets, as people say it and as the normalised action."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from incentive_env.config import Config
from incentive_env.model.compiled import Record, compiled
from incentive_env.model.state import LEVERS, SCHEME


class Scheme(NamedTuple):
    """An incentive scheme in its natural units; a lever that is not named is off, base pay is 600 €.

    ==================  =====================  =====================================================
    Lever               Unit                   What it does
    ==================  =====================  =====================================================
    ``base_pay``        €/week                 security; a fair wage is returned in effort
    ``commission``      €/recorded sale        pays for conversion
    ``target``          recorded conversion    the quota of the period; 0 is none
    ``pressure``        share                  what follows a missed target
    ``activity_pay``    €/logged call          pays for productivity
    ``survey_bonus``    €/week at NPS 100      pays for measured loyalty
    ``retention_pay``   €/sale held 13 weeks   pays for real loyalty, late
    ``audit``           share of calls         detection and sanction
    ``coaching``        hours/rep/week         skill and conduct
    ``autonomy``        share                  a say in how to work
    ``research``        €/week                 precision of the figures, and aim for the coaching
    ==================  =====================  =====================================================
    """

    base_pay: float = 600.0
    commission: float = 0.0
    target: float = 0.0
    pressure: float = 0.0
    activity_pay: float = 0.0
    survey_bonus: float = 0.0
    retention_pay: float = 0.0
    audit: float = 0.0
    coaching: float = 0.0
    autonomy: float = 0.0
    research: float = 0.0


def lever_ranges(config: Config) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of the levers, each ``[11]``, in the levers' units."""
    ranges = [getattr(config.levers, lever) for lever in LEVERS]
    return np.array([r.low for r in ranges]), np.array([r.high for r in ranges])


def scheme_to_action(scheme: Scheme, config: Config) -> np.ndarray:
    """The normalised action ``[11]``, float32, that sets a scheme.

    Raises:
        ValueError: a lever lies outside its range; the message names it, its value and the range.
    """
    low, high = lever_ranges(config)
    levers = np.asarray(scheme, dtype=np.float64)
    for lever, value, least, most in zip(LEVERS, levers, low, high, strict=True):
        if not least <= value <= most:
            raise ValueError(f"scheme lever {lever} = {value:g} is outside its range {least:g} to {most:g}")
    return ((levers - low) / (high - low) * 2.0 - 1.0).astype(np.float32)


def scheme_from_mapping(levers: Mapping[str, Any]) -> Scheme:
    """Build a scheme from lever names and values, as a YAML file holds them.

    Raises:
        ValueError: an unknown lever, or a value that is not a finite number.
    """
    for name, value in levers.items():
        if name not in LEVERS:
            raise ValueError(f"unknown lever {name!r} (set to {value!r}); levers: {', '.join(LEVERS)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
            raise ValueError(f"lever {name} = {repr(value)[:40]}: must be a finite number")
    return Scheme(**{name: float(value) for name, value in levers.items()})


def scheme_records(levers: np.ndarray) -> np.ndarray:
    """View levers ``[floors, 11]`` as SCHEME records ``[floors]``."""
    rows = np.ascontiguousarray(levers, dtype=np.float64)
    return rows.view(np.dtype((np.record, SCHEME))).reshape(rows.shape[:-1])


@compiled
def set_scheme(floor: Record, scheme: Record) -> None:
    """Write a scheme into a floor."""
    in_force = floor.scheme
    in_force.base_pay = scheme.base_pay
    in_force.commission = scheme.commission
    in_force.target = scheme.target
    in_force.pressure = scheme.pressure
    in_force.activity_pay = scheme.activity_pay
    in_force.survey_bonus = scheme.survey_bonus
    in_force.retention_pay = scheme.retention_pay
    in_force.audit = scheme.audit
    in_force.coaching = scheme.coaching
    in_force.autonomy = scheme.autonomy
    in_force.research = scheme.research


@compiled
def change_scheme(floor: Record, reps: np.ndarray, scheme: Record, p: Record) -> None:
    """Put a scheme in force. Reps trust a scheme that stays: motivation falls with the size of the change."""
    shock = p.motivation.scheme_change * _size_of_change(floor.scheme, scheme, p)
    for r in range(len(reps)):
        if reps[r].present != 0:
            reps[r].motivation = max(0.0, reps[r].motivation - shock)
    set_scheme(floor, scheme)


@compiled
def _size_of_change(old: Record, new: Record, p: Record) -> float:
    """Mean change of a lever, as a share of its range."""
    low, high = p.levers.low, p.levers.high
    change = 0.0
    change += abs(new.base_pay - old.base_pay) / (high[0] - low[0])
    change += abs(new.commission - old.commission) / (high[1] - low[1])
    change += abs(new.target - old.target) / (high[2] - low[2])
    change += abs(new.pressure - old.pressure) / (high[3] - low[3])
    change += abs(new.activity_pay - old.activity_pay) / (high[4] - low[4])
    change += abs(new.survey_bonus - old.survey_bonus) / (high[5] - low[5])
    change += abs(new.retention_pay - old.retention_pay) / (high[6] - low[6])
    change += abs(new.audit - old.audit) / (high[7] - low[7])
    change += abs(new.coaching - old.coaching) / (high[8] - low[8])
    change += abs(new.autonomy - old.autonomy) / (high[9] - low[9])
    change += abs(new.research - old.research) / (high[10] - low[10])
    return change / len(low)
