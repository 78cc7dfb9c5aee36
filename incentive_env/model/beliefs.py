"""What reps believe of audits, and the floor of targets: learned from what happens, not read off the scheme.

Deterrence follows belief (Sherman 1990): a burst of audits goes on deterring for a while, and a threat that is never
carried out loses its force. Where targets follow results, people hold back (Weitzman 1980).
"""

from incentive_env.model import rng
from incentive_env.model.compiled import Key, Record, Records, compiled
from incentive_env.model.maths import clip
from incentive_env.model.mechanisms import AUDIT_BELIEFS, RATCHET, on


@compiled
def fear_of(rep: Record, scheme: Record, p: Record) -> float:
    """€ that a case costs if hearing gives it away: believed share heard × cost × believed severity."""
    if not on(AUDIT_BELIEFS, p):
        return p.decision.sanction_fear * scheme.audit
    return p.decision.sanction_fear * min(1.0, rep.heard + rep.alarm) * rep.severity


@compiled
def felt_audit(rep: Record, scheme: Record, p: Record) -> float:
    """Share of calls that a rep feels is listened to."""
    return rep.heard if on(AUDIT_BELIEFS, p) else scheme.audit


@compiled
def raise_alarm(reps: Records, before: float, now: float, p: Record) -> None:
    """An announcement of more audits alarms everybody."""
    for r in range(len(reps)):
        reps[r].alarm = min(1.0, reps[r].alarm + p.beliefs.alarm * max(0.0, now - before))


@compiled
def learn_from_audits(reps: Records, tallies: Records, floor: Record, p: Record, key: Key) -> None:
    """Move what each rep believes: of the share of calls heard, and of how often a case found is sanctioned.

    Own experience counts more than that of colleagues. Calls heard are whole: their expected number, rounded at random.
    """
    b, people = p.beliefs, p.market.customers_per_slot
    expected, sanctions = 0.0, 0.0
    for r in range(len(tallies)):
        expected += _expected_sanctions(tallies[r], p)
        sanctions += tallies[r].sanctions
    for r in range(len(reps)):
        rep, tally = reps[r], tallies[r]
        if rep.present == 0:
            continue
        calls = (tally.calls + tally.answered) * people
        own = floor.scheme.audit
        if calls > 0.0:
            own = min(1.0, int(calls * floor.scheme.audit + rng.uniform(key, rng.HEARD, r)) / calls)
        seen = b.own_weight * own + (1.0 - b.own_weight) * floor.scheme.audit
        rep.heard += b.heard_rate * (seen - rep.heard)
        rep.alarm *= 1.0 - b.alarm_fading
        mine = _expected_sanctions(tally, p)
        surprise = tally.sanctions - rep.severity * mine
        surprise += b.colleagues * (sanctions - tally.sanctions - rep.severity * (expected - mine))
        severity = rep.severity + b.sanction_step * surprise + b.forgetting * (1.0 - rep.severity)
        rep.severity = clip(severity, 0.0, b.most_severe)


@compiled
def _expected_sanctions(tally: Record, p: Record) -> float:
    """Sanctions that the cases found of a rep would usually bring."""
    cases = 0.0
    for channel in range(len(tally.found)):
        cases += tally.found[channel]
    return 1.0 - (1.0 - p.beliefs.usual_escalation) ** cases


@compiled
def count_toward_target(floor: Record, tallies: Records, p: Record) -> None:
    """Add the week to the floor's result of the period, as the quota counts it."""
    for r in range(len(tallies)):
        if p.quota.counts == 0:
            floor.period_hits += tallies[r].recorded_sales
            floor.period_tries += tallies[r].recorded_sales + tallies[r].recorded_refusals
        else:
            floor.period_hits += tallies[r].recorded_fixed
            floor.period_tries += tallies[r].answered


@compiled
def learn_from_target(floor: Record, target: float, p: Record) -> None:
    """A new period begins: did its target follow the last result? It tells more, the more that was off the old one."""
    if floor.week % p.horizon.decision_weeks != 0:
        return
    if floor.period_tries > 0.0 and floor.scheme.target > 0.0 and target > 0.0 and on(RATCHET, p):
        off = floor.period_hits / floor.period_tries - floor.scheme.target
        telling = off * off / (off * off + p.ratchet.noise * p.ratchet.noise)
        followed = clip((target - floor.scheme.target) / off, 0.0, 1.0) if abs(off) > 1e-6 else 0.0
        floor.ratchet += p.ratchet.rate * telling * (followed - floor.ratchet)
    floor.period_hits = floor.period_tries = 0.0
