"""The picture of an explanation: how the measure went, what moved it period by period, and what did in all."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.studies.explain import (
    GROUPS,
    UNITS,
    WORDS,
    Explanation,
    Window,
    by_group,
    changes_between,
    difference_between,
    timeline_of,
)
from incentive_env.support.tables import largest

_GOOD, _BAD = "#0072b2", "#d55e00"
_BARS = 14  # causes with a bar of their own


def draw(
    explanations: list[Explanation], names: list[str], measure: str, window: Window, title: str, path: Path
) -> None:
    """Draw one policy's explanation, or the first less the second, into a file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 7.2), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1.0), height_ratios=(1.0, 1.5))
    level, course, bars = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[:, 1])
    _draw_level(level, explanations, names, measure, window)
    _draw_course(course, explanations, measure, window)
    _draw_bars(bars, explanations, measure, window)
    figure.suptitle(f"What moved {measure}: {title}", fontsize=13)
    figure.savefig(path, dpi=140)


def _draw_level(axes: Any, explanations: list[Explanation], names: list[str], measure: str, window: Window) -> None:
    for explanation, style, name in zip(explanations, ("-", "--"), names, strict=False):
        axes.plot(explanation.level(measure), style, color="#34495e", lw=1.8, label=name)
    if len(explanations) > 1:
        axes.legend(frameon=False, fontsize=9)
    axes.set_title(f"{measure}, {UNITS[measure]}, mean over floors")
    _mark(axes, explanations[0], window)


def _draw_course(axes: Any, explanations: list[Explanation], measure: str, window: Window) -> None:
    """A stack of bars a quota period, gains above and losses below, and the dot of their sum."""
    length = explanations[0].config.horizon.decision_weeks
    timeline = timeline_of(explanations, measure)
    starts = np.arange(0, len(timeline), length)
    periods = np.add.reduceat(timeline, starts, axis=0)
    middles = starts + length / 2
    above, below = np.zeros(len(starts)), np.zeros(len(starts))
    for name, values in by_group(periods).items():
        bottom = np.where(values >= 0, above, below)
        axes.bar(middles, values, width=0.85 * length, bottom=bottom, color=GROUPS[name].colour, label=name, lw=0)
        above, below = above + np.maximum(values, 0.0), below + np.minimum(values, 0.0)
    axes.plot(middles, periods.sum(axis=1), "o", color="#000000", ms=3, label="change of the whole")
    axes.set_title(f"moved in {length} weeks, by kind of cause")
    axes.set_ylim(top=axes.get_ylim()[1] + 0.45 * np.ptp(axes.get_ylim()))
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
    axes.set_xlabel("week")
    _mark(axes, explanations[0], window)


def _draw_bars(axes: Any, explanations: list[Explanation], measure: str, window: Window) -> None:
    parts: NDArray[np.float64] = difference_between(explanations, measure, *window).mean(axis=0)
    change = float(changes_between(explanations, measure, *window).mean())
    bars = largest(dict(zip(WORDS.values(), parts.tolist(), strict=True)), _BARS, "all others together")
    names, values = list(bars), list(bars.values())
    good = -1.0 if measure == "irritation" else 1.0
    axes.barh(range(len(values)), values, color=[_GOOD if value * good > 0 else _BAD for value in values])
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.invert_yaxis()
    axes.axvline(0.0, color="#000000", lw=0.7)
    axes.set_title(f"{window}: all together {change:+.3g}")
    axes.grid(axis="x", alpha=0.25)


def _mark(axes: Any, explanation: Explanation, window: Window) -> None:
    """The weeks that are asked for, and those in which the score is read."""
    horizon = explanation.config.horizon
    if explanation.weeks > horizon.scored_from:
        axes.axvspan(horizon.scored_from, explanation.weeks, color="#000000", alpha=0.05, lw=0)
    if (window.first, window.last) != (1, explanation.weeks):
        axes.axvspan(window.first - 1, window.last, color="#e69f00", alpha=0.15, lw=0)
    axes.margins(x=0.01)
    axes.grid(alpha=0.25)
