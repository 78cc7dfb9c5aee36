"""What pay does: to what is sold, to what lasts of it, to who works here, and to why they work."""

import numpy as np
from numpy.typing import NDArray

from incentive_env.model.state import YEAR
from incentive_env.support.statistics import jackknife
from incentive_env.validation.contract import (
    Band,
    Outcome,
    Picture,
    change_of_ratio,
    difference,
    fact,
    percent_change,
    ratio,
)
from incentive_env.validation.lab import FLAT, KEPT_WEEKS, NO_GAMING, Lab, Run


@fact(
    claim="Commission raises booked sales and lowers what is realised of each; gaming spreads",
    setup="flat pay against the same pay and 15 € a sale (the dose that gives the published volume); one year, each "
    "sale followed for 26 weeks",
    published="pledges +50 %, donations −17 % (fulfilment about −45 %), rule-breaking almost ×2",
    source="Gallen, Gallen, Levitt & List 2016",
    bands={"bookings, %": Band(30, 70), "fulfilment, %": Band(-55, -25), "gaming, ratio": Band(1.5, 3)},
)
def gallen(lab: Lab) -> Outcome:
    """Commission on booked sales."""
    flat = lab.run(FLAT, YEAR + KEPT_WEEKS, follow=True)
    paid = lab.run(FLAT._replace(commission=15.0), YEAR + KEPT_WEEKS, follow=True)
    estimates = {
        "bookings, %": percent_change(paid.total("sales", 0, YEAR), flat.total("sales", 0, YEAR)),
        "fulfilment, %": change_of_ratio(_fulfilment(paid), _fulfilment(flat)),
        "gaming, ratio": ratio(paid.gaming(0, YEAR), flat.gaming(0, YEAR)),
    }
    booked = [float(run.total("sales", 0, YEAR).mean()) for run in (flat, paid)]
    kept = [float(_fulfilment(run)[0].mean()) for run in (flat, paid)]
    bars = {"booked": booked, "still held after 26 weeks": kept}
    return Outcome(estimates, Picture("bars", ["flat pay", "commission"], bars, "", "sales in a year"))


@fact(
    claim="Piece rates raise output, about half of it through who stays and who comes; the spread between reps widens",
    setup="flat pay of 600 € against 450 € and 13 € a sale, gaming off; second year; selection off: nobody chooses "
    "among applicants, nobody leaves for pay",
    published="+44 % output per worker; .368 log, of which .197 within worker",
    source="Lazear 2000, AER 90:1346",
    bands={"output, %": Band(20, 50), "sorting share": Band(0.3, 0.7), "spread between reps, ratio": Band(1.0)},
)
def lazear(lab: Lab) -> Outcome:
    """Incentive and sorting."""
    piece = FLAT._replace(base_pay=450.0, commission=13.0)
    random_hiring = {**NO_GAMING, "workforce.applicants": 1, "workforce.quit_pay": 0.0}
    with_selection = [lab.run(scheme, 2 * YEAR, change=NO_GAMING) for scheme in (FLAT, piece)]
    without = [lab.run(scheme, 2 * YEAR, change=random_hiring) for scheme in (FLAT, piece)]
    output = [run.mean("sales", YEAR) for run in (*with_selection, *without)]
    spread = [_spread_between_reps(run) for run in with_selection]
    estimates = {
        "output, %": percent_change(output[1], output[0]),
        "sorting share": jackknife(lambda f, p, g, q: 1.0 - np.log(q / g) / np.log(p / f), *output),
        "spread between reps, ratio": ratio(spread[1], spread[0]),
    }
    bars = {
        "flat pay": [float(output[0].mean()), float(output[2].mean())],
        "piece rate": [float(output[1].mean()), float(output[3].mean())],
    }
    return Outcome(
        estimates, Picture("bars", ["with selection", "without"], bars, "", "sales of a rep and week (slots)")
    )


@fact(
    claim="A small volume pay raises volume and lowers hidden quality; what is measured stays as it was",
    setup="flat pay against the same pay and 6.5 € a sale; one year, late loss over 26 weeks, CSAT of weeks 1 to 8",
    published="loans +31 %, default +24 %, observable quality unchanged",
    source="Agarwal & Ben-David 2018, JFE 129:608",
    bands={"volume, %": Band(20, 40), "late loss, %": Band(15, 35), "CSAT of 8 weeks, points": Band(-3, 3)},
)
def agarwal(lab: Lab) -> Outcome:
    """A small dose."""
    flat = lab.run(FLAT, YEAR + KEPT_WEEKS, follow=True)
    paid = lab.run(FLAT._replace(commission=6.5), YEAR + KEPT_WEEKS, follow=True)
    csat = [run.total("csat", 0, 8) / run.total("surveys", 0, 8) for run in (paid, flat)]
    estimates = {
        "volume, %": percent_change(paid.total("sales", 0, YEAR), flat.total("sales", 0, YEAR)),
        "late loss, %": change_of_ratio(_late_loss(paid), _late_loss(flat)),
        "CSAT of 8 weeks, points": difference(100.0 * csat[0], 100.0 * csat[1]),
    }
    bars = {
        "flat pay": [100.0, 100.0],
        "volume pay": [100 + estimates[k].mean for k in ("volume, %", "late loss, %")],
    }
    return Outcome(estimates, Picture("bars", ["volume", "late loss"], bars, "", "flat pay = 100"))


@fact(
    claim="Pay for acquisition alone brings customers who do not stay; retention pay beside it moderates that",
    setup="13 € a sale against 13 € a sale and 13 € more for each held 13 weeks; sales of one year",
    published="direction",
    source="Kim, Sudhir, Uetake & Canales 2019, JMR",
    bands={"cancelled within 26 weeks, points": Band(0.0)},
)
def kim(lab: Lab) -> Outcome:
    """Retention pay beside commission."""
    alone = lab.run(FLAT._replace(commission=13.0), YEAR + KEPT_WEEKS, follow=True)
    both = lab.run(FLAT._replace(commission=13.0, retention_pay=13.0), YEAR + KEPT_WEEKS, follow=True)
    lost = [100.0 * (1.0 - kept / booked) for kept, booked in (_fulfilment(alone), _fulfilment(both))]
    bars = {"cancelled": [float(values.mean()) for values in lost]}
    labels = ["acquisition pay", "and retention pay"]
    return Outcome(
        {"cancelled within 26 weeks, points": difference(*lost)},
        Picture("bars", labels, bars, "", "% of sales lost in 26 weeks"),
    )


@fact(
    claim="Pay contingent on performance lowers intrinsic motivation while output rises",
    setup="flat pay against the same pay and 5 € a sale, in the second half of the first year",
    published="d −.28 … −.40; output up, δ +.52 … +.58",
    source="Deci, Koestner & Ryan 1999; Kim, Gerhart & Fang 2022, JAP 107:153",
    bands={"motivation, d": Band(-0.5, -0.2), "output, %": Band(0.0)},
)
def deci(lab: Lab) -> Outcome:
    """Crowding out."""
    flat, paid = (lab.run(scheme, YEAR + KEPT_WEEKS, follow=True) for scheme in (FLAT, FLAT._replace(commission=5.0)))
    half = YEAR // 2
    means = [run.mean("motivation", half, YEAR) for run in (paid, flat)]
    square = flat.mean("motivation", half, YEAR, power=2)
    estimates = {
        "motivation, d": jackknife(lambda p, f, s: (p - f) / np.sqrt(s - f * f), *means, square),
        "output, %": percent_change(paid.mean("sales", half, YEAR), flat.mean("sales", half, YEAR)),
    }
    series = {name: _by_week(run, "motivation", YEAR) for name, run in (("flat pay", flat), ("commission", paid))}
    return Outcome(estimates, Picture("lines", np.arange(1, YEAR + 1), series, "week", "motivation"))


def _fulfilment(run: Run) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sales of the first year still held after 26 weeks, and all of them, ``[floors]`` each."""
    sales = run.sales_of(YEAR)
    return sales.kept, sales.booked


def _late_loss(run: Run) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sales lost between cooling-off and 26 weeks, and all that survived the cooling-off."""
    sales = run.sales_of(YEAR)
    return sales.cooled - sales.kept, sales.cooled


def _spread_between_reps(run: Run) -> NDArray[np.float64]:
    """Standard deviation ``[floors]`` between seats of their sales a week, second year."""
    present = run.reps["present"][:, YEAR:].sum(axis=1)
    spread: NDArray[np.float64] = (run.reps["sales"][:, YEAR:].sum(axis=1) / np.maximum(present, 1.0)).std(axis=1)
    return spread


def _by_week(run: Run, name: str, last: int) -> NDArray[np.float64]:
    present = run.reps["present"][:, :last]
    by_week: NDArray[np.float64] = (run.reps[name][:, :last] * present).sum(axis=(0, 2)) / present.sum(axis=(0, 2))
    return by_week
