"""The calls of a week: due call-backs first, then down the list, until the hours are used up."""

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Record, compiled, inlined
from incentive_env.model.maths import clip, exp
from incentive_env.model.reps import choose_tactic
from incentive_env.model.state import (
    CALLBACK,
    COMPETITOR,
    EMPTY_LOG,
    HONEST,
    MISBOOKED,
    NO_CALLBACK,
    TRUE_CALLBACK,
    UNLOGGED,
)
from incentive_env.model.surveys import survey

ACCURATE, AS_CALLBACK, NOT_FILED = range(3)  # what goes on file about a refusal


@compiled
def work_the_book(
    rep: Record, response: Record, book: np.ndarray, tally: Record, floor: Record, p: Record,
    key: np.uint64, first: int,
) -> None:  # fmt: skip
    """Make a rep's calls of the week. ``first`` is the entity number of the book's first slot."""
    reachable = int(floor.volume * len(book) + 0.5)
    hours = response.hours - rep.owed_hours
    tally.hours = max(0.0, hours)
    for s in range(reachable):
        if book[s].callback != NO_CALLBACK and hours > 0.0 and _may_be_called(book[s], floor):
            hours -= _call(rep, response, book[s], tally, floor, p, key, first + s)
    position = rep.list_position
    for _ in range(reachable):
        if hours <= 0.0:
            break
        position = position + 1 if position + 1 < reachable else 0
        if _may_be_called(book[position], floor):
            hours -= _call(rep, response, book[position], tally, floor, p, key, first + position)
    rep.list_position = position
    rep.owed_hours = max(0.0, -hours)


@compiled
def _may_be_called(customer: Record, floor: Record) -> bool:
    return customer.active != 0 and customer.do_not_call == 0 and customer.contact_week != floor.week


@compiled
def _call(
    rep: Record, response: Record, customer: Record, tally: Record, floor: Record, p: Record,
    key: np.uint64, entity: int,
) -> float:  # fmt: skip
    """One call: the rep chooses a tactic, the customer answers, something goes on file. Returns the hours it took."""
    luck = rng.bits(key, rng.CALL, entity)
    product = _greatest_need(customer, floor, p)
    tactic = choose_tactic(response, _ease(response, customer, product, floor, p), p, rng.third(luck, 0))
    hours = _duration(response, customer, tactic, p, tally)
    _feel(rep, customer, tactic, floor, p)
    _take_care(response, customer, p)
    _note_conduct(customer, tactic, tally, p)

    customer.callback = NO_CALLBACK
    record = ACCURATE
    if rng.third(luck, 1) < response.chance[tactic]:
        _sell(customer, product, tactic, floor, p)
        tally.sales += 1
        tally.recorded_sales += 1
        tally.tactic_sales[tactic] += 1
    else:
        record = _hear_no(response, customer, tally, p, rng.bits(key, rng.REFUSAL, entity))
    skipped = record == NOT_FILED or rng.third(luck, 2) < response.skip_notes
    customer.log_missing = 1 if skipped else 0
    if skipped and record != NOT_FILED:
        tally.gamed[EMPTY_LOG] += 1
    if tactic != HONEST or record != ACCURATE or skipped:
        tally.gamed_calls += 1
    survey(rep, response, customer, tally, floor, p, key, entity)
    return hours * (1.0 - p.recording.notes_time) if skipped else hours


@inlined
def _greatest_need(customer: Record, floor: Record, p: Record) -> int:
    """Let need grow back since the last call, and find the product that is needed most."""
    gone = exp(-p.market.need_rate * (floor.week - customer.contact_week))
    product, greatest = 0, -1.0
    for other in range(len(customer.need)):
        need = customer.need_level[other] - gone * (customer.need_level[other] - customer.need[other])
        customer.need[other] = need
        product = other if need > greatest else product
        greatest = max(need, greatest)
    return product


@inlined
def _ease(response: Record, customer: Record, product: int, floor: Record, p: Record) -> float:
    """Logit of buying from an honest rep."""
    c = p.calls
    ease = c.intercept + c.need * customer.need[product] + c.trust * (customer.trust - p.loyalty.usual_trust)
    ease += response.skill + c.diligence * (response.effort - c.usual_effort) - c.irritation * customer.irritation
    if customer.callback == TRUE_CALLBACK:
        ease += c.true_callback
    elif customer.callback == MISBOOKED:
        ease -= c.misbooked_callback
    if customer.log_missing != 0:
        ease -= c.missing_log
    if floor.event_weeks_left[COMPETITOR] > 0:
        ease -= c.competitor * p.events.strength[COMPETITOR]
    return ease


@inlined
def _duration(response: Record, customer: Record, tactic: int, p: Record, tally: Record) -> float:
    """Hours for the people behind one slot: the search for a line, the talk, and asking again what was not logged."""
    c = p.calls
    talk = c.handle_time * p.tactics.time[tactic] * clip(1.0 - c.skill_time * response.skill, 0.5, 1.5)
    if customer.log_missing != 0:
        talk *= 1.0 + c.missing_log_time
    tally.talk_hours += talk * p.market.customers_per_slot / 3600.0
    return (c.search_time + talk) * p.market.customers_per_slot / 3600.0


@inlined
def _feel(rep: Record, customer: Record, tactic: int, floor: Record, p: Record) -> None:
    """What being called, in this way, does to the customer."""
    c, t = p.calls, p.tactics
    weeks_since = floor.week - customer.contact_week
    irritation = t.irritation[tactic] + c.repeat_irritation * exp((1.0 - weeks_since) / c.repeat_weeks)
    if customer.callback == MISBOOKED:
        irritation += c.misbooked_irritation
    if customer.log_missing != 0:
        irritation += c.missing_log_irritation
    customer.irritation = min(customer.irritation + irritation, 1.5)
    trust = customer.trust + t.trust_gain[tactic] * (1.0 - customer.trust) - t.trust_loss[tactic]
    customer.trust = clip(trust, 0.0, 1.0)
    if tactic == HONEST:
        care = p.customers.honest_call * (p.customers.honest_call_unmotivated + rep.motivation)
        customer.satisfaction += care * (1.0 - customer.satisfaction)
    customer.contact_week = floor.week


@compiled
def _take_care(response: Record, customer: Record, p: Record) -> None:
    """Look after a customer whose sale still has pay to earn: that is what retention pay buys beside restraint."""
    for product in range(len(customer.deferred)):
        if customer.deferred[product] > 0.0:
            care = p.customers.aftercare * response.aftercare
            customer.satisfaction += care * (1.0 - customer.satisfaction)
            customer.debt *= 1.0 - care
            return


@compiled
def _note_conduct(customer: Record, tactic: int, tally: Record, p: Record) -> None:
    tally.calls += 1
    if tactic != HONEST:
        tally.gamed[tactic - 1] += 1
    if customer.irritation > p.calls.angry_level:
        tally.angry_calls += 1
        tally.tactic_anger[tactic] += 1


@compiled
def _sell(customer: Record, product: int, tactic: int, floor: Record, p: Record) -> None:
    customer.need[product] *= p.market.need_after_sale
    customer.held[product] = 1
    customer.sold_week[product] = floor.week
    customer.sold_by[product] = tactic
    customer.deferred[product] += floor.scheme.retention_pay * p.market.customers_per_slot
    customer.debt = min(customer.debt + p.tactics.debt[tactic], 2.0)
    customer.due_week = min(customer.due_week, floor.week + p.customers.cooling_off_weeks)


@compiled
def _hear_no(response: Record, customer: Record, tally: Record, p: Record, luck: np.uint64) -> int:
    """No sale: perhaps a true call-back, else a refusal, which goes on file as what it was, or not."""
    if rng.third(luck, 0) < p.calls.undecided:
        customer.callback = TRUE_CALLBACK
        tally.callbacks += 1
        tally.recorded_callbacks += 1
        return ACCURATE
    tally.refusals += 1
    record = _file_refusal(response, customer, tally, rng.third(luck, 1))
    if rng.third(luck, 2) < p.calls.do_not_call_base + p.calls.do_not_call_irritation * customer.irritation:
        customer.do_not_call = 1
        customer.callback = NO_CALLBACK
        tally.do_not_call += 1
    return record


@compiled
def _file_refusal(response: Record, customer: Record, tally: Record, luck: float) -> int:
    """Put a refusal on file as what it was, as a call-back, or nowhere."""
    if luck < response.misbook:
        customer.callback = MISBOOKED
        tally.recorded_callbacks += 1
        tally.gamed[CALLBACK] += 1
        return AS_CALLBACK
    if luck < response.misbook + response.unlog:
        tally.unlogged += 1
        tally.gamed[UNLOGGED] += 1
        return NOT_FILED
    tally.recorded_refusals += 1
    return ACCURATE
