"""The ranges in which an ordinary floor must lie: flat pay, no target, after the burn-in."""

import numpy as np
from numpy.typing import NDArray

from incentive_env.model.state import PRESSURE, YEAR
from incentive_env.support.statistics import Interval, jackknife
from incentive_env.validation.contract import DEFAULTS, Band, Outcome, Picture, difference, fact, ratio
from incentive_env.validation.lab import FLAT, KEPT_WEEKS, NO_GAMING, Lab


@fact(
    claim="An ordinary floor has the figures of the field",
    setup="flat pay, no target, first year after the burn-in",
    published="Dutch and US contact-centre and telecom sources, partly secondary",
    source="see docs/model.md",
    bands={
        "conversations a rep and day": Band(20, 50), "conversion": Band(0.10, 0.25), "handle time, s": Band(240, 360),
        "exits, %/year": Band(25, 45), "absence, %": Band(5, 9), "churn, %/year": Band(8, 15), "NPS": Band(3, 17),
        "promoters, %": Band(25, 35), "detractors, %": Band(15, 25), "call-backs, %": Band(10, 25),
        "cooling-off, honest, %": Band(2, 5), "cooling-off, pressed, %": Band(8, 30),
        "referrals, % of promoters a month": Band(0.5, 2.0), "never call again, pressed, %": Band(2, 7),
    },
    book=DEFAULTS,
)  # fmt: skip
def field(lab: Lab) -> Outcome:
    """Figures of the flat floor."""
    run = lab.run(FLAT, YEAR + KEPT_WEEKS, follow=True)
    people, days = lab.config.market.customers_per_slot, 5.0

    def total(name: str) -> NDArray[np.float64]:
        return run.total(name, 0, YEAR)

    def per(top: NDArray[np.float64], bottom: NDArray[np.float64], scale: float = 1.0) -> Interval:
        return ratio(top, bottom, scale)

    exits, hours = total("quits") + total("dismissals"), lab.config.salesforce.weekly_hours
    promoters, detractors, customers = total("promoters"), total("detractors"), total("customers")
    honest, pressed = _cooling_off(lab)
    pressing = lab.run(FLAT._replace(commission=15.0), YEAR)
    estimates = {
        "conversations a rep and day": per(total("calls"), total("present"), people / days),
        "conversion": per(total("sales"), total("calls")),
        "handle time, s": per(total("talk_hours"), total("calls"), 3600.0 / people),
        "exits, %/year": per(exits, total("present"), 100.0 * YEAR),
        "absence, %": per(total("absent_hours"), total("present"), 100.0 / hours),
        "churn, %/year": per(total("churned"), customers, 100.0 * YEAR),
        "NPS": per(promoters - detractors, customers, 100.0),
        "promoters, %": per(promoters, customers, 100.0),
        "detractors, %": per(detractors, customers, 100.0),
        "call-backs, %": per(total("callbacks"), total("calls"), 100.0),
        "cooling-off, honest, %": honest,
        "cooling-off, pressed, %": pressed,
        "referrals, % of promoters a month": per(total("referrals"), promoters, 100.0 * YEAR / 12.0),
        "never call again, pressed, %": per(
            pressing.total("do_not_call", YEAR // 2), pressing.total("calls", YEAR // 2), 100.0
        ),
    }
    bands = DEFAULTS["field"].bands
    places = [(e.mean - bands[name].low) / (bands[name].high - bands[name].low) for name, e in estimates.items()]
    return Outcome(estimates, Picture("bars", list(bands), {"place": places}, "", "place in the range, 0 … 1"))


def _cooling_off(lab: Lab) -> tuple[Interval, Interval]:
    """Honest sales given back within the cooling-off, and pressed ones: what a floor that only presses adds, %."""
    honest = lab.run(FLAT, YEAR, change=NO_GAMING)
    only_pressing = {key: key == "channels.pressure" for key in NO_GAMING}
    mixed = lab.run(FLAT._replace(commission=15.0), YEAR, change=only_pressing)
    share = ratio(honest.total("cooled_off"), honest.total("sales"), 100.0)

    def of_pressed(cooled: float, sales: float, pressed: float) -> float:
        return (100.0 * cooled - share.mean * (sales - pressed)) / pressed

    pressed_sales = mixed.reps["tactic_sales"][..., PRESSURE].sum(axis=(1, 2))
    return share, jackknife(of_pressed, mixed.total("cooled_off"), mixed.total("sales"), pressed_sales)


@fact(
    claim="A floor that opens with a norm of gaming still games more at the end of the year",
    setup="teams of usual honesty under flat pay, all opening with a norm of gaming against none; gamed calls in the "
    "last quarter of the first year",
    published="two basins of conduct for a year; a norm of gaming erodes conscience (direction: Gallen et al. 2016)",
    source="design of this model",
    bands={"gaming, points apart": Band(15, 80)},
    book=DEFAULTS,
)
def basins(lab: Lab) -> Outcome:
    """Two openings of the same floors."""
    runs = {
        name: lab.run(FLAT, YEAR, change={"floors.honesty_spread": 0.0, "floors.rotten_chance": chance})
        for name, chance in (("opened rotten", 1.0), ("opened decent", 0.0))
    }
    gaming = [100 * run.gaming(3 * YEAR // 4) for run in runs.values()]
    series = {name: run.weeks["norm"].mean(axis=0) for name, run in runs.items()}
    return Outcome(
        {"gaming, points apart": difference(*gaming)},
        Picture("lines", np.arange(1, YEAR + 1), series, "week", "norm of gaming"),
    )
