"""G3: state and time matter. The lead of what sees the report over the best fixed scheme, and where it comes from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.thresholds import LEAD, OPEN_LOOP, Threshold
from agents.studies.gates.bench import Bench
from agents.studies.gates.contract import Figure, Outcome
from agents.studies.gates.searches import Best
from incentive_env.policies import Policy
from incentive_env.studies.managed import Managed, mean_schedule, own_means
from incentive_env.support.statistics import UNKNOWN, Interval, interval, jackknife

_BESIDE = Threshold(least=3.0, above=1.0)
_AGREE = Threshold(most=1.0)


def lead(bench: Bench) -> Outcome:
    """The lead on unseen floors, beside survival, and told apart."""
    fixed, best, learned = bench.fixed(), bench.best(), bench.learned()
    base, under, *others = bench.managed(fixed.policy, best.policy, *(one.policy for one in learned))
    gain, both = under.score - base.score, ~(under.closed | base.closed)
    off = closing_off(bench)
    blind, own = bench.managed(mean_schedule(under), own_means(under))
    open_loop = _of_phases(bench, base, gain)
    floors = len(gain)
    figures = [
        Figure(f"lead over the best fixed scheme ({best.kind})", interval(gain), LEAD, "+.1f", floors),
        Figure("lead on floors open under both", _over(gain[both]), _BESIDE, "+.1f", int(both.sum())),
        Figure("lead with closing off, both searched there", interval(off), _BESIDE, "+.1f", floors),
        Figure("share of the lead: three schemes in turn", open_loop, OPEN_LOOP, "+.2f", floors),
        Figure("the two best restarts of the fixed scheme apart", _exact(fixed.apart), _AGREE, ".2f"),
        *_beside(learned, others, base),
        Figure("its mean schedule, blind, over the fixed scheme", _gain(blind, base), None, "+.1f", floors),
        Figure("each floor's own mean scheme over the fixed one", _gain(own, base), None, "+.1f", floors),
        Figure("reacting, over each floor's own mean scheme", _gain(under, own), None, "+.1f", floors),
        Figure("score of the best fixed scheme", interval(base.score), None, ".1f", floors),
        Figure("worst restart of the fixed scheme below the best", _exact(_spread(fixed)), None, ".2f"),
    ]
    return Outcome(figures, {"searches": [_plain(one) for one in _searched(bench)]})


def closing_off(bench: Bench) -> NDArray[np.float64]:
    """The lead ``[floors]`` where no floor closes, each side searched again there."""
    fixed, best = bench.fixed(closing=False), bench.best(closing=False)
    base, under = bench.managed(fixed.policy, best.policy, closing=False)
    return under.score - base.score


def _beside(learned: list[Best], under: list[Managed], base: Managed) -> list[Figure]:
    """The lead of each kind of policy."""
    leads = [_gain(there, base) for there in under]
    floors = len(base.score)
    return [Figure(f"lead of {one.kind}", gain, None, "+.1f", floors) for one, gain in zip(learned, leads, strict=True)]


def _gain(under: Managed, base: Managed) -> Interval:
    return interval(under.score - base.score)


def _of_phases(bench: Bench, base: Managed, gain: NDArray[np.float64]) -> Interval:
    if bench.budget.phases is None:
        return UNKNOWN
    (under,) = bench.managed(bench.phases().policy)
    return share(under.score - base.score, gain)


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> Interval:
    """Mean of a part ``[floors]`` as a share of the mean of the whole; unknown where there is nothing to share."""
    return UNKNOWN if whole.mean() <= 0.0 else jackknife(lambda a, b: a / b, part, whole)


def _over(values: NDArray[np.float64]) -> Interval:
    return interval(values) if len(values) > 1 else UNKNOWN


def _exact(value: float) -> Interval:
    return Interval(value, value, value)


def _spread(best: Best) -> float:
    return best.value - min(best.restarts.values())


def _searched(bench: Bench) -> list[Best]:
    open_loop = [] if bench.budget.phases is None else [bench.phases()]
    there = [bench.fixed(closing=False), *bench.learned(closing=False)]
    return [bench.fixed(), *bench.learned(), *open_loop, *there]


def _plain(best: Best) -> dict[str, Any]:
    policy: Policy = best.policy
    action = getattr(policy, "action", None)
    return {
        "kind": best.kind, "value": best.value, "restarts": dict(best.restarts),
        "action": None if action is None else np.asarray(action, float).round(4).tolist(),
    }  # fmt: skip
