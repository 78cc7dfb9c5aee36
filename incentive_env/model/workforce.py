"""How work changes the reps: learning, norm, motivation, strain, skill; who leaves, and who comes."""

import math

from incentive_env.model import rng
from incentive_env.model.beliefs import felt_audit
from incentive_env.model.care import control_of, kind_of
from incentive_env.model.compiled import Key, Record, Records, compiled
from incentive_env.model.cycles import outside_pay
from incentive_env.model.maths import clip, exp, logistic
from incentive_env.model.mechanisms import CREDIT, DEPLETION, on
from incentive_env.model.money import credit_line
from incentive_env.model.opening import draw_traits, start_job
from incentive_env.model.pay import bonus_of
from incentive_env.model.pay_memory import reasons_to_stay
from incentive_env.model.reps import period_so_far
from incentive_env.model.state import HONEST, RUSHED, Customers

STAYED, EXIT_QUIT, EXIT_DISMISSED, EXIT_LAID_OFF, EXIT_MOVED = range(5)
_TRAITS = 12  # purposes taken by one applicant's traits


@compiled
def learn_from_week(rep: Record, response: Record, tally: Record, p: Record) -> None:
    """Experience-weighted attraction (Camerer & Ho 1999): what a tactic paid, against the week's average."""
    learning = p.learning
    calls = max(tally.calls, 1)
    average = 0.0
    for tactic in range(len(rep.attraction)):
        average += _payoff(response, tally, tactic, p) / calls
    honest_calls = tally.calls
    for tactic in range(HONEST + 1, len(rep.attraction)):
        honest_calls -= tally.gamed[tactic - 1]
    for tactic in range(len(rep.attraction)):
        tried = honest_calls if tactic == HONEST else tally.gamed[tactic - 1]
        surprise = (_payoff(response, tally, tactic, p) - tried * average) / calls
        attraction = (1.0 - learning.forgetting) * rep.attraction[tactic] + learning.step * surprise
        if tactic != HONEST and tried > 0 and tally.sanctions > 0:
            attraction -= learning.sanction_shock
        rep.attraction[tactic] = clip(attraction, -10.0, 10.0)


@compiled
def move_norm(floor: Record, tallies: Records, p: Record) -> None:
    """Move the norm toward the observed conduct of colleagues; everybody sees a sanction."""
    handled, gamed, sanctions = 0, 0, 0
    for r in range(len(tallies)):
        handled += tallies[r].calls + tallies[r].answered
        gamed += tallies[r].gamed_calls + tallies[r].gamed[RUSHED]
        sanctions += tallies[r].sanctions
    if handled > 0:
        floor.norm += p.learning.norm_rate * (gamed / handled - floor.norm)
    floor.norm = clip(floor.norm * (1.0 - p.learning.norm_deterrence * sanctions / len(tallies)), 0.0, 1.0)


@compiled
def change_rep(rep: Record, response: Record, tally: Record, floor: Record, load: float, p: Record) -> None:
    """Move motivation, strain, skill and the memories of a rep by one week."""
    calls = max(tally.calls, 1)
    gamed = (tally.gamed_calls + tally.gamed[RUSHED]) / max(tally.calls + tally.answered, 1)
    rep.gaming += (gamed - rep.gaming) / p.learning.gaming_memory
    rep.tenure += 1.0
    rep.sanctions = p.workforce.sanction_memory * rep.sanctions + tally.sanctions
    rep.period_sales += tally.recorded_sales
    rep.period_recorded += tally.recorded_sales + tally.recorded_refusals
    rep.usual_sales += p.learning.expectation_rate * (tally.recorded_sales - rep.usual_sales)
    judged = tally.recorded_sales + tally.recorded_refusals
    rep.usual_recorded += p.learning.expectation_rate * (judged - rep.usual_recorded)
    rep.period_fixed += tally.recorded_fixed
    rep.period_answered += tally.answered
    rep.usual_fixed += p.learning.expectation_rate * (tally.recorded_fixed - rep.usual_fixed)
    rep.usual_answered += p.learning.expectation_rate * (tally.answered - rep.usual_answered)
    _pay_target_bonus(rep, tally, floor, p)
    _move_skill(rep, floor, p)
    _move_motivation(rep, tally, floor, gamed, p)
    _move_strain(rep, response, floor, tally.angry_calls / calls, gamed, load, p)


@compiled
def _pay_target_bonus(rep: Record, tally: Record, floor: Record, p: Record) -> None:
    """At the end of a quota period, pay those who reached the target."""
    hits, tries = period_so_far(rep, p)
    period_ends = (floor.week + 1) % p.horizon.decision_weeks == 0
    if period_ends and floor.scheme.target > 0.0 and tries > 0.0 and hits >= floor.scheme.target * tries:
        tally.target_bonus = floor.scheme.target_bonus


@compiled
def engagement_of(rep: Record, p: Record) -> float:
    """A rep's own loyalty to the job, −1 … 1: the expected answer to an eNPS question."""
    m = p.motivation
    content = (rep.motivation - m.content) / m.content_range
    return clip(content - (rep.strain - m.strain_usual) / m.strained_range, -1.0, 1.0)


@compiled
def settle_exit(
    rep: Record, customers: Customers, tally: Record, floor: Record, pay: float, p: Record, key: Key, r: int
) -> None:
    """A rep may be dismissed, for a missed quota or repeated sanctions, or quit."""
    period_ends = (floor.week + 1) % p.horizon.decision_weeks == 0
    dismissal = p.workforce.sanction_dismissal * max(0.0, rep.sanctions - 1.0) if tally.sanctions > 0 else 0.0
    if period_ends and floor.scheme.target > 0.0:
        hits, tries = period_so_far(rep, p)
        miss = max(0.0, 1.0 - hits / max(floor.scheme.target * tries, 1e-9)) if tries > 0.0 else 0.0
        dismissal += p.workforce.miss_dismissal * floor.scheme.pressure * miss
    if period_ends:
        rep.period_sales = rep.period_recorded = rep.period_fixed = rep.period_answered = 0.0
    if rng.uniform(key, rng.EXIT, r) < dismissal:
        leave(rep, customers, r, tally, EXIT_DISMISSED, p)
    elif rng.uniform(key, rng.EXIT + 1, r) < _quit_hazard(rep, tally, floor, pay, p):
        leave(rep, customers, r, tally, EXIT_QUIT, p)


@compiled
def leave(rep: Record, customers: Customers, r: int, tally: Record, reason: int, p: Record) -> None:
    """A rep leaves: deferred pay is forfeited, customers lose trust, and the seat becomes vacant."""
    rep.present = 0
    rep.vacancy = p.workforce.vacancy_weeks
    tally.exit = reason
    for i in range(r * p.market.slots, (r + 1) * p.market.slots):
        customers.trust[i] = max(0.0, customers.trust[i] - p.customers.rep_left_trust)
        for product in range(len(customers.deferred)):
            customers.deferred[product, i] = 0.0


@compiled
def hire(rep: Record, tally: Record, floor: Record, p: Record, key: Key, r: int) -> None:
    """Hire the applicant whom the offer suits best; so the scheme selects who joins.

    The seat's record holds one applicant after the other, and finally the one hired.
    """
    chosen, best = 0, -1e18
    for applicant in range(p.workforce.applicants):
        entity = r * 64 + applicant
        draw_traits(rep, floor.team_honesty, p, key, rng.APPLICANT, entity)
        appeal = _offer_surplus(rep, floor, p) / p.workforce.offer_scale
        appeal += rng.gumbel(key, rng.APPLICANT + _TRAITS, entity)
        if appeal > best:
            chosen, best = entity, appeal
    draw_traits(rep, floor.team_honesty, p, key, rng.APPLICANT, chosen)
    start_job(rep, p)
    tally.hired += 1


@compiled
def fill_vacancy(rep: Record, tally: Record, floor: Record, filled: int, p: Record, key: Key, r: int) -> int:
    """Hire for an empty seat when its time has come, as long as the floor has open seats and cash; count the hire."""
    if rep.present != 0 or floor.closed != 0 or tally.exit != STAYED:  # the week of leaving does not count
        return 0
    rep.vacancy = max(0, rep.vacancy - 1)
    if rep.vacancy > 0 or filled >= floor.open_seats:
        return 0
    kept = p.money.least_seats * p.salesforce.reps if on(CREDIT, p) else 0.0
    if p.money.insolvency != 0 and floor.cash <= -credit_line(p) and filled >= kept:
        return 0
    hire(rep, tally, floor, p, key, r)
    return 1


@compiled
def _payoff(response: Record, tally: Record, tactic: int, p: Record) -> float:
    """€ that the calls made with a tactic brought the rep this week, angry ones deducted."""
    return response.value[tactic] * tally.tactic_sales[tactic] - p.learning.anger_cost * tally.tactic_anger[tactic]


@compiled
def _move_skill(rep: Record, floor: Record, p: Record) -> None:
    s = p.skill
    rep.inexperience -= min(1.0, s.learning_rate * (1.0 + s.coached_learning * rep.coached)) * rep.inexperience
    aim = 1.0 + s.knowledge * floor.knowledge
    full = (1.0 - exp(-floor.scheme.coaching / s.coaching_hours)) * aim
    rep.coached += s.coaching_rate * (full - rep.coached)


@compiled
def _move_motivation(rep: Record, tally: Record, floor: Record, gamed: float, p: Record) -> None:
    m, scheme = p.motivation, floor.scheme
    bonus = bonus_of(tally)
    contingent = bonus / max(bonus + tally.base_pay, 1.0)
    threat = scheme.pressure if scheme.target > 0.0 else 0.0
    settled = (
        m.resting + rep.temper
        + m.autonomy * scheme.autonomy
        + m.honest_work * (1.0 - gamed)
        + m.coaching * rep.coached
        + m.fair_wage * math.log(max(scheme.base_pay, 1.0) / outside_pay(floor, p))
        - m.pressure * threat
        - m.audit * scheme.audit
        - m.contingent_share * contingent
        - m.guilt * rep.honesty * gamed
        - p.kinds.offence * max(0.0, kind_of(rep.honesty, p)) * control_of(felt_audit(rep, scheme, p), p)
    )  # fmt: skip
    if bonus > 0.0:
        settled -= m.contingent
    rep.motivation = clip(rep.motivation + m.rate * (settled - rep.motivation), 0.0, 1.5)


@compiled
def _move_strain(
    rep: Record, response: Record, floor: Record, anger: float, gamed: float, load: float, p: Record
) -> None:
    m, scheme = p.motivation, floor.scheme
    expected = m.strain_threat + (1.0 - m.strain_threat) * response.miss_chance
    threat = scheme.pressure * expected if scheme.target > 0.0 else 0.0
    settled = (
        m.strain_base
        + m.strain_pressure * threat
        + m.strain_anger * anger
        + m.strain_audit * scheme.audit * (1.0 - m.strain_audit_honesty * (1.0 - rep.honesty))
        + m.strain_workload * min(load, 1.0) * p.service.capacity
        - m.strain_autonomy * scheme.autonomy
    )
    if on(DEPLETION, p):
        settled += m.strain_hiding * gamed
    rate = m.strain_up if settled > rep.strain else m.strain_down
    rep.strain = clip(rep.strain + rate * (settled - rep.strain), 0.0, 1.5)


@compiled
def _quit_hazard(rep: Record, tally: Record, floor: Record, pay: float, p: Record) -> float:
    w = p.workforce
    outside = outside_pay(floor, p) * exp(w.outside_ability * rep.ability)
    return exp(
        w.quit_log_hazard
        + w.quit_strain * (rep.strain - p.motivation.strain_usual)
        - w.quit_motivation * (rep.motivation - p.motivation.content)
        - w.quit_pay * math.log(max(pay, 1.0) / outside)
        - reasons_to_stay(rep, tally, p)
    )


@compiled
def _offer_surplus(rep: Record, floor: Record, p: Record) -> float:
    """€/week by which the job seems better than elsewhere; dishonest applicants expect to sell more."""
    w, scheme = p.workforce, floor.scheme
    people = p.market.customers_per_slot * p.salesforce.expected_calls
    usual = math.log(p.salesforce.expected_conversion / (1.0 - p.salesforce.expected_conversion))
    sales = people * logistic(usual + p.skill.ability * rep.ability + w.offer_gaming * (1.0 - rep.honesty))
    kept = p.tactics.believed_kept[HONEST]
    offer = scheme.base_pay + people * scheme.activity_pay + w.offer_autonomy * scheme.autonomy
    offer += (
        sales
        * (1.0 - p.decision.commission_risk * rep.risk_aversion)
        * (scheme.commission + rep.patience * scheme.retention_pay * kept)
    )
    if scheme.target > 0.0:
        offer += 0.5 * scheme.target_bonus / p.horizon.decision_weeks
        offer -= w.offer_pressure * scheme.pressure * (rep.risk_aversion + rep.honesty)
    return offer - outside_pay(floor, p) * exp(w.outside_ability * rep.ability)
