"""Consequences for customers, by stage: contacts, recovery, discoveries, cancellations, churn and referrals."""

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, Records, compiled, inlined
from incentive_env.model.loyalty import forgotten_share, loyalty_of
from incentive_env.model.maths import clip, exp
from incentive_env.model.opening import fill_slot
from incentive_env.model.service import Answering, answer_contact, raise_issues, who_answers
from incentive_env.model.state import LONG_AGO, NEVER, NO_CALLBACK, PRODUCT_FAULT, Customers, Scratch
from incentive_env.model.witness import (
    Witness,
    note_arrival,
    note_departure,
    note_discovery,
    note_service,
    note_time,
    watching,
)

_MOST = 0.05  # no weekly hazard of leaving or dropping a product is larger, so most draws need no exponential


@inlined
def live_a_week(
    customers: Customers, responses: Records, tallies: Records, floor: Record, week: Record, answering: Answering, p:
    Record, key: Key, scratch: Scratch, witness: Witness,
) -> None:  # fmt: skip
    """Advance all customers by a week, and count them at its end."""
    lived, loyalty, luck = scratch.lived, scratch.loyalty, scratch.luck
    for i in range(len(lived)):
        lived[i] = customers.active[i] != 0
        luck[i] = rng.bits(key, rng.LIFE, i)
    _answer_contacts(customers, scratch, responses, tallies, floor, week, answering, p, key, witness)
    _forget(customers, floor, p)
    note_time(witness, customers, floor, p)
    _discover_debts(customers, scratch, floor, week, p, key, witness)
    _settle_sales(customers, scratch, tallies, floor, week, p, key)
    for i in range(len(lived)):
        loyalty[i] = loyalty_of(customers, i, floor, p)
    _drop_products(customers, scratch, floor, week, p, key)
    _leave(customers, scratch, floor, week, p, witness)
    raise_issues(customers, luck, floor, p)
    _forgive(customers, p, key)
    if floor.closed == 0:
        _fill_vacancies(customers, scratch, floor, week, p, key, witness)
    _count(customers, loyalty, floor, week, p)


@inlined
def _pick(scratch: Scratch) -> int:
    """List the customers chosen, in order, and return their number.

    The loop has no branch, because few are chosen and a processor could not predict which.
    """
    count = 0
    for i in range(len(scratch.chosen)):
        scratch.picked[count] = i
        count += scratch.chosen[i]
    return count


@compiled
def _answer_contacts(
    customers: Customers, scratch: Scratch, responses: Records, tallies: Records, floor: Record, week: Record,
    answering: Answering, p: Record, key: Key, witness: Witness,
) -> None:  # fmt: skip
    for i in range(len(scratch.chosen)):
        scratch.chosen[i] = customers.open_issue[i] != 0
    for j in range(_pick(scratch)):
        i = scratch.picked[j]
        routing = rng.bits(key, rng.INBOUND + 1, i)
        r = who_answers(responses, tallies, rng.third(routing, 0))
        luck, rush = rng.bits(key, rng.INBOUND, i), rng.third(routing, 1)
        answer_contact(customers, i, responses[r], tallies[r], week, answering, p, luck, rush)
        if watching(witness):
            note_service(witness, customers, i, floor, p)


@compiled
def _forget(customers: Customers, floor: Record, p: Record) -> None:
    """Irritation cools down, trust and satisfaction return to their levels; that of the forgotten is lower."""
    c = p.customers
    fault = c.product_fault * p.events.strength[PRODUCT_FAULT] if floor.event_weeks_left[PRODUCT_FAULT] > 0 else 0.0
    for i in range(len(customers.active)):
        forgotten = forgotten_share(customers, i, floor, p)
        customers.irritation[i] *= c.irritation_kept
        customers.trust[i] += c.trust_rate * (c.trust_level - customers.trust[i])
        customers.satisfaction[i] += c.satisfaction_rate * (
            c.satisfaction_level - c.neglect * forgotten - customers.satisfaction[i]
        )
        customers.satisfaction[i] = max(0.0, customers.satisfaction[i] - fault)


@compiled
def _discover_debts(
    customers: Customers, scratch: Scratch, floor: Record, week: Record, p: Record, key: Key, witness: Witness
) -> None:
    for i in range(len(scratch.chosen)):
        scratch.chosen[i] = scratch.lived[i] & (customers.debt[i] > 0.0)
    for j in range(_pick(scratch)):
        i = scratch.picked[j]
        if rng.uniform(key, rng.DISCOVERY + 1, i) < p.customers.discovery:
            _discover(customers, i, floor, week, p, rng.bits(key, rng.DISCOVERY, i))
            if watching(witness):
                note_discovery(witness, customers, i, floor, p)


@inlined
def _discover(customers: Customers, i: int, floor: Record, week: Record, p: Record, luck: np.uint64) -> None:
    """The customer discovers a broken promise: loses trust, and may complain or cancel."""
    c = p.customers
    debt = customers.debt[i]
    week.discoveries += 1
    customers.trust[i] = clip(customers.trust[i] - c.debt_trust * debt, 0.0, 1.0)
    customers.irritation[i] = min(customers.irritation[i] + c.debt_irritation * debt, 1.5)
    customers.satisfaction[i] = max(0.0, customers.satisfaction[i] - c.debt_satisfaction * debt)
    customers.debt[i] = 0.0
    customers.wronged_until[i] = floor.week + c.wronged_weeks
    if rng.third(luck, 0) < c.debt_complains:
        customers.open_issue[i] = 1
        week.complaints += 1
    if rng.third(luck, 1) < c.debt_cancels * min(1.0, c.debt_cancel_slope * debt):
        newest = -1
        for product in range(len(customers.held)):
            newer = newest < 0 or customers.sold_week[product, i] > customers.sold_week[newest, i]
            if customers.held[product, i] != 0 and newer:
                newest = product
        if newest >= 0:
            _cancel(customers, newest, i, floor, week, p)
            week.discovery_cancellations += 1


@compiled
def _settle_sales(
    customers: Customers, scratch: Scratch, tallies: Records, floor: Record, week: Record, p: Record, key: Key
) -> None:
    today = floor.week
    for i in range(len(scratch.chosen)):
        scratch.chosen[i] = scratch.lived[i] & (customers.due_week[i] == today)
    for j in range(_pick(scratch)):
        i = scratch.picked[j]
        _settle(customers, i, tallies[i // p.market.slots], floor, week, p, key)


@inlined
def _settle(customers: Customers, i: int, tally: Record, floor: Record, week: Record, p: Record, key: Key) -> None:
    """At the end of the legal cooling-off a sale stands or falls; held long enough, it earns its deferred pay."""
    c = p.customers
    customers.due_week[i] = NEVER
    for product in range(len(customers.held)):
        if customers.held[product, i] == 0:
            continue
        age = floor.week - customers.sold_week[product, i]
        if age == c.cooling_off_weeks:
            regret = p.tactics.cooling_off[customers.sold_by[product, i]]
            if rng.uniform(key, rng.COOLING_OFF + product, i) < regret:
                _cancel(customers, product, i, floor, week, p)
                week.cooled_off += 1
                continue
        if age >= c.retention_weeks:
            tally.retention_pay += customers.deferred[product, i]
            customers.deferred[product, i] = 0.0
        elif age >= c.cooling_off_weeks and customers.deferred[product, i] > 0.0:
            customers.due_week[i] = min(customers.due_week[i], customers.sold_week[product, i] + c.retention_weeks)
        elif age < c.cooling_off_weeks:
            customers.due_week[i] = min(customers.due_week[i], customers.sold_week[product, i] + c.cooling_off_weeks)


@compiled
def _drop_products(customers: Customers, scratch: Scratch, floor: Record, week: Record, p: Record, key: Key) -> None:
    """Each product comes under review at the rate of the largest hazard, and is dropped at the rate of its own."""
    c = p.customers
    products = len(customers.held)
    review_rate = _MOST * products
    for i in range(len(scratch.chosen)):
        scratch.chosen[i] = scratch.lived[i] & (rng.third(scratch.luck[i], 0) < review_rate)
    for j in range(_pick(scratch)):
        i = scratch.picked[j]
        luck = rng.bits(key, rng.DROP, i)
        product = int(rng.third(luck, 0) * products)
        beyond_cooling_off = floor.week - customers.sold_week[product, i] > c.cooling_off_weeks
        if (customers.held[product, i] != 0) & beyond_cooling_off:
            hazard = c.late_cancellation * exp(-c.late_loyalty * (scratch.loyalty[i] - p.loyalty.churn_at))
            if rng.third(luck, 1) * _MOST < hazard:
                _cancel(customers, product, i, floor, week, p)
                week.late_cancellations += 1


@inlined
def _cancel(customers: Customers, product: int, i: int, floor: Record, week: Record, p: Record) -> None:
    """Give a product up; within the cooling-off the fee goes back, whatever the reason."""
    held = customers.held[product, i] != 0
    if held and floor.week - customers.sold_week[product, i] <= p.customers.cooling_off_weeks:
        week.refunded += 1
    customers.held[product, i] = 0
    customers.deferred[product, i] = 0.0


@compiled
def _leave(customers: Customers, scratch: Scratch, floor: Record, week: Record, p: Record, witness: Witness) -> None:
    c = p.loyalty
    for i in range(len(scratch.chosen)):
        scratch.chosen[i] = scratch.lived[i] & (rng.third(scratch.luck[i], 1) < _MOST)
    for j in range(_pick(scratch)):
        i = scratch.picked[j]
        loyalty = scratch.loyalty[i]
        if rng.third(scratch.luck[i], 1) < exp(c.churn_log_hazard - c.churn_slope * (loyalty - c.churn_at)):
            _depart(customers, i, floor, week, loyalty < c.detractor, p)
            if watching(witness):
                note_departure(witness, customers, i, floor, p)


@inlined
def _depart(customers: Customers, i: int, floor: Record, week: Record, detractor: bool, p: Record) -> None:
    """Leave the firm; a wronged customer, or one who warns others, leaves a slot that counts as a detractor."""
    week.churned += 1
    customers.active[i] = 0
    customers.left_wronged[i] = 1 if detractor or customers.wronged_until[i] >= floor.week else 0
    customers.callback[i] = NO_CALLBACK
    customers.open_issue[i] = 0
    customers.due_week[i] = NEVER
    for product in range(len(customers.held)):
        _cancel(customers, product, i, floor, week, p)
        customers.sold_week[product, i] = LONG_AGO


@compiled
def _forgive(customers: Customers, p: Record, key: Key) -> None:
    """Do-not-call requests expire at random."""
    expiry = p.calls.do_not_call_expiry
    for i in range(len(customers.active)):
        forgives = (customers.active[i] != 0) & (rng.uniform(key, rng.EXPIRY, i) < expiry)
        customers.do_not_call[i] = 0 if forgives else customers.do_not_call[i]


@compiled
def _fill_vacancies(
    customers: Customers, scratch: Scratch, floor: Record, week: Record, p: Record, key: Key, witness: Witness
) -> None:
    """Referrals and leads from marketing take slots that were vacant; better reputation brings more leads."""
    referrals = p.customers.referral_rate * floor.promoters * floor.volume
    referral = min(0.5, referrals / max(floor.vacant, 1.0))
    lead = p.customers.lead_rate * floor.volume * max(p.customers.least_reputation, 1.0 + floor.reputation)
    for i in range(len(scratch.chosen)):
        scratch.chosen[i] = not scratch.lived[i]
    for j in range(_pick(scratch)):
        i = scratch.picked[j]
        luck = rng.uniform(key, rng.ARRIVAL, i)
        if luck < referral + lead:
            fill_slot(customers, i, floor, p, key, luck < referral)
            scratch.loyalty[i] = loyalty_of(customers, i, floor, p)
            if watching(witness):
                note_arrival(witness, customers, i, floor, p)
            week.referrals += luck < referral
            week.arrivals += 1


@compiled
def _count(customers: Customers, loyalty: np.ndarray, floor: Record, week: Record, p: Record) -> None:
    promoter, detractor = p.loyalty.promoter, p.loyalty.detractor
    active, promoters, detractors, left_wronged, held, waiting = 0, 0, 0, 0, 0, 0
    for i in range(len(loyalty)):
        there = customers.active[i]
        active += there
        promoters += there & (loyalty[i] >= promoter)
        detractors += there & (loyalty[i] < detractor)
        waiting += there & customers.open_issue[i]
        left_wronged += customers.left_wronged[i] & (1 - there)
    for product in range(len(customers.held)):
        for i in range(len(loyalty)):
            held += customers.active[i] & customers.held[product, i]
    trust, irritation, satisfaction, debt = 0.0, 0.0, 0.0, 0.0
    for i in range(len(loyalty)):
        there = float(customers.active[i])
        trust += there * customers.trust[i]
        irritation += there * customers.irritation[i]
        satisfaction += there * customers.satisfaction[i]
        debt += there * customers.debt[i]
    week.customers, week.promoters, week.detractors = active, promoters, detractors
    week.left_wronged, week.products_held = left_wronged, held
    week.trust, week.irritation, week.satisfaction, week.debt = trust, irritation, satisfaction, debt
    floor.promoters, floor.vacant, floor.waiting = promoters, len(loyalty) - active, waiting
