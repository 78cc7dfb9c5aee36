"""Loyalty: one latent of trust, satisfaction and irritation."""

import numpy as np

from incentive_env.model.compiled import Record, Records, entry, inlined
from incentive_env.model.state import COMPETITOR, Customers, customers_of


@inlined
def loyalty_of(customers: Customers, i: int, floor: Record, p: Record) -> float:
    """Latent loyalty of a customer on the 0–10 scale of the NPS question."""
    return latent_loyalty(
        customers.trust[i], customers.satisfaction[i], customers.irritation[i], customers.disposition[i], floor, p
    )


@inlined
def latent_loyalty(
    trust: float, satisfaction: float, irritation: float, disposition: float, floor: Record, p: Record
) -> float:
    """The same from the values of a customer's feelings."""
    c = p.loyalty
    latent = c.level + c.trust * (trust - c.usual_trust) + c.satisfaction * (satisfaction - c.usual_satisfaction)
    latent += disposition - c.irritation * (irritation - c.usual_irritation)
    if floor.event_weeks_left[COMPETITOR] > 0:
        latent -= c.competitor * p.events.strength[COMPETITOR]
    return latent


@inlined
def forgotten_share(customers: Customers, i: int, floor: Record, p: Record) -> float:
    """How neglected a customer is: 0 just after a call, 1 after ``customers.neglect_weeks``."""
    return min((floor.week - customers.contact_week[i]) / p.customers.neglect_weeks, 1.0)


@entry
def write_customer_loyalty(floors: Records, customers: Customers, out: np.ndarray, parameters: Records) -> None:
    """Write the loyalty of every customer, as it is now; NaN where a slot is vacant.

    Args:
        floors: ``[floors]`` FLOOR.
        customers: of the batch, flat.
        out: ``[floors, customers]``, written.
        parameters: ``[1]`` record of the configuration.
    """
    for f in range(len(floors)):
        theirs = customers_of(customers, f)
        for i in range(out.shape[1]):
            out[f, i] = loyalty_of(theirs, i, floors[f], parameters[0]) if theirs.active[i] != 0 else np.nan
