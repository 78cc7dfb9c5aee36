"""What becomes of a measure that is paid on: it stops being good, it wears out, and it recovers."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.measures import GAMING_SHARE, MEASURED_NPS, RECORDED_CONVERSION, Ratio, totals
from incentive_env.model.scheme import Scheme
from incentive_env.model.state import YEAR
from incentive_env.policies import FIXED
from incentive_env.studies.evaluate import summarise
from incentive_env.studies.simulate import roll_out
from incentive_env.support.statistics import Interval, correlation, interval, jackknife
from incentive_env.validation.contract import Band, Outcome, Picture, fact
from incentive_env.validation.lab import NORM_FROZEN, Lab, Run

HALF, QUARTER = YEAR // 2, YEAR // 4  # weeks
_BONUS, _COMMISSION = 300.0, 15.0  # € a week at NPS 100; € a sale
_MONTHS = range(4, YEAR + QUARTER + 1, 4)  # last weeks
SATISFACTION = Ratio(("satisfaction",), per=("customers",), factor=100.0)  # true, of all customers, points of 100
_GAMING = GAMING_SHARE._replace(factor=100.0)
_SALES = Ratio(("recorded_sales",), per=("present",))  # a rep and week: what commission pays on
# What is beyond all of it counts as all: shares are held within −1 and 1 where only one end is published.
_AT_MOST_A_THIRD, _AT_LEAST_HALF = Band(-1.0, 1 / 3), Band(0.5, 1.0)
_UNDER = {
    "flat salary": "flat_salary", "balanced scorecard": "balanced_scorecard", "quota with threat": "quota_with_threat",
}  # fmt: skip


@fact(
    claim="Recorded conversion is a good measure of loyalty, until it is a target",
    setup="whole episodes under a flat salary, the balanced scorecard and the quota with threat; correlation over "
    "floors of recorded conversion, over the episode, with the score; and the same where client and bank close no "
    "floor",
    published="a good measure ceases to be one when it becomes a target",
    source="Goodhart 1975; Strathern 1997",
    needs=("care", "good_measure"),
    bands={
        "flat salary, r": Band(0.5, 1.0), "balanced scorecard, r": Band(0.5, 1.0),
        "quota with threat, r": Band(-1.0, -0.2),
        "flat salary, none closes, r": Band(0.35, 1.0), "balanced scorecard, none closes, r": Band(0.35, 1.0),
        "quota with threat, none closes, r": Band(-1.0, -0.2),
    },
)  # fmt: skip
def goodhart(lab: Lab) -> Outcome:
    """The cloud of floors turns round."""
    estimates, measured, scores = {}, {}, {}
    for config, where in ((lab.scenario, ""), (lab.config, ", none closes")):
        for name, scheme in _UNDER.items():
            rollout = roll_out(config, FIXED[scheme].scheme, lab.seeds.tolist(), threads=lab.threads)
            weeks = rollout.floor_weeks[:, : config.horizon.episode_weeks]
            conversion, score = RECORDED_CONVERSION.of(totals(weeks, axis=1)), summarise(rollout, config).loyalty
            estimates[f"{name}{where}, r"] = correlation(conversion, score)
            if not where:
                measured[name], scores[name] = 100.0 * conversion, score
    return Outcome(estimates, Picture("clouds", measured, scores, "recorded conversion, %", "score: true loyalty"))


@fact(
    claim="Measures wear out under pay, and recover without it",
    setup="the neutral scheme with the pay against none; the first quarter, and the first quarter of the second year, "
    "with the pay all along or paused for the half year before; survey bonus of 300 € at NPS 100 and true "
    "satisfaction, 15 € a sale and gaming; and the same where the norm of gaming is frozen",
    published="measures run down while performance does not; direction and sizes by design of this model",
    source="Meyer & Gupta 1994; Courty & Marschke 2004",
    needs=("care", "know_how"),
    bands={
        f"{name}{where}": band
        for where in ("", ", norm frozen")
        for name, band in {
            "survey bonus: satisfaction at first, points": Band(0.0),
            "survey bonus: left after a year, share": _AT_MOST_A_THIRD,
            "survey bonus: measured NPS after a year, points": Band(0.0),
            "survey bonus: given back by a pause, share": _AT_LEAST_HALF,
            "commission: growth of gaming, points": Band(0.0),
            "commission: recorded sales after a year, a rep and week": Band(0.0),
            "commission: given back by a pause, share": _AT_LEAST_HALF,
        }.items()
    },
)
def wears_out(lab: Lab) -> Outcome:
    """Pay on a measure for a year, and after a pause."""
    estimates: dict[str, Interval] = {}
    for where, change in (("", {}), (", norm frozen", NORM_FROZEN)):
        bonus = gains_of(lab, "survey_bonus", _BONUS, SATISFACTION, MEASURED_NPS, change)
        paid = gains_of(lab, "commission", _COMMISSION, _GAMING, _SALES, change)
        estimates |= {
            f"survey bonus: satisfaction at first, points{where}": interval(bonus.first),
            f"survey bonus: left after a year, share{where}": share_left(bonus, least=-1.0),
            f"survey bonus: measured NPS after a year, points{where}": interval(bonus.measured_later),
            f"survey bonus: given back by a pause, share{where}": share_back(bonus, most=1.0),
            f"commission: growth of gaming, points{where}": interval(paid.later - paid.first),
            f"commission: recorded sales after a year, a rep and week{where}": interval(paid.measured_later),
            f"commission: given back by a pause, share{where}": share_back(paid, most=1.0),
        }
    return Outcome(estimates, _gain_by_week(lab))


class Gains(NamedTuple):
    """What pay on a measure adds against none, on each floor ``[floors]``."""

    first: NDArray[np.float64]  # of what the pay is for, in its first quarter
    later: NDArray[np.float64]  # the same in the first quarter of its second year
    again: NDArray[np.float64]  # the same in that quarter, where the pay paused for the half year before it
    measured_first: NDArray[np.float64]  # of the measured figure
    measured_later: NDArray[np.float64]


def gains_of(
    lab: Lab, lever: str, pay: float, aim: Ratio, measured: Ratio, change: Mapping[str, Any] | None = None
) -> Gains:
    """Run floors without the pay, with it, and with a pause of half a year before the second year's first quarter.

    Args:
        lab: the floors.
        lever: that pays, against its lowest; the others are neutral.
        pay: what it is set to.
        aim: what the pay is for.
        measured: what it pays on.
        change: dotted overrides of the scenario.
    """
    without, always, paused = _paid_and_not(lab, lever, pay, change)

    def gain(run: Run, ratio: Ratio, first: int) -> NDArray[np.float64]:
        last = first + QUARTER
        more: NDArray[np.float64] = run.measure(ratio, first, last) - without.measure(ratio, first, last)
        return more

    return Gains(
        gain(always, aim, 0), gain(always, aim, YEAR), gain(paused, aim, YEAR),
        gain(always, measured, 0), gain(always, measured, YEAR),
    )  # fmt: skip


def share_left(gains: Gains, *, least: float = -np.inf) -> Interval:
    """Share of the first gain that is left after a year; ``least`` if it is less."""
    return jackknife(lambda first, later: np.maximum(later / first, least), gains.first, gains.later)


def share_back(gains: Gains, *, most: float = np.inf) -> Interval:
    """Share of the lost freshness that a pause gives back: 0 as if it had never paused, 1 as on the first day.

    ``most`` if it is more.
    """

    def share(first: Any, later: Any, again: Any) -> Any:
        return np.minimum((again - later) / (first - later), most)

    return jackknife(share, gains.first, gains.later, gains.again)


def _paid_and_not(lab: Lab, lever: str, pay: float, change: Mapping[str, Any] | None) -> tuple[Run, Run, Run]:
    neutral = Scheme(**{name: getattr(lab.config.neutral_scheme, name) for name in LEVER_NAMES})
    none = neutral._replace(**{lever: getattr(lab.config.levers, lever).low})
    paid = neutral._replace(**{lever: pay})
    total = YEAR + QUARTER
    paused = ((paid, HALF), (none, YEAR - HALF), (paid, QUARTER))
    return (
        lab.run(none, total, change=change), lab.run(paid, total, change=change), lab.run(paused, change=change)
    )  # fmt: skip


def _gain_by_week(lab: Lab) -> Picture:
    """What the survey bonus adds to true satisfaction and to a tenth of the measured NPS, by four weeks."""
    without, always, paused = _paid_and_not(lab, "survey_bonus", _BONUS, None)

    def by_month(run: Run, ratio: Ratio) -> NDArray[np.float64]:
        paid, unpaid = (
            np.array([one.measure(ratio, week - 4, week).mean() for week in _MONTHS]) for one in (run, without)
        )
        gain: NDArray[np.float64] = paid - unpaid
        return gain

    series = {
        "true satisfaction": by_month(always, SATISFACTION),
        "the same, paused for weeks 27 to 52": by_month(paused, SATISFACTION),
        "measured NPS / 10": by_month(always, MEASURED_NPS) / 10.0,
    }
    return Picture("lines", np.array(_MONTHS), series, "week", "gain by the survey bonus, points", (26, 52))
