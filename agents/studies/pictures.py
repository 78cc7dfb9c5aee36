"""Pictures for the scripts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from agents.benchmark.results import Cell, Results, cells_by_group
from incentive_env import Config
from incentive_env.studies.evaluate import Evaluation, proxy_of

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {
    "PPO on conversion": "#c0392b",
    "PPO on loyalty": "#1e7d4f",
    "flat_salary": "#34495e",
    "quota_with_threat": "#e08e0b",
}
GREY = "#9aa5ad"
PROXY_LABELS = {"conversion": "recorded conversion", "nps": "measured NPS, points", "profit": "profit, €/week"}


def draw_story(evaluations: Mapping[str, Evaluation], rows: list[dict[str, Any]], config: Config, path: Path) -> None:
    """Conversion against loyalty, a dot a policy; and both over time for the four that tell the story."""
    figure = plt.figure(figsize=(13, 6.4), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1.0))
    _draw_trade(figure.add_subplot(grid[:, 0]), rows)
    above = figure.add_subplot(grid[0, 1])
    _draw_weeks(above, evaluations, config, "conversion_by_week", "recorded conversion")
    _draw_weeks(figure.add_subplot(grid[1, 1]), evaluations, config, "loyalty_by_week", "true loyalty, points")
    above.legend(fontsize=9, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, columnspacing=1.0)
    figure.suptitle(
        "What is measured rises, what is meant falls: conversion on the report, loyalty in truth", fontsize=13
    )
    figure.savefig(path, dpi=140)
    plt.close(figure)


def draw_goodhart(results: Results, path: Path) -> None:
    """Proxy above, truth below, along training: a column for each measure that PPO was trained on."""
    groups = [cells for cells in cells_by_group(results).values() if cells[0].policy == "ppo" and cells[0].curve]
    if not groups:  # no PPO in the suite: whatever was trained
        groups = [cells for cells in cells_by_group(results).values() if cells[0].curve][:4]
    figure, axes = plt.subplots(
        2, max(len(groups), 1), figsize=(3.4 * max(len(groups), 1), 5.6), layout="constrained", sharex="col",
        sharey="row" if len({proxy_of(cells[0].reward) for cells in groups}) == 1 else False, squeeze=False,
    )  # fmt: skip
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
    plt.close(figure)


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


def _draw_trade(axes: Any, rows: list[dict[str, Any]]) -> None:
    below = np.inf
    for row in sorted(rows, key=lambda row: -row["loyalty"]):
        colour = COLOURS.get(row["policy"], GREY)
        half = row["loyalty"] - row["loyalty_low"]
        axes.errorbar(row["conversion"], row["loyalty"], yerr=half, fmt="o", color=colour, ms=8, capsize=3)
        # A label stands right of its dot, or a line lower where the one above would touch it.
        height = min(row["loyalty"], below - 3.0)
        below = height
        axes.annotate(
            row["policy"].replace("_", " "), (row["conversion"], row["loyalty"]), xytext=(12, height),
            textcoords=("offset points", "data"), color=colour, fontsize=9.5, va="center",
        )  # fmt: skip
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + 0.25 * (right - left))
    axes.set_xlabel("recorded conversion, during the two years of the manager")
    axes.set_ylabel("long-term loyalty, points (year after, 95 % interval)")
    axes.margins(y=0.08)
    axes.grid(alpha=0.25)


def _draw_weeks(axes: Any, evaluations: Mapping[str, Evaluation], config: Config, what: str, label: str) -> None:
    episode = config.horizon.decisions * config.horizon.decision_weeks
    for name, colour in COLOURS.items():
        if name in evaluations:
            line = _smooth(getattr(evaluations[name], what), config.horizon.decision_weeks)
            axes.plot(np.arange(1, len(line) + 1), line, color=colour, lw=1.8, label=name.replace("_", " "))
    axes.axvspan(episode, episode + config.horizon.run_off_weeks, color="#000000", alpha=0.05, lw=0)
    axes.margins(x=0.01, y=0.16)
    axes.text(episode + 2, 0.975, "run-off: scored here", transform=axes.get_xaxis_transform(), va="top", fontsize=8.5)
    axes.set_ylabel(label)
    axes.set_xlabel("week")
    axes.grid(alpha=0.25)


def _smooth(line: np.ndarray, weeks: int) -> np.ndarray:
    """Mean over the last quota period, so that its spikes do not hide the trend."""
    padded = np.concatenate([np.full(weeks - 1, line[0]), line])
    return np.convolve(padded, np.full(weeks, 1.0 / weeks), mode="valid")
