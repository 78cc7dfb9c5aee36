"""Open a batch of floors, and run them for some weeks, on one thread or several."""

import numpy as np

from incentive_env.model.compiled import Record, Records, entry, inlined, threaded_entry
from incentive_env.model.opening import open_floor
from incentive_env.model.scheme import change_scheme
from incentive_env.model.state import Customers, Scratch, customers_of, scratch_of
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


@entry
def run_floors(
    floors: Records, reps: Records, customers: Customers, responses: Records, rep_weeks: Records, floor_weeks: Records,
    flat_reps: np.ndarray, flat_weeks: np.ndarray, schemes: Records, parameters: Records, scratch: Scratch, witness:
    Witness,
) -> None:  # fmt: skip
    """Run a batch, one floor after the other.

    Args:
        floors: ``[floors]`` FLOOR.
        reps: ``[floors, reps]`` REP.
        customers: of the batch, flat.
        responses: ``[floors, reps]`` RESPONSE, scratch.
        rep_weeks: ``[floors, weeks, reps]`` REP_WEEK, written.
        floor_weeks: ``[floors, weeks]`` FLOOR_WEEK, written.
        flat_reps: the same memory as numbers ``[floors, numbers]``.
        flat_weeks: likewise.
        schemes: ``[floors]`` SCHEME.
        parameters: ``[1]`` record of the configuration.
        scratch: for each thread.
        witness: of the batch; its moves are written if floors are watched.
    """
    mine, moves = scratch_of(scratch, 0), witness.moves
    for f in range(len(floors)):
        flat_reps[f], flat_weeks[f], moves[f] = 0.0, 0.0, 0.0
        run_floor(
            floors[f], reps[f], customers_of(customers, f), responses[f], rep_weeks[f], floor_weeks[f], schemes[f],
            parameters[0], mine, witness_of(witness, f),
        )  # fmt: skip


@threaded_entry
def run_some_floors(
    floors: Records, reps: Records, customers: Customers, responses: Records, rep_weeks: Records, floor_weeks: Records,
    flat_reps: np.ndarray, flat_weeks: np.ndarray, schemes: Records, parameters: Records, scratch: Scratch, witness:
    Witness, first: int, end: int, thread: int,
) -> None:  # fmt: skip
    """The same as `run_floors` for floors ``first`` to ``end``, which this thread runs while others run the rest."""
    mine, moves = scratch_of(scratch, thread), witness.moves
    for f in range(first, end):
        flat_reps[f], flat_weeks[f], moves[f] = 0.0, 0.0, 0.0
        run_floor(
            floors[f], reps[f], customers_of(customers, f), responses[f], rep_weeks[f], floor_weeks[f], schemes[f],
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
