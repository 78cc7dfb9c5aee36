"""Made-up runs and floors whose truth is known: the luck that intervals are to cover."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agents.benchmark.analysis.spread import Floats

DEPTH = 20.0  # by how many standard deviations a bad run, or a bad floor, lies below the others
MANY = 400_000  # draws from which the truth is computed

_FLOOR, _LUCK = 3.0, 2.0  # standard deviations between floors, and of a run on a floor; between runs it is 1
SCENARIOS = np.array([0.0, 6.0, -9.0, 3.0, 14.0])  # means of a policy at home and on held-out scenarios


class World(NamedTuple):
    """A shape of luck, and how many runs and floors there are."""

    name: str
    runs: int = 5
    floors: int = 64
    heavy: bool = False  # Student's t of 3 degrees of freedom
    bad: float = 0.0  # share that lies `DEPTH` below

    def luck(self, rng: np.random.Generator, *shape: int) -> Floats:
        """Luck of runs, or of floors where these are all that varies."""
        luck: Floats = rng.standard_t(3, shape) if self.heavy else rng.standard_normal(shape)
        return luck - DEPTH * (rng.random(shape) < self.bad)

    def floor(self, rng: np.random.Generator) -> Floats:
        """What the floors ``[1, floors]`` are worth to every run."""
        return _FLOOR * (rng.standard_t(3, (1, self.floors)) if self.heavy else rng.standard_normal((1, self.floors)))

    def scores(self, rng: np.random.Generator, floor: Floats) -> Floats:
        """Loyalty ``[runs, floors]``."""
        own = _LUCK * rng.standard_normal((self.runs, self.floors))
        scores: Floats = self.luck(rng, self.runs, 1) + floor + own
        return scores

    def truth(self, statistic: Callable[[Floats], float]) -> float:
        """A statistic of the luck of very many runs."""
        return statistic(self.luck(np.random.default_rng(1), MANY))


WORLDS = (
    World("normal"),
    World("heavy tails (t of 3)", heavy=True),
    World("one in 5 is bad", bad=0.2),
    World("one in 10 is bad", bad=0.1),
    World("8 floors", floors=8),
    World("3 runs", runs=3),
    World("4 runs", runs=4),
    World("10 runs, one in 5 is bad", runs=10, bad=0.2),
)
