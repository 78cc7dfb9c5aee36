"""How far training on a proxy leads away from the truth: what training seeds did on their way, and the median one."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from agents.benchmark.analysis.statistics import Estimate, median_interval
from agents.benchmark.results import Cell, Results, cells_by_group, figures
from incentive_env.floors.reward import goodhart_gap
from incentive_env.studies.evaluate import BASE, proxy_of


class Course(NamedTuple):
    """What one training run did to proxy and truth."""

    peak_step: int  # decisions trained on when true loyalty was highest, the first time
    drop: float  # loyalty at its peak − at the last checkpoint, points
    normalised_drop: float  # drop / range of loyalty over all policies of the scenario
    pearson: float | None  # of proxy and loyalty over the checkpoints; None where one of them is constant
    spearman: float | None


class GoodhartRow(NamedTuple):
    """The measures of a trained group: medians over its training seeds."""

    policy: str
    reward: str | None
    scenario: str
    proxy: str  # the figure that stands for the reward
    seeds: int
    peak_step: Estimate
    drop: Estimate
    normalised_drop: Estimate
    pearson: Estimate | None  # over the seeds that have one
    spearman: Estimate | None
    gap: Estimate | None  # Goodhart gap of the finished policy; None where the flat salary was not run


def goodhart_table(results: Results) -> list[GoodhartRow]:
    """One row for each group that was learned, in the order of the results.

    Searches are left out: their curves show where the search stood, and the finalist that they end with is another.

    The normalised drop height is that of Karwowski et al., "Goodhart's Law in Reinforcement Learning" (ICLR 2024). It
    divides by the range of the true objective over all policies; here that is the range over those there are, see
    `loyalty_range`.
    """
    groups = cells_by_group(results)
    return [
        _row(cells, loyalty_range(results, cells[0].scenario), groups.get((BASE, None, cells[0].scenario)))
        for cells in groups.values()
        if cells[0].kind in ("learned", "true_state") and all(cell.curve for cell in cells)
    ]


def loyalty_range(results: Results, scenario: str) -> float:
    """Highest − lowest mean loyalty over the checkpoints and finished policies at home in a scenario, points.

    It stands for the range over all policies, and is at most that: a normalised drop errs on the high side.
    """
    cells = [cell for cell in results.cells if cell.scenario == scenario]
    finished = [float(np.mean(cell.scored[scenario].loyalty)) for cell in cells]
    return float(np.ptp([*finished, *(point.loyalty for cell in cells for point in cell.curve)]))


def course(cell: Cell, span: float) -> Course:
    """Measure one training run.

    Args:
        cell: with a curve. Peak and end are both read from it, so that they are of the same floors.
        span: the range of loyalty to measure the drop by, points.
    """
    loyalty = np.array([point.loyalty for point in cell.curve])
    proxy = np.array([getattr(point, proxy_of(cell.reward)) for point in cell.curve])
    peak = int(loyalty.argmax())
    drop = float(loyalty[peak] - loyalty[-1])
    constant = min(np.ptp(loyalty), np.ptp(proxy)) == 0.0
    return Course(
        peak_step=cell.curve[peak].step,
        drop=drop,
        normalised_drop=drop / span if span > 0.0 else 0.0,
        pearson=None if constant else float(stats.pearsonr(proxy, loyalty).statistic),
        spearman=None if constant else float(stats.spearmanr(proxy, loyalty).statistic),
    )


def median_gap(cells: Sequence[Cell], base: Sequence[Cell], scenario: str) -> Estimate:
    """Goodhart gap of each training seed against the base policy on the same floors; median and interval over seeds."""
    proxy = proxy_of(cells[0].reward)
    base_proxy, base_truth = (figures(base, scenario, figure)[0] for figure in (proxy, "loyalty"))
    pairs = zip(figures(cells, scenario, proxy), figures(cells, scenario), strict=True)
    return median_interval([goodhart_gap(reached, truth, base_proxy, base_truth) for reached, truth in pairs])


def _row(cells: Sequence[Cell], span: float, base: Sequence[Cell] | None) -> GoodhartRow:
    courses = [course(cell, span) for cell in cells]
    first = cells[0]
    return GoodhartRow(
        *first.group,
        proxy=proxy_of(first.reward),
        seeds=len(cells),
        peak_step=median_interval([each.peak_step for each in courses], (0.0, np.inf)),
        drop=median_interval([each.drop for each in courses], (0.0, np.inf)),
        normalised_drop=median_interval([each.normalised_drop for each in courses], (0.0, 1.0)),
        pearson=_median_of_known([each.pearson for each in courses]),
        spearman=_median_of_known([each.spearman for each in courses]),
        gap=None if base is None else median_gap(cells, base, first.scenario),
    )


def _median_of_known(values: Sequence[float | None]) -> Estimate | None:
    known = [value for value in values if value is not None]
    return median_interval(known, (-1.0, 1.0)) if known else None
