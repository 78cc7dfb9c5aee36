"""Figures of the score: a forest plot, and performance profiles."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agents.benchmark.analysis.leaderboard import LeaderboardRow
from agents.benchmark.analysis.statistics import Profile, performance_profile
from agents.benchmark.report.entries import Entry, pooled_loyalty
from agents.benchmark.report.tables import in_sentence
from agents.benchmark.report.theme import (
    GREY,
    KIND_COLOURS,
    KIND_SYMBOLS,
    Figure,
    axis,
    faded,
    figure,
    plain,
    two_lines,
)
from agents.benchmark.results import Kind, figures

_Line = tuple[Entry, LeaderboardRow]


def forest(key: str, lines: Sequence[_Line], home: str, references: Mapping[str, float]) -> Figure:
    """Loyalty with its interval, a line for each policy; references are vertical lines.

    Args:
        key: of the figure.
        lines: the policies with their rows of the leaderboard, best first.
        home: the scenario.
        references: loyalty by name.
    """
    import plotly.graph_objects as go

    traces: list[Any] = [_training_seeds(go, [entry for entry, _ in lines], home)]
    for kind in KIND_COLOURS:
        of_kind = [line for line in lines if line[0].kind == kind]
        if of_kind:
            traces.append(_estimates(go, of_kind, kind))
    loyalties = "; ".join(f"{entry.label} {in_sentence(row.loyalty, '.1f')}" for entry, row in lines)
    shapes, names = _reference_lines(references)
    return figure(
        key, "Loyalty with its interval", f"Loyalty in points, best first: {loyalties}.", traces,
        height=96 + 36 * len(lines), shapes=shapes, annotations=names, margin={"l": 8, "r": 12, "t": 44, "b": 8},
        xaxis=axis("loyalty, points", zeroline=True),
        yaxis=axis(categoryorder="array", categoryarray=[two_lines(entry.label) for entry, _ in reversed(lines)]),
    )  # fmt: skip


def _estimates(go: Any, lines: Sequence[_Line], kind: Kind) -> Any:
    values = [row.loyalty for _, row in lines]
    bounds = [(v.value if v.low is None else v.low, v.value if v.high is None else v.high) for v in values]
    return go.Scatter(
        x=[v.value for v in values], y=[two_lines(entry.label) for entry, _ in lines], mode="markers", name=kind,
        error_x={
            "type": "data", "array": [high - v.value for v, (_, high) in zip(values, bounds, strict=True)],
            "arrayminus": [v.value - low for v, (low, _) in zip(values, bounds, strict=True)],
            "thickness": 2, "width": 4,
        },
        marker={"color": KIND_COLOURS[kind], "symbol": KIND_SYMBOLS[kind], "size": 10},
        customdata=bounds, hovertemplate="%{y}<br>%{x:.1f} (%{customdata[0]:.1f} … %{customdata[1]:.1f})",
    )  # fmt: skip


def _training_seeds(go: Any, entries: Sequence[Entry], home: str) -> Any:
    trained = [entry for entry in entries if len(entry.cells) > 1]
    dots = [(seed, entry) for entry in trained for seed in figures(entry.cells, home).mean(axis=1).tolist()]
    return go.Scatter(
        x=[seed for seed, _ in dots], y=[two_lines(entry.label) for _, entry in dots], mode="markers",
        name="one training seed", hovertemplate="%{y}<br>%{x:.1f}",
        marker={"color": GREY, "symbol": "line-ns-open", "size": 12, "line": {"width": 1.5}},
    )  # fmt: skip


def _reference_lines(references: Mapping[str, float]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Dashed lines, each named a line higher than the one before, so that names never meet."""
    lines, names = [], []
    for place, (name, value) in enumerate(sorted(references.items(), key=lambda item: item[1])):
        lines.append({
            "type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": GREY, "width": 1.2, "dash": "dash"}, "layer": "below",
        })  # fmt: skip
        names.append({
            "x": value, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 2 + 16 * place, "showarrow": False,
            "xanchor": "center", "text": plain(name), "font": {"size": 11},
        })  # fmt: skip
    return lines, names


def profiles(key: str, entries: Sequence[Entry], scenarios: Sequence[str]) -> Figure:
    """Share of floors above each loyalty, a line for each policy, with the band over training seeds."""
    import plotly.graph_objects as go

    pooled = [pooled_loyalty(entry, scenarios) for entry in entries]
    low, high = min(loyalty.min() for loyalty in pooled), max(loyalty.max() for loyalty in pooled)
    thresholds = np.arange(np.floor(low) - 1.0, np.ceil(high) + 1.5)
    traces, above = [], []
    for entry, loyalty in zip(entries, pooled, strict=True):
        profile = performance_profile(loyalty, thresholds)
        above.append(f"{entry.label} {float(np.mean(loyalty > 0.0)):.0%}")
        traces.extend(_band(go, entry, profile))
        traces.append(
            go.Scatter(
                x=_rounded(profile.thresholds, 1), y=_rounded(profile.share, 4), mode="lines",
                name=plain(entry.label), meta=entry.label, line={"color": entry.style.colour, "dash": entry.style.dash},
                hovertemplate="above %{x:.0f} points: %{y:.0%}",
            )
        )  # fmt: skip
    return figure(
        key, "Performance profiles", f"Share of floors with loyalty above zero: {'; '.join(above)}.", traces,
        height=400, hovermode="closest",
        xaxis=axis("loyalty τ, points"), yaxis=axis("share of floors above τ", tickformat=".0%", range=[-0.02, 1.02]),
    )  # fmt: skip


def _band(go: Any, entry: Entry, profile: Profile) -> list[Any]:
    taus, _, low, high = profile
    if low is None or high is None:
        return []
    there, back = _rounded(taus, 1), _rounded(taus[::-1], 1)
    return [
        go.Scatter(
            x=there + back, y=_rounded(high, 4) + _rounded(low[::-1], 4), fill="toself", mode="none", hoverinfo="skip",
            fillcolor=faded(entry.style.colour, 0.15), meta=entry.label, name=plain(entry.label),
        )
    ]  # fmt: skip


def _rounded(values: Any, digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]
