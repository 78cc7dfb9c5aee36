"""The picture of `demo.py`: conversion against loyalty."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from incentive_env import Config
from incentive_env.studies.evaluate import Evaluation

COLOURS = {
    "PPO on conversion": "#c0392b",
    "PPO on loyalty": "#1e7d4f",
    "flat_salary": "#34495e",
    "quota_with_threat": "#e08e0b",
}
GREY = "#9aa5ad"


def draw_story(evaluations: Mapping[str, Evaluation], rows: list[dict[str, Any]], config: Config, path: Path) -> None:
    """Conversion against loyalty, a dot a policy; and both over time for the four that tell the story."""
    figure = Figure(figsize=(13, 6.4), layout="constrained")
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
    axes.set_xlabel("recorded conversion, over the three years of an episode")
    axes.set_ylabel("long-term loyalty, points (third year, 95 % interval)")
    axes.margins(y=0.08)
    axes.grid(alpha=0.25)


def _draw_weeks(axes: Any, evaluations: Mapping[str, Evaluation], config: Config, what: str, label: str) -> None:
    horizon = config.horizon
    for name, colour in COLOURS.items():
        if name in evaluations:
            line = _smooth(getattr(evaluations[name], what), horizon.decision_weeks)
            axes.plot(np.arange(1, len(line) + 1), line, color=colour, lw=1.8, label=name.replace("_", " "))
    axes.axvspan(horizon.scored_from, horizon.episode_weeks, color="#000000", alpha=0.05, lw=0)
    axes.margins(x=0.01, y=0.16)
    axes.text(
        horizon.scored_from + 2, 0.975, "scored here", transform=axes.get_xaxis_transform(), va="top", fontsize=8.5
    )
    axes.set_ylabel(label)
    axes.set_xlabel("week")
    axes.grid(alpha=0.25)


def _smooth(line: np.ndarray, weeks: int) -> np.ndarray:
    """Mean over the last quota period, so that its spikes do not hide the trend."""
    padded = np.concatenate([np.full(weeks - 1, line[0]), line])
    return np.convolve(padded, np.full(weeks, 1.0 / weeks), mode="valid")
