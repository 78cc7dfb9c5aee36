"""Surveys: a sample of those who were called says how satisfied they are, and whether they would recommend."""

import numpy as np

from incentive_env.model import rng
from incentive_env.model.compiled import Record, inlined
from incentive_env.model.loyalty import loyalty_of
from incentive_env.model.maths import clip
from incentive_env.model.state import SURVEY, Customers


@inlined
def survey(
    rep: Record, response: Record, customers: Customers, i: int, tally: Record, floor: Record, p: Record,
    key: np.uint64,
) -> None:  # fmt: skip
    """After a call, perhaps ask the customer; a steering rep screens out the unhappy, and begs for a ten."""
    s = p.surveys
    luck = rng.bits(key, rng.SURVEY, i)
    if rng.third(luck, 0) >= s.share:
        return
    loyalty = loyalty_of(customers, i, floor, p)
    answer = loyalty + s.noise * rng.rough_normal(rng.bits(key, rng.ANSWER, i))
    if rng.third(luck, 1) < response.steer:
        tally.gamed[SURVEY] += 1
        if loyalty < s.steered_screen:
            return
        answer += s.steered_shift
    opinion = 0.0
    tally.surveys += 1
    if answer >= p.loyalty.promoter:
        tally.survey_promoters += 1
        opinion = 1.0
    elif answer < p.loyalty.detractor:
        tally.survey_detractors += 1
        opinion = -1.0
    rep.own_nps += s.smoothing * (opinion - rep.own_nps)
    tally.csat += clip(s.csat_level + customers.satisfaction[i] - s.csat_irritation * customers.irritation[i], 0.0, 1.0)
