"""What steering on input and by watching does: coaching, autonomy, monitoring."""

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
)
from incentive_env.validation.lab import FLAT, Lab, Run


@fact(
    claim="Blanket monitoring: almost no effect on output, more strain; it lowers the gaming of some reps only",
    setup="5 € a sale, 1 % of the calls heard against 6 %; second half of the first year; fall in gaming by "
    "the half of the reps, more or less honest than the median",
    published="r −.01 with performance, +.11 with stress",
    source="Siegel, König & Lazar 2022, CHBR 8:100227; Nagin et al. 2002, AER 92:850",
    bands={"output, %": Band(-3, 3), "strain": Band(0.0), "fall in the less honest half, share": Band(2 / 3, 1.5),
           "fall in gaming, points": Band(0.0)},
)  # fmt: skip
def nagin(lab: Lab) -> Outcome:
    """Monitoring."""
    paid = FLAT._replace(commission=5.0)
    loose, tight = (lab.run(paid._replace(audit=audit), YEAR) for audit in (0.01, 0.06))
    half = YEAR // 2 + 2  # whole quota periods
    first = loose.reps[:, 0]
    median = float(np.median(first["honesty"][first["present"] > 0]))
    gaming = [_gaming_by_honesty(run, median, half) for run in (loose, tight)]
    estimates = {
        "output, %": percent_change(tight.total("sales", half), loose.total("sales", half)),
        "strain": difference(tight.mean("strain", half), loose.mean("strain", half)),
        "fall in the less honest half, share": jackknife(
            lambda a, b, c, d: (a - c) / (a - c + b - d), *gaming[0], *gaming[1]
        ),
        "fall in gaming, points": difference(100 * loose.gaming(half), 100 * tight.gaming(half)),
    }
    bars = {
        name: [100 * float(values.mean()) for values in pair]
        for name, pair in zip(("1 % heard", "6 % heard"), gaming, strict=True)
    }
    return Outcome(
        estimates, Picture("bars", ["less honest half", "more honest half"], bars, "", "gamed calls, % of all calls")
    )


@fact(
    claim="Coaching raises sales per call without loss of quality, and fades after it stops",
    setup="flat pay, gaming as it is; 4 hours a week for 26 weeks, then none, against none; last quarter of the "
    "coaching, and 26 weeks after its end",
    published="+10 %; partly fading",
    source="De Grip & Sauermann 2012, EJ 122:376",
    bands={"sales per call, %": Band(5, 15), "left after 26 weeks, share": Band(-0.5, 0.5),
           "late loss, points": Band(-np.inf, 1.0)},
)  # fmt: skip
def grip(lab: Lab) -> Outcome:
    """Coaching, and its fading."""
    none = lab.run(FLAT, 26 + 3 * 26, follow=True)
    coached = lab.run([(FLAT._replace(coaching=4.0), 26), (FLAT, 3 * 26)], follow=True)

    def gain(first: int, last: int) -> tuple[NDArray[np.float64], ...]:
        return tuple(run.total(name, first, last) for run in (coached, none) for name in ("sales", "calls"))

    def share_left(a: float, b: float, c: float, d: float, e: float, f: float, g: float, h: float) -> float:
        return (e / f / (g / h) - 1.0) / (a / b / (c / d) - 1.0)

    after, before = coached.sales_of(26), none.sales_of(26)
    during = gain(13, 26)
    estimates = {
        "sales per call, %": change_of_ratio((during[0], during[1]), (during[2], during[3])),
        "left after 26 weeks, share": jackknife(share_left, *during, *gain(46, 58)),
        "late loss, points": jackknife(
            lambda k1, c1, k0, c0: 100.0 * (k0 / c0 - k1 / c1), after.kept, after.cooled, before.kept, before.cooled
        ),
    }
    ratio = [run.weeks["sales"].sum(axis=0) / run.weeks["calls"].sum(axis=0) for run in (coached, none)]
    smooth = np.convolve(100 * (ratio[0] / ratio[1] - 1), np.ones(4) / 4, "valid")
    return Outcome(
        estimates,
        Picture("lines", np.arange(len(smooth)) + 4, {"coached": smooth}, "week", "sales per call, % more", (26.0,)),
    )


@fact(
    claim="Autonomy raises output through fewer breaks, and lowers exits",
    setup="5 € a sale, autonomy 0 against .7; first two years",
    published="+13 %, of which 9 from longer hours; attrition halved",
    source="Bloom, Liang, Roberts & Ying 2015, QJE",
    bands={"output, %": Band(5, 18), "exits, %": Band(-60, -25), "effort, %": Band(0.0)},
)
def bloom(lab: Lab) -> Outcome:
    """Autonomy."""
    paid = FLAT._replace(commission=5.0)
    base, free = (lab.run(paid._replace(autonomy=autonomy), 2 * YEAR) for autonomy in (0.0, 0.7))
    estimates = {
        "output, %": percent_change(free.total("sales"), base.total("sales")),
        "exits, %": change_of_ratio(_exits(free), _exits(base)),
        "effort, %": percent_change(free.mean("effort"), base.mean("effort")),
    }
    bars = {
        name: [100 * float(own.mean() / other.mean()) for own, other in zip(_three(run), _three(base), strict=True)]
        for name, run in (("without", base), ("with autonomy", free))
    }
    return Outcome(estimates, Picture("bars", ["output", "effort", "exits"], bars, "", "without autonomy = 100"))


def _three(run: Run) -> tuple[NDArray[np.float64], ...]:
    return run.total("sales"), run.mean("effort"), _exits(run)[0]


def _exits(run: Run) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return run.total("quits") + run.total("dismissals"), run.total("present")


def _gaming_by_honesty(run: Run, median: float, first: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gamed calls ``[floors]`` of the reps below and above the median of honesty, as shares of all calls."""
    reps = run.reps[:, first:]
    less = reps["honesty"] < median
    calls = reps["calls"].sum(axis=(1, 2))
    low: NDArray[np.float64] = (reps["gamed_calls"] * less).sum(axis=(1, 2)) / calls
    high: NDArray[np.float64] = (reps["gamed_calls"] * ~less).sum(axis=(1, 2)) / calls
    return low, high
