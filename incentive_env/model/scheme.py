"""The scheme: a value for each lever, in its unit and as the normalized action."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any, Self, cast

import numpy as np
from numba import literal_unroll

from incentive_env.config import Config
from incentive_env.config.levers import LEVER_NAMES, LEVERS, check_levers
from incentive_env.config.reference import with_tables
from incentive_env.model.beliefs import learn_from_target, raise_alarm
from incentive_env.model.compiled import Record, Records, compiled
from incentive_env.model.management import limit_to_hours, manageable_share
from incentive_env.model.mechanisms import AUDIT_BELIEFS, on
from incentive_env.model.state import SCHEME

_IN_HOURS = tuple(lever in ("audit", "coaching", "research") for lever in LEVERS)  # done by managers

_Values: Any = cast(Any, namedtuple("Scheme", LEVER_NAMES, defaults=[lever.off for lever in LEVERS.values()]))


@with_tables
class Scheme(_Values):  # type: ignore[misc]
    """An incentive scheme in its natural units; a lever that is not named is off, base pay is 600 €.

    <!-- levers -->

    Raises:
        ValueError: an unknown lever; the message names the nearest.
    """

    __slots__ = ()

    def __new__(cls, *values: float, **levers: float) -> Self:
        """Set levers, by their names or in their order."""
        check_levers(levers)
        scheme: Self = super().__new__(cls, *values, **levers)
        return scheme

    def _replace(self, **levers: float) -> Self:
        check_levers(levers)
        changed: Self = super()._replace(**levers)
        return changed


def lever_ranges(config: Config) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of the levers, each ``[levers]``, in the levers' units."""
    ranges = [getattr(config.levers, lever) for lever in LEVERS]
    return np.array([r.low for r in ranges]), np.array([r.high for r in ranges])


def scheme_to_action(scheme: Scheme, config: Config) -> np.ndarray:
    """The normalised action ``[levers]``, float32, that sets a scheme.

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
    check_levers(levers)
    for name, value in levers.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
            raise ValueError(f"lever {name} = {repr(value)[:40]}: must be a finite number")
    return Scheme(**{name: float(value) for name, value in levers.items()})


def scheme_records(levers: np.ndarray) -> np.ndarray:
    """View levers ``[floors, levers]`` as SCHEME records ``[floors]``."""
    rows = np.ascontiguousarray(levers, dtype=np.float64)
    return rows.view(np.dtype((np.record, SCHEME))).reshape(rows.shape[:-1])


@compiled
def change_scheme(floor: Record, reps: Records, scheme: Record, p: Record) -> None:
    """Put a scheme in force. Reps trust a scheme that stays: motivation falls with the size of the change."""
    floor.managed = manageable_share(scheme, p)
    shock = p.motivation.scheme_change * _size_of_change(floor.scheme, scheme, floor.managed, p)
    if on(AUDIT_BELIEFS, p):
        raise_alarm(reps, floor.scheme.audit, scheme.audit * floor.managed, p)
    learn_from_target(floor, scheme.target, p)
    for r in range(len(reps)):
        if reps[r].present != 0:
            reps[r].motivation = max(0.0, reps[r].motivation - shock)
    floor.scheme = scheme
    limit_to_hours(floor.scheme, floor.managed)


@compiled
def _size_of_change(old: Record, new: Record, managed: float, p: Record) -> float:
    """Mean change of a lever, as a share of its range; of what managers do, the share that they have time for."""
    low, high = p.levers.low, p.levers.high
    change, number = 0.0, 0
    for lever in literal_unroll(LEVER_NAMES):
        done = managed if _IN_HOURS[number] else 1.0
        change += abs(done * new[lever] - old[lever]) / (high[number] - low[number])
        number += 1  # noqa: SIM113 (an unrolled loop cannot be counted)
    return change / len(low)
