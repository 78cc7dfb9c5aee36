"""Pay, audit and sanctions."""

from numba import literal_unroll

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, compiled
from incentive_env.model.know_how import visible_share
from incentive_env.model.state import BONUS, PAY


@compiled
def pay_rep(rep: Record, tally: Record, floor: Record, p: Record) -> None:
    """Pay by the scheme for recorded results; deferred pay was booked with the customers' week."""
    scheme = floor.scheme
    people = p.market.customers_per_slot
    logged = tally.recorded_sales + tally.recorded_refusals + tally.recorded_callbacks + tally.answered
    tally.base_pay = scheme.base_pay
    tally.commission = scheme.commission * tally.recorded_sales * people
    tally.activity_pay = scheme.activity_pay * logged * people
    tally.survey_bonus = scheme.survey_bonus * max(0.0, rep.own_nps)


@compiled
def pay_of(total: Record) -> float:
    """€ of pay in a REP_WEEK or FLOOR_WEEK record, before fines."""
    paid = 0.0
    for part in literal_unroll(PAY):
        paid += total[part]
    return paid


@compiled
def bonus_of(total: Record) -> float:
    """€ of pay besides base pay."""
    paid = 0.0
    for part in literal_unroll(BONUS):
        paid += total[part]
    return paid


@compiled
def audit_rep(rep: Record, tally: Record, floor: Record, p: Record, key: Key, r: int) -> None:
    """Audit a share of the calls; detected cases may be escalated to a sanction.

    Cases found are the expected number, rounded at random; each is escalated with chance ``workforce.escalation``.
    """
    heard = floor.scheme.audit * p.market.customers_per_slot
    cases = 0
    for channel in range(len(tally.gamed)):
        expected = heard * tally.gamed[channel] * p.detectability[channel] * visible_share(rep, channel, p)
        tally.found[channel] = int(expected + rng.uniform(key, rng.AUDIT + channel, r))
        cases += tally.found[channel]
    spared = (1.0 - p.workforce.escalation) ** cases
    if rng.uniform(key, rng.SANCTION, r) >= spared:
        tally.sanctions = 1
        tally.fine = p.workforce.sanction_fine
