"""What customers do: contacts and repeat purchase, referrals, and what they say in surveys."""

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors.measures import MEASURED_NPS, TRUE_NPS
from incentive_env.model.scheme import scheme_to_action
from incentive_env.model.state import YEAR
from incentive_env.support.statistics import jackknife
from incentive_env.validation.contract import (
    Band,
    Outcome,
    Picture,
    at_peak,
    change_of_ratio,
    difference,
    fact,
    percent_change,
)
from incentive_env.validation.lab import FLAT, Lab

SLOTS = (12, 18, 26, 36, 50, 75, 110)


@fact(
    claim="Contacts and repeat purchase make an inverted U",
    setup="flat pay; the same reps with books of 12 to 110 customers, so that there are more or fewer hours "
    "of calling for each; sales per customer in the second year",
    published="direction",
    source="Godfrey, Seiders & Voss 2011, JM 75:94",
    bands={"rise to the peak, %": Band(0.0), "fall after the peak, %": Band(0.0)},
)
def godfrey(lab: Lab) -> Outcome:
    """Contact intensity, varied by the size of the book."""
    hours, purchases = [], []
    for slots in SLOTS:
        run = lab.run(FLAT, 2 * YEAR, change={"market.slots": slots})
        customers = run.total("customers", YEAR)
        hours.append(float((run.total("hours", YEAR) / customers).mean()))
        purchases.append(run.total("sales", YEAR) / customers)
    means = [float(values.mean()) for values in purchases]
    peak = at_peak(np.stack(purchases))
    estimates = {
        "rise to the peak, %": percent_change(peak, purchases[-1]),
        "fall after the peak, %": jackknife(lambda top, low: 100.0 * (1.0 - low / top), peak, purchases[0]),
    }
    series = {"purchases": YEAR * np.array(means)}
    return Outcome(
        estimates,
        Picture("lines", np.array(hours), series, "hours of calling per slot and week", "purchases per slot and year"),
    )


@fact(
    claim="Referred customers are worth more and churn less",
    setup="customers who came in the first year, followed for a year each: those referred by a promoter against those "
    "who came by marketing; value: fees of sales and of products held; 75 % of the slots filled at the opening",
    published="value +16 %, churn −18 %",
    source="Schmitt, Skiera & Van den Bulte 2011, JM 75:46",
    bands={"value, %": Band(8, 30), "churn, %": Band(-30, -8)},
)
def schmitt(lab: Lab) -> Outcome:
    """Referred customers against others."""
    came, left, at_risk, value = _follow_arrivals(lab)
    estimates = {
        "value, %": change_of_ratio((value[1], came[1]), (value[0], came[0])),
        "churn, %": change_of_ratio((left[1], at_risk[1]), (left[0], at_risk[0])),
    }
    bars = {
        name: [100 * float((v.sum() / n.sum()) / (value[0].sum() / came[0].sum())),
               100 * float((c.sum() / w.sum()) / (left[0].sum() / at_risk[0].sum()))]
        for name, v, n, c, w in zip(("by marketing", "referred"), value, came, left, at_risk, strict=True)
    }  # fmt: skip
    return Outcome(estimates, Picture("bars", ["value", "churn"], bars, "", "by marketing = 100"))


@fact(
    claim="Pay on measured NPS widens measured minus true NPS",
    setup="flat pay against the same pay and 200 € a week at NPS 100; the same active customers, second half year",
    published="direction: the same law, applied to loyalty itself",
    source="design of this model",
    bands={"gap widens by, points": Band(5.0)},
)
def survey(lab: Lab) -> Outcome:
    """Measured and true NPS."""
    flat, paid = (lab.run(FLAT._replace(survey_bonus=bonus), YEAR) for bonus in (0.0, 200.0))
    gaps, bars = [], {}
    for name, run in (("flat pay", flat), ("survey bonus", paid)):
        measured, true = (run.measure(nps, YEAR // 2) for nps in (MEASURED_NPS, TRUE_NPS))
        gaps.append(measured - true)
        bars[name] = [float(measured.mean()), float(true.mean())]
    return Outcome(
        {"gap widens by, points": difference(gaps[1], gaps[0])},
        Picture("bars", ["measured", "true"], bars, "", "NPS"),
    )


def _follow_arrivals(lab: Lab) -> tuple[list[NDArray[np.float64]], ...]:
    """Arrivals of a year, followed for a year each: how many, how many left, customer-weeks, € brought.

    Each a list of ``[floors]``: by marketing, by referral. Vacant slots are more at the start, so that more arrive.
    """
    floors = lab.open({"market.filled_at_start": 0.75})
    config = floors.config
    action = np.tile(scheme_to_action(FLAT, config), (len(lab.seeds), 1))
    customers = floors.state.customers
    age = np.full(customers.active.shape, -1)  # weeks since arrival; −1: not followed
    active = customers.active != 0
    counts = [[np.zeros(len(lab.seeds)) for _ in range(2)] for _ in range(4)]
    came, left, at_risk, value = counts
    for week in range(2 * YEAR):
        _ = floors.decide(action, 1) if week == 0 else floors.advance(1)
        now = customers.active != 0
        referred = customers.referred != 0
        new = now & ~active & (week < YEAR)
        gone = (age >= 0) & ~now
        held = customers.held.sum(axis=1)
        sold = (customers.sold_week == floors.state.floors["week"][0] - 1).sum(axis=1)
        brought = config.money.trail_fee * held + config.money.fee * sold
        for kind in range(2):
            mine = referred == bool(kind)
            came[kind] += (new & mine).sum(axis=(1, 2))
            left[kind] += (gone & mine).sum(axis=(1, 2))
            at_risk[kind] += ((age >= 0) & mine).sum(axis=(1, 2))
            value[kind] += (brought * ((age >= 0) & mine & now)).sum(axis=(1, 2))
        age = np.where(new, 0, np.where((age >= 0) & now & (age < YEAR), age + 1, -1))
        active = now
    return came, left, at_risk, value
