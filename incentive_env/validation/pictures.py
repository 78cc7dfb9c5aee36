"""A picture for each fact, and a page that shows them all."""

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from incentive_env.support.tables import with_interval
from incentive_env.validation.contract import Picture, Verdict

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
section { display: grid; grid-template-columns: minmax(18rem, 1fr) 24rem; gap: 1.5rem; border-top: 1px solid #8886;
  padding: 1.5rem 0 }
@media (max-width: 50rem) { section { grid-template-columns: 1fr } }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .2rem .6rem .2rem 0;
  font-variant-numeric: tabular-nums } img { width: 100%; background: white; border-radius: .3rem }
.short { color: #c33; font-weight: 600 } .source { opacity: .75 }
"""


def draw(picture: Picture) -> bytes:
    """A picture as PNG."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(5.2, 3.4), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    if picture.kind == "lines":
        for name, values in picture.series.items():
            axes.plot(picture.x, values, label=name, marker="o" if len(picture.x) < 20 else "")
        for place in picture.marks:
            axes.axvline(place, color="grey", linestyle=":")
    elif picture.kind == "clouds":
        _draw_clouds(axes, picture)
    else:
        _draw_bars(axes, picture)
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    if picture.kind == "lines" and np.issubdtype(np.asarray(picture.x).dtype, np.integer):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    if len(picture.series) > 1:
        axes.legend(frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def report_page(verdicts: Sequence[Verdict], scenario: str) -> str:
    """One self-contained HTML page."""
    holding = sum(verdict.holds for verdict in verdicts)
    sections = "\n".join(_section(verdict) for verdict in verdicts)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Published facts: {html.escape(scenario)}</title><style>{_STYLE}</style>"
        f"<h1>Does the floor behave as published?</h1>"
        f"<p>Scenario {html.escape(scenario)}: {holding} of {len(verdicts)} hold. Intervals are 95 %, over floors.</p>"
        f"{sections}</html>\n"
    )


def _section(verdict: Verdict) -> str:
    fact = verdict.fact
    rows = "".join(
        f"<tr><td>{html.escape(part.name)}<td>{with_interval(part.estimate, '.3g')}<td>{part.band}"
        f"<td{'' if part.holds else ' class=short'}>"
        f"{'holds' if part.holds else 'falls short'}"
        for part in verdict.parts
    )
    image = base64.b64encode(draw(verdict.picture)).decode()
    return (
        f"<section><div><h2>{html.escape(fact.id)}</h2><p>{html.escape(fact.claim)}.</p>"
        f"<p>Set up: {html.escape(fact.setup)}.</p>"
        f"<table><tr><th>figure<th>measured<th>band<th>{rows}</table>"
        f"<p class=source>Published: {html.escape(fact.published)}. {html.escape(fact.source)}.</p></div>"
        f'<img alt="{html.escape(fact.claim)}" src="data:image/png;base64,{image}"></section>'
    )


def _draw_bars(axes: Any, picture: Picture) -> None:
    count = len(picture.series)
    places = np.arange(len(picture.x))
    for index, (name, values) in enumerate(picture.series.items()):
        offset = (index - (count - 1) / 2) * 0.8 / count
        axes.bar(places + offset, values, 0.75 / count, label=name)
    rotation = 30 if len(picture.x) > 4 else 0
    axes.set_xticks(places, picture.x, rotation=rotation, ha="right" if rotation else "center")


def _draw_clouds(axes: Any, picture: Picture) -> None:
    """Points, and through each cloud the line that fits it best."""
    for name, heights in picture.series.items():
        places = np.asarray(picture.x[name])
        (dots,) = axes.plot(places, heights, ".", alpha=0.35, markeredgewidth=0)
        ends = np.quantile(places, [0.02, 0.98])
        slope, level = np.polyfit(places, heights, 1) if np.ptp(places) > 0.0 else (0.0, np.mean(heights))
        axes.plot(ends, level + slope * ends, color=dots.get_color(), linewidth=2, label=name)
