"""The calls of a week, and surveys after them: due call-backs first, then the list, until the hours are used up."""

import numpy as np

from incentive_env.model.compiled import Key, Record, compiled, inlined
from incentive_env.model.conversation import ask_opinions, keep, meet, regrown, talk, usual_talk
from incentive_env.model.scratch import AT_ONCE, Scratch
from incentive_env.model.state import (
    CALLBACK,
    EMPTY_LOG,
    HONEST,
    MISBOOKED,
    NO_CALLBACK,
    SURVEY,
    TRUE_CALLBACK,
    UNLOGGED,
    Customers,
)

LISTED, DUE = range(1, 3)  # whether a customer may be called, and when
_SPARE = 3  # calls lined up beyond those that the hours probably allow


@compiled
def take_turns(customers: Customers, scratch: Scratch) -> None:
    """Mark which customers are due for a call-back, and which may be called from the list."""
    for i in range(len(scratch.turn)):
        may_be_called = (customers.active[i] != 0) & (customers.do_not_call[i] == 0)
        due = DUE if customers.callback[i] != NO_CALLBACK else LISTED
        scratch.turn[i] = due if may_be_called else 0


@compiled
def work_the_book(
    rep: Record, response: Record, customers: Customers, tally: Record, floor: Record, p: Record, key: Key, r: int,
    scratch: Scratch,
) -> None:  # fmt: skip
    """Make the calls of rep ``r`` this week."""
    calls = scratch.calls[0]
    start = rep.list_position
    reachable = int(floor.volume * p.market.slots + 0.5)
    hours = response.hours - rep.owed_hours
    usual = p.calls.search_time * p.market.customers_per_slot / 3600.0 + usual_talk(response, p)
    tally.hours = max(0.0, hours)
    looked_at, lined_up = 0, 1
    while hours > 0.0 and lined_up > 0:
        wanted = min(int(min(hours / usual, AT_ONCE)) + _SPARE, AT_ONCE)
        looked_at, lined_up = _line_up(calls, scratch.turn, r * p.market.slots, reachable, start, looked_at, wanted)
        if lined_up > 0:
            meet(calls, customers, floor, p, key)
            talk(calls, response, floor, p)
            ask_opinions(calls, response, floor, p)
            made, hours = _spend(calls, lined_up, hours, tally)
            keep(calls, made)
            rep.list_position = calls.place[made - 1]
            part(calls, made, customers, floor, p, scratch.notes)
            count(calls, made, rep, tally, p)
    if hours > 0.0 and reachable > 0:  # once round the book
        rep.list_position = min(start, reachable - 1)
    rep.owed_hours = max(0.0, -hours)


@inlined
def _line_up(
    calls: Record, turn: np.ndarray, first: int, reachable: int, start: int, looked_at: int, wanted: int
) -> tuple[int, int]:
    """Select the next customers to call, several at once.

    ``looked_at`` places have been looked at so far: all of the book for call-backs, then all of it down the list.
    Returns the number of places looked at, and of calls lined up.
    """
    lined_up = 0
    while looked_at < reachable and lined_up < wanted:  # call-backs that are due
        calls.customer[lined_up], calls.place[lined_up] = first + looked_at, start
        lined_up += turn[first + looked_at] == DUE
        looked_at += 1
    after_start = start + 1 if start + 1 < reachable else 0
    while looked_at >= reachable and looked_at < 2 * reachable and lined_up < wanted:  # down the list
        slot = looked_at - reachable + after_start
        slot = slot if slot < reachable else slot - reachable
        calls.customer[lined_up], calls.place[lined_up] = first + slot, slot
        lined_up += turn[first + slot] == LISTED
        looked_at += 1
    return looked_at, lined_up


@inlined
def _spend(calls: Record, lined_up: int, hours: float, tally: Record) -> tuple[int, float]:
    """Make calls while there are hours. Returns the number of calls made, and the hours left; the last may run over."""
    made = 0
    while made < lined_up and hours > 0.0:
        hours -= calls.hours[made]
        tally.talk_hours += calls.talk[made]
        made += 1
    return made, hours


@inlined
def part(calls: Record, made: int, customers: Customers, floor: Record, p: Record, notes: np.ndarray) -> None:
    """Write back what the calls have made of the customers."""
    week = floor.week
    for k in range(made):
        i = calls.customer[k]
        customers.trust[i], customers.irritation[i] = calls.trust[k], calls.irritation[k]
        customers.satisfaction[i], customers.debt[i] = calls.satisfaction[k], calls.debt[k]
        customers.contact_week[i] = week
        # Who is never to be called again is not called back.
        misbooked = MISBOOKED if (calls.misbooked[k] != 0) & (calls.never[k] == 0) else NO_CALLBACK
        customers.callback[i] = TRUE_CALLBACK if calls.undecided[k] != 0 else misbooked
        customers.do_not_call[i], customers.log_missing[i] = calls.never[k], calls.skipped[k]
        for product in range(len(customers.need)):
            level, last = customers.need_level[product, i], customers.need[product, i]
            customers.need[product, i] = regrown(level, last, calls.still_met[k])
    if len(notes) > 0:
        for k in range(made):
            _note(calls, k, notes[calls.customer[k]])
    for k in range(made):
        if calls.sold[k] != 0:
            _sell(customers, calls.customer[k], calls.product[k], calls.tactic[k], floor, p)


@inlined
def _note(calls: Record, k: int, note: Record) -> None:
    note.called, note.tactic = 1, calls.tactic[k]
    note.again, note.them, note.asked, note.irritation = calls.again[k], calls.them[k], calls.asked[k], calls.upset[k]
    note.satisfaction, note.debt = calls.content[k], calls.debt[k]


@inlined
def _sell(customers: Customers, i: int, product: int, tactic: int, floor: Record, p: Record) -> None:
    customers.need[product, i] *= p.market.need_after_sale
    customers.held[product, i] = 1
    customers.sold_week[product, i] = floor.week
    customers.sold_by[product, i] = tactic
    customers.deferred[product, i] += floor.scheme.retention_pay * p.market.customers_per_slot
    customers.debt[i] = min(customers.debt[i] + p.tactics.debt[tactic], 2.0)
    customers.due_week[i] = min(customers.due_week[i], floor.week + p.customers.cooling_off_weeks)


@inlined
def count(calls: Record, made: int, rep: Record, tally: Record, p: Record) -> None:
    """Add the calls made to what the rep did this week."""
    angry, sold, undecided, refused, misbooked, unlogged, never = 0, 0, 0, 0, 0, 0, 0
    empty, gamed, steered, surveyed = 0, 0, 0, 0
    for k in range(calls.lanes):
        angry += calls.angry[k]
        sold += calls.sold[k]
        undecided += calls.undecided[k]
        refused += calls.refused[k]
        misbooked += calls.misbooked[k]
        unlogged += calls.unlogged[k]
        never += calls.never[k]
        empty += calls.skipped[k] & (1 - calls.unlogged[k])
        gamed += (calls.tactic[k] > HONEST) | (calls.misbooked[k] != 0) | (calls.skipped[k] != 0)
        steered += calls.steered[k]
        surveyed += calls.surveyed[k]
    tally.calls += made
    tally.angry_calls += angry
    tally.sales += sold
    tally.recorded_sales += sold
    tally.callbacks += undecided
    tally.recorded_callbacks += undecided + misbooked
    tally.refusals += refused
    tally.recorded_refusals += refused - misbooked - unlogged
    tally.unlogged += unlogged
    tally.do_not_call += never
    tally.gamed_calls += gamed
    tally.gamed[CALLBACK] += misbooked
    tally.gamed[UNLOGGED] += unlogged
    tally.gamed[EMPTY_LOG] += empty
    tally.gamed[SURVEY] += steered
    tally.surveys += surveyed
    _count_by_tactic(calls, tally)
    _hear_opinions(calls, made, rep, tally, p)


@inlined
def _count_by_tactic(calls: Record, tally: Record) -> None:
    for tactic in range(len(tally.tactic_sales)):
        used, sold, angry = 0, 0, 0
        for k in range(calls.lanes):
            this = calls.tactic[k] == tactic
            used += this
            sold += this & (calls.sold[k] != 0)
            angry += this & (calls.angry[k] != 0)
        tally.tactic_sales[tactic] += sold
        tally.tactic_anger[tactic] += angry
        if tactic != HONEST:
            tally.gamed[tactic - 1] += used


@inlined
def _hear_opinions(calls: Record, made: int, rep: Record, tally: Record, p: Record) -> None:
    """Answers to the surveys, one after the other: the latest counts most for the rep's own score."""
    smoothing = p.surveys.smoothing
    for k in range(made):
        if calls.surveyed[k] != 0:
            tally.survey_promoters += calls.opinion[k] > 0.0
            tally.survey_detractors += calls.opinion[k] < 0.0
            tally.csat += calls.csat[k]
            rep.own_nps += smoothing * (calls.opinion[k] - rep.own_nps)
