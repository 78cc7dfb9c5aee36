"""ECharts options from series: the same colours for the same scheme everywhere, readable in light and dark."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from nicegui import ui

from incentive_env.config.channels import CHANNELS
from incentive_env.model.witness import CAUSES
from incentive_env.playground.figures import Band, Figures, band
from incentive_env.studies.explain import GROUPS, WORDS, by_group

Options = dict[str, Any]

FIRST, SECOND = "A", "B"
# Okabe and Ito's colours, which the colour-blind tell apart; lighter ones on a dark page.
_COLOURS = {False: {FIRST: "#0072b2", SECOND: "#d55e00"}, True: {FIRST: "#56b4e9", SECOND: "#f0a13c"}}
_INK = {False: "#1f2933", True: "#e6edf3"}
_LINES = {False: "#d5dbe1", True: "#3a434d"}
_TYPES = {FIRST: "solid", SECOND: [7, 4]}


class Course(NamedTuple):
    """A figure that is drawn over the weeks."""

    field: str  # of `Figures`
    label: str
    digits: int
    faint: bool = False  # dotted and without a band, beside the figure that the chart is about
    axis: int = 0


class Line(NamedTuple):
    """A curve of one scheme with its interval over floors."""

    name: str
    scheme: str  # FIRST or SECOND
    values: Band
    course: Course


class Chart(ui.echart):
    """A place for a chart. What it shows goes past the page's own book-keeping, which takes longer than the drawing."""

    def __init__(self) -> None:
        super().__init__({"series": []}, renderer="svg")
        self._update_method = None  # or a change of its classes would draw the nothing that the page has it down for
        self.classes("plot")
        self.shown: Options = {}


def show(drawings: Sequence[tuple[Chart, Options]]) -> None:
    """Let charts of a page show these options, all in one message to the browser."""
    for chart, options in drawings:
        chart.shown = options
    told = json.dumps([[chart.id, options] for chart, options in drawings])
    drawings[0][0].client.run_javascript(f"showCharts({told})")


def lines_of(first: Figures, second: Figures, courses: Sequence[Course]) -> list[Line]:
    """Lines of both schemes for some figures."""
    return [
        Line(f"{scheme} {course.label}".strip(), scheme, band(getattr(figures, course.field)), course)
        for course in courses
        for scheme, figures in ((FIRST, first), (SECOND, second))
    ]


def line_chart(
    weeks: np.ndarray, lines: Sequence[Line], units: Sequence[str], *, dark: bool, run_off_from: int, said: str
) -> Options:
    """Curves over weeks with bands for their intervals; the run-off, in which the score is read, is shaded."""
    series: list[Options] = []
    for line in lines:
        if not line.course.faint:
            series += _band_series(weeks, line, dark)
    for line in lines:
        series.append(_line_series(weeks, line, dark))
    series[-1]["markArea"] = _run_off(run_off_from, float(weeks[-1]), dark)
    return {
        **_frame(dark, said),
        "legend": _legend(dark, [line.name for line in lines]),
        **_over_weeks(float(weeks[-1]), dark),
        "yAxis": [{"type": "value", "name": unit, "scale": True, **_axis(dark)} for unit in units],
        "series": series,
    }  # fmt: skip


def channel_chart(first: Figures, second: Figures, *, dark: bool, said: str) -> Options:
    """Cases of each gaming channel in 100 calls, the two schemes side by side."""
    names = [channel.cases for channel in CHANNELS.values()]
    bars = [
        _bars(scheme, _rounded(figures.channels.mean(axis=0), 2), _COLOURS[dark][scheme])
        for scheme, figures in ((FIRST, first), (SECOND, second))
    ]
    return {**_bar_frame(dark, said, names, "cases in 100 calls"), "series": bars}


def reasons_chart(parts: np.ndarray, measure: str, *, dark: bool, said: str, most: int = 14) -> Options:
    """What each cause did ``[causes]``, the largest first; those that did the least are put together."""
    order = np.argsort(-np.abs(parts))
    shown = [number for number in order[:most] if abs(parts[number]) > 0.0]
    names, values = [WORDS[CAUSES[number]] for number in shown], [float(parts[number]) for number in shown]
    rest = float(parts.sum() - sum(values))
    if len(order) > most and abs(rest) > 1e-12:
        names.append("all others together")
        values.append(rest)
    good = measure != "irritation"
    data = [
        {"value": round(value, 4), "itemStyle": {"color": _sign_colour((value > 0) == good, dark)}} for value in values
    ]
    options = _bar_frame(dark, said, names, "")
    return {**options, "legend": {"show": False}, "series": [{"type": "bar", "name": "part", "data": data}]}


def timeline_chart(parts: np.ndarray, period: int, first: int, *, dark: bool, run_off_from: int, said: str) -> Options:
    """What each kind of cause did, period by period: gains above, losses below, and their sum.

    Args:
        parts: ``[weeks, causes]``.
        period: weeks of a bar.
        first: week of the first of them.
        dark: whether the page is.
        run_off_from: week from which the score is read.
        said: the same in words.
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
    whole = {
        "type": "line", "name": "change of the whole", "data": _points(ends, sums.sum(axis=1), 4), "symbolSize": 5,
        "lineStyle": {"opacity": 0}, "itemStyle": {"color": _INK[dark]}, "z": 5,
        "markArea": _run_off(run_off_from, float(ends[-1]), dark),
    }  # fmt: skip
    options = _over_weeks(float(ends[-1]), dark)
    options["xAxis"]["min"] = first - 1
    options["grid"]["top"] = 100  # room for a legend of several lines, on a phone too
    legend = _legend(dark, [*GROUPS, "change of the whole"])
    small = {"color": _INK[dark], "fontSize": 10}
    return {
        **_frame(dark, said), **options,
        "legend": {**legend, "textStyle": small, "left": 0, "itemGap": 6, "itemWidth": 12, "itemHeight": 9},
        "yAxis": {"type": "value", **_axis(dark)},
        "series": [*series, whole],
    }  # fmt: skip


def rivals_chart(weeks: np.ndarray, courses_of: dict[str, np.ndarray], *, dark: bool, run_off_from: int) -> Options:
    """True loyalty week by week of the player and of the others; the player's line is the thick one."""
    series: list[Options] = []
    for name, values in courses_of.items():
        mine = name == "you"
        line: Options = {
            "type": "line", "name": name.replace("_", " "), "showSymbol": False, "z": 5 if mine else 2,
            "data": np.column_stack([weeks, np.round(values, 2)]).tolist(),
            "lineStyle": {"width": 3.5 if mine else 1.3, "opacity": 1.0 if mine else 0.75},
        }  # fmt: skip
        if mine:
            line["lineStyle"]["color"] = _COLOURS[dark][SECOND]
            line["itemStyle"] = {"color": _COLOURS[dark][SECOND]}
        series.append(line)
    series[0]["markArea"] = _run_off(run_off_from, float(weeks[-1]), dark)
    return {
        **_frame(dark, "True loyalty week by week, of you and of those who could have managed this floor"),
        "legend": {**_legend(dark, [line["name"] for line in series]), "type": "scroll"},
        **_over_weeks(float(weeks[-1]), dark),
        "yAxis": {"type": "value", "name": "points", "scale": True, **_axis(dark)},
        "series": series,
    }  # fmt: skip


def history_chart(weeks: Sequence[float], values: Sequence[float], title: str, *, dark: bool, last: int) -> Options:
    """One figure of the reports that the player has had."""
    colour = _COLOURS[dark][FIRST]
    data = [[week, value] for week, value in zip(weeks, values, strict=True)]
    return {
        **_frame(dark, f"{title}, as reported so far"),
        "title": {"text": title, "textStyle": {"color": _INK[dark], "fontSize": 12}, "left": 4, "top": 2},
        "legend": {"show": False},
        "grid": {"left": 8, "right": 10, "top": 30, "bottom": 6, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": last, **_axis(dark)},
        "yAxis": {"type": "value", "scale": True, **_axis(dark)},
        "series": [{"type": "line", "data": data, "symbolSize": 5, "color": colour, "name": title}],
    }


def _band_series(weeks: np.ndarray, line: Line, dark: bool) -> list[Options]:
    """A band is two stacked lines: its lower edge, unseen, and the area up to its upper edge."""
    low, width = line.values.low, line.values.high - line.values.low
    shared: Options = {
        "type": "line", "stack": f"band {line.name}", "stackStrategy": "all", "symbol": "none", "silent": True,
        "lineStyle": {"opacity": 0}, "yAxisIndex": line.course.axis, "tooltip": {"show": False}, "z": 1,
    }  # fmt: skip
    colour, digits = _COLOURS[dark][line.scheme], line.course.digits + 1
    return [
        {**shared, "data": _points(weeks, low, digits)},
        {
            **shared,
            "data": _points(weeks, width, line.course.digits + 1),
            "areaStyle": {"color": colour, "opacity": 0.16},
        },
    ]


def _line_series(weeks: np.ndarray, line: Line, dark: bool) -> Options:
    colour = _COLOURS[dark][line.scheme]
    width, opacity = (1.4, 0.7) if line.course.faint else (2.2, 1.0)
    kind = "dotted" if line.course.faint else _TYPES[line.scheme]
    return {
        "type": "line", "name": line.name, "data": _points(weeks, line.values.mean, line.course.digits),
        "lineStyle": {"color": colour, "width": width, "type": kind, "opacity": opacity},
        "itemStyle": {"color": colour}, "showSymbol": False, "yAxisIndex": line.course.axis, "z": 3,
    }  # fmt: skip


def _bars(name: str, values: list[float], colour: str) -> Options:
    return {"type": "bar", "name": name, "data": values, "itemStyle": {"color": colour}}


def _bar_frame(dark: bool, said: str, names: Sequence[str], unit: str) -> Options:
    return {
        **_frame(dark, said),
        "legend": _legend(dark, [FIRST, SECOND]),
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 26 if unit else 8, "containLabel": True},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "middle", "nameGap": 24, **_axis(dark)},
        "yAxis": {"type": "category", "inverse": True, "data": list(names), **_axis(dark)},
    }  # fmt: skip


def _frame(dark: bool, said: str) -> Options:
    return {
        "animation": False,
        "textStyle": {"color": _INK[dark], "fontFamily": "inherit"},
        "aria": {"enabled": True, "label": {"description": said}},
        "tooltip": {"trigger": "axis", "confine": True},
    }


def _run_off(first: int, last: float, dark: bool) -> Options:
    return {
        "silent": True, "itemStyle": {"color": _LINES[dark], "opacity": 0.35},
        "label": {"color": _INK[dark], "position": "insideTop", "fontSize": 11},
        "data": [[{"xAxis": first, "name": "scored"}, {"xAxis": last}]],
    }  # fmt: skip


def _over_weeks(last: float, dark: bool) -> Options:
    axis = {"type": "value", "min": 0, "max": last, "name": "week", "nameLocation": "middle", "nameGap": 24}
    return {
        "grid": {"left": 8, "right": 12, "top": 54, "bottom": 26, "containLabel": True},
        "xAxis": {**axis, **_axis(dark)},
    }


def _legend(dark: bool, names: Sequence[str]) -> Options:
    return {"data": list(names), "textStyle": {"color": _INK[dark]}, "top": 0, "right": 8, "itemWidth": 26}


def _axis(dark: bool) -> Options:
    return {
        "axisLabel": {"color": _INK[dark]},
        "nameTextStyle": {"color": _INK[dark]},
        "axisLine": {"lineStyle": {"color": _LINES[dark]}},
        "splitLine": {"lineStyle": {"color": _LINES[dark], "opacity": 0.6}},
    }


def _sign_colour(good: bool, dark: bool) -> str:
    return _COLOURS[dark][FIRST if good else SECOND]


def _points(weeks: np.ndarray, values: np.ndarray, digits: int) -> list[list[float | None]]:
    return [
        [float(week), round(float(value), digits) if np.isfinite(value) else None]
        for week, value in zip(weeks, values, strict=True)
    ]


def _rounded(values: np.ndarray, digits: int) -> list[float]:
    rounded: list[float] = np.round(values, digits).tolist()
    return rounded
