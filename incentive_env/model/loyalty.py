"""Loyalty: one latent of trust, satisfaction and irritation."""

from incentive_env.model.compiled import Record, inlined
from incentive_env.model.state import COMPETITOR, Customers


@inlined
def loyalty_of(customers: Customers, i: int, floor: Record, p: Record) -> float:
    """Latent loyalty on the 0–10 scale of the NPS question."""
    c = p.loyalty
    latent = (
        c.level
        + c.trust * (customers.trust[i] - c.usual_trust)
        + c.satisfaction * (customers.satisfaction[i] - c.usual_satisfaction)
    )
    latent += customers.disposition[i] - c.irritation * (customers.irritation[i] - c.usual_irritation)
    if floor.event_weeks_left[COMPETITOR] > 0:
        latent -= c.competitor * p.events.strength[COMPETITOR]
    return latent
