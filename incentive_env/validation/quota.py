"""What a quota does: spikes before the end of its period, misbooking near the target, mass gaming under threat."""

import itertools

import numpy as np
from numpy.typing import NDArray

from incentive_env.support.statistics import Interval, jackknife
from incentive_env.validation.contract import Band, Outcome, Picture, fact, percent_change, ratio
from incentive_env.validation.lab import FLAT, Lab, Run

SELLING = FLAT._replace(commission=5.0, audit=0.02)


@fact(
    claim="A quota with a period makes a spike before its end and a dip after; the spike costs value",
    setup="5 € a sale with a target of 1.2 × what is recorded without one and pressure .6, against the same target "
    "without pressure; sales by week of periods 3 to 26; revenue of all: fees and trail fees less refunds",
    published="6–8 % of revenue lost; fiscal-year-end spikes",
    source="Larkin 2014, JOLE 32:199; Oyer 1998, QJE 113:149",
    bands={"last week / mean": Band(1.15), "first week / mean": Band(-np.inf, 0.95), "revenue lost, %": Band(3, 12)},
)
def larkin(lab: Lab) -> Outcome:
    """Sales by the week of the quota period."""
    weeks = 26 * lab.config.horizon.decision_weeks
    pressed_scheme = lab.quota(SELLING, 1.2)._replace(pressure=0.6)
    pressed, calm = lab.run(pressed_scheme, weeks), lab.run(pressed_scheme._replace(pressure=0.0), weeks)
    by_week = _sales_by_week_of_period(pressed, lab)
    lost = percent_change(_revenue(pressed), _revenue(calm))
    estimates = {
        "last week / mean": ratio(by_week[:, -1], by_week.mean(axis=1)),
        "first week / mean": ratio(by_week[:, 0], by_week.mean(axis=1)),
        "revenue lost, %": Interval(-lost.mean, -lost.high, -lost.low),
    }
    series = {"pressure .6": by_week.mean(axis=0), "no pressure": _sales_by_week_of_period(calm, lab).mean(axis=0)}
    return Outcome(
        estimates, Picture("lines", np.arange(1, by_week.shape[1] + 1), series, "week of the quota period", "sales")
    )


@fact(
    claim="Misreporting peaks just below the target",
    setup="5 € a sale, target 1.2 × what is recorded without one, pressure .6; last week of each period; distance: "
    "sales that are missing or left over to the target if the week brings what it usually does",
    published="direction",
    source="Schweitzer, Ordóñez & Douma 2004, AMJ 47:422; Jacob & Levitt 2003, QJE 118:843",
    bands={
        "just below over 1 to 2 below, points": Band(0.0), "just below over farther below, points": Band(0.0),
        "just below over just above, points": Band(0.0), "just below over farther above, points": Band(0.0),
    },
)  # fmt: skip
def jacob(lab: Lab) -> Outcome:
    """Misbooked refusals by the distance to the target; the maximum lies within one sale below it."""
    weeks = 26 * lab.config.horizon.decision_weeks
    run = lab.run(lab.quota(SELLING, 1.2)._replace(pressure=0.6), weeks)
    short, misbooked, refusals = _last_weeks(run, lab)

    def tally(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        inside = (short >= low) & (short < high)
        return (misbooked * inside).sum(axis=1), (refusals * inside).sum(axis=1)

    def points(a: float, b: float, c: float, d: float) -> float:
        return 100.0 * (a / b - c / d)

    just_below = tally(0.0, 1.0)
    others = {"1 to 2 below": (1.0, 2.0), "farther below": (2.0, 99.0), "just above": (-1.0, 0.0),
              "farther above": (-99.0, -1.0)}  # fmt: skip
    estimates = {
        f"just below over {name}, points": jackknife(points, *just_below, *tally(*ends))
        for name, ends in others.items()
    }
    edges = np.array([-9.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 9.0])
    middles = np.array([2.5, 1.75, 1.25, 0.75, 0.25, -0.25, -0.75, -1.25, -1.75, -2.5])
    sums = [tally(low, high) for low, high in itertools.pairwise(edges)]
    shares = np.array([100 * done.sum() / max(could.sum(), 1.0) for done, could in sums])
    return Outcome(
        estimates, Picture("lines", middles, {"misbooked": shares}, "sales above the target", "% of refusals", (0.0,))
    )


@fact(
    claim="A quota with threat makes mass gaming, sanctioned late",
    setup="520 €, 12 € a sale, target 1.25 × what is recorded without one, full pressure, audit .02; within 26 weeks; "
    "a rep games: over 40 % of the calls of 8 weeks; detected: sanctioned at least once",
    published="> 2 million accounts, 5 300 dismissals over years",
    source="DOJ 2020; CFPB 2016",
    bands={"reps who game, %": Band(50, 100), "detected of those, %": Band(0, 20)},
)
def wells(lab: Lab) -> Outcome:
    """Threat, mass gaming, late sanctions."""
    paid = FLAT._replace(base_pay=520.0, commission=12.0, audit=0.02)
    pressed = lab.run(lab.quota(paid, 1.25)._replace(pressure=1.0), 26)
    limit = lab.config.workforce.gaming_rep
    people, gamers, caught = _people(pressed, limit)
    estimates = {
        "reps who game, %": ratio(gamers, people, 100.0),
        "detected of those, %": ratio(caught, gamers, 100.0),
    }
    games = (pressed.reps["gaming"] > limit) * pressed.reps["present"]
    by_week = games.sum(axis=(0, 2)) / pressed.reps["present"].sum(axis=(0, 2))
    sanctioned = (np.cumsum(pressed.reps["sanctions"], axis=1) > 0).mean(axis=(0, 2))
    series = {"reps who game": 100 * by_week, "ever sanctioned": 100 * sanctioned}
    return Outcome(estimates, Picture("lines", np.arange(1, 27), series, "week", "% of reps"))


def _people(run: Run, limit: float) -> tuple[NDArray[np.float64], ...]:
    """People ``[floors]`` who worked there, who ever gamed, and of these who were ever sanctioned.

    A seat may hold several people one after the other: its occupant changes after an exit.
    """
    reps = run.reps
    left_before = np.cumsum(reps["exit"] != 0, axis=1) - (reps["exit"] != 0)
    counts = [np.zeros(len(reps)) for _ in range(3)]
    for number in range(int(left_before.max()) + 1):
        there = (left_before == number) & (reps["present"] != 0)
        gamed = (there & (reps["gaming"] > limit)).any(axis=1)
        sanctioned = (there & (reps["sanctions"] > 0)).any(axis=1)
        for count, who in zip(counts, (there.any(axis=1), gamed, gamed & sanctioned), strict=True):
            count += who.sum(axis=1)
    return tuple(counts)


def _sales_by_week_of_period(run: Run, lab: Lab) -> NDArray[np.float64]:
    """Mean sales ``[floors, weeks of a period]``; the first two periods, in which the scheme is news, are left out."""
    length = lab.config.horizon.decision_weeks
    sales = run.weeks["sales"][:, 2 * length :]
    means: NDArray[np.float64] = sales.reshape(len(sales), -1, length).mean(axis=1)
    return means


def _revenue(run: Run) -> NDArray[np.float64]:
    return run.total("revenue") + run.total("trail_fees") - run.total("refunds")


def _last_weeks(run: Run, lab: Lab) -> tuple[NDArray[np.float64], ...]:
    """Of each rep's last week of a period: sales missing to the target, misbooked refusals, refusals; flat in reps.

    Each ``[floors, periods × reps]``. What a usual week brings is the mean of the period so far.
    """
    from incentive_env.model.state import CALLBACK

    length = lab.config.horizon.decision_weeks
    scheme_target = lab.quota(SELLING, 1.2).target
    reps = run.reps[:, 2 * length :]
    shape = (reps.shape[0], -1, length, reps.shape[2])
    sales, refused = reps["recorded_sales"].reshape(shape), reps["recorded_refusals"].reshape(shape)
    before_sales, before_refused = sales[:, :, :-1].sum(axis=2), refused[:, :, :-1].sum(axis=2)
    forecast = length / (length - 1.0)
    short = forecast * (scheme_target * (before_sales + before_refused) - before_sales)
    whole = reps["present"].reshape(shape).min(axis=2)  # there all period
    misbooked = reps["gamed"][..., CALLBACK].reshape(shape)[:, :, -1] * whole
    refusals = reps["refusals"].reshape(shape)[:, :, -1] * whole
    return tuple(values.reshape(shape[0], -1) for values in (short, misbooked, refusals))
