"""Principal and agent with a linear contract, exponential utility and normal noise (LEN), solved in closed form.

A risk-neutral principal pays ``a + b · x`` on measures ``x`` with normal noise. An agent with constant absolute risk
aversion ``r`` (1/money) answers with the effort and the gaming that maximise the certainty equivalent: expected pay −
cost − ``r``/2 × variance of pay. The fixed pay ``a`` makes it 0, the agent's reservation value: the agent just
participates, and the principal bears the cost of effort and of risk. So profit is value − cost − risk premium.

A problem is one period of a contract. Most contracts have only one; `Problem.after` says what follows in the others.

Slopes ``b`` are arrays ``[..., slopes]``; leading axes are kept, so that a whole grid is one call.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from incentive_env.theory.parameters import Array, keep_checked, number


class Response(NamedTuple):
    """What an agent does."""

    effort: Array  # [..., tasks], units of effort
    gaming: Array  # [...], units of the measure; 0 where a problem leaves no room for it


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem(ABC):
    """What all problems have in common; a problem defines the agent's response, its value, and what is measured.

    Attributes:
        r: the agent's absolute risk aversion, 1/money.
    """

    r: float = field(default=1.0, metadata=number(0.0))

    def __post_init__(self) -> None:
        keep_checked(self)

    @property
    @abstractmethod
    def slopes(self) -> int:
        """How many slopes the contract has: one for each measure."""

    @abstractmethod
    def respond(self, b: ArrayLike) -> Response:
        """The agent's best response to slopes ``b`` ``[..., slopes]``, money per unit of each measure."""

    @abstractmethod
    def value(self, response: Response) -> Array:
        """Expected value of a response to the principal, ``[...]``, money."""

    @abstractmethod
    def cost(self, response: Response) -> Array:
        """Cost of a response to the agent, ``[...]``, money."""

    @abstractmethod
    def measured(self, response: Response) -> Array:
        """Expected measures of a response, ``[..., slopes]``."""

    @property
    @abstractmethod
    def covariance(self) -> Array:
        """Covariance ``[slopes, slopes]`` of the noise of those measures that can be paid on, 0 elsewhere."""

    @property
    @abstractmethod
    def noise_value(self) -> Array:
        """Value of a unit of each measure's noise to the principal, ``[slopes]``; 0 for pure measurement error."""

    @abstractmethod
    def optimum(self) -> Array:
        """The slopes ``[slopes]`` that maximise `total_profit`: expected profit, where no period follows."""

    @abstractmethod
    def first_best(self) -> float:
        """Expected profit if effort could be contracted on, money: no risk is laid on the agent, nothing is gamed.

        The profit of later periods is included.
        """

    @abstractmethod
    def slope_range(self) -> tuple[Array, Array]:
        """Lowest and highest slopes to choose from, each ``[slopes]``.

        At any level of noise, the optimum is between them, and not above half the highest.
        """

    def after(self, b: ArrayLike) -> "Problem | None":
        """The problem of the next period, as slopes ``b`` ``[slopes]`` leave it; ``None`` if this is the last one."""
        return None

    def total_profit(self, b: ArrayLike) -> Array:
        """Expected profit at slopes ``b`` ``[..., slopes]``, and the most that can follow: ``[...]``, money."""
        return self.profit(b)

    def profit(self, b: ArrayLike) -> Array:
        """Expected profit of this period at slopes ``b`` ``[..., slopes]``: ``[...]``, money."""
        response = self.respond(b)
        return self.value(response) - self.cost(response) - self.risk_premium(b)

    def measure(self, b: ArrayLike) -> Array:
        """Expected measures at slopes ``b``: ``[..., slopes]``."""
        return self.measured(self.respond(b))

    def optimal_profit(self) -> float:
        """Expected profit at the optimum, that of later periods included, money."""
        return float(self.total_profit(self.optimum()))

    def risk_premium(self, b: ArrayLike) -> Array:
        """Risk premium of the agent at slopes ``b``, r/2 × variance of pay: ``[...]``, money."""
        b = self.in_force(b)
        return 0.5 * self.r * dot(b @ self.covariance, b)

    def certainty_equivalent(self, a: ArrayLike, b: ArrayLike, response: Response) -> Array:
        """Certainty equivalent to the agent of a contract and any response, the best or not: ``[...]``, money.

        Args:
            a: fixed pay ``[...]``, money.
            b: slopes ``[..., slopes]``.
            response: what the agent does.
        """
        pay = np.asarray(a) + dot(self.in_force(b), self.measured(response))
        return np.asarray(pay - self.cost(response) - self.risk_premium(b), np.float64)

    def fixed_pay(self, b: ArrayLike) -> Array:
        """The ``a`` at which the agent just participates (certainty equivalent 0): ``[...]``, money."""
        return 0.0 - self.certainty_equivalent(0.0, b, self.respond(b))

    def realised_profit(self, b: ArrayLike, noise: ArrayLike) -> Array:
        """Profit once the noise of the measures is known: ``[...]``, money. Its mean over the noise is `profit`.

        Args:
            b: slopes ``[..., slopes]``.
            noise: of each measure, ``[..., slopes]``, with `covariance`.
        """
        b, noise, response = self.in_force(b), np.asarray(noise, np.float64), self.respond(b)
        pay = self.fixed_pay(b) + dot(b, self.measured(response) + noise)
        return self.value(response) + dot(self.noise_value, noise) - pay

    def in_force(self, b: ArrayLike) -> Array:
        """Slopes as an array ``[..., slopes]``, as far as they can be paid.

        Raises:
            ValueError: the last axis has another length, or a slope is not finite.
        """
        array = np.atleast_1d(np.asarray(b, np.float64))
        if array.shape[-1] != self.slopes:
            raise ValueError(f"b has shape {array.shape}, its last axis must be {self.slopes}: one slope a measure")
        if not np.isfinite(array).all():
            raise ValueError(f"b = {array}: must be finite")
        return array


@dataclass(frozen=True, eq=False, kw_only=True)
class OneMeasure(Problem):
    """A problem with one measure, and so with one slope.

    Attributes:
        sigma: standard deviation of the measure.
    """

    sigma: float = field(default=1.0, metadata=number(0.0))

    @property
    def slopes(self) -> int:
        """One."""
        return 1

    @property
    def covariance(self) -> Array:
        """The variance of the measure."""
        return np.array([[self.sigma**2]])

    @property
    def noise_value(self) -> Array:
        """The noise is measurement error, without value."""
        return np.array([0.0])


def without_gaming(effort: Array) -> Response:
    """Response of efforts ``[..., tasks]`` alone."""
    return Response(effort, np.zeros(effort.shape[:-1]))


def dot(left: Array, right: Array) -> Array:
    """Sum of products over the last axis."""
    product: Array = np.sum(left * right, axis=-1)
    return product
