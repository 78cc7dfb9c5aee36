"""Figures of the schemes that policies set, and of the gaming that follows."""

from collections.abc import Sequence
from typing import Any

from agents.benchmark.report.entries import Entry, mean_channels, mean_levers
from agents.benchmark.report.theme import Figure, axis, figure, plain, two_lines
from incentive_env import Config
from incentive_env.config.channels import CHANNELS
from incentive_env.config.levers import LEVERS


def schemes(key: str, entries: Sequence[Entry], home: str) -> list[Figure]:
    """A small figure for each lever that the results know, over the lever's whole range."""
    ranges = Config().levers
    levers = [mean_levers(entry, home) for entry in entries]
    return [
        _lever(f"{key}-{lever}", lever, getattr(ranges, lever), entries, [one[lever] for one in levers])
        for lever in LEVERS
        if all(lever in one for one in levers)  # results of an earlier version may lack some
    ]


def _lever(key: str, lever: str, usual: Any, entries: Sequence[Entry], lines: Sequence[Sequence[float]]) -> Figure:
    """``lines[entry][decision]``, in the unit of the lever."""
    import plotly.graph_objects as go

    traces = [
        go.Scatter(
            x=list(range(1, len(line) + 1)), y=[round(value, 4) for value in line], mode="lines",
            name=plain(entry.label), meta=entry.label,
            line={"color": entry.style.colour, "dash": entry.style.dash, "width": 2, "shape": "hv"},
            hovertemplate="decision %{x}: %{y:.3g}",
        )
        for entry, line in zip(entries, lines, strict=True)
    ]  # fmt: skip
    values = [value for line in lines for value in line]
    low, high = min(usual.low, *values), max(usual.high, *values)
    room = 0.04 * (high - low)
    pairs = zip(entries, lines, strict=True)
    ends = "; ".join(f"{entry.label} {line[0]:.3g} → {line[-1]:.3g}" for entry, line in pairs)
    summary = f"{lever}, first and last decision: {ends}."
    return figure(
        key, f"{lever}, {LEVERS[lever].unit}", summary, traces, height=190,
        xaxis=axis("decision", nticks=6), yaxis=axis(range=[low - room, high + room], nticks=5),
    )  # fmt: skip


def gaming(key: str, entries: Sequence[Entry], home: str) -> Figure:
    """Stacked bars: gamed cases a call by channel, a bar for each policy, the first on top."""
    import plotly.graph_objects as go

    channels = {entry.label: mean_channels(entry, home) for entry in entries}
    sums = "; ".join(
        f"{label} {sum(cases.values()):.2f}, most of it {max(cases, key=cases.__getitem__)}"
        for label, cases in channels.items()
    )
    traces = [
        go.Bar(
            y=[two_lines(label) for label in channels], x=[round(cases[channel], 5) for cases in channels.values()],
            name=channel, orientation="h",
            marker={"color": row.colour, "pattern": {"shape": row.pattern, "size": 6, "solidity": 0.35}},
            hovertemplate="%{y}<br>%{x:.3f} a call",
        )
        for channel, row in CHANNELS.items()
        if all(channel in cases for cases in channels.values())
    ]  # fmt: skip
    return figure(
        key, "Gaming by channel", f"Gamed cases a call: {sums}.", traces,
        height=150 + 36 * len(channels), barmode="stack", showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "traceorder": "normal"}, bargap=0.3,
        xaxis=axis("gamed cases a call"), yaxis=axis(autorange="reversed"),
    )  # fmt: skip
