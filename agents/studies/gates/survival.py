"""G7: survival is not the score. How many floors close, and how much of the score's variance that explains."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.thresholds import Threshold
from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Figure, Outcome
from agents.studies.gates.good_measure import NOT_PAID, Cloud, clouds
from incentive_env.support.statistics import Interval, interval, jackknife

_FEW, _SOME, _LITTLE = Threshold(most=3.0), Threshold(most=10.0), Threshold(most=0.3)


def survival(bench: Bench) -> Outcome:
    """Floors closed under the best policies and a flat salary, and the variance that closing explains."""
    under = clouds(bench, NOT_PAID)
    best = [bench.fixed(), bench.best()] if bench.thorough else [bench.fixed()]
    managed = bench.managed(*(one.policy for one in best))
    word = "best" if bench.thorough else "briefly searched"
    floors, unseen = bench.budget.floors, bench.budget.unseen
    figures = [
        Figure(f"closed, {word} {one.kind}, %", _percent(there.closed), _FEW, ".1f", unseen)
        for one, there in zip(best, managed, strict=True)
    ]
    flat = under[NOT_PAID[0]]
    figures.append(Figure(f"closed, {NOT_PAID[0]}, %", _percent(flat.closed), _SOME, ".1f", floors))
    for name in NOT_PAID:
        figures.append(Figure(f"share of variance, {name}", explained(under[name]), _LITTLE, ".2f", floors))
    return Outcome(figures, {"thorough": bench.thorough})


def explained(cloud: Cloud) -> Interval:
    """Share of the score's variance between floors that being closed or open explains (η²), with its interval."""
    closed, score = cloud.closed.astype(np.float64), cloud.score
    if np.ptp(closed) == 0.0 or np.ptp(score) == 0.0:
        return Interval(0.0, 0.0, 0.0)
    centred = score - score.mean()

    def share(c: Any, s: Any, cs: Any, ss: Any) -> Any:
        return (cs - c * s) ** 2 / ((c - c * c) * (ss - s * s))

    return jackknife(share, closed, centred, closed * centred, centred * centred)


def _percent(closed: NDArray[np.bool_]) -> Interval:
    return interval(np.where(closed, 100.0, 0.0))
