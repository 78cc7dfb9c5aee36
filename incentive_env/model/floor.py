"""A batch of floors: open them, and let them run for some weeks, on one thread or several."""

import numba
import numpy as np

from incentive_env.model.compiled import Record, compiled, entry, threaded_entry
from incentive_env.model.opening import open_floor
from incentive_env.model.scheme import change_scheme, set_scheme
from incentive_env.model.week import simulate_week


@compiled
def run_floor(
    floor: Record, reps: np.ndarray, customers: np.ndarray, responses: np.ndarray, rep_weeks: np.ndarray,
    floor_weeks: np.ndarray, scheme: Record, p: Record,
) -> None:  # fmt: skip
    """Put a scheme in force on one floor and run it for as many weeks as ``floor_weeks`` has records."""
    change_scheme(floor, reps, scheme, p)
    for week in range(len(floor_weeks)):
        simulate_week(floor, reps, customers, responses, rep_weeks[week], floor_weeks[week], p)


@entry
def run_floors(
    floors: np.ndarray, reps: np.ndarray, customers: np.ndarray, responses: np.ndarray, rep_weeks: np.ndarray,
    floor_weeks: np.ndarray, schemes: np.ndarray, parameters: np.ndarray,
) -> None:  # fmt: skip
    """Run a batch, one floor after the other.

    Args:
        floors: ``[floors]`` FLOOR.
        reps: ``[floors, reps]`` REP.
        customers: ``[floors, reps, slots]`` customers.
        responses: ``[floors, reps]`` RESPONSE, scratch.
        rep_weeks: ``[floors, weeks, reps]`` REP_WEEK, zero on entry.
        floor_weeks: ``[floors, weeks]`` FLOOR_WEEK, zero on entry.
        schemes: ``[floors]`` SCHEME.
        parameters: ``[1]`` record of the configuration.
    """
    for f in range(len(floors)):
        run_floor(
            floors[f], reps[f], customers[f], responses[f], rep_weeks[f], floor_weeks[f], schemes[f], parameters[0]
        )


@threaded_entry
def run_floors_threaded(
    floors: np.ndarray, reps: np.ndarray, customers: np.ndarray, responses: np.ndarray, rep_weeks: np.ndarray,
    floor_weeks: np.ndarray, schemes: np.ndarray, parameters: np.ndarray,
) -> None:  # fmt: skip
    """The same as `run_floors`, with the floors shared out over threads."""
    for f in numba.prange(len(floors)):
        run_floor(
            floors[f], reps[f], customers[f], responses[f], rep_weeks[f], floor_weeks[f], schemes[f], parameters[0]
        )


@entry
def open_floors(
    floors: np.ndarray,
    reps: np.ndarray,
    customers: np.ndarray,
    which: np.ndarray,
    seeds: np.ndarray,
    parameters: np.ndarray,
) -> None:
    """Open the floors numbered ``which`` with their seeds, under the neutral scheme."""
    p = parameters[0]
    for i in range(len(which)):
        f = which[i]
        open_floor(floors[f], reps[f], customers[f], seeds[i], p)
        set_scheme(floors[f], p.neutral_scheme)
