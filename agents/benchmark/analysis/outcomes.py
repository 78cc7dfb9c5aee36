"""What stands beside a policy's loyalty: its budget and start, open floors, year five, and what looking adds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agents.benchmark.analysis.leaderboard import best_static, best_true_state
from agents.benchmark.analysis.statistics import Difference, Estimate, normalised, paired_difference, two_way_interval
from agents.benchmark.results import Budget, Cell, Group, Results, Sees, cells_by_group, figures

_NEAR = 0.1  # of the main table's budget: whole updates, and what some methods look at first


class Outcome(NamedTuple):
    """A group on one scenario; means over seeds and floors."""

    sees: Sees
    decisions: int | None  # trained on or searched with; None where it is not known
    starts_from: str | None
    is_main: bool  # belongs in the main table: the suite's budget and start, or nothing was trained
    on_open: float | None  # loyalty on floors that were open at the end, points; None where all had closed
    closed: float  # share of floors
    year_five: float  # loyalty in the fifth year, points
    r: float | None  # of recorded conversion with loyalty, over floors; None where one of them is constant
    reacting: Difference | None  # loyalty − that under its mean schedule replayed blind; None for what does not look
    blind: Difference | None  # loyalty under that schedule − that of the best fixed scheme
    normalised: Estimate | None  # 0: best fixed scheme, 1: best policy that sees the true state; None without these


def outcomes(results: Results, home: str, on: str | None = None) -> dict[Group, Outcome]:
    """The outcome of every group at home in a scenario, there or on a held-out one."""
    where = on or home
    groups = cells_by_group(results, home)
    static, state = groups[best_static(results, home)], best_true_state(groups)
    return {
        group: _outcome(cells, where, results.main, static, state)
        for group, cells in groups.items()
        if where in cells[0].scored
    }


def belongs(cell: Cell, main: Budget | None) -> bool:
    """Whether a cell belongs in the main table."""
    if main is None or cell.decisions == 0:
        return True
    if cell.decisions is None or cell.starts_from != main.starts_from:
        return False
    return abs(cell.decisions / main.decisions - 1.0) <= _NEAR


def correlation(cells: Sequence[Cell], on: str) -> float | None:
    """Pearson's r of recorded conversion with loyalty over floors, on the mean of the seeds."""
    pairs = zip(figures(cells, on, "conversion"), figures(cells, on), strict=True)
    known = [np.corrcoef(one, other)[0, 1] for one, other in pairs if min(np.ptp(one), np.ptp(other)) > 0.0]
    return float(np.mean(known)) if known else None


def _outcome(
    cells: Sequence[Cell], on: str, main: Budget | None, static: Sequence[Cell], state: Sequence[Cell] | None
) -> Outcome:
    first, loyalty, was_open = cells[0], figures(cells, on), figures(cells, on, "open").astype(bool)
    looks = on == first.scenario and bool(first.scored[on].blind)
    return Outcome(
        sees=first.sees,
        decisions=first.decisions,
        starts_from=first.starts_from,
        is_main=belongs(first, main),
        on_open=float(loyalty[was_open].mean()) if was_open.any() else None,
        closed=1.0 - float(was_open.mean()),
        year_five=float(figures(cells, on, "year_five").mean()),
        r=correlation(cells, on),
        reacting=paired_difference(loyalty, figures(cells, on, "blind")) if looks else None,
        blind=paired_difference(figures(cells, on, "blind"), figures(static, on)) if looks else None,
        normalised=_normalised(cells, on, static, state),
    )


def _normalised(
    cells: Sequence[Cell], on: str, static: Sequence[Cell], state: Sequence[Cell] | None
) -> Estimate | None:
    if state is None or on not in state[0].scored or on not in static[0].scored:
        return None
    reached, zero, one = (two_way_interval(figures(some, on)) for some in (cells, static, state))
    return normalised(reached, zero.value, one.value) if one.value > zero.value else None
