"""The rule that says how far a proxy can be followed: geometry of rewards and of what a policy brings about.

Karwowski et al. ("Goodhart's Law in Reinforcement Learning", ICLR 2024) compare the step Δ from one policy's occupancy
to the next one's with the proxy R. Every reward within an angle θ of R gains by the step if and only if the angle
between Δ and R is at most 90° − θ::

    R · Δ ≥ sin θ ‖R‖ ‖Δ‖

so a run stops at the first step that breaks this. They count occupancies of states and actions of a finite process.
Here rewards are linear in features of a period, and a policy's occupancy is the mean of these features. The length of a
reward is its standard deviation under the safe policy (nearly: see ``shrinkage``), so that the cosine of the angle
between proxy and truth is their correlation there, r: θ = arccos r. Lengths of steps are measured in the dual norm
(Mahalanobis), for which the inequality of Cauchy and Schwarz, and so the rule, holds as it stands.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-9  # a standard deviation below it is none: such a feature counts for nothing


class Step(NamedTuple):
    """A step from one policy to another."""

    gain: float  # of the proxy, standard deviations under the safe policy
    length: float  # in the same unit, at least the gain's size
    cosine: float  # of the angle between step and proxy; 1 where nothing has moved

    def worst(self, angle: float) -> float:
        """Least gain of a reward of the proxy's length within an angle (radians) of it."""
        between = np.arccos(np.clip(self.cosine, -1.0, 1.0))
        return float(self.length * np.cos(min(between + angle, np.pi)))


class Geometry(NamedTuple):
    """Lengths of rewards and of steps; the first feature is the proxy."""

    deviation: NDArray[np.float64]  # [features] under the safe policy
    inverse: NDArray[np.float64]  # [features, features] of the correlations, shrunk
    unit: NDArray[np.float64]  # [] length of the proxy: 1, but for the shrinkage

    @classmethod
    def of(cls, features: NDArray[np.float64], shrinkage: float) -> Self:
        """The geometry of features ``[decisions, features]`` under the safe policy.

        Args:
            features: the proxy first.
            shrinkage: added to the diagonal of their correlations, without which a feature that only ever moves with
                others would make any step infinitely long.
        """
        deviation = features.std(axis=0)
        deviation[deviation < _LEAST] = np.inf
        standard = (features - features.mean(axis=0)) / deviation
        correlations = standard.T @ standard / len(standard)
        lengths = correlations + shrinkage * np.eye(len(deviation))
        return cls(deviation, np.linalg.inv(lengths), np.sqrt(lengths[0, 0]))

    def step(self, before: NDArray[np.float64], after: NDArray[np.float64]) -> Step:
        """The step between mean features ``[floors, features]`` of two policies on the same floors.

        Luck of the floors makes any step look longer. The squared length is corrected for it, without bias, by the
        spread of the floors' own steps.
        """
        each = (after - before) / self.deviation
        mean = each.mean(axis=0)
        squared = float(mean @ self.inverse @ mean)
        if len(each) > 1:
            squared -= float(np.einsum("fi,ij,fj->", each - mean, self.inverse, each - mean)) / (
                len(each) * (len(each) - 1)
            )
        gain, unit = float(mean[0]), float(self.unit)
        length = max(unit * np.sqrt(max(squared, 0.0)), abs(gain))
        return Step(gain, length, gain / length if length > 0.0 else 1.0)


def holds(step: Step, angle: float) -> bool:
    """Whether every reward within an angle (radians) of the proxy gains by a step."""
    return step.cosine >= float(np.sin(angle))
