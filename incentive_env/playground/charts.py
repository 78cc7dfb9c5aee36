"""ECharts options: each scheme has the same color in every chart, readable in light and dark."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from nicegui import ui

from incentive_env.config.channels import CHANNELS
from incentive_env.model.witness import CAUSES
from incentive_env.playground.figures import Band, Figures, band
from incentive_env.studies.explain import GROUPS, WORDS, by_group
from incentive_env.support.tables import largest

Options = dict[str, Any]

FIRST, SECOND = "A", "B"
# Okabe and Ito's palette, safe for color-blind readers; lighter on a dark page.
_COLORS = {False: {FIRST: "#0072b2", SECOND: "#d55e00"}, True: {FIRST: "#56b4e9", SECOND: "#f0a13c"}}
_DASHES = {FIRST: "solid", SECOND: [7, 4]}
_NET = "change of the whole"


class Look(NamedTuple):
    """What all charts of a page need to know."""

    dark: bool
    summary: str  # the chart in words, for screen readers
    scored_from: int = 0  # week; from there on, what is scored is shaded

    @property
    def ink(self) -> str:
        """Color of text."""
        return "#e6edf3" if self.dark else "#1f2933"

    @property
    def rule(self) -> str:
        """Color of axes and grid lines."""
        return "#3a434d" if self.dark else "#d5dbe1"

    def color(self, scheme: str) -> str:
        """Color of a scheme."""
        return _COLORS[self.dark][scheme]


class Course(NamedTuple):
    """A figure plotted over the weeks."""

    field: str  # of `Figures`
    label: str
    digits: int
    faint: bool = False  # secondary: dotted, without a band
    axis: int = 0


class Line(NamedTuple):
    """One scheme's curve, with its interval over floors."""

    name: str
    scheme: str  # FIRST or SECOND
    values: Band
    course: Course


class Chart(ui.echart):
    """An empty chart. `show` draws on it directly, which is faster than NiceGUI's own update."""

    def __init__(self) -> None:
        super().__init__({"series": []}, renderer="svg")
        self._update_method = None  # otherwise a change of its classes would redraw the empty chart
        self.classes("plot")
        self.shown: Options = {}


def show(drawings: Sequence[tuple[Chart, Options]]) -> None:
    """Draw on several charts of a page, in one message to the browser."""
    for chart, options in drawings:
        chart.shown = options
    message = json.dumps([[chart.id, options] for chart, options in drawings])
    drawings[0][0].client.run_javascript(f"showCharts({message})")


def lines_of(first: Figures, second: Figures, courses: Sequence[Course]) -> list[Line]:
    """The lines of both schemes for some figures."""
    return [
        Line(f"{scheme} {course.label}".strip(), scheme, band(getattr(figures, course.field)), course)
        for course in courses
        for scheme, figures in ((FIRST, first), (SECOND, second))
    ]


def line_chart(weeks: np.ndarray, lines: Sequence[Line], units: Sequence[str], look: Look) -> Options:
    """Curves over weeks, with bands for their intervals and a y-axis per unit."""
    series: list[Options] = []
    for line in lines:
        if not line.course.faint:  # a band is two stacked lines: its unseen lower edge, and the area above it
            edge: Options = {
                "type": "line", "stack": f"band {line.name}", "stackStrategy": "all", "symbol": "none", "silent": True,
                "lineStyle": {"opacity": 0}, "yAxisIndex": line.course.axis, "tooltip": {"show": False}, "z": 1,
            }  # fmt: skip
            area = {"areaStyle": {"color": look.color(line.scheme), "opacity": 0.16}}
            low, high, digits = line.values.low, line.values.high, line.course.digits + 1
            series += [
                {**edge, "data": _points(weeks, low, digits)},
                {**edge, "data": _points(weeks, high - low, digits), **area},
            ]
    series += [_line(weeks, line, look) for line in lines]
    y_axes = [_axis(look, name=unit, scale=True) for unit in units]
    return _week_chart(look, series, y_axes, [line.name for line in lines])


def channel_chart(first: Figures, second: Figures, look: Look) -> Options:
    """Cases of each gaming channel in 100 calls, the two schemes side by side."""
    series: list[Options] = [
        {
            "type": "bar", "name": scheme, "data": np.round(figures.channels.mean(axis=0), 2).tolist(),
            "itemStyle": {"color": look.color(scheme)},
        }
        for scheme, figures in ((FIRST, first), (SECOND, second))
    ]  # fmt: skip
    return _bar_chart(look, [channel.cases for channel in CHANNELS.values()], series, "cases in 100 calls")


def reasons_chart(parts: np.ndarray, measure: str, look: Look, *, most: int = 14) -> Options:
    """The effect of each cause ``[causes]``, the largest first; the smallest are added up."""
    named = dict(zip((WORDS[cause] for cause in CAUSES), parts.tolist(), strict=True))
    shown = largest(named, most, "all others together")
    more_is_good = measure != "irritation"
    data = [
        {"value": round(value, 4), "itemStyle": {"color": look.color(FIRST if (value > 0) == more_is_good else SECOND)}}
        for value in shown.values()
    ]
    options = _bar_chart(look, shown, [{"type": "bar", "name": "part", "data": data}])
    return {**options, "legend": {"show": False}}


def timeline_chart(parts: np.ndarray, period: int, first: int, look: Look) -> Options:
    """The effect of each kind of cause, period by period: gains above, losses below, and their sum.

    Args:
        parts: ``[weeks, causes]``.
        period: weeks in each bar.
        first: first week.
        look: colors and words.
    """
    starts = np.arange(0, len(parts), period)
    ends = first - 1 + np.minimum(starts + period, len(parts))
    sums = np.add.reduceat(parts, starts, axis=0)
    series: list[Options] = [
        {
            "type": "bar", "name": name, "stack": "all", "data": _points(ends, values, 4), "barMaxWidth": 12,
            "itemStyle": {"color": GROUPS[name].colour},
        }
        for name, values in by_group(sums).items()
    ]  # fmt: skip
    series.append({
        "type": "line", "name": _NET, "data": _points(ends, sums.sum(axis=1), 4), "symbolSize": 5,
        "lineStyle": {"opacity": 0}, "itemStyle": {"color": look.ink}, "z": 5,
    })  # fmt: skip
    options = _week_chart(look, series, _axis(look), [*GROUPS, _NET])
    options["xAxis"]["min"] = first - 1
    options["grid"]["top"] = 100  # room for a legend of several lines, even on a phone
    small = {"color": look.ink, "fontSize": 10}
    options["legend"] |= {"textStyle": small, "left": 0, "itemGap": 6, "itemWidth": 12, "itemHeight": 9}
    return options


def rivals_chart(weeks: np.ndarray, loyalty: Mapping[str, np.ndarray], look: Look) -> Options:
    """True loyalty by week of the player and the other managers; the player's line is thicker."""
    series: list[Options] = []
    for name, values in loyalty.items():
        line: Options = {
            "type": "line", "name": name.replace("_", " "), "showSymbol": False, "z": 2,
            "data": _points(weeks, values, 2), "lineStyle": {"width": 1.3, "opacity": 0.75},
        }  # fmt: skip
        if name == "you":
            color = {"color": look.color(SECOND)}
            line |= {"z": 5, "lineStyle": {"width": 3.5, "opacity": 1.0, **color}, "itemStyle": color}
        series.append(line)
    options = _week_chart(look, series, _axis(look, name="points", scale=True), [line["name"] for line in series])
    options["legend"]["type"] = "scroll"
    return options


def history_chart(weeks: Sequence[float], values: Sequence[float], title: str, last: int, look: Look) -> Options:
    """One figure from the player's reports so far."""
    data = list(map(list, zip(weeks, values, strict=True)))
    return {
        **_base(look),
        "title": {"text": title, "textStyle": {"color": look.ink, "fontSize": 12}, "left": 4, "top": 2},
        "legend": {"show": False},
        "grid": {"left": 8, "right": 10, "top": 30, "bottom": 6, "containLabel": True},
        "xAxis": _axis(look, min=0, max=last),
        "yAxis": _axis(look, scale=True),
        "series": [{"type": "line", "data": data, "symbolSize": 5, "color": look.color(FIRST), "name": title}],
    }


def _line(weeks: np.ndarray, line: Line, look: Look) -> Options:
    color, faint = {"color": look.color(line.scheme)}, line.course.faint
    style = {
        "width": 1.4 if faint else 2.2, "opacity": 0.7 if faint else 1.0,
        "type": "dotted" if faint else _DASHES[line.scheme],
    }  # fmt: skip
    return {
        "type": "line", "name": line.name, "data": _points(weeks, line.values.mean, line.course.digits),
        "lineStyle": {**color, **style}, "itemStyle": color, "showSymbol": False, "yAxisIndex": line.course.axis,
        "z": 3,
    }  # fmt: skip


def _week_chart(look: Look, series: list[Options], y_axis: Any, names: Sequence[str]) -> Options:
    """A chart over weeks up to the last point of the last series; what is scored is shaded."""
    last = series[-1]["data"][-1][0]
    series[-1]["markArea"] = {
        "silent": True, "itemStyle": {"color": look.rule, "opacity": 0.35},
        "label": {"color": look.ink, "position": "insideTop", "fontSize": 11},
        "data": [[{"xAxis": look.scored_from, "name": "scored"}, {"xAxis": last}]],
    }  # fmt: skip
    return {
        **_base(look, names),
        "grid": {"left": 8, "right": 12, "top": 54, "bottom": 26, "containLabel": True},
        "xAxis": _axis(look, min=0, max=last, name="week", nameLocation="middle", nameGap=24),
        "yAxis": y_axis,
        "series": series,
    }


def _bar_chart(look: Look, categories: Iterable[str], series: list[Options], unit: str = "") -> Options:
    return {
        **_base(look, [FIRST, SECOND]),
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 26 if unit else 8, "containLabel": True},
        "xAxis": _axis(look, name=unit, nameLocation="middle", nameGap=24),
        "yAxis": _axis(look, type="category", inverse=True, data=list(categories)),
        "series": series,
    }


def _base(look: Look, names: Sequence[str] = ()) -> Options:
    """What all charts share; the legend shows the series with these names."""
    return {
        "animation": False,
        "textStyle": {"color": look.ink, "fontFamily": "inherit"},
        "aria": {"enabled": True, "label": {"description": look.summary}},
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"data": list(names), "textStyle": {"color": look.ink}, "top": 0, "right": 8, "itemWidth": 26},
    }


def _axis(look: Look, **more: Any) -> Options:
    return {
        "type": "value",
        "axisLabel": {"color": look.ink},
        "nameTextStyle": {"color": look.ink},
        "axisLine": {"lineStyle": {"color": look.rule}},
        "splitLine": {"lineStyle": {"color": look.rule, "opacity": 0.6}},
        **more,
    }


def _points(weeks: np.ndarray, values: np.ndarray, digits: int) -> list[list[float | None]]:
    return [
        [float(week), round(float(value), digits) if np.isfinite(value) else None]
        for week, value in zip(weeks, values, strict=True)
    ]
