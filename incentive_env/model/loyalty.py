"""Loyalty: one latent of trust, satisfaction and irritation."""

from incentive_env.model.compiled import Record, compiled
from incentive_env.model.state import COMPETITOR


@compiled
def loyalty_of(customer: Record, floor: Record, p: Record) -> float:
    """Latent loyalty on the 0–10 scale of the NPS question."""
    c = p.loyalty
    latent = (
        c.level
        + c.trust * (customer.trust - c.usual_trust)
        + c.satisfaction * (customer.satisfaction - c.usual_satisfaction)
    )
    latent += customer.disposition - c.irritation * (customer.irritation - c.usual_irritation)
    if floor.event_weeks_left[COMPETITOR] > 0:
        latent -= c.competitor * p.events.strength[COMPETITOR]
    return latent
