"""One scheme for every floor and period, as a search space and as a file."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config, Scheme
from incentive_env.config.levers import LEVERS
from incentive_env.model.scheme import lever_ranges, scheme_to_action
from incentive_env.policies.contract import Sees
from incentive_env.policies.fixed import FIXED
from incentive_env.policies.schedule import schedule_content

_DIGITS = 5  # significant, of a lever in a file


class StaticForm:
    """A point is the action ``[levers]`` of a scheme; beyond −1 and 1 a lever stands at its end.

    The bounds are wider than the box so that a search can turn a lever off completely: no bonus at all differs from a
    small one.
    """

    size = len(LEVERS)
    sees: Sees = "report"
    bounds = (-1.2, 1.2)

    def act(self, points: NDArray[np.float64], seen: NDArray[np.floating], decision: int = 0) -> NDArray[np.float32]:
        """The point itself, clipped to the box, for any observation."""
        return np.clip(points, -1.0, 1.0).astype(np.float32)


class OpenLoopForm:
    """A point is the actions ``[phases, levers]`` of schemes in turn, each for an equal share of the decisions.

    Args:
        phases: number of schemes.
        decisions: of an episode.
    """

    sees: Sees = "report"
    bounds = StaticForm.bounds

    def __init__(self, phases: int, decisions: int) -> None:
        self.phases, self.decisions = phases, decisions
        self.size = phases * len(LEVERS)

    def act(self, points: NDArray[np.float64], seen: NDArray[np.floating], decision: int) -> NDArray[np.float32]:
        """The scheme of this decision, clipped to the box, for any observation."""
        phase = min(decision, self.decisions - 1) * self.phases // self.decisions
        schemes = points.reshape(len(points), self.phases, len(LEVERS))
        return np.clip(schemes[:, phase], -1.0, 1.0).astype(np.float32)

    def actions(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Actions ``[decisions, rows, levers]`` of points ``[rows, size]``, for a schedule."""
        return np.stack([self.act(points, points, decision) for decision in range(self.decisions)])

    def content(self, point: NDArray[np.float64], config: Config) -> dict[str, Any]:
        """The content of a policy file for a point ``[size]``."""
        schemes = [scheme_of(part, config) for part in point.reshape(self.phases, len(LEVERS))]
        starts = [-(-phase * self.decisions // self.phases) for phase in range(self.phases + 1)]
        return schedule_content(schemes, np.diff(starts).tolist())


def scheme_of(point: NDArray[np.float64], config: Config) -> Scheme:
    """The scheme of a point, its levers rounded for a reader but within their ranges."""
    low, high = lever_ranges(config)
    levers = low + (np.clip(point, -1.0, 1.0) + 1.0) / 2.0 * (high - low)
    rounded = [float(f"{lever:.{_DIGITS}g}") if lever > 1e-6 else 0.0 for lever in levers]
    return Scheme(*np.clip(rounded, low, high).tolist())


def point_of(scheme: Scheme, config: Config) -> NDArray[np.float64]:
    """The point ``[levers]`` of a scheme.

    Raises:
        ValueError: a lever lies outside its range.
    """
    return scheme_to_action(scheme, config).astype(np.float64)


def hand_made(config: Config) -> dict[str, NDArray[np.float64]]:
    """Points of the hand-made schemes that this scenario's ranges allow."""
    points = {}
    for name, fixed in FIXED.items():
        try:
            points[name] = point_of(fixed.scheme, config)
        except ValueError:  # outside a narrowed range: cannot be a start
            continue
    return points


def static_content(scheme: Scheme) -> dict[str, Any]:
    """The content of a policy file for a scheme; `agents.registry.load_policy` reads it."""
    return {"scheme": dict(scheme._asdict())}
