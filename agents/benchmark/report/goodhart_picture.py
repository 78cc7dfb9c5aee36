"""The leaderboard's picture: the measure paid for and true loyalty, along training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from agents.benchmark.results import Cell, Results, cells_by_group
from incentive_env.studies.evaluate import proxy_of

PROXY_LABELS = {
    "conversion": "recorded conversion", "nps": "measured NPS, points", "service": "service level, %",
    "profit": "profit, €/week",
}  # fmt: skip


def draw_goodhart(results: Results, path: Path) -> None:
    """Proxy above, truth below, along training: a column for each measure that PPO was trained on."""
    groups = [cells for cells in cells_by_group(results).values() if cells[0].policy == "ppo" and cells[0].curve]
    if not groups:  # no PPO in the suite: whatever was trained
        groups = [cells for cells in cells_by_group(results).values() if cells[0].curve][:4]
    columns = max(len(groups), 1)
    figure = Figure(figsize=(3.4 * columns, 5.6), layout="constrained")
    one_proxy = len({proxy_of(cells[0].reward) for cells in groups}) == 1
    axes = figure.subplots(2, columns, sharex="col", sharey="row" if one_proxy else False, squeeze=False)
    lowest, highest = _loyalty_range(groups)
    for (above, below), cells in zip(axes.T, groups, strict=False):
        proxy = proxy_of(cells[0].reward)
        _draw_courses(above, cells, proxy, "#34495e")
        _draw_courses(below, cells, "loyalty", "#1e7d4f" if cells[0].reward == "loyalty" else "#c0392b")
        above.set_title(f"{cells[0].policy} on {cells[0].reward}", fontsize=11)
        above.set_ylabel(PROXY_LABELS[proxy])
        below.set_ylim(lowest, highest)
        below.set_xlabel("decisions trained on, thousands")
    axes[0, 0].figure.suptitle("What is paid for rises with training; what is meant need not", fontsize=13)
    axes[1, 0].set_ylabel("true loyalty, points")
    figure.savefig(path, dpi=140)


def _loyalty_range(groups: Sequence[Sequence[Cell]]) -> tuple[float, float]:
    loyalty = [point.loyalty for cells in groups for cell in cells for point in cell.curve] or [0.0]
    return min(loyalty) - 4.0, max(loyalty) + 4.0


def _draw_courses(axes: Any, cells: Sequence[Cell], figure: str, colour: str) -> None:
    """A thin line a training seed, a thick one for their mean."""
    steps = np.array([point.step for point in cells[0].curve]) / 1000.0
    lines = np.array([[getattr(point, figure) for point in cell.curve] for cell in cells])
    axes.plot(steps, lines.T, color=colour, alpha=0.3, lw=1.0)
    axes.plot(steps, lines.mean(axis=0), color=colour, lw=2.2)
    axes.grid(alpha=0.25)
