"""What a fact is: a claim, a band, where it was published, and a function that measures it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, value_at
from incentive_env.config.mechanisms import MECHANISMS
from incentive_env.support.statistics import Interval, jackknife

if TYPE_CHECKING:
    from incentive_env.validation.lab import Lab


class Band(NamedTuple):
    """What a figure must be: between ``low`` and ``high``, or beyond one of them with its whole interval.

    A band says where the published size is to be met; a direction (the other end infinite) is only shown by an
    interval that leaves the end out.
    """

    low: float
    high: float = math.inf

    @property
    def one_sided(self) -> bool:
        """Whether it is a direction."""
        return math.isinf(self.low) or math.isinf(self.high)

    def holds(self, estimate: Interval) -> bool:
        """Whether an estimate is in the band."""
        if not math.isfinite(estimate.mean):
            return False
        if self.one_sided:
            return estimate.low > self.low and estimate.high < self.high
        return self.low <= estimate.mean <= self.high

    def contradicted_by(self, estimate: Interval) -> bool:
        """Whether the whole interval of an estimate is outside; on few floors, less than this is chance."""
        return not (estimate.low <= self.high and estimate.high >= self.low)

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"above {self.low:g}"
        return f"below {self.high:g}" if math.isinf(self.low) else f"{self.low:.3g} … {self.high:.3g}"


class Picture(NamedTuple):
    """What to draw, like the figure in the paper: lines or bars over a common axis, or clouds of points."""

    kind: str  # "lines", "bars" or "clouds"
    x: Any  # positions or labels; of clouds, the positions of each series
    series: dict[str, Any]
    x_label: str
    y_label: str
    marks: tuple[float, ...] = ()  # places on the x axis that mean something


class Outcome(NamedTuple):
    """What a fact's function measured: an estimate for each of its bands, and a picture."""

    estimates: dict[str, Interval]
    picture: Picture


class Part(NamedTuple):
    """One figure of a fact against its band."""

    name: str
    estimate: Interval
    band: Band

    @property
    def holds(self) -> bool:
        """Whether the figure is in its band."""
        return self.band.holds(self.estimate)


class Verdict(NamedTuple):
    """A fact, measured."""

    fact: "Fact"
    parts: tuple[Part, ...]
    picture: Picture

    @property
    def holds(self) -> bool:
        """A fact holds when each of its parts does."""
        return all(part.holds for part in self.parts)

    @property
    def weakest(self) -> Part:
        """The part that decides: the first that falls short, else the first."""
        return next((part for part in self.parts if not part.holds), self.parts[0])


@dataclass(frozen=True)
class Fact:
    """A published fact and how it is looked for; see `fact` for the meaning of the fields."""

    id: str
    claim: str
    setup: str
    published: str
    source: str
    bands: dict[str, Band]
    measure: Callable[["Lab"], Outcome]
    needs: tuple[str, ...] = ()

    def missing(self, config: Config) -> tuple[str, ...]:
        """The mechanisms it needs that a scenario has switched off."""
        return tuple(name for name in self.needs if not _is_on(name, config))

    def check(self, lab: "Lab") -> Verdict:
        """Measure the fact in a laboratory."""
        outcome = self.measure(lab)
        parts = tuple(Part(name, outcome.estimates[name], band) for name, band in self.bands.items())
        return Verdict(self, parts, outcome.picture)


FACTS: dict[str, Fact] = {}
DEFAULTS: dict[str, Fact] = {}
CONTACT_CENTER: dict[str, Fact] = {}


def facts_for(config: Config) -> dict[str, Fact]:
    """The facts of a scenario, by id: those of the sales floor, or of the contact centre.

    Some of them may need a mechanism that the scenario has switched off; see `Fact.missing`.
    """
    return {**FACTS, **DEFAULTS} if config.quota.counts == "conversion" else dict(CONTACT_CENTER)


def fact(
    *, claim: str, setup: str, published: str, source: str, bands: dict[str, Band], needs: tuple[str, ...] = (),
    book: dict[str, Fact] = FACTS,
) -> Callable[[Callable[["Lab"], Outcome]], Callable[["Lab"], Outcome]]:  # fmt: skip
    """Register a function as the fact of its name.

    Args:
        claim: what must hold, in a sentence.
        setup: what is compared with what.
        published: the published figure.
        source: where it was published.
        bands: for each part of the claim, where its figure must lie.
        needs: mechanisms without which nobody expects it.
        book: the collection it belongs to.
    """

    def register(measure: Callable[["Lab"], Outcome]) -> Callable[["Lab"], Outcome]:
        name = measure.__name__
        book[name] = Fact(name, claim, setup, published, source, bands, measure, needs)
        return measure

    return register


def _is_on(mechanism: str, config: Config) -> bool:
    """Whether a mechanism does anything: a value that its row would change when switching it off."""
    return any(value_at(config, key) != off for key, off in MECHANISMS[mechanism].without.items())


def ratio(top: NDArray[np.float64], bottom: NDArray[np.float64], factor: float = 1.0) -> Interval:
    """Ratio of two means, times ``factor``."""
    return jackknife(lambda t, b: factor * t / b, top, bottom)


def percent_change(treated: NDArray[np.float64], control: NDArray[np.float64]) -> Interval:
    """Change of a mean, %."""
    return jackknife(lambda t, c: 100.0 * (t / c - 1.0), treated, control)


def change_of_ratio(
    treated: tuple[NDArray[np.float64], NDArray[np.float64]], control: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> Interval:
    """Change of a ratio of sums (numerator, denominator), %."""
    return jackknife(lambda a, b, c, d: 100.0 * (a / b / (c / d) - 1.0), *treated, *control)


def difference(treated: NDArray[np.float64], control: NDArray[np.float64]) -> Interval:
    """Difference of two means, floor by floor."""
    return jackknife(lambda t, c: t - c, treated, control)


def at_peak(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values ``[floors]`` at the place of the highest mean; where that is, is found on the other half of the floors.

    So the height of a peak is not flattered by having been looked for on the same floors.

    Args:
        values: ``[places, floors]``.
    """
    floors = values.shape[1]
    peaks = np.empty(floors)
    halves = [np.arange(floors) % 2 == 0, np.arange(floors) % 2 == 1]
    for mine, other in (halves, halves[::-1]):
        peaks[mine] = values[int(np.argmax(values[:, other].mean(axis=1)))][mine]
    return peaks
