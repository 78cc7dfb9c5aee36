"""Which policies are ahead: on one scenario, and over all that a policy meets."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.goodhart import median_gap
from agents.benchmark.analysis.statistics import (
    Difference,
    Estimate,
    aggregate_interval,
    iqm_interval,
    paired_difference,
    probability_of_improvement,
    two_way_interval,
)
from agents.benchmark.results import Cell, Group, Kind, Results, ResultsError, cells_by_group, figures
from incentive_env.studies.evaluate import BASE


class LeaderboardRow(NamedTuple):
    """A group on one scenario; loyalty in points, other figures as in `Scored`."""

    policy: str
    reward: str | None
    kind: Kind
    seeds: int
    loyalty: Estimate  # mean over floors of the median run; interval over training seeds and floors
    worst: float  # mean over floors of the worst run
    iqm: Estimate  # interquartile mean of the runs' mean loyalty; interval over training seeds
    over_flat: Difference | None  # loyalty − that of the reference on the same floors; None for the reference itself,
    over_static: Difference | None  # and where there is none
    over_state: Difference | None  # of several, the one with the highest loyalty at home
    conversion: float  # means over seeds and floors
    nps: float
    profit: float
    gaming: float
    gap: Estimate | None  # Goodhart gap against the flat salary


class AggregateRow(NamedTuple):
    """A group over its home and all scenarios it never saw."""

    policy: str
    reward: str | None
    scenario: str  # at home
    kind: Kind
    seeds: int
    scenarios: tuple[str, ...]  # that it is averaged over
    iqm: Estimate  # interquartile mean of loyalty over scenarios, of the median run; points
    improvement: Estimate | None  # probability that a run beats the best static policy; None for that policy


def leaderboard(results: Results, scenario: str, on: str | None = None) -> list[LeaderboardRow]:
    """One row for each group at home in a scenario, highest loyalty first.

    Args:
        results: of the suite.
        scenario: where the groups were trained.
        on: where they are scored: a held-out scenario, or at home where it is left out. The references are those at
            home in `scenario`; the best static policy is chosen there, not on `on`.
    """
    where = on or scenario
    groups = cells_by_group(results, scenario)
    references = (groups.get((BASE, None, scenario)), groups[best_static(results, scenario)], best_true_state(groups))
    rows = [_row(cells, where, *references) for cells in groups.values() if where in cells[0].scored]
    return sorted(rows, key=lambda row: -row.loyalty.value)


def best_static(results: Results, scenario: str) -> Group:
    """The group with the highest loyalty at home among those whose scheme never changes, written or searched.

    It is chosen on the floors it is then compared on, which flatters it: a lead over it errs on the small side.

    Raises:
        ResultsError: no such policy was run in the scenario.
    """
    groups = cells_by_group(results, scenario)
    static = [group for group, cells in groups.items() if all(map(_never_changes, cells))]
    if not static:
        raise ResultsError(f"{results.suite}: no policy was run in {scenario} whose scheme never changes")
    return max(static, key=lambda group: _loyalty_at_home(groups[group]))


def aggregate(results: Results) -> list[AggregateRow]:
    """One row for each group over all scenarios it was scored on, highest interquartile mean first.

    Loyalty has the same unit and bounds in every scenario, so that it is not normalised.
    """
    groups = cells_by_group(results)
    rows = [_aggregate_row(cells, groups[best_static(results, cells[0].scenario)]) for cells in groups.values()]
    return sorted(rows, key=lambda row: -row.iqm.value)


def _never_changes(cell: Cell) -> bool:
    """Whether one scheme was set on all floors throughout, without looking."""
    still = all(len(set(line)) == 1 for line in cell.scored[cell.scenario].levers.values())  # means over floors
    return still and cell.sees == "nothing"


def _loyalty_at_home(cells: Sequence[Cell]) -> float:
    return float(np.median(figures(cells, cells[0].scenario).mean(axis=1)))


def best_true_state(groups: Mapping[Group, Sequence[Cell]]) -> Sequence[Cell] | None:
    """Of the groups that see the true state the one with the highest loyalty at home; ``None`` if there is none."""
    return max(
        (cells for cells in groups.values() if cells[0].kind == "true_state"), key=_loyalty_at_home, default=None
    )


def _row(
    cells: Sequence[Cell], on: str, flat: Sequence[Cell] | None, static: Sequence[Cell], state: Sequence[Cell] | None
) -> LeaderboardRow:
    first, loyalty = cells[0], figures(cells, on)
    typical = two_way_interval(loyalty)
    return LeaderboardRow(
        policy=first.policy,
        reward=first.reward,
        kind=first.kind,
        seeds=len(cells),
        loyalty=Estimate(typical.value) if _was_trained_once(cells) else typical,
        worst=float(loyalty.mean(axis=1).min()),
        iqm=iqm_interval(loyalty.mean(axis=1)),
        over_flat=_over(cells, flat, on),
        over_static=_over(cells, static, on),
        over_state=_over(cells, state, on),
        conversion=float(figures(cells, on, "conversion").mean()),
        nps=float(figures(cells, on, "nps").mean()),
        profit=float(figures(cells, on, "profit").mean()),
        gaming=float(figures(cells, on, "gaming").mean()),
        gap=median_gap(cells, flat, on) if flat is not None and on in flat[0].scored else None,
    )


def _over(cells: Sequence[Cell], reference: Sequence[Cell] | None, on: str) -> Difference | None:
    if reference is None or reference[0].group == cells[0].group or on not in reference[0].scored:
        return None
    difference = paired_difference(figures(cells, on), figures(reference, on))
    known = not _was_trained_once(cells) and not _was_trained_once(reference)
    return difference if known else difference._replace(low=None, high=None)


def _was_trained_once(cells: Sequence[Cell]) -> bool:
    """Whether training has a part in the figures whose spread a single run does not show."""
    return len(cells) == 1 and cells[0].reward is not None


def _aggregate_row(cells: Sequence[Cell], static: Sequence[Cell]) -> AggregateRow:
    first = cells[0]
    return AggregateRow(
        *first.group,
        kind=first.kind,
        seeds=len(cells),
        scenarios=tuple(first.scored),
        iqm=aggregate_interval(_run_means(cells, first.scored)),
        improvement=None if first.group == static[0].group else _improvement(cells, static),
    )


def _improvement(cells: Sequence[Cell], static: Sequence[Cell]) -> Estimate | None:
    common = [scenario for scenario in cells[0].scored if scenario in static[0].scored]
    if not common:
        return None
    return probability_of_improvement(_run_means(cells, common), _run_means(static, common))


def _run_means(cells: Sequence[Cell], scenarios: Sequence[str] | Mapping[str, object]) -> NDArray[np.float64]:
    """Mean loyalty of each run in each scenario, ``[seeds, scenarios]``."""
    return np.stack([figures(cells, scenario).mean(axis=1) for scenario in scenarios], axis=1)
