"""The opening of a floor: its type, its reps and its customers are drawn."""

import math

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, Records, compiled
from incentive_env.model.cycles import open_cycles
from incentive_env.model.maths import clip, logistic
from incentive_env.model.money import usual_cost
from incentive_env.model.state import CALLBACK, EMPTY_LOG, HONEST, LONG_AGO, NEVER, NO_CALLBACK, Customers

OPENING_WEEK = 1 << 40  # a separate key, beyond any simulated week


@compiled
def open_floor(floor: Record, reps: Records, customers: Customers, seed: np.uint64, p: Record) -> None:
    """Draw the opening state of one floor; the burn-in follows outside."""
    key = rng.week_key(seed, OPENING_WEEK)
    _draw_type(floor, seed, p, key)
    newcomers = p.floors.newcomer_spread * rng.uniform(key, rng.OPENING_FLOOR + 8, 0)
    mood = p.floors.mood_spread * rng.normal(key, rng.OPENING_FLOOR + 10, 0)
    for r in range(len(reps)):
        _seat_first_rep(reps[r], floor, p, key, r, newcomers)
    for i in range(len(customers.active)):
        _open_slot(customers, i, floor, p, key, mood)


@compiled
def draw_traits(rep: Record, team_honesty: float, p: Record, key: Key, purpose: int, entity: int) -> None:
    """Draw a rep's permanent traits; takes 12 purposes from ``purpose`` on."""
    force = p.salesforce
    rep.ability = force.ability_sd * rng.normal(key, purpose, entity)
    usual = math.log(force.honesty_mean / (1.0 - force.honesty_mean))
    rep.honesty = logistic(usual + team_honesty + force.honesty_spread * rng.normal(key, purpose + 2, entity))
    rep.risk_aversion = clip(force.risk_aversion + force.trait_spread * rng.normal(key, purpose + 4, entity), 0.0, 1.0)
    rep.patience = clip(force.patience + force.trait_spread * rng.normal(key, purpose + 6, entity), 0.0, 1.0)
    rep.loss_aversion = max(1.0, force.loss_aversion + 2.0 * force.trait_spread * rng.normal(key, purpose + 8, entity))
    rep.temper = force.temper_sd * rng.normal(key, purpose + 10, entity)


@compiled
def start_job(rep: Record, p: Record) -> None:
    """Start a rep as a newcomer, without experience, who expects the usual figures."""
    rep.present = 1
    rep.vacancy = 0
    rep.tenure = rep.coached = rep.gaming = rep.sanctions = rep.own_nps = rep.owed_hours = 0.0
    rep.period_sales = rep.period_recorded = rep.period_fixed = rep.period_answered = 0.0
    rep.inexperience = p.skill.newcomer
    rep.motivation = clip(p.motivation.resting + rep.temper + p.motivation.honest_work, 0.0, 1.5)
    rep.strain = p.motivation.strain_base
    rep.heard, rep.alarm, rep.severity = p.beliefs.prior_heard, 0.0, 1.0
    rep.recent_pay = rep.usual_pay = rep.success = 0.0
    for channel in range(len(rep.know_how)):
        rep.know_how[channel] = p.know_how.newcomer
    for tactic in range(len(rep.attraction)):
        rep.attraction[tactic] = 0.0
    rep.usual_recorded = p.salesforce.expected_calls
    rep.usual_sales = p.salesforce.expected_calls * p.salesforce.expected_conversion
    rep.usual_answered = p.salesforce.expected_contacts
    rep.usual_fixed = p.salesforce.expected_contacts * p.salesforce.expected_fixed


@compiled
def fill_slot(customers: Customers, i: int, floor: Record, p: Record, key: Key, referred: bool) -> None:
    """A new customer takes a vacant slot."""
    customers.active[i] = 1
    customers.callback[i] = NO_CALLBACK
    customers.log_missing[i] = customers.do_not_call[i] = customers.left_wronged[i] = customers.open_issue[i] = 0
    customers.referred[i] = 1 if referred else 0
    customers.wronged_until[i] = LONG_AGO
    customers.due_week[i] = NEVER
    customers.contact_week[i] = floor.week  # marketing, or the friend who referred them
    match = p.customers.referral_match if referred else 0.0
    customers.trust[i] = clip(p.customers.trust_level + p.customers.reputation_trust * floor.reputation, 0.0, 1.0)
    customers.irritation[i] = customers.debt[i] = 0.0
    customers.satisfaction[i] = p.customers.satisfaction_level
    standard = rng.normal(key, rng.CUSTOMER, i)
    if referred:
        standard += p.customers.referral_disposition
    customers.disposition[i] = p.loyalty.disposition_sd * standard
    usual = p.market.need_mean + floor.need_shift + match
    for product in range(len(customers.need)):
        level = usual + p.market.need_sd * rng.normal(key, rng.CUSTOMER + 2 + 2 * product, i)
        customers.need_level[product, i] = clip(level, 0.0, 1.5)
        customers.need[product, i] = customers.need_level[product, i]
        customers.held[product, i] = 0
        customers.sold_week[product, i] = LONG_AGO
        customers.deferred[product, i] = 0.0
        customers.sold_by[product, i] = HONEST


@compiled
def _draw_type(floor: Record, seed: np.uint64, p: Record, key: Key) -> None:
    kinds = p.floors
    floor.seed = seed
    floor.team_honesty = kinds.honesty_spread * rng.normal(key, rng.OPENING_FLOOR, 0)
    floor.need_shift = kinds.need_spread * rng.normal(key, rng.OPENING_FLOOR + 2, 0)
    rotten = rng.uniform(key, rng.OPENING_FLOOR + 4, 0) < kinds.rotten_chance
    floor.norm = kinds.rotten_norm if rotten else kinds.decent_norm
    spread = kinds.cash_spread * (2.0 * rng.uniform(key, rng.OPENING_FLOOR + 6, 0) - 1.0)
    floor.cash = p.money.start_weeks * usual_cost(p) * (1.0 + spread)
    floor.reputation = floor.knowledge = floor.disappointment = 0.0
    floor.demand = floor.delivered = floor.volume = 1.0
    floor.open_seats = p.salesforce.reps
    floor.promoters = floor.vacant = floor.waiting = 0.0
    floor.week = floor.closed = 0
    floor.ratchet, floor.period_hits, floor.period_tries, floor.managed = p.ratchet.initial, 0.0, 0.0, 1.0
    open_cycles(floor, p, key)
    for channel in range(len(floor.know_how)):
        practised = channel < CALLBACK or channel == EMPTY_LOG  # what pays without a target
        known = p.know_how.opening + (p.know_how.opening_norm * floor.norm if practised else 0.0)
        known += p.know_how.opening_spread * rng.normal(key, rng.OPENING_FLOOR + 16, channel)
        floor.know_how[channel] = clip(known, 0.0, 1.0)
    for event in range(len(floor.event_weeks_left)):
        floor.event_weeks_left[event] = 0


@compiled
def _seat_first_rep(rep: Record, floor: Record, p: Record, key: Key, r: int, newcomers: float) -> None:
    draw_traits(rep, floor.team_honesty, p, key, rng.OPENING_REP, r)
    start_job(rep, p)
    rep.conduct.given = 0
    rep.list_position = 0
    if rng.uniform(key, rng.OPENING_REP + 20, r) >= newcomers:
        rep.tenure = p.floors.least_tenure + p.floors.tenure_spread * rng.uniform(key, rng.OPENING_REP + 21, r)
        rep.inexperience = 0.0
        for channel in range(len(rep.know_how)):
            rep.know_how[channel] = floor.know_how[channel]
    rep.gaming = floor.norm
    for tactic in range(HONEST + 1, len(rep.attraction)):
        rep.attraction[tactic] = p.floors.rotten_habit * floor.norm


@compiled
def _open_slot(customers: Customers, i: int, floor: Record, p: Record, key: Key, mood: float) -> None:
    fill_slot(customers, i, floor, p, key, False)
    customers.trust[i] = clip(customers.trust[i] + mood, 0.0, 1.0)
    customers.contact_week[i] = -4
    for product in range(len(customers.need)):
        customers.need[product, i] *= rng.uniform(key, rng.OPENING_CUSTOMER + product, i)
        if rng.uniform(key, rng.OPENING_CUSTOMER + 16 + product, i) < p.market.held_at_start:
            customers.held[product, i] = 1
    if rng.uniform(key, rng.OPENING_CUSTOMER + 40, i) >= p.market.filled_at_start:
        customers.active[i] = 0
