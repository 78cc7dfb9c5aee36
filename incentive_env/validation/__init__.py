"""Does the floor behave as published? Facts from field studies, each a comparison that the simulator must show.

A fact is a short function of a `Lab` behind one contract, `fact`; adding one takes twenty lines. `FACTS` holds the
published ones, `DEFAULTS` the ranges in which an ordinary floor must lie, `CONTACT_CENTER` what its scenario must show.
"""

from incentive_env.validation import (  # noqa: F401  (they register)
    beliefs,
    coaching,
    customers,
    measures,
    optimisation,
    pay,
    people,
    quota,
    service,
    usual,
)  # fmt: skip
from incentive_env.validation.contract import CONTACT_CENTER, DEFAULTS, FACTS, Band, Fact, Part, Verdict, facts_for
from incentive_env.validation.lab import Lab

__all__ = ["CONTACT_CENTER", "DEFAULTS", "FACTS", "Band", "Fact", "Lab", "Part", "Verdict", "facts_for"]
