"""Loyalty: one latent of trust, satisfaction and irritation."""

from typing import NamedTuple

import numpy as np

from incentive_env.model.compiled import Record, Records, entry, inlined
from incentive_env.model.maths import f4
from incentive_env.model.state import COMPETITOR, Customers, customers_of


class Weights(NamedTuple):
    """Loyalty is linear in feelings: its level, and for each feeling its weight and the value at which it adds 0."""

    level: f4
    trust: f4
    usual_trust: f4
    satisfaction: f4
    usual_satisfaction: f4
    irritation: f4
    usual_irritation: f4


@inlined
def weights_of(floor: Record, p: Record) -> Weights:
    """The weights in force on a floor; a competitor's attack lowers the level."""
    c = p.loyalty
    attack = c.competitor * p.events.strength[COMPETITOR] if floor.event_weeks_left[COMPETITOR] > 0 else 0.0
    return Weights(
        f4(c.level - attack), f4(c.trust), f4(c.usual_trust), f4(c.satisfaction), f4(c.usual_satisfaction),
        f4(c.irritation), f4(c.usual_irritation),
    )  # fmt: skip


@inlined
def latent_loyalty(trust: f4, satisfaction: f4, irritation: f4, disposition: f4, w: Weights) -> f4:
    """Latent loyalty on the 0–10 scale of the NPS question, from a customer's feelings."""
    latent = w.level + w.trust * (trust - w.usual_trust) + w.satisfaction * (satisfaction - w.usual_satisfaction)
    return latent + disposition - w.irritation * (irritation - w.usual_irritation)


@inlined
def loyalty_of(customers: Customers, i: int, floor: Record, p: Record) -> f4:
    """The same for a customer as they are now."""
    return latent_loyalty(
        customers.trust[i], customers.satisfaction[i], customers.irritation[i], customers.disposition[i],
        weights_of(floor, p),
    )  # fmt: skip


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
