"""A contract over two periods with a measure that wears out as it is paid on, solved in closed form."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from incentive_env.theory.parameters import SMALLEST, Array, number
from incentive_env.theory.problem import OneMeasure, Response


@dataclass(frozen=True, eq=False, kw_only=True)
class TwoPeriod(OneMeasure):
    """A measure that wears out: Baker's distorted measure in each period, more distorted after it was paid on.

    Per unit of time, useful effort e and gaming m cost ½ e² + ½ m². Effort is worth p e; the measure is
    g (ρ e + √(1 − ρ²) m) + φ, φ ~ N(0, σ²). The cosine ρ says how good the measure is: at 1 it is the goal itself, at 0
    it has nothing to do with it. The agent sets e = b g ρ and m = b g √(1 − ρ²), so the measure shows b g² at any ρ.
    Paying b in a first period of length L leaves max(0, ρ − λ L |b|) of ρ for the second, of length L'.

    With D = g² + r σ², a = λ L p g / D, δ = L' / L and b° = ρ p g / D, the best slope if nothing followed:

    | | first slope | second slope |
    |---|---|---|
    | a < 1 and δ a < 1: the measure is shared out | b° (1 − δ a) / (1 − δ a²) | b° (1 − a) / (1 − δ a²) |
    | else, δ ≤ 1: it is used up | b° | 0 |
    | else, δ > 1: it is saved | 0 | b° |

    One period is Baker 2002, JHR 37:728, with f = (p, 0) and g = g (ρ, √(1 − ρ²)). That the measure wears out, and what
    follows from it, are this project's own; ``docs/theory.md`` derives it. The noise is in the measure alone.

    Attributes:
        p: value of useful effort, money per effort and time.
        g: measure per effort and time, in the direction that raises it most.
        cosine: ρ, the cosine of the angle between measure and goal in this period, from 0 to 1.
        wear: λ, loss of cosine per slope and time.
        length: L, length of this period, time; or its weight.
        later: L', length of the period that follows, time; below 1e-6 none follows, and this period is the last.
    """

    p: float = field(default=1.0, metadata=number(SMALLEST))
    g: float = field(default=1.0, metadata=number(SMALLEST))
    cosine: float = field(default=1.0, metadata=number(0.0, 1.0))
    wear: float = field(default=1.4, metadata=number(0.0))
    length: float = field(default=1.0, metadata=number(SMALLEST))
    later: float = field(default=0.6, metadata=number(0.0))

    def respond(self, b: ArrayLike) -> Response:
        """Effort b g ρ and gaming b g √(1 − ρ²), per unit of time."""
        stake = self.g * self.in_force(b)
        return Response(self.cosine * stake, self._sine * stake[..., 0])

    def value(self, response: Response) -> Array:
        """Value of effort in this period, L p e."""
        return self.length * self.p * response.effort[..., 0]

    def cost(self, response: Response) -> Array:
        """Cost of effort and gaming in this period, L (½ e² + ½ m²)."""
        return 0.5 * self.length * (response.effort[..., 0] ** 2 + response.gaming**2)

    def measured(self, response: Response) -> Array:
        """Measure of this period, L g (ρ e + √(1 − ρ²) m): it does not distinguish them."""
        return self.length * self.g * (self.cosine * response.effort + self._sine * response.gaming[..., None])

    @property
    def covariance(self) -> Array:
        """The variance of this period's measure, L σ²."""
        return np.array([[self.length * self.sigma**2]])

    def after(self, b: ArrayLike) -> "TwoPeriod | None":
        """The last period, as slope ``b`` ``[1]`` leaves it; ``None`` if this is the last one."""
        if self.is_last:
            return None
        return replace(self, cosine=float(self._cosine_after(b)), length=self.later, later=0.0)

    @property
    def is_last(self) -> bool:
        """Whether no period follows."""
        return self.later < SMALLEST

    def total_profit(self, b: ArrayLike) -> Array:
        """Expected profit at slopes ``b`` ``[..., 1]``, and ½ L' (ρ' p g)² / D after it: ``[...]``, money."""
        gain = self._cosine_after(b) * self.p * self.g
        return self.profit(b) + 0.5 * self.length * self._weight_of_later * gain**2 / self._steepness

    def optimum(self) -> Array:
        """The best slope of this period, if the best of the next one follows."""
        weight, wear = self._weight_of_later, self._relative_wear
        if max(weight, 1.0) * wear < 1.0:
            return self.spot_optimum() * (1.0 - weight * wear) / (1.0 - weight * wear**2)
        return self.spot_optimum() if weight <= 1.0 else np.zeros(1)

    def plan(self) -> Array:
        """The best slopes of this period and the next, ``[periods]``."""
        first = self.optimum()
        following = self.after(first)
        return first if following is None else np.concatenate([first, following.optimum()])

    def spot_optimum(self) -> Array:
        """The best slope if nothing followed, b° = ρ p g / D."""
        return np.array([self.cosine * self.p * self.g / self._steepness])

    def constant_optimum(self) -> Array:
        """The best slope that is the same in both periods.

        b° (1 + δ) / (1 + δ + 2 δ a); from a = (1 + δ) (2 + δ) / 2 on b° / (1 + δ), which wears the measure out.
        """
        weight, wear = self._weight_of_later, self._relative_wear
        if wear < 0.5 * (1.0 + weight) * (2.0 + weight):
            return self.spot_optimum() * (1.0 + weight) / (1.0 + weight + 2.0 * weight * wear)
        return self.spot_optimum() / (1.0 + weight)

    def first_best(self) -> float:
        """Profit ½ p² a unit of time, at e = p and no gaming."""
        return 0.5 * self.length * (1.0 + self._weight_of_later) * self.p**2

    def slope_range(self) -> tuple[Array, Array]:
        """From 0 to 2 p / g: a perfect measure without noise would be paid p / g."""
        return np.array([0.0]), np.array([2.0 * self.p / self.g])

    @property
    def _sine(self) -> float:
        return float(np.sqrt(1.0 - self.cosine**2))

    @property
    def _steepness(self) -> float:
        """D: cost of effort, of gaming and of risk are ½ D b² a unit of time."""
        return self.g**2 + self.r * self.sigma**2

    @property
    def _weight_of_later(self) -> float:
        """δ: how much the next period counts for each unit of this one."""
        return 0.0 if self.is_last else self.later / self.length

    @property
    def _relative_wear(self) -> float:
        """The share a of the cosine that is lost if b° is paid."""
        return self.wear * self.length * self.p * self.g / self._steepness

    def _cosine_after(self, b: ArrayLike) -> Array:
        return np.maximum(0.0, self.cosine - self.wear * self.length * np.abs(self.in_force(b)[..., 0]))
