"""Comparisons of a suite with itself: only luck differs, drawn with the variance that a results file shows.

Runs of training are lucky in one of several ways (`LUCK`). Rows of loyalty need no arrays of runs by floors for each of
them: the luck of a run moves all its floors alike, and leaves the variance over floors.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agents.benchmark.analysis.luck import FEWEST_RUNS, MEMORY, Floats, limits_of, spread_of
from agents.benchmark.analysis.rows import adjusted_level
from agents.benchmark.analysis.spread import Spread, floor_part, pooled_part
from agents.benchmark.results import Cell, Group, figures

DEPTH = 50.0  # points by which a bad run lies below the others of its group


class Components(NamedTuple):
    """What the loyalty of one group on one scenario varies by; variances in points²."""

    group: Group
    on: str
    seeds: int
    floors: int
    seed: float  # between training seeds
    floor: float  # between floors, the same for every seed
    luck: float  # of a seed on a floor; with one seed it is within `floor`

    @property
    def trained(self) -> bool:
        """Whether training has a part in its luck."""
        return self.group[1] is not None

    @property
    def has_spread(self) -> bool:
        """Whether a comparison has rows of its worst run and its spread."""
        return self.trained and self.seeds >= FEWEST_RUNS


class Row(NamedTuple):
    """A group on one scenario in all comparisons, before the luck of training is added."""

    part: Components
    runs: Floats  # [2, comparisons, seeds] means over floors in BASE and HEAD, points
    floors: tuple[Floats, int]  # variance [comparisons] of the mean of differences over floors, degrees of freedom


class Needed(NamedTuple):
    """What makes a row a regression, in each comparison."""

    loyalty: Floats  # [comparisons] fall of all runs, points
    worst: Floats | None  # [comparisons] fall of one run, points
    spread: Floats | None  # [comparisons] factor by which the runs' deviations grow


def components_of(cells: Sequence[Cell], on: str) -> Components:
    """Two-way analysis of variance without replication, by the method of moments; negative estimates are 0.

    Of a single seed all variance between floors is taken as the floors'. That bounds its luck from above.
    """
    loyalty = figures(cells, on)
    seeds, floors = loyalty.shape
    if seeds < 2:
        return Components(cells[0].group, on, seeds, floors, 0.0, float(loyalty.var(ddof=1)), 0.0)
    by_seed, by_floor = loyalty.mean(axis=1, keepdims=True), loyalty.mean(axis=0, keepdims=True)
    rest = loyalty - by_seed - by_floor + loyalty.mean()
    luck = float((rest**2).sum() / ((seeds - 1) * (floors - 1)))
    seed = max(0.0, float(by_seed.var(ddof=1)) - luck / floors)
    floor = max(0.0, float(by_floor.var(ddof=1)) - luck / seeds)
    return Components(cells[0].group, on, seeds, floors, seed, floor, luck)


class Luck(NamedTuple):
    """A shape of the luck of training runs."""

    heavy: bool = False  # Student's t of 3 degrees of freedom, with the same variance as the normal
    bad: float = 0.0  # share of the runs that end `DEPTH` below
    in_one_group: bool = False  # whether that befalls the first trained group alone

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Luck in standard deviations, and the fall of bad runs in points."""
        luck: Floats = rng.standard_t(3, shape) / np.sqrt(3.0) if self.heavy else rng.standard_normal(shape)
        falls: Floats = np.where(rng.random(shape) < self.bad, DEPTH, 0.0)
        return luck, falls


LUCK = {
    "normal": Luck(),
    "heavy tails (t of 3)": Luck(heavy=True),
    "one run in 5 is bad": Luck(bad=0.2),
    "one run in 10 is bad": Luck(bad=0.1),
    "one run in 5 is bad, in a single group": Luck(bad=0.2, in_one_group=True),
}


def draw_rows(components: Sequence[Components], comparisons: int, shared: float, rng: np.random.Generator) -> list[Row]:
    """Luck of floors, and of a seed on a floor. What the floors share cancels in the difference, and is not drawn."""
    rows = []
    for part in components:
        shape = (2, comparisons, part.seeds, part.floors)
        loyalty = np.sqrt((1.0 - shared) * part.floor) * rng.standard_normal((2, comparisons, 1, part.floors))
        loyalty = loyalty + np.sqrt(part.luck) * rng.standard_normal(shape) if part.luck > 0.0 else loyalty
        loyalty = np.broadcast_to(loyalty, shape)
        by_floor = loyalty.mean(axis=2)
        rows.append(Row(part, loyalty.mean(axis=3), floor_part(by_floor[1] - by_floor[0])))
    return rows


def needed(rows: Sequence[Row], luck: Luck, margin: float, rng: np.random.Generator) -> list[Needed]:
    """For each row, how great a loss makes it a regression; where luck alone does, the loss is below 0.

    A run's luck in training is the same on all scenarios that it meets: the fewest chances to find a loss.
    """
    lucky = _with_training(rows, luck, rng)
    level = adjusted_level(len(rows))
    found = [Needed(_high(row, runs, level) + margin, None, None) for row, runs in zip(rows, lucky, strict=True)]
    for on in dict.fromkeys(row.part.on for row in rows):
        wide = [number for number, row in enumerate(rows) if row.part.on == on and row.part.has_spread]
        if sum(rows[number].part.seeds for number in wide) < MEMORY:
            continue
        for number, limits in zip(wide, limits_of([lucky[number][0] for number in wide]), strict=True):
            head = lucky[number][1]
            spread = (limits.spread + margin) / spread_of(head)
            found[number] = found[number]._replace(worst=_fall(head, limits.floor - margin), spread=spread)
    return found


def alarms(found: Sequence[Needed]) -> dict[str, Floats]:
    """Whether a comparison has a regression ``[comparisons]``, by measure; the losses are none."""
    loyalty = np.any([row.loyalty < 0.0 for row in found], axis=0)
    nothing = np.zeros_like(loyalty)
    worst = np.any([nothing, *(row.worst < 0.0 for row in found if row.worst is not None)], axis=0)
    spread = np.any([nothing, *(row.spread < 1.0 for row in found if row.spread is not None)], axis=0)
    return {"loyalty": loyalty, "worst run": worst, "spread over runs": spread, "any": loyalty | worst | spread}


def _with_training(rows: Sequence[Row], luck: Luck, rng: np.random.Generator) -> list[Floats]:
    of_training: dict[Group, tuple[Floats, Floats]] = {}
    lucky = []
    for row in rows:
        group = row.part.group
        if not row.part.trained:
            lucky.append(row.runs)
            continue
        if group not in of_training:
            spared = luck.in_one_group and bool(of_training)
            of_training[group] = (luck._replace(bad=0.0) if spared else luck).draw(rng, row.runs.shape)
        units, falls = of_training[group]
        lucky.append(row.runs + np.sqrt(row.part.seed) * units - falls)
    return lucky


def _high(row: Row, runs: Floats, level: float) -> Floats:
    """Upper ends ``[comparisons]`` of the intervals of HEAD − BASE, from runs ``[2, comparisons, seeds]``."""
    base, head = runs
    parts = (row.floors, *((pooled_part(head, base),) if row.part.seeds > 1 else ()))
    spread = Spread(head.mean(axis=-1) - base.mean(axis=-1), parts)
    highs: Floats = spread.mean + spread.half_width(level)
    return highs


def _fall(runs: Floats, floor: Floats) -> Floats:
    """How far the first run must fall to lie below a floor; below 0 where a run does without."""
    lowest = runs.min(axis=-1) - floor
    return np.where(lowest < 0.0, lowest, runs[..., 0] - floor)
