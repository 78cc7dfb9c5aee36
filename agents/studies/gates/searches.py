"""The searches of the gates, one restart a job, so that they can run at the same time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.search.evolution import Found, Objective, SearchBudget, Start, search
from agents.search.leaning import SurfaceBudget, lean
from agents.search.objective import SCORE, FloorObjective
from agents.search.static import OpenLoopForm, StaticForm, scheme_of
from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.policies import FixedPolicy, Policy
from incentive_env.policies.feedback import LinearFeedback, LinearForm
from incentive_env.policies.schedule import Schedule


class Best(NamedTuple):
    """The best policy of a kind, and how its restarts ended."""

    kind: str
    policy: Policy
    point: NDArray[np.float64]  # [size] of the search
    value: float  # mean score on the validation floors
    restarts: Mapping[str, float]  # the same for each restart, by where it began

    @property
    def apart(self) -> float:
        """How far the two best restarts are apart; NaN where there is only one."""
        ends = sorted(self.restarts.values(), reverse=True)
        return ends[0] - ends[1] if len(ends) > 1 else float("nan")


def best_of(restarts: Sequence[Best]) -> Best:
    """The best of the restarts of one search."""
    ends = {name: value for one in restarts for name, value in one.restarts.items()}
    return max(restarts, key=lambda one: one.value)._replace(restarts=ends)


def search_fixed(config: Config, start: Start, plan: SearchBudget, label: str) -> Best:
    """The best fixed scheme."""
    found = _found(FloorObjective(config, StaticForm(), SCORE), start, plan, label)
    point = found.winner.point
    return _best("fixed scheme", FixedPolicy(scheme_of(point, config), config), start, found)


def search_feedback(config: Config, start: Start, plan: SearchBudget, label: str, surface: SurfaceBudget) -> Best:
    """The best linear feedback on the report: first by response surfaces, then by evolution.

    A start that is a scheme is one that leans on nothing.
    """
    form = LinearForm("report")
    point = start.point if len(start.point) == form.size else form.around(start.point)
    point = lean(config, form, point, surface, label=f"{label}, response surfaces", plain=True)
    whole = start._replace(point=point)
    found = _found(FloorObjective(config, form, SCORE), whole, plan, label)
    return _best("linear feedback", LinearFeedback(form, found.winner.point), start, found)


def search_phases(config: Config, start: Start, plan: SearchBudget, label: str) -> Best:
    """The best schemes in turn, each for its share of the decisions, blind."""
    form = OpenLoopForm(start.point.size // len(LEVERS), config.horizon.decisions)
    found = _found(FloorObjective(config, form, SCORE), start, plan, label)
    return _best("schemes in turn", Schedule(form.actions(found.winner.point[None])[:, 0]), start, found)


def _found(objective: Objective, start: Start, plan: SearchBudget, label: str) -> Found:
    return search(objective, [start], plan, label=label, plain=True)


def _best(kind: str, policy: Policy, start: Start, found: Found) -> Best:
    value = float(found.winner.values.mean())
    return Best(kind, policy, found.winner.point, value, {start.name: value})
