"""Consequences for customers, by stage: contacts, recovery, discoveries, cancellations, churn and referrals."""

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, Records, compiled, inlined
from incentive_env.model.loyalty import latent_loyalty, loyalty_of, weights_of
from incentive_env.model.maths import clip, exp4, f4
from incentive_env.model.opening import fill_slot
from incentive_env.model.scratch import Scratch
from incentive_env.model.service import Answering, answer_contact, raise_issues, who_answers
from incentive_env.model.state import LONG_AGO, NEVER, NO_CALLBACK, PRODUCT_FAULT, Customers
from incentive_env.model.witness import (
    Witness,
    note_arrival,
    note_departure,
    note_discovery,
    note_service,
    note_time,
    watching,
)

# What may happen to a customer in a week: few of them meet any of it. A bit each.
_SETTLES, _DROPS, _LEAVES, _FORGIVES, _ARRIVES = (np.uint8(1 << bit) for bit in range(5))
# Draws, one for each slot: rows of ``scratch.luck``. Who is there may forgive, and a vacant slot may be filled.
_TO_DROP, _TO_LEAVE, _TO_CALL_IN, _TO_DISCOVER, _TO_FORGIVE_OR_ARRIVE = range(5)
_NOTHING = np.uint8(0)
_UNITS, _UNITS8 = f4(2.0**29), 2.0**29  # to the 1 of a feeling; the highest is 2
_MOST = 0.05  # no weekly hazard of leaving or dropping a product is larger


@inlined
def live_a_week(
    customers: Customers, responses: Records, tallies: Records, floor: Record, week: Record, answering: Answering, p:
    Record, key: Key, scratch: Scratch, witness: Witness,
) -> None:  # fmt: skip
    """Advance all customers by a week, and count them at its end.

    What happens to everybody is a loop without branches, which the compiler turns into vector instructions. What
    happens to few is marked by such a loop, and then done for these few alone.
    """
    _answer_contacts(customers, scratch, responses, tallies, floor, week, answering, p, key, witness)
    _forget(customers, floor, p)
    note_time(witness, customers, floor, p)
    _draw(scratch.luck, key)
    _discover_debts(customers, scratch, floor, week, p, key, witness)
    _judge(customers, scratch.loyalty, floor, p)
    _mark_losses(customers, scratch, p)
    _mark_changes(customers, scratch, floor, p)
    raise_issues(customers, scratch.luck[_TO_CALL_IN], floor, p)
    for j in range(_pick(scratch.happens, scratch.picked)):
        _change(customers, scratch.picked[j], scratch, tallies, floor, week, p, key, witness)
    _count(customers, scratch.loyalty, floor, week, p)
    _sum_feelings(customers, week)


@inlined
def _pick(marks: np.ndarray, picked: np.ndarray) -> int:
    """List the customers who are marked, in order, and return their number.

    The loop has no branch, because few are marked and a processor could not predict which.
    """
    count = np.uint32(0)
    for i in range(len(marks)):
        picked[count] = i
        count += np.uint32(marks[i] != 0)
    return int(count)


@compiled
def _answer_contacts(
    customers: Customers, scratch: Scratch, responses: Records, tallies: Records, floor: Record, week: Record,
    answering: Answering, p: Record, key: Key, witness: Witness,
) -> None:  # fmt: skip
    for j in range(_pick(customers.open_issue, scratch.picked)):
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
    c, today = p.customers, floor.week
    lost = c.product_fault * p.events.strength[PRODUCT_FAULT] if floor.event_weeks_left[PRODUCT_FAULT] > 0 else 0.0
    kept, trust_rate, trust_level = f4(c.irritation_kept), f4(c.trust_rate), f4(c.trust_level)
    rate, level, neglect = f4(c.satisfaction_rate), f4(c.satisfaction_level), f4(c.neglect)
    neglect_weeks, fault, none, all_of_it = f4(c.neglect_weeks), f4(lost), f4(0.0), f4(1.0)
    for i in range(len(customers.trust)):
        forgotten = min(f4(np.int32(today - customers.contact_week[i])) / neglect_weeks, all_of_it)
        trust, satisfaction = customers.trust[i], customers.satisfaction[i]
        customers.irritation[i] *= kept
        customers.trust[i] = trust + trust_rate * (trust_level - trust)
        satisfaction += rate * (level - neglect * forgotten - satisfaction)
        customers.satisfaction[i] = max(satisfaction - fault, none)


@compiled
def _draw(luck: np.ndarray, key: Key) -> None:
    drop, leave, call_in = luck[_TO_DROP], luck[_TO_LEAVE], luck[_TO_CALL_IN]
    for i in range(len(drop)):
        life = rng.bits(key, rng.LIFE, i)
        drop[i], leave[i], call_in[i] = rng.third(life, 0), rng.third(life, 1), rng.third(life, 2)
    discover, change = luck[_TO_DISCOVER], luck[_TO_FORGIVE_OR_ARRIVE]
    for i in range(len(discover)):
        life = rng.bits(key, rng.LIFE + 1, i)
        discover[i], change[i] = rng.third(life, 0), rng.third(life, 1)


@compiled
def _discover_debts(
    customers: Customers, scratch: Scratch, floor: Record, week: Record, p: Record, key: Key, witness: Witness
) -> None:
    chance, none, luck = f4(p.customers.discovery), f4(0.0), scratch.luck[_TO_DISCOVER]
    for i in range(len(luck)):
        scratch.happens[i] = (customers.active[i] != 0) & (customers.debt[i] > none) & (luck[i] < chance)
    for j in range(_pick(scratch.happens, scratch.picked)):
        i = scratch.picked[j]
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
def _judge(customers: Customers, loyalty: np.ndarray, floor: Record, p: Record) -> None:
    weights = weights_of(floor, p)
    for i in range(len(loyalty)):
        loyalty[i] = latent_loyalty(
            customers.trust[i], customers.satisfaction[i], customers.irritation[i], customers.disposition[i], weights
        )


@compiled
def _mark_losses(customers: Customers, scratch: Scratch, p: Record) -> None:
    """Mark who will drop a product that is under review, if they hold it, and who will leave."""
    c, most = p.customers, f4(_MOST)
    drop_hazard, drop_slope, churn_at = f4(c.late_cancellation), f4(c.late_loyalty), f4(p.loyalty.churn_at)
    log_hazard, leave_slope = f4(p.loyalty.churn_log_hazard), f4(p.loyalty.churn_slope)
    products = f4(len(customers.held))
    to_drop, to_leave, loyalty = scratch.luck[_TO_DROP], scratch.luck[_TO_LEAVE], scratch.loyalty
    for i in range(len(loyalty)):
        above = loyalty[i] - churn_at
        drops = to_drop[i] < products * min(drop_hazard * exp4(-drop_slope * above), most)
        leaves = to_leave[i] < min(exp4(log_hazard - leave_slope * above), most)
        losses = (_DROPS if drops else _NOTHING) | (_LEAVES if leaves else _NOTHING)
        scratch.happens[i] = losses if customers.active[i] != 0 else _NOTHING


@compiled
def _mark_changes(customers: Customers, scratch: Scratch, floor: Record, p: Record) -> None:
    """Mark whose sales are due, who forgives, and which vacant slots referrals and leads will fill."""
    today, luck = np.int32(floor.week), scratch.luck[_TO_FORGIVE_OR_ARRIVE]
    expiry, arrival = f4(p.calls.do_not_call_expiry), f4(_referral_chance(floor, p) + _lead_chance(floor, p))
    for i in range(len(luck)):
        settles = _SETTLES if customers.due_week[i] == today else _NOTHING
        forgives = _FORGIVES if (customers.do_not_call[i] != 0) & (luck[i] < expiry) else _NOTHING
        arrives = _ARRIVES if luck[i] < arrival else _NOTHING
        scratch.happens[i] |= settles | forgives if customers.active[i] != 0 else arrives


@inlined
def _referral_chance(floor: Record, p: Record) -> float:
    """Weekly chance that a vacant slot is filled by a friend of a promoter."""
    if floor.closed != 0:
        return 0.0
    return min(0.5, p.customers.referral_rate * floor.promoters * floor.volume / max(floor.vacant, 1.0))


@inlined
def _lead_chance(floor: Record, p: Record) -> float:
    """The same by marketing; better reputation brings more leads."""
    if floor.closed != 0:
        return 0.0
    return p.customers.lead_rate * floor.volume * max(p.customers.least_reputation, 1.0 + floor.reputation)


@inlined
def _change(
    customers: Customers, i: int, scratch: Scratch, tallies: Records, floor: Record, week: Record, p: Record, key: Key,
    witness: Witness,
) -> None:  # fmt: skip
    """Do what happens to a customer, in the order of the week's stages."""
    happens, loyalty = scratch.happens[i], scratch.loyalty
    if happens & _SETTLES:
        _settle(customers, i, tallies[i // p.market.slots], floor, week, p, key)
    if happens & _DROPS:
        _review(customers, i, floor, week, p, key)
    if happens & _LEAVES:
        _depart(customers, i, floor, week, loyalty[i] < p.loyalty.detractor, p)
        if watching(witness):
            note_departure(witness, customers, i, floor, p)
    elif happens & _FORGIVES:
        customers.do_not_call[i] = 0
    if happens & _ARRIVES:
        referred = scratch.luck[_TO_FORGIVE_OR_ARRIVE, i] < _referral_chance(floor, p)
        fill_slot(customers, i, floor, p, key, referred)
        loyalty[i] = loyalty_of(customers, i, floor, p)
        week.referrals += referred
        week.arrivals += 1
        if watching(witness):
            note_arrival(witness, customers, i, floor, p)


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


@inlined
def _review(customers: Customers, i: int, floor: Record, week: Record, p: Record, key: Key) -> None:
    """One of the products is under review: it is dropped if it is held, and past its cooling-off."""
    product = int(rng.third(rng.bits(key, rng.DROP, i), 0) * len(customers.held))
    age = floor.week - customers.sold_week[product, i]
    if (customers.held[product, i] != 0) & (age > p.customers.cooling_off_weeks):
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
def _count(customers: Customers, loyalty: np.ndarray, floor: Record, week: Record, p: Record) -> None:
    promoter, detractor = f4(p.loyalty.promoter), f4(p.loyalty.detractor)
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
    week.customers, week.promoters, week.detractors = active, promoters, detractors
    week.left_wronged, week.products_held = left_wronged, held
    floor.promoters, floor.vacant, floor.waiting = promoters, len(loyalty) - active, waiting


@compiled
def _sum_feelings(customers: Customers, week: Record) -> None:
    """Sums over customers, in whole units of 2⁻²⁹: they are the same in any order, so that lanes can share them."""
    trust, irritation, satisfaction, debt, none = 0, 0, 0, 0, f4(0.0)
    for i in range(len(customers.active)):
        there = _UNITS if customers.active[i] != 0 else none
        trust += int(np.int32(there * customers.trust[i]))
        irritation += int(np.int32(there * customers.irritation[i]))
        satisfaction += int(np.int32(there * customers.satisfaction[i]))
        debt += int(np.int32(there * customers.debt[i]))
    week.trust, week.irritation = trust / _UNITS8, irritation / _UNITS8
    week.satisfaction, week.debt = satisfaction / _UNITS8, debt / _UNITS8
