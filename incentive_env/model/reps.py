"""How a rep decides: every choice is a logit over the perceived pay-off, through which every lever acts.

Pay-offs are in € per real conversation. Nothing here says "target, therefore gaming": a tactic is chosen
when its perceived pay exceeds its cost in risk, time and conscience (quantal response, McKelvey & Palfrey 1995).
"""

import math

from numba import literal_unroll

from incentive_env.model.beliefs import fear_of, felt_audit
from incentive_env.model.care import care_of, control_of, crowded_out, kind_of
from incentive_env.model.compiled import Record, compiled, inlined
from incentive_env.model.cycles import outside_pay
from incentive_env.model.know_how import lead_of, visible_share
from incentive_env.model.maths import clip, exp, exp4, f4, logistic, normal_density, normal_share
from incentive_env.model.mechanisms import CARE, DEPLETION, RATCHET, on
from incentive_env.model.pay_memory import cut_felt
from incentive_env.model.state import CALLBACK, CHOICES, EMPTY_LOG, HONEST, RUSHED, SURVEY, UNLOGGED

LOGIT, BEST_RESPONSE, NAIVE = range(3)
ON_CONVERSION, ON_FIRST_TIME_FIXED = range(2)  # what the quota counts
LEAST_EFFORT = 0.05  # share of the time at work of any rep who is present
NEVER_CHOSEN = -1e9  # the appeal of a closed tactic

_NONE, _ALL, _NEVER_CHOSEN4 = f4(0.0), f4(1.0), f4(NEVER_CHOSEN)


@compiled
def decide(rep: Record, response: Record, floor: Record, p: Record) -> None:
    """Compute the perceived value of the week's choices to a rep, and the rep's effort."""
    scheme = floor.scheme
    foresight = 0.0 if p.rationality.mode == NAIVE else 1.0
    scruples = scruples_of(rep.honesty, rep.coached, rep.strain, felt_audit(rep, scheme, p), floor, p)
    fear = foresight * fear_of(rep, scheme, p)
    counted = foresight * _quota_value(rep, response, floor, p)
    quota = counted if p.quota.counts == ON_CONVERSION else 0.0  # that a sale helps to reach
    response.next_quota *= foresight if p.quota.counts == ON_CONVERSION else 0.0
    conversion = rep.usual_sales / max(rep.usual_recorded, 0.1)
    time_value = p.decision.idle_time_value + scheme.activity_pay
    time_value += p.decision.speed_salience * scheme.commission * conversion
    response.skill = skill_of(rep, p)
    response.fixing = p.service.fixed_skill * response.skill + p.service.fixed_coaching * rep.coached
    response.precision = 1.0 / (p.decision.temperature * temperature_scale(p))
    stake = foresight * _deferred_value(rep, scheme.retention_pay, p.tactics.believed_kept[HONEST])
    response.aftercare = 1.0 - exp(-stake / p.decision.aftercare_scale)
    _choose_records(rep, response, scheme, p, scruples, quota, time_value, fear)
    _value_tactics(rep, response, floor, p, p.decision.conscience * scruples, quota, time_value, foresight, fear)
    _choose_rush(rep, response, scheme, p, scruples, counted - quota, time_value, fear)
    paid = _choose_effort(rep, response, floor, p, conversion, quota, foresight)
    response.care = care_of(rep, response, scheme, p, paid, response.aftercare)
    response.fixing += p.care.fixing * (response.care - 1.0)
    competence = clip(1.0 + p.calls.competence * response.skill, 0.0, 3.0)
    honest_call = p.customers.honest_call * (p.customers.honest_call_unmotivated + rep.motivation)
    response.honest_call = min(1.0, honest_call * response.care * competence)


@compiled
def follow(conduct: Record, response: Record, p: Record) -> None:
    """Replace the rep's own choices by those of an external policy; a closed channel stays closed.

    The rep's forecast (``miss_chance``) and care after a sale remain unchanged.
    """
    response.effort = clip(conduct.effort, LEAST_EFFORT, p.effort.ceiling)
    response.precision = 1.0  # so that appeals are the logarithms of the shares
    for tactic in range(len(response.value)):
        share = conduct.mix[tactic]
        allowed = share > 0.0 and (tactic == HONEST or channel_open(tactic - 1, p))
        response.value[tactic] = 0.0
        response.appeal[tactic] = math.log(share) if allowed else NEVER_CHOSEN
    channel = len(response.value) - 1
    for choice in literal_unroll(CHOICES):
        response[choice] = conduct[choice] if channel_open(channel, p) else 0.0
        channel += 1


@inlined
def choose_tactics(calls: Record, response: Record) -> None:
    """Choose a tactic for each call, from the ease of a sale and a random draw.

    Leaves the chance of a sale by each tactic in ``calls.chance``.
    """
    precision = f4(response.precision)
    for k in range(calls.lanes):
        odds, best = exp4(calls.ease[k]), _NEVER_CHOSEN4
        for tactic in range(len(calls.chance)):
            lifted = odds * response.lift[tactic]
            chance = lifted / (_ALL + lifted)
            worth = response.value[tactic] * chance + response.appeal[tactic]
            calls.chance[tactic, k], calls.weight[tactic, k] = chance, worth
            best = max(best, worth)
        left = _NONE
        for tactic in range(len(calls.chance)):
            weight = exp4((calls.weight[tactic, k] - best) * precision)
            # Rounding must never choose a closed channel.
            calls.weight[tactic, k] = weight if response.appeal[tactic] > _NEVER_CHOSEN4 else _NONE
            left += calls.weight[tactic, k]
        left *= calls.luck[0, k]
        chosen = 0
        for tactic in range(len(calls.chance)):  # until the draw's share of all weights is used up
            left -= calls.weight[tactic, k]
            chosen += 1 if left >= _NONE else 0
        calls.tactic[k] = chosen if chosen < len(calls.chance) else HONEST


@compiled
def skill_of(rep: Record, p: Record) -> float:
    """Skill, a term of the buying logit."""
    return p.skill.ability * rep.ability - rep.inexperience + p.skill.coaching * rep.coached


@compiled
def temperature_scale(p: Record) -> float:
    """1 for logit choice; next to 0 for best response."""
    return p.rationality.best_response_temperature if p.rationality.mode == BEST_RESPONSE else 1.0


@compiled
def period_so_far(rep: Record, p: Record) -> tuple[float, float]:
    """Hits and tries on file that the quota counts: sales of judged calls, or contacts closed of those answered."""
    if p.quota.counts == ON_CONVERSION:
        return rep.period_sales, rep.period_recorded
    return rep.period_fixed, rep.period_answered


@compiled
def _usual_week(rep: Record, p: Record) -> tuple[float, float]:
    if p.quota.counts == ON_CONVERSION:
        return rep.usual_sales, rep.usual_recorded
    return rep.usual_fixed, rep.usual_answered


@compiled
def scruples_of(honesty: float, coached: float, strain: float, heard: float, floor: Record, p: Record) -> float:
    """Honesty in force: eroded by what colleagues do and by unfair pay, raised by coaching.

    Underpaid reps feel entitled (Greenberg 1990). Strain depletes; control offends the honest (Falk & Kosfeld 2006).
    """
    d = p.decision
    norm = max(floor.norm, 1e-6)
    erosion = logistic(d.norm_steepness * math.log(norm / d.norm_midpoint))
    relative_pay = math.log(max(floor.scheme.base_pay, 1.0) / outside_pay(floor, p))
    fairness = max(d.least_fairness, 1.0 + d.entitlement * relative_pay)
    strengthened = 1.0 + d.coached_conscience * coached
    left = 1.0
    if on(DEPLETION, p):
        left = exp(-p.crowding.depletion * max(0.0, strain - p.motivation.strain_usual))
    resented = p.kinds.resentment * max(0.0, kind_of(honesty, p)) * control_of(heard, p)
    return honesty * (1.0 - d.norm_erosion * erosion) * fairness * strengthened * left * max(0.0, 1.0 - resented)


@compiled
def _quota_value(rep: Record, response: Record, floor: Record, p: Record) -> float:
    """€ that one more hit on file is worth for the quota: stake × density of just reaching it × present bias.

    The gap at the period's end is foreseen from what is on file and from what a usual week brings.
    """
    scheme = floor.scheme
    response.miss_chance = response.next_quota = 0.0
    if scheme.target <= 0.0:
        return 0.0
    weeks_left = p.horizon.decision_weeks - 1 - floor.week % p.horizon.decision_weeks
    hits, tries = period_so_far(rep, p)
    usual_hits, usual_tries = _usual_week(rep, p)
    ahead = usual_tries * (weeks_left + 1)
    usual = usual_hits / max(usual_tries, 0.1)
    gap = scheme.target * (tries + ahead) - (hits + usual * ahead)
    spread = math.sqrt(max(ahead * usual * (1.0 - usual), 0.0) + 0.25)
    response.miss_chance = normal_share(gap / spread)
    behind = rep.loss_aversion if gap > 0.0 else 1.0
    bias = exp(weeks_left * math.log(p.decision.period_discount))
    threat, reward = p.decision.stake * scheme.pressure, scheme.target_bonus / p.market.customers_per_slot
    response.next_quota = 0.0
    if on(RATCHET, p):
        whole = usual_tries * p.horizon.decision_weeks
        later = math.sqrt(max(whole * usual * (1.0 - usual), 0.0) + 0.25)
        harder = p.ratchet.weight * floor.ratchet * rep.patience * normal_density(0.0) / later
        response.next_quota = harder * (threat + reward)
    return (threat * bias * behind + reward * bias) * normal_density(gap / spread) / spread


@compiled
def _value_tactics(
    rep: Record, response: Record, floor: Record, p: Record, conscience: float, quota: float, time_value: float,
    foresight: float, fear: float,
) -> None:  # fmt: skip
    """Split each tactic's pay-off into the gain of a sale (``value``) and that of any call (``appeal``)."""
    scheme, d, tactics = floor.scheme, p.decision, p.tactics
    pride = d.pride * (d.pride_unmotivated + rep.motivation)
    opportunity = opportunity_of(rep.honesty, scheme.autonomy, p)
    at_risk = d.survey_reach * scheme.survey_bonus
    if on(CARE, p):  # who steers surveys need not fear what customers say
        at_risk *= 1.0 - response.steer
    usual = max(rep.usual_sales / max(rep.usual_recorded, 0.1), 0.01)
    learning = 1.0 if p.rationality.learning != 0 and p.rationality.mode != NAIVE else 0.0
    for tactic in range(len(response.value)):
        response.lift[tactic] = exp(tactics.lift[tactic])
        kept = tactics.believed_kept[tactic]
        harm = tactics.harm[tactic]
        deferred = foresight * _deferred_value(rep, scheme.retention_pay, kept)
        # A harmful sale gives no pride.
        earned = scheme.commission + quota + deferred
        response.value[tactic] = earned - response.next_quota + pride * (1.0 - harm)
        response.appeal[tactic] = (
            -(conscience + at_risk) * harm
            - fear * tactics.detectability[tactic] * (1.0 if tactic == HONEST else visible_share(rep, tactic - 1, p))
            - (tactics.time[tactic] - 1.0) * time_value
            + learning * rep.attraction[tactic]
        )
        if tactic != HONEST:
            response.appeal[tactic] += opportunity + d.temperature * lead_of(rep, tactic - 1, p)
            response.gain[tactic - 1] = earned * usual * (response.lift[tactic] - 1.0)
            if not channel_open(tactic - 1, p):
                response.appeal[tactic] = NEVER_CHOSEN


@compiled
def opportunity_of(honesty: float, autonomy: float, p: Record) -> float:
    """€ that a gamed call is worth to an opportunist whom nobody directs."""
    taken = autonomy * (autonomy + p.kinds.abuse * max(0.0, -kind_of(honesty, p)))
    return float(p.decision.opportunity * taken * (1.0 - honesty))


@compiled
def _deferred_value(rep: Record, retention_pay: float, kept: float) -> float:
    """€ of pay that comes in a quarter, if the sale is held: discounted by patience, and by risk where it is risky."""
    return rep.patience * retention_pay * (1.0 - rep.risk_aversion * (1.0 - kept)) * kept


@compiled
def _choose_records(
    rep: Record, response: Record, scheme: Record, p: Record, scruples: float, quota: float, time_value: float,
    fear: float,
) -> None:  # fmt: skip
    """Chances of what goes on file about a refusal, of an empty log, and of a steered survey."""
    rec = p.recording
    conscience = p.decision.conscience * scruples
    temperature = rec.temperature * temperature_scale(p)
    refusal = scheme.activity_pay - quota * scheme.target - rec.logging_effort
    response.gain[CALLBACK] = response.gain[UNLOGGED] = quota * scheme.target
    response.gain[CALLBACK] += scheme.activity_pay
    callback = scheme.activity_pay - rec.callback_effort - rec.callback_harm * conscience
    callback -= fear * rec.callback_detectability * visible_share(rep, CALLBACK, p)
    callback += rec.temperature * lead_of(rep, CALLBACK, p)
    unlogged = -rec.unlogged_effort - rec.unlogged_harm * conscience
    unlogged -= fear * rec.unlogged_detectability * visible_share(rep, UNLOGGED, p)
    unlogged += rec.temperature * lead_of(rep, UNLOGGED, p)
    misbook = exp((callback - refusal) / temperature) if channel_open(CALLBACK, p) else 0.0
    unlog = exp((unlogged - refusal) / temperature) if channel_open(UNLOGGED, p) else 0.0
    response.misbook = misbook / (1.0 + misbook + unlog)
    response.unlog = unlog / (1.0 + misbook + unlog)

    unease = rec.notes_conscience * scruples
    response.gain[EMPTY_LOG] = rec.notes_time * time_value
    empty = rec.notes_time * time_value + rec.notes_tedium - unease + rec.notes_temperature * lead_of(rep, EMPTY_LOG, p)
    response.skip_notes = (
        logistic(empty / (rec.notes_temperature * temperature_scale(p))) if channel_open(EMPTY_LOG, p) else 0.0
    )

    steer = rec.survey_gain * scheme.survey_bonus - rec.survey_unease - rec.survey_harm * conscience
    steer -= fear * rec.survey_detectability * visible_share(rep, SURVEY, p)
    steer += rec.temperature * lead_of(rep, SURVEY, p)
    response.gain[SURVEY] = rec.survey_gain * scheme.survey_bonus
    response.steer = logistic(steer / temperature) if channel_open(SURVEY, p) else 0.0


@compiled
def _choose_rush(
    rep: Record, response: Record, scheme: Record, p: Record, scruples: float, quota: float, time_value: float,
    fear: float,
) -> None:  # fmt: skip
    """Chance that an inbound contact is cut short and ticked off as fixed: it saves time, and counts for the quota."""
    rec = p.recording
    paid = (p.effort.activity_salience - 1.0) * scheme.activity_pay  # beside what is in the value of time
    gain = (1.0 - p.service.rush_time) * (time_value + paid)
    gain += quota * (1.0 - logistic(p.service.fixed_base + response.fixing))
    cost = rec.rush_unease + rec.rush_harm * p.decision.conscience * scruples
    cost += fear * rec.rush_detectability * visible_share(rep, RUSHED, p)
    cost -= rec.temperature * lead_of(rep, RUSHED, p)
    response.gain[RUSHED] = gain
    temperature = rec.temperature * temperature_scale(p)
    response.rush = logistic((gain - cost) / temperature) if channel_open(RUSHED, p) else 0.0


@compiled
def _choose_effort(
    rep: Record, response: Record, floor: Record, p: Record, conversion: float, quota: float, foresight: float
) -> float:
    """Effort under a quadratic cost: motivation, pay at the margin, gift and goal, against fear and strain.

    Returns what one more call would earn now, €; deferred pay left out.
    """
    e, scheme = p.effort, floor.scheme
    kept = p.tactics.believed_kept[HONEST]
    deferred = foresight * _deferred_value(rep, scheme.retention_pay, kept)
    commission = scheme.commission * (1.0 - p.decision.commission_risk * rep.risk_aversion)
    hit = commission + deferred + quota - response.next_quota
    paid = conversion * hit + e.activity_salience * scheme.activity_pay
    effort = e.resting + e.motivation * rep.motivation + e.marginal_pay * paid
    effort += e.gift * math.log(max(scheme.base_pay, 1.0) / outside_pay(floor, p))
    effort += p.pay_memory.cut_effort * cut_felt(rep, p)
    effort -= p.crowding.effort * rep.motivation * crowded_out(scheme, p)
    effort -= p.kinds.slack * scheme.autonomy * max(0.0, -kind_of(rep.honesty, p))
    if scheme.target > 0.0:
        reach = 1.0 - response.miss_chance
        hopeless = max(0.0, 1.0 - 2.0 * reach)
        effort += e.goal * 4.0 * reach * response.miss_chance - e.discouragement * hopeless
        if on(RATCHET, p):
            effort -= p.ratchet.effort * floor.ratchet * reach * min(1.0, response.next_quota)
    effort -= e.fear_of_noes * scheme.pressure * response.miss_chance
    effort /= 1.0 + e.strain * max(0.0, rep.strain - p.motivation.strain_usual)
    response.effort = clip(effort, LEAST_EFFORT, e.ceiling)
    return max(0.0, conversion * (commission + quota) + e.activity_salience * scheme.activity_pay)


@compiled
def channel_open(channel: int, p: Record) -> bool:
    """Whether a gaming channel is switched on."""
    return p.channels[channel] != 0
