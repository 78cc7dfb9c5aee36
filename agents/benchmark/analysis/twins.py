"""Twins: trainings that differ in what they see alone, and the gates that are read from them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.benchmark.analysis.leaderboard import best_static
from agents.benchmark.analysis.statistics import Difference, Estimate, paired_difference, two_way_interval
from agents.benchmark.analysis.thresholds import HIDDEN, LEAD, MEMORY, OPEN_LOOP, Threshold
from agents.benchmark.results import Cell, Group, Results, cells_by_group, figures
from incentive_env.support.statistics import UNKNOWN, Interval, jackknife

TRUTH = "loyalty"  # the reward that twins are trained on
_PAST = ("history", "stack", "memory")  # what is seen with a past


class TwinRow(NamedTuple):
    """One of some twins, on the floors of its home."""

    policy: str
    sees: str
    decisions: int | None
    starts_from: str | None
    seeds: int
    loyalty: Estimate  # points
    over_report: Difference | None  # loyalty − that of the twin that sees the report; None for that one
    over_static: Difference | None  # loyalty − that of the best fixed scheme


class GateRow(NamedTuple):
    """A gate of the floor's design, as a suite shows it."""

    gate: str
    claim: str
    estimate: tuple[float, float, float]  # with the ends of its interval; NaN where they are not known
    threshold: Threshold

    @property
    def holds(self) -> bool:
        """Whether the figure reaches its threshold."""
        return self.threshold.holds(self.estimate)


def twin_rows(results: Results, home: str) -> list[list[TwinRow]]:
    """The twins of a suite that are at home in a scenario, each set in the order of the suite."""
    groups = cells_by_group(results, home)
    static = groups[best_static(results, home)]
    sets = [[groups[name, TRUTH, home] for name in names if (name, TRUTH, home) in groups] for names in results.twins]
    return [[_row(cells, twins[0], static, home) for cells in twins] for twins in sets if twins]


def gate_rows(results: Results, home: str) -> list[GateRow]:
    """G3, G4 and G5, as far as the suite holds what they compare.

    The gates measure them on floors and with searches of their own (``python scripts/gates.py``); here they are read
    from the policies of the suite: the best of those that see the report, with its past or without.
    """
    groups = cells_by_group(results, home)
    static = groups[best_static(results, home)]
    rows = _lead(groups, static, home)
    for twins in results.twins:
        cells = [groups[name, TRUTH, home] for name in twins if (name, TRUTH, home) in groups]
        if cells:
            rows += _of_twins(cells, home)
    return rows


def _row(cells: Sequence[Cell], report: Sequence[Cell], static: Sequence[Cell], home: str) -> TwinRow:
    first = cells[0]
    return TwinRow(
        first.policy, first.sees, first.decisions, first.starts_from, len(cells),
        two_way_interval(figures(cells, home)),
        None if cells is report else paired_difference(figures(cells, home), figures(report, home)),
        paired_difference(figures(cells, home), figures(static, home)),
    )  # fmt: skip


def _lead(groups: Mapping[Group, Sequence[Cell]], static: Sequence[Cell], home: str) -> list[GateRow]:
    sees_report = [cells for cells in groups.values() if cells[0].sees in ("report", *_PAST)]
    if not sees_report:
        return []
    best = max(sees_report, key=lambda cells: _reached(cells, home))
    over = paired_difference(figures(best, home), figures(static, home))
    rows = [GateRow("G3", f"{best[0].policy}, over the best fixed scheme, points", _ends(over), LEAD)]
    loops = [cells for cells in groups.values() if _is_open_loop(cells[0], home)]
    if loops:
        loop = max(loops, key=lambda cells: _reached(cells, home))
        base, part, whole = (figures(cells, home).mean(axis=0) for cells in (static, loop, best))
        share = UNKNOWN if whole.mean() <= base.mean() else jackknife(_share, part - base, whole - base)
        rows.append(GateRow("G3", f"{loop[0].policy}, which never looks: its share of that lead", share, OPEN_LOOP))
    return rows


def _of_twins(twins: Sequence[Sequence[Cell]], home: str) -> list[GateRow]:
    report, rows = twins[0], []
    past = [cells for cells in twins if cells[0].sees in _PAST]
    state = [cells for cells in twins if cells[0].sees == "state"]
    for gate, rivals, threshold in (("G4", past, MEMORY), ("G5", state, HIDDEN)):
        if rivals:
            best = max(rivals, key=lambda cells: _reached(cells, home))
            over = paired_difference(figures(best, home), figures(report, home))
            claim = f"{best[0].policy}, over {report[0].policy}, points"
            rows.append(GateRow(gate, claim, _ends(over), threshold))
    return rows


def _share(part: float, whole: float) -> float:
    return part / whole


def _reached(cells: Sequence[Cell], home: str) -> float:
    return two_way_interval(figures(cells, home)).value


def _is_open_loop(cell: Cell, home: str) -> bool:
    changes = any(len(set(line)) > 1 for line in cell.scored[home].levers.values())
    return cell.kind == "searched" and cell.sees == "nothing" and changes


def _ends(difference: Difference) -> tuple[float, float, float]:
    mean, low, high = difference[:3]
    return Interval(mean, *(UNKNOWN.mean if end is None else end for end in (low, high)))
