"""What happens in calls, sixteen at once: each step is a loop over lanes, in single precision, without branches.

Entry k of every array of ``calls`` is about the same call, and masks (1 or 0) say what happens in it, so that the
compiler takes all lanes with one vector instruction. Lanes beyond the calls lined up hold some
customer of an earlier call: they are computed too, and `keep` clears their masks.
"""

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, inlined
from incentive_env.model.loyalty import latent_loyalty, weights_of
from incentive_env.model.maths import exp4, f4
from incentive_env.model.reps import choose_tactics
from incentive_env.model.state import COMPETITOR, HONEST, MISBOOKED, TRUE_CALLBACK, Customers

_NONE, _ALL, _MOST_IRRITATED = f4(0.0), f4(1.0), f4(1.5)


@inlined
def meet(calls: Record, customers: Customers, floor: Record, p: Record, key: Key) -> None:
    """Bring the customers of the calls lined up into lanes, and draw the luck of the calls."""
    week = floor.week
    for k in range(calls.lanes):
        i = calls.customer[k]
        calls.trust[k], calls.irritation[k] = customers.trust[i], customers.irritation[i]
        calls.satisfaction[k], calls.debt[k] = customers.satisfaction[i], customers.debt[i]
        calls.disposition[k] = customers.disposition[i]
        calls.expected[k], calls.misled[k] = customers.callback[i] == TRUE_CALLBACK, customers.callback[i] == MISBOOKED
        calls.unknown[k] = customers.log_missing[i]
        calls.weeks[k] = f4(week - customers.contact_week[i])
        calls.earning[k] = 0
    for product in range(len(customers.deferred)):
        for k in range(calls.lanes):
            calls.earning[k] |= customers.deferred[product, calls.customer[k]] > _NONE
    _draw(calls, key)
    _let_needs_grow(calls, customers, p)


@inlined
def _draw(calls: Record, key: Key) -> None:
    for k in range(calls.lanes):
        luck = rng.bits(key, rng.CALL, calls.customer[k])
        calls.luck[0, k], calls.luck[1, k], calls.luck[2, k] = (
            rng.third(luck, 0),
            rng.third(luck, 1),
            rng.third(luck, 2),
        )
    for k in range(calls.lanes):
        luck = rng.bits(key, rng.REFUSAL, calls.customer[k])
        calls.refusal_luck[0, k], calls.refusal_luck[1, k] = rng.third(luck, 0), rng.third(luck, 1)
        calls.refusal_luck[2, k] = rng.third(luck, 2)
    for k in range(calls.lanes):
        luck = rng.bits(key, rng.SURVEY, calls.customer[k])
        calls.survey_luck[0, k], calls.survey_luck[1, k] = rng.third(luck, 0), rng.third(luck, 1)
    for k in range(calls.lanes):
        calls.answer_noise[k] = rng.rough_normal(rng.bits(key, rng.ANSWER, calls.customer[k]))


@inlined
def _let_needs_grow(calls: Record, customers: Customers, p: Record) -> None:
    """Find the product that each customer needs most."""
    need_rate = f4(p.market.need_rate)
    for k in range(calls.lanes):
        calls.still_met[k] = exp4(-need_rate * calls.weeks[k])
        calls.need[k], calls.product[k] = -_ALL, 0
    for product in range(len(customers.need)):
        for k in range(calls.lanes):
            i = calls.customer[k]
            calls.need_level[k], calls.last_need[k] = customers.need_level[product, i], customers.need[product, i]
        for k in range(calls.lanes):
            need = regrown(calls.need_level[k], calls.last_need[k], calls.still_met[k])
            calls.product[k] = product if need > calls.need[k] else calls.product[k]
            calls.need[k] = max(need, calls.need[k])


@inlined
def regrown(level: f4, last: f4, still_met: f4) -> f4:
    """Need for a product, which grows back to its level after a sale."""
    return level - still_met * (level - last)


@inlined
def talk(calls: Record, response: Record, floor: Record, p: Record) -> None:
    """Hold the conversations: the rep chooses a tactic, the customer's feelings move, and it ends in a sale or not."""
    _judge_ease(calls, response, floor, p)
    choose_tactics(calls, response)
    look_up_tactics(calls, p)
    take_time(calls, response, p)
    feel(calls, response, p)
    _end(calls, response, p)


@inlined
def _judge_ease(calls: Record, response: Record, floor: Record, p: Record) -> None:
    """Logit of buying from an honest rep."""
    c = p.calls
    same = c.intercept + c.need * floor.season - c.trust * p.loyalty.usual_trust  # in all calls of this rep
    same += response.skill + c.diligence * (response.effort - c.usual_effort)
    if floor.event_weeks_left[COMPETITOR] > 0:
        same -= c.competitor * p.events.strength[COMPETITOR]
    base, of_need, of_trust, of_irritation = f4(same), f4(c.need), f4(c.trust), f4(c.irritation)
    expected, misled, unknown = f4(c.true_callback), f4(c.misbooked_callback), f4(c.missing_log)
    for k in range(calls.lanes):
        ease = base + of_need * calls.need[k] + of_trust * calls.trust[k] - of_irritation * calls.irritation[k]
        ease += expected if calls.expected[k] != 0 else _NONE
        ease -= misled if calls.misled[k] != 0 else _NONE
        ease -= unknown if calls.unknown[k] != 0 else _NONE
        calls.ease[k] = ease


@inlined
def look_up_tactics(calls: Record, p: Record) -> None:
    """What the tactic chosen means for the call."""
    t = p.tactics
    for tactic in range(len(calls.chance)):
        time, offence = f4(t.time[tactic]), f4(t.irritation[tactic])
        gain, loss = f4(t.trust_gain[tactic]), f4(t.trust_loss[tactic])
        for k in range(calls.lanes):
            this = calls.tactic[k] == tactic
            calls.sale_chance[k] = calls.chance[tactic, k] if this else calls.sale_chance[k]
            calls.time[k] = time if this else calls.time[k]
            calls.offence[k] = offence if this else calls.offence[k]
            calls.trust_gain[k] = gain if this else calls.trust_gain[k]
            calls.trust_loss[k] = loss if this else calls.trust_loss[k]


@inlined
def take_time(calls: Record, response: Record, p: Record) -> None:
    """Hours for the people behind one slot: search, talk, and extra questions where the log is missing."""
    usual, questions = f4(usual_talk(response, p)), f4(1.0 + p.calls.missing_log_time)
    search = f4(p.calls.search_time * p.market.customers_per_slot / 3600.0)
    for k in range(calls.lanes):
        calls.talk[k] = usual * calls.time[k] * (questions if calls.unknown[k] != 0 else _ALL)
        calls.hours[k] = search + calls.talk[k]


@inlined
def usual_talk(response: Record, p: Record) -> float:
    """Hours on the phone with the people behind one slot, at the speed of an honest call."""
    speed = min(max(1.0 - p.calls.skill_time * response.skill, 0.5), 1.5)
    return p.calls.handle_time * speed * p.market.customers_per_slot / 3600.0


@inlined
def feel(calls: Record, response: Record, p: Record) -> None:
    """Apply the effects of the call on irritation, trust and satisfaction; care scales what is good."""
    c = p.calls
    repeat, repeat_weeks = f4(c.repeat_irritation), f4(c.repeat_weeks)
    misled, unknown = f4(c.misbooked_irritation), f4(c.missing_log_irritation)
    for k in range(calls.lanes):
        calls.again[k] = repeat * exp4((_ALL - calls.weeks[k]) / repeat_weeks)
        calls.them[k] = misled if calls.misled[k] != 0 else _NONE
        calls.asked[k] = unknown if calls.unknown[k] != 0 else _NONE
        calls.upset[k] = calls.offence[k] + calls.again[k] + calls.them[k] + calls.asked[k]
        calls.irritation[k] = min(calls.irritation[k] + calls.upset[k], _MOST_IRRITATED)
    care, helped = f4(response.care), f4(response.honest_call)
    for k in range(calls.lanes):
        gained = min(calls.trust_gain[k] * care, _ALL)
        trust = calls.trust[k] + gained * (_ALL - calls.trust[k]) - calls.trust_loss[k]
        calls.trust[k] = min(max(trust, _NONE), _ALL)
        share = helped if calls.tactic[k] == HONEST else _NONE
        calls.content[k] = calls.satisfaction[k] + share * (_ALL - calls.satisfaction[k])
    _care_after_sale(calls, response, p)


@inlined
def _care_after_sale(calls: Record, response: Record, p: Record) -> None:
    """Aftercare for customers whose sale may still earn retention pay."""
    most = f4(min(1.0, p.customers.aftercare * response.aftercare * response.care))
    for k in range(calls.lanes):
        care = most if calls.earning[k] != 0 else _NONE
        calls.satisfaction[k] = calls.content[k] + care * (_ALL - calls.content[k])
        calls.debt[k] *= _ALL - care


@inlined
def _end(calls: Record, response: Record, p: Record) -> None:
    """A sale; or a true call-back; or a refusal, which may be filed wrongly or not at all. Notes may be left out."""
    angry, undecided = f4(p.calls.angry_level), f4(p.calls.undecided)
    for k in range(calls.lanes):
        calls.angry[k] = calls.irritation[k] > angry
        calls.sold[k] = calls.luck[1, k] < calls.sale_chance[k]
        calls.undecided[k] = (calls.sold[k] == 0) & (calls.refusal_luck[0, k] < undecided)
        calls.refused[k] = (calls.sold[k] == 0) & (calls.undecided[k] == 0)
    file_refusals(calls, response)
    never, of_irritation = f4(p.calls.do_not_call_base), f4(p.calls.do_not_call_irritation)
    for k in range(calls.lanes):
        chance = never + of_irritation * calls.irritation[k]
        calls.never[k] = (calls.refused[k] != 0) & (calls.refusal_luck[2, k] < chance)
    skip, saved = f4(response.skip_notes), f4(1.0 - p.recording.notes_time)
    for k in range(calls.lanes):
        calls.skipped[k] = (calls.unlogged[k] != 0) | (calls.luck[2, k] < skip)
        calls.hours[k] *= saved if calls.skipped[k] != 0 else _ALL


@inlined
def file_refusals(calls: Record, response: Record) -> None:
    """File each refusal correctly, file it as a call-back, or leave it off the record."""
    misbook, misfile = f4(response.misbook), f4(response.misbook + response.unlog)
    for k in range(calls.lanes):
        luck = calls.refusal_luck[1, k]
        calls.misbooked[k] = (calls.refused[k] != 0) & (luck < misbook)
        calls.unlogged[k] = (calls.refused[k] != 0) & (luck >= misbook) & (luck < misfile)


@inlined
def ask_opinions(calls: Record, response: Record, floor: Record, p: Record) -> None:
    """Survey a sample of those called; a rep who steers skips unhappy customers and asks the others for a ten."""
    s, c = p.surveys, p.loyalty
    weights = weights_of(floor, p)
    share, steer, screen, shift = f4(s.share), f4(response.steer), f4(s.steered_screen), f4(s.steered_shift)
    noise, promoter, detractor = f4(s.noise), f4(c.promoter), f4(c.detractor)
    csat_level, csat_irritation = f4(s.csat_level), f4(s.csat_irritation)
    for k in range(calls.lanes):
        loyalty = latent_loyalty(
            calls.trust[k], calls.satisfaction[k], calls.irritation[k], calls.disposition[k], weights
        )
        chosen = calls.survey_luck[0, k] < share
        steered = chosen & (calls.survey_luck[1, k] < steer)
        calls.steered[k] = steered
        calls.surveyed[k] = chosen & ((not steered) | (loyalty >= screen))
        answer = loyalty + noise * calls.answer_noise[k] + (shift if steered else _NONE)
        calls.opinion[k] = (_ALL if answer >= promoter else _NONE) - (_ALL if answer < detractor else _NONE)
        csat = csat_level + calls.satisfaction[k] - csat_irritation * calls.irritation[k]
        calls.csat[k] = min(max(csat, _NONE), _ALL)


@inlined
def keep(calls: Record, made: int) -> None:
    """Clear the masks of calls that there was no time for."""
    for k in range(calls.lanes):
        calls.tactic[k] = calls.tactic[k] if k < made else -1
    for k in range(calls.lanes):
        here = k < made
        calls.angry[k] = calls.angry[k] if here else 0
        calls.sold[k] = calls.sold[k] if here else 0
        calls.undecided[k] = calls.undecided[k] if here else 0
        calls.refused[k] = calls.refused[k] if here else 0
        calls.misbooked[k] = calls.misbooked[k] if here else 0
        calls.unlogged[k] = calls.unlogged[k] if here else 0
        calls.never[k] = calls.never[k] if here else 0
        calls.skipped[k] = calls.skipped[k] if here else 0
        calls.steered[k] = calls.steered[k] if here else 0
        calls.surveyed[k] = calls.surveyed[k] if here else 0
