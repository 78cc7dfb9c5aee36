"""Goodhart curves: the measure rewarded and the loyalty intended, one above the other, during training."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.goodhart import GoodhartRow
from agents.benchmark.report.entries import Entry
from agents.benchmark.report.tables import number
from agents.benchmark.report.theme import BLUE, GREY, VERMILLION, Figure, axis, faded, figure
from agents.benchmark.results import Cell
from incentive_env.studies.evaluate import proxy_of

Floats = NDArray[np.float64]


class Measure(NamedTuple):
    """How a proxy is shown."""

    title: str  # and unit
    spec: str  # of its numbers in text
    ticks: str  # of its numbers on an axis


MEASURES = {
    "conversion": Measure("recorded conversion, share", ".2f", ".2f"),
    "nps": Measure("measured NPS, points", ".0f", ""),
    "service": Measure("service level, %", ".0f", ""),
    "profit": Measure("profit, €/week", ",.0f", "~s"),
}
_PEAK = {"color": GREY, "width": 1.5, "dash": "dot"}


class Course(NamedTuple):
    """How the training of one policy went, all its seeds."""

    label: str
    steps: Floats  # [points]
    proxy: Floats  # [seeds, points]
    truth: Floats  # [seeds, points]: loyalty, points
    measure: str  # the proxy's name
    peak: float  # step, mean over seeds, at which loyalty was highest


def courses(rows: Sequence[GoodhartRow], entries: dict[tuple[str, str | None, str], Entry]) -> list[Course]:
    """The courses of all that kept curves."""
    return [_course(row, entries[row.policy, row.reward, row.scenario]) for row in rows]


def goodhart_curves(key: str, trained: Sequence[Course]) -> list[Figure]:
    """A figure a policy; what has the same unit has the same scale in all of them."""
    if not trained:
        return []
    truth = _scale([course.truth for course in trained])
    return [
        _curves(f"{key}-{place}", course, _scale([c.proxy for c in trained if c.measure == course.measure]), truth)
        for place, course in enumerate(trained)
    ]


def _course(row: GoodhartRow, entry: Entry) -> Course:
    common = set.intersection(*({point.step for point in cell.curve} for cell in entry.cells))

    def values(cell: Cell, name: str) -> list[float]:
        return [getattr(point, name) for point in cell.curve if point.step in common]

    measure = proxy_of(row.reward)
    proxy, truth = (np.array([values(cell, name) for cell in entry.cells]) for name in (measure, "loyalty"))
    return Course(entry.label, np.array(sorted(common)), proxy, truth, measure, row.peak_step.value)


def _scale(values: Sequence[Floats]) -> tuple[float, float]:
    """The ends of an axis."""
    low, high = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _curves(key: str, course: Course, proxy: tuple[float, float], truth: tuple[float, float]) -> Figure:
    """Two panels with one time: the proxy above, the truth below, each in its own unit."""
    measure = MEASURES[course.measure]
    peaks = _ringed(course)
    traces = [*_lines(course, course.proxy, VERMILLION, "y"), *_lines(course, course.truth, BLUE, "y2"), *peaks]
    last = float(course.steps[-1])
    mark = {"type": "line", "x0": course.peak, "x1": course.peak, "y0": 0, "y1": 1, "line": _PEAK}
    marks = [{**mark, "yref": f"{panel} domain"} for panel in ("y", "y2")]
    names = [_name(1.0, measure.title), _name(0.51, "true loyalty, points")]
    return figure(
        key, course.label, _summary(course, measure), traces, height=360, shapes=marks, annotations=names,
        xaxis=axis("training step", anchor="y2", range=[-0.03 * last, 1.03 * last], nticks=5, zeroline=False),
        yaxis=axis(domain=[0.59, 0.935], range=list(proxy), tickformat=measure.ticks, nticks=5, zeroline=False),
        yaxis2=axis(domain=[0.0, 0.445], range=list(truth), nticks=5, anchor="x"),
    )  # fmt: skip


def _lines(course: Course, values: Floats, colour: str, panel: str) -> list[Any]:
    """Mean over training seeds; with several, the range that they span and each of them."""
    import plotly.graph_objects as go

    steps = course.steps.tolist()
    traces: list[Any] = []
    if len(values) > 1:
        edge = [*values.max(axis=0).tolist(), *values.min(axis=0)[::-1].tolist()]
        band = {"fill": "toself", "mode": "none", "fillcolor": faded(colour, 0.15)}
        traces.append(go.Scatter(x=steps + steps[::-1], y=edge, hoverinfo="skip", yaxis=panel, **band))
        thin = {"color": faded(colour, 0.55), "width": 1}
        for seed in values.tolist():
            traces.append(go.Scatter(x=steps, y=seed, mode="lines", line=thin, hoverinfo="skip", yaxis=panel))
    text = "step %{x:,.0f}: %{y:.3g}<extra></extra>"
    thick = {"color": colour, "width": 2.5}
    traces.append(
        go.Scatter(x=steps, y=values.mean(axis=0).tolist(), mode="lines", line=thick, hovertemplate=text, yaxis=panel)
    )
    return traces


def _ringed(course: Course) -> list[Any]:
    """The peak of loyalty in each seed."""
    import plotly.graph_objects as go

    places = course.truth.argmax(axis=1)
    peaks, heights = course.steps[places].tolist(), course.truth.max(axis=1).tolist()
    ring = {"symbol": "circle-open", "size": 9, "color": BLUE, "line": {"width": 2}}
    text = "a seed's loyalty peaks at step %{x:,.0f}: %{y:.1f}<extra></extra>"
    return [go.Scatter(x=peaks, y=heights, mode="markers", marker=ring, yaxis="y2", hovertemplate=text)]


def _name(height: float, text: str) -> dict[str, Any]:
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "y": height, "yref": "paper", "yanchor": "top", "showarrow": False,
        "text": f"<b>{text}</b>", "font": {"size": 12},
    }  # fmt: skip


def _summary(course: Course, measure: Measure) -> str:
    proxy, truth = course.proxy.mean(axis=0), course.truth.mean(axis=0)
    return (
        f"From the first to the last checkpoint {measure.title} goes from {number(proxy[0], measure.spec)} to "
        f"{number(proxy[-1], measure.spec)} and loyalty from {number(truth[0], '.1f')} to {number(truth[-1], '.1f')} "
        f"points; loyalty is highest at step {course.peak:,.0f}."
    )
