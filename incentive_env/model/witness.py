"""A witness of what moves customers: every change of trust, irritation, satisfaction and loyalty, by its cause.

A floor that is watched keeps, beside each customer, what was last seen of them. Wherever a stage of the week has
changed a customer, it says why, and the difference is put down to that cause; so the causes sum to the change of the
whole. Debt is kept by its source, so that a promise found out weeks later is put down to the tactic that
made it. Where several causes act on a customer at once, a call's irritations count before its tactic, and the
others in the order of `CAUSES`. A customer whose status is the same afterwards adds nothing to changes of loyalty.

A floor that is not watched has an empty witness, which costs only a look at its length.
"""

from typing import NamedTuple, cast

import numpy as np

from incentive_env.config.channels import TACTICS
from incentive_env.model.compiled import Record, compiled, inlined
from incentive_env.model.loyalty import forgotten_share, latent_loyalty, weights_of
from incentive_env.model.maths import f4
from incentive_env.model.state import COMPETITOR, PRODUCT_FAULT, Customers

MEASURES = ("loyalty", "trust", "irritation", "satisfaction")
LOYALTY, TRUST, IRRITATION, SATISFACTION = range(len(MEASURES))

_SOURCES = (*TACTICS, "unsolved")  # of debt: a sale by a tactic, or a caller who gave up without a solution
CAUSES = (
    *TACTICS,  # how they were spoken to in a call
    "repeated_call", "misbooked_callback", "missing_log", "aftercare",
    *(f"discovered_{source}" for source in _SOURCES),
    "poor_service", "good_service",
    "rep_exit", "time", "neglect", "product_fault", "competitor", "departure", "arrival",
)  # fmt: skip
# Numba takes a Python number for a literal, and would compile what takes a cause anew for each.
_number: type[int] = cast(type[int], np.int64)
UNSOLVED = _number(len(TACTICS))
(
    REPEATED_CALL, MISBOOKED_CALLBACK, MISSING_LOG, AFTERCARE, DISCOVERED,
) = map(_number, range(len(TACTICS), len(TACTICS) + 5))  # fmt: skip
(
    POOR_SERVICE, GOOD_SERVICE, REP_EXIT, TIME, NEGLECT, FAULT, COMPETITOR_AT_WORK, DEPARTURE, ARRIVAL,
) = map(_number, range(DISCOVERED + len(_SOURCES), len(CAUSES)))  # fmt: skip


class Witness(NamedTuple):
    """What was last seen of customers, and what moved them since the week began.

    ``moves`` are sums over customers; of loyalty in promoters less detractors, those who left wronged among them.
    """

    trust: np.ndarray  # [floors, customers] f8
    irritation: np.ndarray  # [floors, customers] f8
    satisfaction: np.ndarray  # [floors, customers] f8
    standing: np.ndarray  # [floors, customers] i1: 1 promoter; −1 detractor, or vacant since one left wronged
    owed: np.ndarray  # [floors, customers, sources] f8: debt by what ran it up
    competitor: np.ndarray  # [floors, 1] u1: whether one was at work
    moves: np.ndarray  # [floors, weeks, measures, causes] f8


def empty_witness(floors: int, customers: int) -> Witness:
    """Memory for a batch of floors; with 0 customers where they are not watched."""
    shape = (floors, customers)
    return Witness(
        np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, np.int8),
        np.zeros((*shape, len(_SOURCES))), np.zeros((floors, 1), np.uint8), empty_moves(floors, 0, customers),
    )  # fmt: skip


def empty_moves(floors: int, weeks: int, customers: int) -> np.ndarray:
    """Memory for the moves of some weeks; without causes where no customers are watched."""
    return np.zeros((floors, weeks, len(MEASURES), len(CAUSES) if customers > 0 else 0))


@compiled
def witness_of(witness: Witness, f: int) -> Witness:
    """The witness of one floor of a batch."""
    return Witness(
        witness.trust[f], witness.irritation[f], witness.satisfaction[f], witness.standing[f], witness.owed[f],
        witness.competitor[f], witness.moves[f],
    )  # fmt: skip


@compiled
def in_week(witness: Witness, week: int) -> Witness:
    """The witness of one floor, with the moves of one week."""
    return Witness(
        witness.trust, witness.irritation, witness.satisfaction, witness.standing, witness.owed, witness.competitor,
        witness.moves[week],
    )  # fmt: skip


@inlined
def watching(witness: Witness) -> bool:
    """Whether the floor is watched."""
    return len(witness.trust) > 0


@compiled
def look_first(witness: Witness, customers: Customers, floor: Record, p: Record) -> None:
    """See the customers of a floor that has just been opened."""
    witness.competitor[0] = 0
    for i in range(len(witness.trust)):
        witness.trust[i] = customers.trust[i]
        witness.irritation[i] = customers.irritation[i]
        witness.satisfaction[i] = customers.satisfaction[i]
        witness.standing[i] = _standing(
            customers.trust[i], customers.irritation[i], customers.satisfaction[i], customers, i, floor, p
        )
        for source in range(len(_SOURCES)):
            witness.owed[i, source] = 0.0


@compiled
def note_exits(witness: Witness, customers: Customers, floor: Record, p: Record) -> None:
    """A competitor who comes or goes moves all; then, reps whom customers knew have left since last week."""
    if not watching(witness):
        return
    at_work = 1 if floor.event_weeks_left[COMPETITOR] > 0 else 0
    if at_work != witness.competitor[0]:
        witness.competitor[0] = at_work
        for i in range(len(witness.trust)):
            _update_standing(witness, customers, i, COMPETITOR_AT_WORK, floor, p)
    for i in range(len(witness.trust)):
        if (customers.active[i] != 0) & (customers.trust[i] != witness.trust[i]):
            note(witness, customers, i, REP_EXIT, floor, p)


@compiled
def note_calls(witness: Witness, customers: Customers, notes: np.ndarray, floor: Record, p: Record) -> None:
    """The week's calls have been made: what each did by being made so, by its aftercare, and by what it sold."""
    for i in range(len(notes)):
        if notes[i].called != 0:
            notes[i].called = 0
            _note_call(witness, customers, i, notes[i], floor, p)
            note(witness, customers, i, AFTERCARE, floor, p)
            _owe(witness, i, notes[i].debt, _number(notes[i].tactic))
            _owe(witness, i, customers.debt[i], _number(notes[i].tactic))


@compiled
def _note_call(witness: Witness, customers: Customers, i: int, call: Record, floor: Record, p: Record) -> None:
    """Irritation has its own causes; the rest is the tactic's."""
    trust, irritation, before = customers.trust[i], customers.irritation[i], witness.irritation[i]
    # Less than the whole where irritation is at its highest.
    share = (irritation - before) / call.irritation if call.irritation > 0.0 else 0.0
    again, them, asked = call.again * share, call.them * share, call.asked * share
    if _standing(trust, irritation, call.satisfaction, customers, i, floor, p) != witness.standing[i]:
        # Few change their status in a call; then the order of the steps matters.
        _irritate(witness, customers, i, REPEATED_CALL, again, floor, p)
        _irritate(witness, customers, i, MISBOOKED_CALLBACK, them, floor, p)
        _irritate(witness, customers, i, MISSING_LOG, asked, floor, p)
        _see(witness, customers, i, _number(call.tactic), trust, irritation, call.satisfaction, floor, p)
    else:
        moves = witness.moves[IRRITATION]
        moves[REPEATED_CALL] += again
        moves[MISBOOKED_CALLBACK] += them
        moves[MISSING_LOG] += asked
        witness.irritation[i] = before + again + them + asked
        _move(witness, i, _number(call.tactic), trust, irritation, call.satisfaction)


@compiled
def note_service(witness: Witness, customers: Customers, i: int, floor: Record, p: Record) -> None:
    """A contact has been answered, or not: what was lost by it, then what was gained."""
    worse = min(customers.satisfaction[i], witness.satisfaction[i])
    _see(witness, customers, i, POOR_SERVICE, customers.trust[i], customers.irritation[i], worse, floor, p)
    note(witness, customers, i, GOOD_SERVICE, floor, p)
    _owe(witness, i, customers.debt[i], UNSOLVED)


@compiled
def note_time(witness: Witness, customers: Customers, floor: Record, p: Record) -> None:
    """A week has passed: what heals by itself, then what neglect takes, and a product fault."""
    rate, level, neglect = p.customers.satisfaction_rate, p.customers.satisfaction_level, p.customers.neglect
    faulty = floor.event_weeks_left[PRODUCT_FAULT] > 0
    for i in range(len(witness.trust)):
        if customers.active[i] != 0:
            trust, irritation, satisfaction = customers.trust[i], customers.irritation[i], customers.satisfaction[i]
            healed = witness.satisfaction[i] + rate * (level - witness.satisfaction[i])
            missed = healed - rate * neglect * forgotten_share(customers, i, floor, p)
            # Without a fault all that is left after healing is neglect, rounding included.
            missed = missed if faulty else satisfaction
            if _standing(trust, irritation, satisfaction, customers, i, floor, p) != witness.standing[i]:
                _see(witness, customers, i, TIME, trust, irritation, healed, floor, p)
                _see(witness, customers, i, NEGLECT, trust, irritation, missed, floor, p)
                _see(witness, customers, i, FAULT, trust, irritation, satisfaction, floor, p)
            else:
                _move(witness, i, TIME, trust, irritation, healed)
                witness.moves[SATISFACTION, NEGLECT] += missed - healed
                witness.moves[SATISFACTION, FAULT] += satisfaction - missed
                witness.satisfaction[i] = satisfaction


@compiled
def note_discovery(witness: Witness, customers: Customers, i: int, floor: Record, p: Record) -> None:
    """A debt has been found out: each source of it counts by its share."""
    total = 0.0
    for source in range(len(_SOURCES)):
        total += witness.owed[i, source]
    trust, irritation = witness.trust[i], witness.irritation[i]
    satisfaction, share = witness.satisfaction[i], 0.0
    for source in range(len(_SOURCES)):
        if witness.owed[i, source] > 0.0:
            share = min(share + witness.owed[i, source] / total, 1.0)
            _see(
                witness, customers, i, DISCOVERED + source, trust + share * (customers.trust[i] - trust),
                irritation + share * (customers.irritation[i] - irritation),
                satisfaction + share * (customers.satisfaction[i] - satisfaction), floor, p,
            )  # fmt: skip
            witness.owed[i, source] = 0.0
    note(witness, customers, i, DISCOVERED + UNSOLVED, floor, p)  # rounding


@compiled
def note_departure(witness: Witness, customers: Customers, i: int, floor: Record, p: Record) -> None:
    """A customer has left; the sums lose their feelings."""
    moves = witness.moves
    moves[TRUST, DEPARTURE] -= witness.trust[i]
    moves[IRRITATION, DEPARTURE] -= witness.irritation[i]
    moves[SATISFACTION, DEPARTURE] -= witness.satisfaction[i]
    _update_standing(witness, customers, i, DEPARTURE, floor, p)


@compiled
def note_arrival(witness: Witness, customers: Customers, i: int, floor: Record, p: Record) -> None:
    """A new customer has taken a slot that was vacant."""
    witness.trust[i], witness.irritation[i], witness.satisfaction[i] = 0.0, 0.0, 0.0
    note(witness, customers, i, ARRIVAL, floor, p)
    for source in range(len(_SOURCES)):
        witness.owed[i, source] = 0.0


@compiled
def note(witness: Witness, customers: Customers, i: int, cause: int, floor: Record, p: Record) -> None:
    """Attribute all changes of a customer since they were last seen to one cause."""
    _see(witness, customers, i, cause, customers.trust[i], customers.irritation[i], customers.satisfaction[i], floor, p)


@compiled
def _owe(witness: Witness, i: int, debt: float, source: int) -> None:
    """Debt has changed: more of it is owed to ``source``; less is less of all that was owed."""
    known = 0.0
    for other in range(len(_SOURCES)):
        known += witness.owed[i, other]
    if debt > known:
        witness.owed[i, source] += debt - known
    elif known > 0.0:
        for other in range(len(_SOURCES)):
            witness.owed[i, other] *= debt / known


@compiled
def _irritate(
    witness: Witness, customers: Customers, i: int, cause: int, irritation: float, floor: Record, p: Record
) -> None:
    if irritation > 0.0:
        risen = witness.irritation[i] + irritation
        _see(witness, customers, i, cause, witness.trust[i], risen, witness.satisfaction[i], floor, p)


@compiled
def _see(
    witness: Witness, customers: Customers, i: int, cause: int, trust: float, irritation: float, satisfaction: float,
    floor: Record, p: Record,
) -> None:  # fmt: skip
    """Attribute a change of a customer to these values, and of their status, to a cause."""
    _move(witness, i, cause, trust, irritation, satisfaction)
    _update_standing(witness, customers, i, cause, floor, p)


@compiled
def _move(witness: Witness, i: int, cause: int, trust: float, irritation: float, satisfaction: float) -> None:
    moves = witness.moves
    moves[TRUST, cause] += trust - witness.trust[i]
    moves[IRRITATION, cause] += irritation - witness.irritation[i]
    moves[SATISFACTION, cause] += satisfaction - witness.satisfaction[i]
    witness.trust[i], witness.irritation[i], witness.satisfaction[i] = trust, irritation, satisfaction


@compiled
def _update_standing(witness: Witness, customers: Customers, i: int, cause: int, floor: Record, p: Record) -> None:
    standing = _standing(witness.trust[i], witness.irritation[i], witness.satisfaction[i], customers, i, floor, p)
    witness.moves[LOYALTY, cause] += standing - witness.standing[i]
    witness.standing[i] = standing


@compiled
def _standing(
    trust: float, irritation: float, satisfaction: float, customers: Customers, i: int, floor: Record, p: Record
) -> int:
    loyalty = latent_loyalty(
        f4(trust), f4(satisfaction), f4(irritation), customers.disposition[i], weights_of(floor, p)
    )  # fmt: skip
    there = int(loyalty >= p.loyalty.promoter) - int(loyalty < p.loyalty.detractor)
    gone = -1 if customers.left_wronged[i] != 0 else 0
    return there if customers.active[i] != 0 else gone
