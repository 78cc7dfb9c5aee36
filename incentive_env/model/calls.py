"""The calls of a week, and surveys after them: due call-backs first, then the list, until the hours are used up."""

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, compiled, inlined
from incentive_env.model.loyalty import loyalty_of
from incentive_env.model.maths import clip, exp
from incentive_env.model.reps import choose_tactics
from incentive_env.model.state import (
    AT_ONCE,
    CALLBACK,
    COMPETITOR,
    EMPTY_LOG,
    HONEST,
    MISBOOKED,
    NO_CALLBACK,
    SURVEY,
    TRUE_CALLBACK,
    UNLOGGED,
    Customers,
    Scratch,
)

LISTED, DUE = range(1, 3)  # whether a customer may be called, and when
ACCURATE, AS_CALLBACK, NOT_FILED = range(3)  # how a refusal is recorded


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
    usual = _hours_of(_talk(response, HONEST, p), p)
    tally.hours = max(0.0, hours)
    looked_at, lined_up = 0, 1
    while hours > 0.0 and lined_up > 0:
        # As many as the hours probably allow, in multiples of four: the width of a vector register.
        wanted = int(clip(hours / usual, 0.0, AT_ONCE - 1.0)) // 4 * 4 + 4
        looked_at, lined_up = _line_up(calls, scratch.turn, r * p.market.slots, reachable, start, looked_at, wanted)
        _size_up(calls, lined_up, response, customers, floor, p, key)
        for k in range(lined_up):
            if hours > 0.0:
                rep.list_position = calls.place[k]
                hours -= _call(rep, response, customers, calls, k, tally, floor, p, key, scratch.notes)
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
def _size_up(
    calls: Record, count: int, response: Record, customers: Customers, floor: Record, p: Record, key: Key
) -> None:
    """Compute the ease of a sale in each call lined up, and choose its tactic.

    Uses only the state before this week's calls, so that several calls are computed at once.
    """
    for k in range(count):
        i = calls.customer[k]
        calls.luck[k] = rng.bits(key, rng.CALL, i)
        calls.weeks[k] = floor.week - customers.contact_week[i]
    need_rate, repeat_weeks = p.market.need_rate, p.calls.repeat_weeks
    for k in range(count):
        calls.still_met[k] = exp(-need_rate * calls.weeks[k])
        calls.annoyance[k] = exp((1.0 - calls.weeks[k]) / repeat_weeks)
    for k in range(count):
        i, still_met = calls.customer[k], calls.still_met[k]
        wanted, greatest = np.uint32(0), -1.0
        for product in range(len(customers.need)):
            need = _regrown(customers, product, i, still_met)
            wanted = np.uint32(product) if need > greatest else wanted
            greatest = max(need, greatest)
        calls.product[k] = wanted
        calls.ease[k] = _ease(response, customers, i, float(np.float32(greatest)), floor, p)
    choose_tactics(calls, count, response)


@inlined
def _regrown(customers: Customers, product: int, i: int, still_met: float) -> float:
    """Need for a product, which grows back after a sale."""
    level = customers.need_level[product, i]
    return level - still_met * (level - customers.need[product, i])


@inlined
def _ease(response: Record, customers: Customers, i: int, need: float, floor: Record, p: Record) -> float:
    """Logit of buying from an honest rep."""
    c = p.calls
    true_callback, misbooked, missing_log = c.true_callback, c.misbooked_callback, c.missing_log
    competitor = c.competitor * p.events.strength[COMPETITOR] if floor.event_weeks_left[COMPETITOR] > 0 else 0.0
    ease = c.intercept + c.need * (need + floor.season) + c.trust * (customers.trust[i] - p.loyalty.usual_trust)
    ease += response.skill + c.diligence * (response.effort - c.usual_effort) - c.irritation * customers.irritation[i]
    ease += true_callback if customers.callback[i] == TRUE_CALLBACK else 0.0
    ease -= misbooked if customers.callback[i] == MISBOOKED else 0.0
    ease -= missing_log if customers.log_missing[i] != 0 else 0.0
    return ease - competitor


@inlined
def _call(
    rep: Record, response: Record, customers: Customers, calls: Record, k: int, tally: Record, floor: Record, p: Record,
    key: Key, notes: np.ndarray,
) -> float:  # fmt: skip
    """Make a call and record it. Returns its length in hours."""
    i, product, tactic, luck = calls.customer[k], calls.product[k], calls.tactic[k], calls.luck[k]
    for other in range(len(customers.need)):
        customers.need[other, i] = _regrown(customers, other, i, calls.still_met[k])
    hours = _duration(response, customers, i, tactic, p, tally)
    _feel(response, customers, i, tactic, calls.annoyance[k], floor, p, notes)
    _take_care(response, customers, i, p)
    if len(notes) > 0:
        notes[i].debt = customers.debt[i]
    _note_conduct(customers, i, tactic, tally, p)

    customers.callback[i] = NO_CALLBACK
    record = ACCURATE
    if rng.third(luck, 1) < calls.chance[tactic, k]:
        _sell(customers, i, product, tactic, floor, p)
        tally.sales += 1
        tally.recorded_sales += 1
        tally.tactic_sales[tactic] += 1
    else:
        record = _hear_no(response, customers, i, tally, p, rng.bits(key, rng.REFUSAL, i))
    skipped = (record == NOT_FILED) | (rng.third(luck, 2) < response.skip_notes)
    customers.log_missing[i] = skipped
    tally.gamed[EMPTY_LOG] += skipped & (record != NOT_FILED)
    tally.gamed_calls += (tactic != HONEST) | (record != ACCURATE) | skipped
    survey(rep, response, customers, i, tally, floor, p, key)
    return hours * (1.0 - skipped * p.recording.notes_time)


@inlined
def _duration(response: Record, customers: Customers, i: int, tactic: int, p: Record, tally: Record) -> float:
    """Hours for the people behind one slot: search, talk, and extra questions where the log is missing."""
    again = p.calls.missing_log_time
    talk = _talk(response, tactic, p) * (1.0 + (again if customers.log_missing[i] != 0 else 0.0))
    tally.talk_hours += talk * p.market.customers_per_slot / 3600.0
    return _hours_of(talk, p)


@inlined
def _talk(response: Record, tactic: int, p: Record) -> float:
    """Seconds on the phone with one of the people behind a slot."""
    return p.calls.handle_time * p.tactics.time[tactic] * clip(1.0 - p.calls.skill_time * response.skill, 0.5, 1.5)


@inlined
def _hours_of(talk: float, p: Record) -> float:
    return (p.calls.search_time + talk) * p.market.customers_per_slot / 3600.0


@inlined
def _feel(
    response: Record, customers: Customers, i: int, tactic: int, repeat: float, floor: Record, p: Record,
    notes: np.ndarray,
) -> None:  # fmt: skip
    """Apply the effects of the call on the customer's irritation, trust and satisfaction; care scales what is good."""
    c, t = p.calls, p.tactics
    misbooked, missing_log = c.misbooked_irritation, c.missing_log_irritation
    again = c.repeat_irritation * repeat
    them = misbooked if customers.callback[i] == MISBOOKED else 0.0
    asked = missing_log if customers.log_missing[i] != 0 else 0.0
    irritation = t.irritation[tactic] + again + them + asked
    customers.irritation[i] = min(customers.irritation[i] + irritation, 1.5)
    gained = min(1.0, t.trust_gain[tactic] * response.care)
    trust = customers.trust[i] + gained * (1.0 - customers.trust[i]) - t.trust_loss[tactic]
    customers.trust[i] = clip(trust, 0.0, 1.0)
    if tactic == HONEST:
        customers.satisfaction[i] += response.honest_call * (1.0 - customers.satisfaction[i])
    customers.contact_week[i] = floor.week
    if len(notes) > 0:
        note = notes[i]
        note.called, note.tactic, note.again, note.them, note.asked = 1, tactic, again, them, asked
        note.irritation, note.satisfaction = irritation, customers.satisfaction[i]


@inlined
def _take_care(response: Record, customers: Customers, i: int, p: Record) -> None:
    """Aftercare for a customer whose sale may still earn retention pay."""
    earning = False
    for product in range(len(customers.deferred)):
        earning |= customers.deferred[product, i] > 0.0
    if earning:
        care = min(1.0, p.customers.aftercare * response.aftercare * response.care)
        customers.satisfaction[i] += care * (1.0 - customers.satisfaction[i])
        customers.debt[i] *= 1.0 - care


@inlined
def _note_conduct(customers: Customers, i: int, tactic: int, tally: Record, p: Record) -> None:
    tally.calls += 1
    if tactic != HONEST:
        tally.gamed[tactic - 1] += 1
    angry = customers.irritation[i] > p.calls.angry_level
    tally.angry_calls += angry
    tally.tactic_anger[tactic] += angry


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
def _hear_no(response: Record, customers: Customers, i: int, tally: Record, p: Record, luck: np.uint64) -> int:
    """Handle a call without a sale: a true call-back, or a refusal, which may be misrecorded."""
    if rng.third(luck, 0) < p.calls.undecided:
        customers.callback[i] = TRUE_CALLBACK
        tally.callbacks += 1
        tally.recorded_callbacks += 1
        return ACCURATE
    tally.refusals += 1
    record = _file_refusal(response, customers, i, tally, rng.third(luck, 1))
    if rng.third(luck, 2) < p.calls.do_not_call_base + p.calls.do_not_call_irritation * customers.irritation[i]:
        customers.do_not_call[i] = 1
        customers.callback[i] = NO_CALLBACK
        tally.do_not_call += 1
    return record


@inlined
def _file_refusal(response: Record, customers: Customers, i: int, tally: Record, luck: float) -> int:
    """File a refusal correctly, file it as a call-back, or leave it off the record."""
    if luck < response.misbook:
        customers.callback[i] = MISBOOKED
        tally.recorded_callbacks += 1
        tally.gamed[CALLBACK] += 1
        return AS_CALLBACK
    if luck < response.misbook + response.unlog:
        tally.unlogged += 1
        tally.gamed[UNLOGGED] += 1
        return NOT_FILED
    tally.recorded_refusals += 1
    return ACCURATE


@inlined
def survey(
    rep: Record, response: Record, customers: Customers, i: int, tally: Record, floor: Record, p: Record, key: Key
) -> None:
    """Survey a sample of those called; a rep who steers skips unhappy customers and asks the others for a ten."""
    s = p.surveys
    luck = rng.bits(key, rng.SURVEY, i)
    if rng.third(luck, 0) >= s.share:
        return
    loyalty = loyalty_of(customers, i, floor, p)
    answer = loyalty + s.noise * rng.rough_normal(rng.bits(key, rng.ANSWER, i))
    if rng.third(luck, 1) < response.steer:
        tally.gamed[SURVEY] += 1
        if loyalty < s.steered_screen:
            return
        answer += s.steered_shift
    opinion = 0.0
    tally.surveys += 1
    if answer >= p.loyalty.promoter:
        tally.survey_promoters += 1
        opinion = 1.0
    elif answer < p.loyalty.detractor:
        tally.survey_detractors += 1
        opinion = -1.0
    rep.own_nps += s.smoothing * (opinion - rep.own_nps)
    tally.csat += clip(s.csat_level + customers.satisfaction[i] - s.csat_irritation * customers.irritation[i], 0.0, 1.0)
