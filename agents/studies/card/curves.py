"""λ-curves: how a method's strength trades a proxy against the truth, from the cells of a suite."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isnan, nan
from typing import Any, NamedTuple

from agents.benchmark.analysis.statistics import paired_difference
from agents.benchmark.results import Cell, Results, cells_by_group, figures
from incentive_env.studies.evaluate import BASE, proxy_of
from incentive_env.support.statistics import Interval

MARGIN = 1.0  # points of loyalty that do not matter


class Point(NamedTuple):
    """A method at one strength; rises over a flat salary on the same floors, intervals over seeds and floors."""

    strength: float
    proxy: Interval  # in the proxy's unit
    truth: Interval  # points
    seeds: int

    @property
    def keeps_truth(self) -> bool:
        """Whether the proxy rises for sure, and loyalty for sure falls by no more than the margin."""
        return self.proxy.low > 0.0 and self.truth.low >= -MARGIN


class Curve(NamedTuple):
    """All strengths of a method on one proxy."""

    method: str
    reward: str  # that it was trained on
    proxy: str  # the figure that stands for it
    points: tuple[Point, ...]  # by strength
    area: float  # see `area_under`, points

    @property
    def best(self) -> Point | None:
        """The point of highest loyalty where the proxy rises for sure; ``None`` where it rises nowhere."""
        risen = [point for point in self.points if point.proxy.low > 0.0]
        return max(risen, key=lambda point: point.truth.mean, default=None)


def lambda_curves(results: Results, home: str) -> list[Curve]:
    """The curves of all methods that were run at several strengths, in the order of the results.

    Raises:
        ValueError: the flat salary, against which they are measured, was not run.
    """
    base = cells_by_group(results).get((BASE, None, home))
    if base is None:
        raise ValueError(f"the results hold no cell of {BASE} in {home}, against which λ-curves are measured")
    by_curve: dict[tuple[str, str], dict[float, list[Cell]]] = {}
    for cell in results.cells:
        if cell.scenario == home and cell.strength is not None and cell.reward is not None:
            by_curve.setdefault((cell.method, cell.reward), {}).setdefault(cell.strength, []).append(cell)
    points = {
        key: [_point(strength, cells[strength], base, home) for strength in sorted(cells)]
        for key, cells in by_curve.items()
    }
    widest = {reward: max(_reach(rows) for (_, on), rows in points.items() if on == reward) for _, reward in points}
    return [
        Curve(method, reward, proxy_of(reward), tuple(rows), area_under(rows, widest[reward]))
        for (method, reward), rows in points.items()
    ]


def area_under(points: Sequence[Point], widest: float) -> float:
    """Mean loyalty that a method gains at a rise of the proxy, from none to the widest rise of any method.

    At each rise the method's best point that rises at least as far counts, and 0 where there is none or it loses
    loyalty. So it is 0 for a method under which the proxy rises only at the truth's expense.
    """
    if widest <= 0.0:
        return 0.0
    ends = sorted({0.0, widest, *(min(max(point.proxy.mean, 0.0), widest) for point in points)})
    total = 0.0
    for low, high in pairwise(ends):
        there = [point.truth.mean for point in points if point.proxy.mean >= high]
        total += (high - low) * max([0.0, *there])
    return total / widest


def in_one_sentence(curves: Iterable[Curve]) -> str:
    """Which methods keep the truth while the proxy rises, and which do not."""
    names: dict[bool, list[str]] = {True: [], False: []}
    for curve in curves:
        names[any(point.keeps_truth for point in curve.points)].append(f"{curve.method} on {curve.reward}")
    kept, lost = (", ".join(sorted(names[which])) or "none" for which in (True, False))
    return (
        f"The proxy rises, and loyalty is for sure no more than {MARGIN:g} point below a flat salary, at some strength "
        f"of: {kept}; at no strength of: {lost}."
    )


def as_json(curves: Iterable[Curve]) -> list[dict[str, Any]]:
    """Plain data."""
    return [
        {**curve._asdict(), "points": [
            {**point._asdict(), "proxy": _plain(point.proxy), "truth": _plain(point.truth)}
            for point in curve.points
        ]}
        for curve in curves
    ]  # fmt: skip


def _plain(interval: Interval) -> list[float | None]:
    return [None if isnan(number) else number for number in interval]


def _reach(points: Sequence[Point]) -> float:
    return max(point.proxy.mean for point in points)


def _point(strength: float, cells: Sequence[Cell], base: Sequence[Cell], home: str) -> Point:
    proxy = proxy_of(cells[0].reward)
    return Point(strength, _rise(cells, base, home, proxy), _rise(cells, base, home, "loyalty"), len(cells))


def _rise(cells: Sequence[Cell], base: Sequence[Cell], home: str, figure: str) -> Interval:
    ours, theirs = (figures(some, home, figure) for some in (cells, base))
    value, low, high, *_ = paired_difference(ours, theirs)
    return Interval(value, nan if low is None else low, nan if high is None else high)
