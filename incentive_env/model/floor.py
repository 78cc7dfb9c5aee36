"""Open a batch of floors, and run them for some weeks, on one thread or several."""

import numpy as np

from incentive_env.model.compiled import Record, Records, entry, inlined, threaded_entry
from incentive_env.model.opening import open_floor
from incentive_env.model.scheme import change_scheme
from incentive_env.model.scratch import Scratch, scratch_of
from incentive_env.model.state import Customers, customers_of
from incentive_env.model.week import simulate_week
from incentive_env.model.witness import Witness, in_week, look_first, witness_of


@inlined
def run_floor(
    floor: Record, reps: Records, customers: Customers, responses: Records, rep_weeks: Records, floor_weeks: Records,
    scheme: Record, p: Record, scratch: Scratch, witness: Witness,
) -> None:  # fmt: skip
    """Put a scheme in force on one floor, and run it for ``len(floor_weeks)`` weeks, whose records are zero."""
    change_scheme(floor, reps, scheme, p)
    for week in range(len(floor_weeks)):
        simulate_week(
            floor, reps, customers, responses, rep_weeks[week], floor_weeks[week], p, scratch, in_week(witness, week)
        )


@threaded_entry
def run_floors(
    floors: Records, reps: Records, customers: Customers, responses: Records, rep_weeks: Records, floor_weeks: Records,
    flat_reps: np.ndarray, flat_weeks: np.ndarray, schemes: Records, parameters: Records, scratch: Scratch, witness:
    Witness, which: np.ndarray, rows: np.ndarray, first: int, end: int, thread: int,
) -> None:  # fmt: skip
    """Run some floors of a batch, one after the other.

    Args:
        floors: ``[floors]`` FLOOR.
        reps: ``[floors, reps]`` REP.
        customers: of the batch, flat.
        responses: ``[floors, reps]`` RESPONSE, scratch.
        rep_weeks: ``[rows, weeks, reps]`` REP_WEEK, written.
        floor_weeks: ``[rows, weeks]`` FLOOR_WEEK, written.
        flat_reps: the same memory as numbers ``[rows, numbers]``.
        flat_weeks: likewise.
        schemes: ``[floors]`` SCHEME.
        parameters: ``[1]`` record of the configuration.
        scratch: for each thread.
        witness: of the batch; its moves are written if floors are watched.
        which: numbers of the floors to run.
        rows: where the records of each are written.
        first: place in ``which`` from which on this thread runs them, while others run the rest.
        end: place before which it ends.
        thread: its number.
    """
    mine, moves = scratch_of(scratch, thread), witness.moves
    for place in range(first, end):
        f, row = which[place], rows[place]
        flat_reps[row], flat_weeks[row], moves[f] = 0.0, 0.0, 0.0
        run_floor(
            floors[f], reps[f], customers_of(customers, f), responses[f], rep_weeks[row], floor_weeks[row], schemes[f],
            parameters[0], mine, witness_of(witness, f),
        )  # fmt: skip


@entry
def open_floors(
    floors: Records, reps: Records, customers: Customers, which: np.ndarray, seeds: np.ndarray, parameters: Records,
    witness: Witness,
) -> None:  # fmt: skip
    """Open the floors numbered ``which`` with their seeds, under the neutral scheme."""
    p = parameters[0]
    for i in range(len(which)):
        f = which[i]
        open_floor(floors[f], reps[f], customers_of(customers, f), seeds[i], p)
        floors[f].scheme = p.neutral_scheme
        look_first(witness_of(witness, f), customers_of(customers, f), floors[f], p)
