"""The realized utility of a period to a rep, € a week.

`incentive_env.model.reps` computes what a rep expects of a choice; this computes the result by the same
preferences, from the outcome instead of its probability: the quota missed or met, the cases that audits found, the pay
received. So a learner gets no hint of the return to gaming.
"""

import math

import numpy as np

from incentive_env.model.compiled import Record, Records, compiled, entry
from incentive_env.model.cycles import outside_pay
from incentive_env.model.pay import pay_of
from incentive_env.model.reps import ON_CONVERSION, opportunity_of, scruples_of
from incentive_env.model.state import CALLBACK, EMPTY_LOG, HONEST, RUSHED, SURVEY, UNLOGGED

UTILITY = np.dtype(
    [
        ("pay", "f8"),  # above what the labour market pays for such ability, fines deducted
        ("quota", "f8"),  # cost of a missed quota: the stake under the pressure in force, with loss aversion
        ("audit", "f8"),  # cost of detected cases
        ("conscience", "f8"),  # harm done, weighted by scruples
        ("pride", "f8"),  # in sales that do no harm
        ("opportunity", "f8"),  # an opportunist's gain from gaming under autonomy
        ("anger", "f8"),  # cost of angry customers
        ("nuisance", "f8"),  # filing, notes, begging for a ten, getting rid of a customer
        ("effort", "f8"),  # cost of effort beyond the resting level
    ],
    align=True,
)


@entry
def period_utility(floors: Records, reps: Records, rep_weeks: Records, utilities: Records, parameters: Records) -> None:
    """Compute the utility of a period to the rep in each seat, € a week.

    Norm and coaching, which move slowly, are those at its end.

    Args:
        floors: ``[floors]`` FLOOR, at the end of the period.
        reps: ``[floors, reps]`` REP, likewise.
        rep_weeks: ``[floors, weeks, reps]`` REP_WEEK of the period.
        utilities: ``[floors, reps]`` UTILITY, written.
        parameters: ``[1]`` record of the configuration.
    """
    p = parameters[0]
    for f in range(len(floors)):
        weeks = len(rep_weeks[f])
        for r in range(len(reps[f])):
            utility = utilities[f, r]
            _clear(utility)
            for week in range(weeks):
                if rep_weeks[f, week, r].present != 0.0:
                    _add_week(utility, reps[f, r], rep_weeks[f, week, r], floors[f], p, 1.0 / weeks)
            if floors[f].scheme.target > 0.0 and floors[f].week % p.horizon.decision_weeks == 0:
                utility.quota -= _missed(rep_weeks[f, :, r], reps[f, r], floors[f].scheme, p) / weeks


@compiled
def _clear(utility: Record) -> None:
    utility.pay = utility.quota = utility.audit = utility.conscience = utility.pride = 0.0
    utility.opportunity = utility.anger = utility.nuisance = utility.effort = 0.0


@compiled
def _add_week(utility: Record, rep: Record, tally: Record, floor: Record, p: Record, share: float) -> None:
    d, people = p.decision, p.market.customers_per_slot * share
    outside = outside_pay(floor, p) * math.exp(p.workforce.outside_ability * tally.ability)
    scruples = scruples_of(tally.honesty, rep.coached, tally.strain, tally.heard, floor, p)
    utility.pay += share * (pay_of(tally) - tally.fine - outside)
    utility.conscience -= people * scruples * _harm(tally, p)
    utility.anger -= people * p.learning.anger_cost * tally.angry_calls
    utility.nuisance -= people * _nuisance(tally, p)
    utility.effort -= share * _toil(tally, floor, p)
    manipulated, proud = 0.0, 0.0
    for tactic in range(len(tally.tactic_sales)):
        proud += (1.0 - p.tactics.harm[tactic]) * tally.tactic_sales[tactic]
        if tactic != HONEST:
            manipulated += tally.gamed[tactic - 1]
    utility.pride += people * d.pride * (d.pride_unmotivated + tally.motivation) * proud
    utility.opportunity += people * opportunity_of(tally.honesty, floor.scheme.autonomy, p) * manipulated
    for channel in range(len(tally.found)):
        utility.audit -= share * d.sanction_fear * tally.found[channel]


@compiled
def _harm(tally: Record, p: Record) -> float:
    """€ of conscience at full scruples, for a real customer behind each call."""
    rec = p.recording
    harm = rec.callback_harm * tally.gamed[CALLBACK] + rec.unlogged_harm * tally.gamed[UNLOGGED]
    harm += rec.survey_harm * tally.gamed[SURVEY] + rec.rush_harm * tally.gamed[RUSHED]
    for tactic in range(HONEST + 1, len(tally.tactic_sales)):
        harm += p.tactics.harm[tactic] * tally.gamed[tactic - 1]
    return float(p.decision.conscience * harm + rec.notes_conscience * tally.gamed[EMPTY_LOG])


@compiled
def _nuisance(tally: Record, p: Record) -> float:
    rec = p.recording
    noted = tally.calls - tally.gamed[UNLOGGED] - tally.gamed[EMPTY_LOG]
    filing = rec.logging_effort * tally.recorded_refusals + rec.callback_effort * tally.gamed[CALLBACK]
    filing += rec.unlogged_effort * tally.gamed[UNLOGGED] + rec.notes_tedium * noted
    return float(filing + rec.survey_unease * tally.gamed[SURVEY] + rec.rush_unease * tally.gamed[RUSHED])


@compiled
def _toil(tally: Record, floor: Record, p: Record) -> float:
    """The quadratic cost of effort that makes `incentive_env.model.reps` choose as it does."""
    e = p.effort
    by_itself = e.resting + e.motivation * tally.motivation
    by_itself += e.gift * math.log(max(floor.scheme.base_pay, 1.0) / outside_pay(floor, p))
    conversations = 3600.0 * p.salesforce.weekly_hours / (p.calls.search_time + p.calls.handle_time)
    away = tally.effort - by_itself
    return float(conversations * away * away / (2.0 * max(e.marginal_pay, 1e-6)))


@compiled
def _missed(weeks: np.ndarray, rep: Record, scheme: Record, p: Record) -> float:
    """€ that a missed quota costs the rep in the seat at the end of the period; 0 if it was met."""
    if weeks[len(weeks) - 1].present == 0.0:  # a rep who left before the end is not judged
        return 0.0
    hits, tries = 0.0, 0.0
    for week in range(len(weeks)):
        tally = weeks[week]
        if tally.hired != 0.0:  # a new rep begins with an empty record
            hits, tries = 0.0, 0.0
        if p.quota.counts == ON_CONVERSION:
            hits += tally.recorded_sales
            tries += tally.recorded_sales + tally.recorded_refusals
        else:
            hits += tally.recorded_fixed
            tries += tally.answered
    if hits >= scheme.target * tries:
        return 0.0
    return float(p.decision.stake * scheme.pressure * rep.loss_aversion * p.market.customers_per_slot)
