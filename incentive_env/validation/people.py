"""What pay and strain do to people: who stays, who leaves after a cut, what very small pay does, who games."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.model.state import YEAR
from incentive_env.model.workforce import EXIT_QUIT, STAYED
from incentive_env.support.statistics import jackknife
from incentive_env.validation.contract import Band, Outcome, Picture, change_of_ratio, fact, percent_change
from incentive_env.validation.lab import FLAT, KEPT_WEEKS, Lab, Run
from incentive_env.validation.quota import SELLING

QUARTER, HALF = YEAR // 4, YEAR // 2  # weeks
PIECE = FLAT._replace(base_pay=450.0, commission=13.0)
CUT = 0.82  # commission after it / before
_SMALLEST, _LARGE = 0.5, 15.0  # €/sale


@fact(
    claim="Those who sell well stay, more so where pay depends on it",
    setup="flat pay of 600 €, and 450 € with 13 € a sale; from the second year on, when the change of pay is old; "
    "correlation, within floors, of a rep's sales in 13 weeks with quitting in the 26 weeks after; people who leave "
    "otherwise are not counted",
    published="r about −.17; more negative where rewards are contingent",
    source="Bycio 1990; Williams & Livingstone 1994",
    needs=("pay_memory",),
    bands={
        "flat pay, r": Band(-0.30, -0.05), "contingent pay, r": Band(-0.30, -0.05),
        "contingent minus flat, r": Band(-np.inf, 0.0),
    },
)  # fmt: skip
def success_stays(lab: Lab) -> Outcome:
    """Sales and quitting."""
    runs = [lab.run(scheme, 2 * YEAR + HALF) for scheme in (FLAT, PIECE)]
    sums = [_sales_and_quits(run) for run in runs]
    estimates = {
        "flat pay, r": jackknife(_r, *sums[0]),
        "contingent pay, r": jackknife(_r, *sums[1]),
        "contingent minus flat, r": jackknife(lambda a, b, c, d, e, f: _r(d, e, f) - _r(a, b, c), *sums[0], *sums[1]),
    }
    bars = {
        name: [100.0 * share for share in _quits_by_third(run)]
        for name, run in zip(("flat pay", "contingent pay"), runs, strict=True)
    }
    labels = ["lowest third", "middle", "best third"]
    return Outcome(estimates, Picture("bars", labels, bars, "sales in 13 weeks", "% who quit in the next 26 weeks"))


@fact(
    claim="A cut of commission drives people out, above all the best; those who stay work as before",
    setup="450 € and 13 € a sale; after 26 weeks, commission falls by 18 % against not; quits in 26 weeks, per week "
    "there, of those who were there for the quarter before; best third of a floor by sales in that quarter; effort of "
    "those who stay in both",
    published="turnover up, most of all of the productive; no change of the effort of those who stay",
    source="Sandvik, Saouma, Seegert & Stanton 2021",
    needs=("pay_memory",),
    bands={
        "quits, %": Band(20, 60),
        "best third over the others, points": Band(0.0),
        "effort of stayers, %": Band(-2, 2),
    },
)
def pay_cut(lab: Lab) -> Outcome:
    """An announced cut of the commission."""
    runs = {
        "commission as before": lab.run(((PIECE, HALF), (PIECE, HALF))),
        "commission cut": lab.run(((PIECE, HALF), (PIECE._replace(commission=CUT * PIECE.commission), HALF))),
    }
    kept, cut = runs.values()
    there = _there(kept, QUARTER, HALF)
    best = _thirds(kept.reps["sales"][:, QUARTER:HALF].sum(axis=1), there)[2]
    everybody, of_best, of_others = ([_quits(run, who) for run in (cut, kept)] for who in (there, best, there & ~best))

    def more_of_the_best(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any) -> Any:
        return 100.0 * (a / b / (c / d) - e / f / (g / h))

    stay = np.logical_and(*((_reason(run, HALF, YEAR) == STAYED) for run in (kept, cut))) & there
    effort = [(run.reps["effort"][:, HALF:].mean(axis=1) * stay).sum(axis=1) for run in (cut, kept)]
    estimates = {
        "quits, %": change_of_ratio(*everybody),
        "best third over the others, points": jackknife(
            more_of_the_best, *of_best[0], *of_best[1], *of_others[0], *of_others[1]
        ),
        "effort of stayers, %": percent_change(*effort),
    }
    bars = {
        name: [100.0 * YEAR * float(group[place][0].sum() / group[place][1].sum()) for group in (of_best, of_others)]
        for place, name in ((1, "commission as before"), (0, "commission cut"))
    }
    return Outcome(estimates, Picture("bars", ["best third", "others"], bars, "", "quits, % a year"))


@fact(
    claim="Very small pay does worse than none; large pay does better",
    setup="flat pay against the same pay and 0.50 € a sale, and 15 € a sale; sales in one year",
    published="pay enough or don't pay at all",
    source="Gneezy & Rustichini 2000, QJE 115:791",
    needs=("crowding",),
    bands={
        "smallest pay, sales, %": Band(-20, 0), "smallest pay, below none, %": Band(-np.inf, 0.0),
        "large pay, sales, %": Band(0.0),
    },
)  # fmt: skip
def small_pay(lab: Lab) -> Outcome:
    """The smallest pay."""
    # The runs of `gallen`, so that they are made once.
    none, large = (
        lab.run(FLAT._replace(commission=pay), YEAR + KEPT_WEEKS, follow=True).total("sales", 0, YEAR)
        for pay in (0.0, _LARGE)
    )
    small = lab.run(FLAT._replace(commission=_SMALLEST), YEAR).total("sales")
    change = percent_change(small, none)
    estimates = {
        "smallest pay, sales, %": change, "smallest pay, below none, %": change,
        "large pay, sales, %": percent_change(large, none),
    }  # fmt: skip
    heights = [100.0, 100.0 + change.mean, 100.0 + estimates["large pay, sales, %"].mean]
    labels = ["none", f"{_SMALLEST:.2f} €", f"{_LARGE:.0f} €"]
    return Outcome(estimates, Picture("bars", labels, {"sales": heights}, "pay for a sale", "sales, no pay = 100"))


@fact(
    claim="On the same floor, strained reps game more, also where it is not angry customers who strain them",
    setup="5 € a sale, target 1.2 × what is recorded without one, pressure .6; correlation, within floors, of a rep's "
    "strain with the share of calls gamed, each over 26 weeks; and where anger does not strain",
    published="direction",
    source="depletion",
    needs=("depletion",),
    bands={"r": Band(0.0), "anger does not strain, r": Band(0.0)},
)
def strain_games(lab: Lab) -> Outcome:
    """Strain and gaming."""
    scheme, weeks = lab.quota(SELLING, 1.2)._replace(pressure=0.6), 26 * lab.config.horizon.decision_weeks
    estimates, series = {}, {}
    variants: dict[str, Mapping[str, Any]] = {"": {}, "anger does not strain, ": {"motivation.strain_anger": 0.0}}
    for where, change in variants.items():
        run = lab.run(scheme, weeks, change=change)
        windows = [_strain_and_gaming(run, first) for first in range(HALF, weeks - HALF + 1, HALF)]
        strain, gaming, there = (np.stack(part, axis=1) for part in zip(*windows, strict=True))
        estimates[f"{where}r"] = jackknife(_r, *_moments(strain, gaming, there))
        series[where.rstrip(", ") or "all strain"] = [
            100.0 * float(gaming[there & third].mean()) for third in _thirds(strain, there)
        ]
    labels = ["least strained third", "middle", "most strained"]
    return Outcome(estimates, Picture("bars", labels, series, "", "% of calls gamed"))


def _sales_and_quits(run: Run) -> tuple[NDArray[np.float64], ...]:
    """Sums of products ``[floors]`` of sales in a quarter and quitting in the next half year."""
    sales, quits, there = _quarters(run)
    return _moments(sales, quits, there)


def _quarters(run: Run) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Sales in a quarter, quitting in the half year after, and who counts, each ``[floors, quarters, reps]``."""
    weeks, rows = run.reps.shape[1], []
    for last in range(YEAR + QUARTER, weeks - HALF + 1, QUARTER):
        reason = _reason(run, last, last + HALF)
        counts = _there(run, last - QUARTER, last) & ((reason == STAYED) | (reason == EXIT_QUIT))
        rows.append((run.reps["sales"][:, last - QUARTER : last].sum(axis=1), (reason == EXIT_QUIT) * 1.0, counts))
    sales, quits, there = (np.stack(part, axis=1) for part in zip(*rows, strict=True))
    return sales, quits, there


def _quits_by_third(run: Run) -> list[float]:
    sales, quits, there = _quarters(run)
    return [float(quits[there & third].mean()) for third in _thirds(sales, there)]


def _strain_and_gaming(run: Run, first: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Strain, share of calls gamed, and who was there for the half year, ``[floors, reps]`` each."""
    reps = run.reps[:, first : first + HALF]
    gaming = reps["gamed_calls"].sum(axis=1) / np.maximum(reps["calls"].sum(axis=1), 1.0)
    return reps["strain"].mean(axis=1), gaming, _there(run, first, first + HALF)


def _there(run: Run, first: int, last: int) -> NDArray[np.bool_]:
    """Who ``[floors, reps]`` was there all through these weeks, the same person."""
    reps = run.reps[:, first:last]
    there: NDArray[np.bool_] = ((reps["present"] != 0) & (reps["exit"] == STAYED)).all(axis=1)
    return there


def _reason(run: Run, first: int, last: int) -> NDArray[np.float64]:
    """Why each rep who was there at first left in these weeks ``[floors, reps]``; `STAYED` if they did not."""
    exits = run.reps["exit"][:, first:last]
    earliest = (exits != STAYED).argmax(axis=1)
    reason: NDArray[np.float64] = np.take_along_axis(exits, earliest[:, None], axis=1)[:, 0]
    return reason


def _quits(run: Run, who: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quits ``[floors]`` in the second half year, and weeks worked in it, of some of those there at its start."""
    left = np.cumsum(run.reps["exit"][:, HALF:YEAR] != STAYED, axis=1) > 0
    quits = who & (_reason(run, HALF, YEAR) == EXIT_QUIT)
    return quits.sum(axis=1) * 1.0, (who[:, None] & ~left).sum(axis=(1, 2)) * 1.0


def _thirds(values: NDArray[np.float64], there: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Who ``[..., reps]`` of those there is in the lowest, the middle and the highest third of a floor."""
    ranks = np.where(there, values, np.inf).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
    place = 3 * ranks // np.maximum(there.sum(axis=-1, keepdims=True), 1)
    return [there & (place == third) for third in range(3)]


def _moments(
    x: NDArray[np.float64], y: NDArray[np.float64], there: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], ...]:
    """Sums ``[floors]`` of xy, xx and yy about the means of those there, within floor and window."""
    count = np.maximum(there.sum(axis=-1, keepdims=True), 1)
    u, v = (np.where(there, z - (z * there).sum(axis=-1, keepdims=True) / count, 0.0) for z in (x, y))
    products = u * v, u * u, v * v
    return tuple(product.sum(axis=(1, 2)) for product in products)


def _r(xy: Any, xx: Any, yy: Any) -> Any:
    return xy / np.sqrt(xx * yy)
