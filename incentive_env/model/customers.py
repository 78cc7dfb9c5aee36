"""Consequences, slot by slot: who calls in, what customers forget, find out, cancel, and tell their friends."""

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Record, compiled, inlined
from incentive_env.model.loyalty import loyalty_of
from incentive_env.model.maths import clip, exp
from incentive_env.model.opening import fill_slot
from incentive_env.model.service import Answering, answer_contact, contact_chance, who_answers
from incentive_env.model.state import LONG_AGO, NEVER, NO_CALLBACK, PRODUCT_FAULT

_MOST = 0.05  # no weekly hazard of leaving or dropping a product is larger, so most draws need no exponential


@compiled
def live_a_week(
    customers: np.ndarray, responses: np.ndarray, tallies: np.ndarray, floor: Record, week: Record,
    answering: Answering, p: Record, key: np.uint64,
) -> None:  # fmt: skip
    """Let every slot live through the week, and count how the books stand at its end."""
    slots = customers.shape[1]
    referrals = p.customers.referral_rate * floor.promoters * floor.volume
    referral = min(0.5, referrals / max(floor.vacant, 1.0))
    active, promoters, detractors, left_wronged, held, waiting = 0, 0, 0, 0, 0, 0
    trust, irritation, satisfaction, debt = 0.0, 0.0, 0.0, 0.0
    for r in range(customers.shape[0]):
        for s in range(slots):
            customer = customers[r, s]
            entity = r * slots + s
            loyalty = 0.0
            if customer.active != 0:
                if customer.open_issue != 0:
                    routing = rng.bits(key, rng.INBOUND + 1, entity)
                    a = who_answers(responses, tallies, rng.third(routing, 0))
                    luck = rng.bits(key, rng.INBOUND, entity)
                    answer_contact(customer, responses[a], tallies[a], week, answering, p, luck, rng.third(routing, 1))
                loyalty = _live(customer, tallies[r], floor, week, p, key, entity)
            elif floor.closed == 0:
                _maybe_fill(customer, floor, week, referral, p, key, entity)
                loyalty = loyalty_of(customer, floor, p)
            # Sums are kept in local variables: the compiler can hold these in registers.
            if customer.active == 0:
                left_wronged += customer.left_wronged
                continue
            active += 1
            promoters += loyalty >= p.loyalty.promoter
            detractors += loyalty < p.loyalty.detractor
            waiting += customer.open_issue
            trust += customer.trust
            irritation += customer.irritation
            satisfaction += customer.satisfaction
            debt += customer.debt
            for product in range(len(customer.held)):
                held += customer.held[product]
    week.customers, week.promoters, week.detractors = active, promoters, detractors
    week.left_wronged, week.products_held = left_wronged, held
    week.trust, week.irritation, week.satisfaction, week.debt = trust, irritation, satisfaction, debt
    floor.promoters, floor.vacant, floor.waiting = promoters, customers.size - active, waiting


@inlined
def _live(
    customer: Record, tally: Record, floor: Record, week: Record, p: Record, key: np.uint64, entity: int
) -> float:
    """One week of one customer; returns the loyalty at its end."""
    _forget(customer, floor, p)
    if customer.debt > 0.0 and rng.uniform(key, rng.DISCOVERY + 1, entity) < p.customers.discovery:
        _discover(customer, floor, week, p, rng.bits(key, rng.DISCOVERY, entity))
    if customer.due_week == floor.week:
        _settle_sales(customer, tally, floor, week, p, key, entity)
    loyalty = loyalty_of(customer, floor, p)
    life = rng.bits(key, rng.LIFE, entity)
    if rng.third(life, 0) < _MOST * len(customer.held):
        _maybe_drop_a_product(customer, loyalty, floor, week, p, rng.bits(key, rng.DROP, entity))
    fate = rng.third(life, 1)
    if fate < _MOST and fate < exp(p.loyalty.churn_log_hazard - p.loyalty.churn_slope * (loyalty - p.loyalty.churn_at)):
        _depart(customer, floor, week, loyalty < p.loyalty.detractor, p)
        return loyalty
    if rng.third(life, 2) < contact_chance(customer, floor, p):
        customer.open_issue = 1
    if customer.do_not_call != 0 and rng.uniform(key, rng.EXPIRY, entity) < p.calls.do_not_call_expiry:
        customer.do_not_call = 0
    return loyalty


@inlined
def _forget(customer: Record, floor: Record, p: Record) -> None:
    """Irritation cools down, trust and satisfaction return to their levels; that of the forgotten is lower."""
    c = p.customers
    forgotten = min((floor.week - customer.contact_week) / c.neglect_weeks, 1.0)
    customer.irritation *= c.irritation_kept
    customer.trust += c.trust_rate * (c.trust_level - customer.trust)
    customer.satisfaction += c.satisfaction_rate * (
        c.satisfaction_level - c.neglect * forgotten - customer.satisfaction
    )
    if floor.event_weeks_left[PRODUCT_FAULT] > 0:
        fault = c.product_fault * p.events.strength[PRODUCT_FAULT]
        customer.satisfaction = max(0.0, customer.satisfaction - fault)


@compiled
def _discover(customer: Record, floor: Record, week: Record, p: Record, luck: np.uint64) -> None:
    """The promise turns out not to be kept: trust goes, and perhaps the product."""
    c = p.customers
    debt = customer.debt
    week.discoveries += 1
    customer.trust = clip(customer.trust - c.debt_trust * debt, 0.0, 1.0)
    customer.irritation = min(customer.irritation + c.debt_irritation * debt, 1.5)
    customer.satisfaction = max(0.0, customer.satisfaction - c.debt_satisfaction * debt)
    customer.debt = 0.0
    customer.wronged_until = floor.week + c.wronged_weeks
    if rng.third(luck, 0) < c.debt_complains:
        customer.open_issue = 1
        week.complaints += 1
    if rng.third(luck, 1) < c.debt_cancels * min(1.0, c.debt_cancel_slope * debt):
        newest = -1
        for product in range(len(customer.held)):
            newer = newest < 0 or customer.sold_week[product] > customer.sold_week[newest]
            if customer.held[product] != 0 and newer:
                newest = product
        if newest >= 0:
            _cancel(customer, newest, floor, week, p)
            week.discovery_cancellations += 1


@compiled
def _settle_sales(
    customer: Record, tally: Record, floor: Record, week: Record, p: Record, key: np.uint64, entity: int
) -> None:
    """At the end of the legal cooling-off a sale stands or falls; held long enough, it earns its deferred pay."""
    c = p.customers
    customer.due_week = NEVER
    for product in range(len(customer.held)):
        if customer.held[product] == 0:
            continue
        age = floor.week - customer.sold_week[product]
        if age == c.cooling_off_weeks:
            regret = p.tactics.cooling_off[customer.sold_by[product]]
            if rng.uniform(key, rng.COOLING_OFF + product, entity) < regret:
                _cancel(customer, product, floor, week, p)
                week.cooled_off += 1
                continue
        if age >= c.retention_weeks:
            tally.retention_pay += customer.deferred[product]
            customer.deferred[product] = 0.0
        elif age >= c.cooling_off_weeks:
            customer.due_week = min(customer.due_week, customer.sold_week[product] + c.retention_weeks)
        else:
            customer.due_week = min(customer.due_week, customer.sold_week[product] + c.cooling_off_weeks)


@compiled
def _maybe_drop_a_product(
    customer: Record, loyalty: float, floor: Record, week: Record, p: Record, luck: np.uint64
) -> None:
    """Think about one product, and perhaps drop it; each comes under review at the rate of the largest hazard."""
    c = p.customers
    product = int(rng.third(luck, 0) * len(customer.held))
    hazard = c.late_cancellation * exp(-c.late_loyalty * (loyalty - p.loyalty.churn_at))
    beyond_cooling_off = floor.week - customer.sold_week[product] > c.cooling_off_weeks
    if customer.held[product] != 0 and beyond_cooling_off and rng.third(luck, 1) * _MOST < hazard:
        _cancel(customer, product, floor, week, p)
        week.late_cancellations += 1


@compiled
def _cancel(customer: Record, product: int, floor: Record, week: Record, p: Record) -> None:
    """Give a product up; within the cooling-off the fee goes back, whatever the reason."""
    if customer.held[product] != 0 and floor.week - customer.sold_week[product] <= p.customers.cooling_off_weeks:
        week.refunded += 1
    customer.held[product] = 0
    customer.deferred[product] = 0.0


@compiled
def _depart(customer: Record, floor: Record, week: Record, detractor: bool, p: Record) -> None:
    """Leave the firm; a wronged customer, or one who warns others, leaves a slot that counts as a detractor."""
    week.churned += 1
    customer.active = 0
    customer.left_wronged = 1 if detractor or customer.wronged_until >= floor.week else 0
    customer.callback = NO_CALLBACK
    customer.open_issue = 0
    customer.due_week = NEVER
    for product in range(len(customer.held)):
        _cancel(customer, product, floor, week, p)
        customer.sold_week[product] = LONG_AGO


@compiled
def _maybe_fill(
    customer: Record, floor: Record, week: Record, referral: float, p: Record, key: np.uint64, entity: int
) -> None:
    """A referral or a lead from marketing takes the vacant slot; better reputation brings more leads."""
    lead = p.customers.lead_rate * floor.volume * max(p.customers.least_reputation, 1.0 + floor.reputation)
    luck = rng.uniform(key, rng.ARRIVAL, entity)
    if luck < referral + lead:
        fill_slot(customer, floor, p, key, entity, luck < referral)
        week.referrals += luck < referral
        week.arrivals += 1
