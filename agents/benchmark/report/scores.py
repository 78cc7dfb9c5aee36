"""Figures of the score: a forest plot, and performance profiles."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agents.benchmark.analysis.statistics import Estimate, Profile
from agents.benchmark.report.theme import GREY, KIND_COLOURS, KIND_SYMBOLS, Figure, Style, axis, faded, figure, plain
from agents.benchmark.results import Kind


class Tree(NamedTuple):
    """A line of the forest plot."""

    label: str
    kind: Kind
    loyalty: Estimate
    seeds: tuple[float, ...]  # mean of each training seed; one where nothing was trained


class ProfileLine(NamedTuple):
    """A policy's line among the profiles."""

    label: str
    style: Style
    profile: Profile


def forest(key: str, trees: Sequence[Tree], references: Mapping[str, float], summary: str) -> Figure:
    """Loyalty with its interval, a line a policy, the best on top; references are vertical lines.

    Args:
        key: of the figure.
        trees: best first.
        references: loyalty by name.
        summary: in words.
    """
    import plotly.graph_objects as go

    traces: list[Any] = [_training_seeds(go, trees)]
    for kind in KIND_COLOURS:
        of_kind = [tree for tree in trees if tree.kind == kind]
        if of_kind:
            traces.append(_estimates(go, of_kind, kind))
    lines, names = _reference_lines(references)
    return figure(
        key, "Loyalty with its interval", summary, traces, height=96 + 36 * len(trees), shapes=lines, annotations=names,
        margin={"l": 8, "r": 12, "t": 44, "b": 8},
        xaxis=axis("loyalty, points", zeroline=True),
        yaxis=axis(categoryorder="array", categoryarray=[_two_lines(tree.label) for tree in reversed(trees)]),
    )  # fmt: skip


def _estimates(go: Any, trees: Sequence[Tree], kind: Kind) -> Any:
    values = [tree.loyalty for tree in trees]
    bounds = [(v.value if v.low is None else v.low, v.value if v.high is None else v.high) for v in values]
    return go.Scatter(
        x=[v.value for v in values], y=[_two_lines(tree.label) for tree in trees], mode="markers", name=kind,
        error_x={
            "type": "data", "array": [high - v.value for v, (_, high) in zip(values, bounds, strict=True)],
            "arrayminus": [v.value - low for v, (low, _) in zip(values, bounds, strict=True)],
            "thickness": 2, "width": 4,
        },
        marker={"color": KIND_COLOURS[kind], "symbol": KIND_SYMBOLS[kind], "size": 10},
        customdata=bounds, hovertemplate="%{y}<br>%{x:.1f} (%{customdata[0]:.1f} … %{customdata[1]:.1f})",
    )  # fmt: skip


def _training_seeds(go: Any, trees: Sequence[Tree]) -> Any:
    dots = [(seed, tree) for tree in trees if len(tree.seeds) > 1 for seed in tree.seeds]
    return go.Scatter(
        x=[seed for seed, _ in dots], y=[_two_lines(tree.label) for _, tree in dots], mode="markers",
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


def _two_lines(label: str) -> str:
    return plain(label).replace(" on ", "<br>on ", 1)


def profiles(key: str, lines: Sequence[ProfileLine], summary: str) -> Figure:
    """Share of floors above each loyalty, a line a policy, with the band over training seeds."""
    import plotly.graph_objects as go

    traces = []
    for line in lines:
        traces.extend(_band(go, line))
        traces.append(
            go.Scatter(
                x=_rounded(line.profile.thresholds, 1), y=_rounded(line.profile.share, 4), mode="lines",
                name=plain(line.label), meta=line.label, line={"color": line.style.colour, "dash": line.style.dash},
                hovertemplate="above %{x:.0f} points: %{y:.0%}",
            )
        )  # fmt: skip
    return figure(
        key, "Performance profiles", summary, traces, height=400, hovermode="closest",
        xaxis=axis("loyalty τ, points"), yaxis=axis("share of floors above τ", tickformat=".0%", range=[-0.02, 1.02]),
    )  # fmt: skip


def _band(go: Any, line: ProfileLine) -> list[Any]:
    taus, low, high = line.profile.thresholds, line.profile.low, line.profile.high
    if low is None or high is None:
        return []
    there, back = _rounded(taus, 1), _rounded(taus[::-1], 1)
    return [
        go.Scatter(
            x=there + back, y=_rounded(high, 4) + _rounded(low[::-1], 4), fill="toself", mode="none", hoverinfo="skip",
            fillcolor=faded(line.style.colour, 0.15), meta=line.label, name=plain(line.label),
        )
    ]  # fmt: skip


def _rounded(values: Any, digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]
