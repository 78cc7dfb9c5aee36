"""Managers' hours: listening, coaching and looking into causes are done by the same few people."""

from incentive_env.model.compiled import Record, compiled
from incentive_env.model.mechanisms import SCARCE_HOURS, on


@compiled
def manageable_share(scheme: Record, p: Record) -> float:
    """Share of the audits, coaching and research ordered that the managers have time for."""
    if not on(SCARCE_HOURS, p):
        return 1.0
    m, force = p.management, p.salesforce
    calls = force.reps * (force.expected_calls + force.expected_contacts) * p.market.customers_per_slot
    wanted = scheme.audit * calls * m.audit_minutes / 60.0
    wanted += scheme.coaching * force.reps * m.coaching_share + scheme.research * m.research_hours
    return min(1.0, m.hours / max(wanted, 1e-9))


@compiled
def limit_to_hours(scheme: Record, share: float) -> None:
    """Do what was ordered in proportion, as far as hours allow."""
    scheme.audit *= share
    scheme.coaching *= share
    scheme.research *= share
