"""G4 and G5: memory matters, and what is hidden matters. What a policy sees, at equal decisions and from one start."""

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.thresholds import HIDDEN, MEMORY, Threshold
from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Figure, Outcome
from incentive_env.support.statistics import UNKNOWN, interval


def memory(bench: Bench) -> Outcome:
    """PPO on the report with its history, against PPO on the report alone."""
    return _seeing(bench, "history", MEMORY)


def hidden(bench: Bench) -> Outcome:
    """PPO on the true state, against PPO on the report."""
    return _seeing(bench, "state", HIDDEN)


def _seeing(bench: Bench, sees: str, threshold: Threshold) -> Outcome:
    name, floors = f"PPO on the {sees}, over PPO on the report", bench.budget.unseen
    if not bench.budget.decisions:
        return Outcome([Figure(name, UNKNOWN, threshold)], {"decisions": 0})
    bench.train("report", sees)
    (fixed,) = bench.managed(bench.fixed().policy)
    more, report = _scores(bench, sees), _scores(bench, "report")
    figures = [
        Figure(name, interval(more - report), threshold, "+.1f", floors),
        Figure(f"PPO on the {sees}, over the best fixed scheme", interval(more - fixed.score), None, "+.1f", floors),
        Figure("PPO on the report, over the best fixed scheme", interval(report - fixed.score), None, "+.1f", floors),
    ]
    return Outcome(figures, {"decisions": bench.budget.decisions, "trainings": bench.budget.trainings})


def _scores(bench: Bench, sees: str) -> NDArray[np.float64]:
    """Score ``[floors]`` on unseen floors, on the mean of all trainings."""
    trained = bench.managed(*(one.policy for one in bench.trained(sees)))
    return np.asarray(np.mean([one.score for one in trained], axis=0))
