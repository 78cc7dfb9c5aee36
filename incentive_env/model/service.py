"""Inbound work. Most of it is failure demand: debt, missing logs and irritation make customers call in."""

from typing import NamedTuple

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Record, Records, compiled, inlined
from incentive_env.model.maths import exp, f4, logistic
from incentive_env.model.state import PRODUCT_FAULT, RUSHED, Customers


class Answering(NamedTuple):
    """How well the floor answers this week."""

    load: float  # hours of inbound work / hours that may go to it
    in_time: float  # share of contacts answered in time: the service level
    answered: float  # share answered at all


@compiled
def plan_hours(
    floor: Record, reps: Records, responses: Records, tallies: Records, week: Record, p: Record
) -> Answering:
    """Split the reps' hours between inbound and outbound work.

    Inbound goes first, up to a ceiling, and is shared by all who are present in proportion to the hours that absence,
    breaks and coaching leave them; the rest goes to outbound calls.
    """
    present, available, length = 0, 0.0, 0.0
    for r in range(len(reps)):
        if reps[r].present != 0:
            present += 1
            available += _available_hours(reps[r], responses[r], floor, tallies[r], p)
            length += 1.0 - responses[r].rush * (1.0 - p.service.rush_time)
    week.contacts = floor.waiting
    if present == 0:
        return Answering(10.0, 0.0, 0.0)
    needed = length / present * floor.waiting * p.market.customers_per_slot * p.service.handle_time / 3600.0
    capacity = p.service.capacity * available
    share = min(needed, capacity) / max(available, 1e-9)
    for r in range(len(reps)):
        if reps[r].present != 0:
            tallies[r].inbound_hours = share * responses[r].hours
            responses[r].hours -= tallies[r].inbound_hours
    load = min(needed / max(capacity, 1e-9), 10.0)
    answered = min(1.0, 1.0 / max(load, 1e-9))
    in_time = min(answered, p.service.service_level * exp(-exp(p.service.congestion * (load - 1.0))))
    return Answering(load, in_time, answered)


@compiled
def raise_issues(customers: Customers, luck: np.ndarray, floor: Record, p: Record) -> None:
    """Some customers will call in next week: those with a debt, an irritation or no log more likely."""
    s = p.service
    fault = s.fault_contacts * p.events.strength[PRODUCT_FAULT] if floor.event_weeks_left[PRODUCT_FAULT] > 0 else 0.0
    base, of_debt, of_irritation = f4(s.base_contacts + fault), f4(s.debt_contacts), f4(s.irritation_contacts)
    of_log, nothing = f4(s.log_contacts), f4(0.0)
    for i in range(len(luck)):
        chance = base + of_debt * customers.debt[i] + of_irritation * customers.irritation[i]
        chance += of_log if customers.log_missing[i] != 0 else nothing
        calls_in = (customers.active[i] != 0) & (luck[i] < chance)
        customers.open_issue[i] = 1 if calls_in else customers.open_issue[i]


@compiled
def who_answers(responses: Records, tallies: Records, draw: np.float32) -> int:
    """The rep to whom a contact is routed, drawn from those present; the first seat if nobody is."""
    start = int(draw * len(responses))
    for step in range(len(responses)):
        r = start + step if start + step < len(responses) else start + step - len(responses)
        if tallies[r].present != 0.0:
            return r
    return 0


@inlined
def answer_contact(
    customers: Customers, i: int, response: Record, tally: Record, week: Record, answering: Answering, p: Record, luck:
    np.uint64, rush: np.float32,
) -> None:  # fmt: skip
    """Answer a customer who calls in: in time, late or not at all; fixed the first time, cut short, or neither."""
    s = p.service
    place = rng.third(luck, 0)
    if place < answering.in_time:
        week.answered_in_time += 1
    else:
        customers.irritation[i] = min(customers.irritation[i] + s.late_irritation, 1.5)
    fixed = 0.0
    if place < answering.answered:
        tally.answered += 1
        ease = s.fixed_base + response.fixing - s.fixed_missing_log * customers.log_missing[i]
        if rush < response.rush:
            tally.gamed[RUSHED] += 1
            tally.recorded_fixed += 1  # marked as fixed in any case
            fixed = logistic(ease - s.rush_fixed)
        else:
            fixed = logistic(ease)
    if rng.third(luck, 1) < fixed:
        tally.fixed += 1
        if rush >= response.rush:
            tally.recorded_fixed += 1
        customers.open_issue[i] = 0
        customers.debt[i] *= 1.0 - s.relief
        customers.satisfaction[i] = min(1.0, customers.satisfaction[i] + s.fixed_satisfaction * response.care)
    else:
        customers.satisfaction[i] = max(0.0, customers.satisfaction[i] - s.failed_satisfaction)
        customers.irritation[i] = min(customers.irritation[i] + s.failed_irritation, 1.5)
        if rng.third(luck, 2) < s.give_up:
            customers.open_issue[i] = 0
            customers.debt[i] = min(customers.debt[i] + s.unsolved_debt, 2.0)


@compiled
def _available_hours(rep: Record, response: Record, floor: Record, tally: Record, p: Record) -> float:
    absence = p.workforce.absence_base + p.workforce.absence_strain * rep.strain
    tally.absent_hours = p.salesforce.weekly_hours * min(absence, 0.5)
    worked = (p.salesforce.weekly_hours - tally.absent_hours) * response.effort
    response.hours = max(0.0, worked - floor.scheme.coaching)
    return float(response.hours)
