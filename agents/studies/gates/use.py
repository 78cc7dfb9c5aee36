"""G6: levers are used. How the best learned policy sets each, as a share of its range."""

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.thresholds import Threshold
from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Figure, Outcome
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.studies.managed import Managed
from incentive_env.support.statistics import Interval

_SOME = 0.05  # of the range
_UNUSED = 2  # levers at most


def levers_used(bench: Bench) -> Outcome:
    """Levers whose mean, or spread over floors and time, is more than a twentieth of the range."""
    best = max(bench.learned(), key=lambda one: one.value)
    (managed,) = bench.managed(best.policy)
    means, spreads = shares(managed)
    used = (means > _SOME) | (spreads > _SOME)
    count, idle = float(used.sum()), [name for name, one in zip(LEVER_NAMES, used, strict=True) if not one]
    most = Threshold(least=len(LEVER_NAMES) - _UNUSED)
    name = f"levers used by {best.kind}, of {len(LEVER_NAMES)}" + (f"; not {', '.join(idle)}" if idle else "")
    figures = [Figure(name, Interval(count, count, count), most, ".0f", bench.budget.unseen)]
    levers = {
        lever: {"mean": float(mean), "spread": float(spread)}
        for lever, mean, spread in zip(LEVER_NAMES, means, spreads, strict=True)
    }
    return Outcome(figures, {"policy": best.kind, "levers": levers})


def shares(managed: Managed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation ``[levers]`` of each lever over open floors and time, as shares of its range."""
    done = (managed.actions[managed.open] + 1.0) / 2.0
    return done.mean(axis=0), done.std(axis=0)
