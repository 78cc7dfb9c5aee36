"""The textbook problems of incentive pay, each with its optimum in closed form, and the names of all problems."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from incentive_env.config import ConfigError
from incentive_env.theory.parameters import COST_MATRIX, NOISE_COVARIANCE, SMALLEST, VECTOR, Array, number
from incentive_env.theory.problem import OneMeasure, Problem, Response, dot, without_gaming
from incentive_env.theory.two_period import TwoPeriod


@dataclass(frozen=True, eq=False, kw_only=True)
class SingleTask(OneMeasure):
    """One task: output x = k e + ε, ε ~ N(0, σ²), is worth p a unit; effort e costs ½ c e².

    The agent sets e = b k / c; b* = p k² / (k² + r c σ²). Holmström & Milgrom 1987, Econometrica 55:303.
    The noise is in output itself, so it enters profit too: realised profit is p x − a − b x.

    Attributes:
        p: value of a unit of output, money.
        k: output of a unit of effort.
        c: steepness of the cost of effort, money per effort².
    """

    p: float = field(default=1.0, metadata=number(SMALLEST))
    k: float = field(default=1.0, metadata=number(SMALLEST))
    c: float = field(default=1.0, metadata=number(SMALLEST))

    def respond(self, b: ArrayLike) -> Response:
        """Effort b k / c."""
        return without_gaming(self.in_force(b) * self.k / self.c)

    def value(self, response: Response) -> Array:
        """Value of output, p k e."""
        return self.p * self.k * response.effort[..., 0]

    def cost(self, response: Response) -> Array:
        """Cost of effort, ½ c e²."""
        return 0.5 * self.c * response.effort[..., 0] ** 2

    def measured(self, response: Response) -> Array:
        """Output, k e."""
        return self.k * response.effort

    @property
    def noise_value(self) -> Array:
        """Output is what is valued, noise and all."""
        return np.array([self.p])

    def optimum(self) -> Array:
        """The slope p k² / (k² + r c σ²)."""
        return np.array([self.p * self.k**2 / (self.k**2 + self.r * self.c * self.sigma**2)])

    def first_best(self) -> float:
        """Profit p² k² / 2c, at e = p k / c."""
        return self.p**2 * self.k**2 / (2.0 * self.c)

    def slope_range(self) -> tuple[Array, Array]:
        """From 0 to 2 p: without noise the optimum is p, with noise it is less."""
        return np.array([0.0]), np.array([2.0 * self.p])


@dataclass(frozen=True, eq=False, kw_only=True)
class Multitask(Problem):
    """Several tasks: outputs x = e + ε, ε ~ N(0, Σ), are worth p · x; efforts e cost ½ eᵀ C e.

    The agent sets e = C⁻¹ b; b* = (I + r C Σ)⁻¹ p, and profit is ½ pᵀ C⁻¹ b*. Holmström & Milgrom 1991, JLEO 7:24.
    The noise is in outputs themselves, so it enters profit too: realised profit is p · x − a − b · x.

    A task whose variance is ``inf`` is not measured: nothing can be paid on it, at any risk aversion, so its slope
    counts as 0 for any action, and of its output only the expectation is valued. The others' slopes solve
    (C⁻¹ + r Σ) b = C⁻¹ p restricted to the measured tasks; with two tasks and the second not measured

        b₁* = (p₁ − p₂ C₁₂ / C₂₂) / (1 + r σ₁² (C₁₁ − C₁₂² / C₂₂)).

    Where tasks are substitutes (C₁₂ > 0) pay on the one draws effort from the other: the more the other is worth, the
    lower is b₁*, down to 0 and below.

    Attributes:
        p: value of a unit of each task's output, ``[tasks]``, money.
        C: steepness of the cost of effort, ``[tasks, tasks]``, symmetric positive definite, money per effort².
        Sigma: covariance of outputs, ``[tasks, tasks]``, or variances ``[tasks]`` of independent ones; ``inf`` on the
            diagonal means not measured.
    """

    p: Array = field(default_factory=lambda: np.array([1.0, 1.0]), metadata=VECTOR)
    C: Array = field(default_factory=lambda: np.array([[1.0, 0.5], [0.5, 1.0]]), metadata=COST_MATRIX)
    Sigma: Array = field(default_factory=lambda: np.array([0.5, 1.5]), metadata=NOISE_COVARIANCE)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("C", "Sigma"):
            shape, wanted = getattr(self, name).shape, (self.slopes, self.slopes)
            if shape != wanted:
                raise ConfigError(
                    f"{name} has shape {shape}, must be {wanted}: p has {self.slopes} entries, one a task"
                )

    @property
    def slopes(self) -> int:
        """One a task."""
        return len(self.p)

    @property
    def is_measured(self) -> NDArray[np.bool_]:
        """Which tasks can be paid on, ``[tasks]``."""
        return np.isfinite(np.diag(self.Sigma))

    def in_force(self, b: ArrayLike) -> Array:
        """Slopes ``[..., tasks]``, 0 on tasks that are not measured."""
        return np.where(self.is_measured, super().in_force(b), 0.0)

    def respond(self, b: ArrayLike) -> Response:
        """Efforts C⁻¹ b; where the formula says so, below 0."""
        return without_gaming(self.in_force(b) @ np.linalg.inv(self.C))

    def value(self, response: Response) -> Array:
        """Value of outputs, p · e."""
        return dot(response.effort, self.p)

    def cost(self, response: Response) -> Array:
        """Cost of efforts, ½ eᵀ C e."""
        return 0.5 * dot(response.effort @ self.C, response.effort)

    def measured(self, response: Response) -> Array:
        """Outputs, e."""
        return response.effort

    @property
    def covariance(self) -> Array:
        """Σ among measured tasks."""
        return np.where(np.isfinite(self.Sigma), self.Sigma, 0.0)

    @property
    def noise_value(self) -> Array:
        """Outputs are what is valued, noise and all."""
        return self.p

    def optimum(self) -> Array:
        """Slopes (I + r C Σ)⁻¹ p, or their limit where a task is not measured."""
        return self._best_slopes(self.r)

    def first_best(self) -> float:
        """Profit ½ pᵀ C⁻¹ p, at e = C⁻¹ p."""
        return float(0.5 * self.p @ np.linalg.solve(self.C, self.p))

    def slope_range(self) -> tuple[Array, Array]:
        """Both ways to twice the longest slope that any noise can make best, or twice the highest value.

        Risk only shortens the best slopes in the norm of C⁻¹ among measured tasks, so they stay in the ellipsoid of
        that norm on which the best slopes without noise lie; its widest extent is the bound.
        """
        m = self.is_measured
        inverse = np.linalg.inv(self.C)[np.ix_(m, m)]
        riskless = self._best_slopes(0.0)[m]
        longest = np.sqrt((riskless @ inverse @ riskless) * np.diag(np.linalg.inv(inverse)).max())
        highest = np.full(self.slopes, 2.0 * max(longest, np.abs(self.p).max()))
        return -highest, highest

    def _best_slopes(self, r: float) -> Array:
        m = self.is_measured
        inverse = np.linalg.inv(self.C)
        slopes = np.zeros(self.slopes)
        slopes[m] = np.linalg.solve((inverse + r * self.covariance)[np.ix_(m, m)], (inverse @ self.p)[m])
        return slopes


@dataclass(frozen=True, eq=False, kw_only=True)
class Distorted(OneMeasure):
    """A measure that is not what counts: value f · a, measure g · a + φ, φ ~ N(0, σ²); actions a cost ½ |a|².

    The agent sets a = b g; b* = f · g / (|g|² + r σ²). At r = 0 profit is cos²θ of the first best, θ the angle between
    f and g. Baker 2002, JHR 37:728. The noise is in the measure alone: realised profit is f · a − a₀ − b (g · a + φ).

    Attributes:
        f: value of a unit of each action, ``[actions]``, money.
        g: what a unit of each action adds to the measure, ``[actions]``.
    """

    f: Array = field(default_factory=lambda: np.array([1.0, 0.5]), metadata=VECTOR)
    g: Array = field(default_factory=lambda: np.array([0.5, 1.0]), metadata=VECTOR)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.f.shape != self.g.shape:
            raise ConfigError(f"g has shape {self.g.shape}, must be {self.f.shape}: f has one entry an action")

    @property
    def cosine(self) -> float:
        """The cosine of the angle between what counts and what is measured."""
        return float(self.f @ self.g / (np.linalg.norm(self.f) * np.linalg.norm(self.g)))

    def respond(self, b: ArrayLike) -> Response:
        """Actions b g."""
        return without_gaming(self.in_force(b) * self.g)

    def value(self, response: Response) -> Array:
        """Value of actions, f · a."""
        return dot(response.effort, self.f)

    def cost(self, response: Response) -> Array:
        """Cost of actions, ½ |a|²."""
        return 0.5 * dot(response.effort, response.effort)

    def measured(self, response: Response) -> Array:
        """Measure of actions, g · a."""
        return dot(response.effort, self.g)[..., None]

    def optimum(self) -> Array:
        """The slope f · g / (|g|² + r σ²); below 0 where the measure points away from what counts."""
        return np.array([self.f @ self.g / (self.g @ self.g + self.r * self.sigma**2)])

    def first_best(self) -> float:
        """Profit ½ |f|², at a = f."""
        return float(0.5 * self.f @ self.f)

    def slope_range(self) -> tuple[Array, Array]:
        """Both ways to 2 |f| / |g|: the optimum is |cos θ| |f| / |g| without noise, and less with noise."""
        highest = np.array([2.0 * np.linalg.norm(self.f) / np.linalg.norm(self.g)])
        return -highest, highest


@dataclass(frozen=True, eq=False, kw_only=True)
class Gaming(OneMeasure):
    """A measure that can be gamed: value p e − h m, measure e + m + ε, ε ~ N(0, σ²); costs ½ c e² and ½ k m².

    Effort e and gaming m cannot be below 0: the agent sets e = b / c and m = b / k, both 0 where b < 0. So
    b* = max(0, (p/c − h/k) / (1/c + 1/k + r σ²)): the measure goes on rising in b, profit turns down at b*.
    This is Baker's (2002) distorted measure with f = (p, −h), g = (1, 1) and a cost for each action. The noise is in
    the measure alone: realised profit is p e − h m − a − b (e + m + ε).

    Attributes:
        p: value of a unit of effort, money.
        h: harm done by a unit of gaming, money.
        c: steepness of the cost of effort, money per effort².
        k: steepness of the cost of gaming, money per gaming².
    """

    p: float = field(default=2.0, metadata=number(SMALLEST))
    h: float = field(default=1.0, metadata=number(0.0))
    c: float = field(default=1.0, metadata=number(SMALLEST))
    k: float = field(default=2.0, metadata=number(SMALLEST))

    def respond(self, b: ArrayLike) -> Response:
        """Effort b / c and gaming b / k, none of either where b < 0."""
        stake = np.maximum(self.in_force(b), 0.0)
        return Response(stake / self.c, stake[..., 0] / self.k)

    def value(self, response: Response) -> Array:
        """Value of effort less harm of gaming, p e − h m."""
        return self.p * response.effort[..., 0] - self.h * response.gaming

    def cost(self, response: Response) -> Array:
        """Cost of effort and of gaming, ½ c e² + ½ k m²."""
        return 0.5 * self.c * response.effort[..., 0] ** 2 + 0.5 * self.k * response.gaming**2

    def measured(self, response: Response) -> Array:
        """Measure, e + m: it does not distinguish them."""
        return response.effort + response.gaming[..., None]

    def optimum(self) -> Array:
        """The slope max(0, (p/c − h/k) / (1/c + 1/k + r σ²))."""
        gain = self.p / self.c - self.h / self.k
        return np.array([max(0.0, gain / (1.0 / self.c + 1.0 / self.k + self.r * self.sigma**2))])

    def first_best(self) -> float:
        """Profit p² / 2c, at e = p / c and no gaming."""
        return self.p**2 / (2.0 * self.c)

    def slope_range(self) -> tuple[Array, Array]:
        """From 0 to 2 p: without harm, noise or gaming the optimum would be p."""
        return np.array([0.0]), np.array([2.0 * self.p])


# Names of `LENEnv`.
PROBLEMS: Mapping[str, type[Problem]] = {
    "single_task": SingleTask, "multitask": Multitask, "distorted": Distorted, "gaming": Gaming,
    "two_period": TwoPeriod,
}  # fmt: skip
