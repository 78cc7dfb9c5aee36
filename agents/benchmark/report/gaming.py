"""Figures of conduct: the schemes that policies set, and the gaming that they meet."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agents.benchmark.report.theme import Figure, Style, axis, figure, plain
from incentive_env import Config
from incentive_env.config.channels import CHANNELS
from incentive_env.config.levers import LEVERS


class SchemeLine(NamedTuple):
    """The scheme of a policy, decision by decision."""

    label: str
    style: Style
    levers: Mapping[str, Sequence[float]]  # [decisions]


def schemes(key: str, lines: Sequence[SchemeLine]) -> list[Figure]:
    """A small figure a lever, each over the lever's whole range."""
    ranges = Config().levers
    return [_lever(f"{key}-{lever}", lever, getattr(ranges, lever), lines) for lever in LEVERS]


def _lever(key: str, lever: str, usual: Any, lines: Sequence[SchemeLine]) -> Figure:
    import plotly.graph_objects as go

    traces = [
        go.Scatter(
            x=list(range(1, len(line.levers[lever]) + 1)), y=[round(v, 4) for v in line.levers[lever]], mode="lines",
            name=plain(line.label), meta=line.label,
            line={"color": line.style.colour, "dash": line.style.dash, "width": 2, "shape": "hv"},
            hovertemplate="decision %{x}: %{y:.3g}",
        )
        for line in lines
    ]  # fmt: skip
    values = [value for line in lines for value in line.levers[lever]]
    low, high = min(usual.low, *values), max(usual.high, *values)
    room = 0.04 * (high - low)
    return figure(
        key, f"{lever}, {LEVERS[lever].unit}", _told(lever, lines), traces, height=190,
        xaxis=axis("decision", nticks=6), yaxis=axis(range=[low - room, high + room], nticks=5),
    )  # fmt: skip


def _told(lever: str, lines: Sequence[SchemeLine]) -> str:
    parts = [f"{line.label} {line.levers[lever][0]:.3g} → {line.levers[lever][-1]:.3g}" for line in lines]
    return f"{lever}, first and last decision: {'; '.join(parts)}."


def gaming(key: str, channels: Mapping[str, Mapping[str, float]], summary: str) -> Figure:
    """Stacked bars: gamed cases a call by channel, a bar a policy.

    Args:
        key: of the figure.
        channels: cases a call by channel, by label of the policy; top bar first.
        summary: in words.
    """
    import plotly.graph_objects as go

    labels = [plain(label).replace(" on ", "<br>on ", 1) for label in channels]
    traces = [
        go.Bar(
            y=labels, x=[round(cases[channel], 5) for cases in channels.values()], name=channel, orientation="h",
            marker={"color": row.colour, "pattern": {"shape": row.pattern, "size": 6, "solidity": 0.35}},
            hovertemplate="%{y}<br>%{x:.3f} a call",
        )
        for channel, row in CHANNELS.items()
    ]  # fmt: skip
    return figure(
        key, "Gaming by channel", summary, traces, height=150 + 36 * len(channels), barmode="stack", showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "traceorder": "normal"}, bargap=0.3,
        xaxis=axis("gamed cases a call"), yaxis=axis(autorange="reversed"),
    )  # fmt: skip
