"""How figures look: colours that the colour-blind can distinguish, and no background, so that any page colour shows."""

import html
import itertools
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from agents.benchmark.results import Kind

# Okabe and Ito's colours, those of them that stand out from white and from black.
ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE, GREY = (
    "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#7f878c",
)  # fmt: skip
KIND_COLOURS: dict[Kind, str] = {
    "fixed": GREY, "searched": BLUE, "learned": VERMILLION, "true_state": GREEN, "luck_known": PURPLE,
}  # fmt: skip
KIND_SYMBOLS: dict[Kind, str] = {
    "fixed": "circle", "searched": "square", "learned": "diamond", "true_state": "triangle-up", "luck_known": "star",
}  # fmt: skip
_CYCLE = (VERMILLION, BLUE, GREEN, ORANGE, PURPLE, SKY, GREY)
_DASHES = ("solid", "dash", "dot", "dashdot")


class Style(NamedTuple):
    """How the line of a policy is drawn."""

    colour: str
    dash: str


class Figure(NamedTuple):
    """A drawing with its words."""

    key: str  # unique on the page
    title: str
    summary: str  # what it shows, for those who cannot see it
    drawing: str  # JSON of Plotly: data and layout


def styles(count: int) -> list[Style]:
    """Distinct lines: every colour solid, then dashed, and so on."""
    pairs = itertools.cycle(Style(colour, dash) for dash in _DASHES for colour in _CYCLE)
    return list(itertools.islice(pairs, count))


def faded(colour: str, share: float) -> str:
    """A translucent colour."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def plain(name: str) -> str:
    """A name that Plotly shows as it is: it reads tags and entities in its labels."""
    return html.escape(name, quote=False)


def two_lines(label: str) -> str:
    """A policy's label with what it was trained on in a second line."""
    return plain(label).replace(" on ", "<br>on ", 1)


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis with enough room for its labels."""
    named = {"text": title, "font": {"size": 12}, "standoff": 6}
    return {"title": named, "automargin": True, "ticks": "", "tickfont": {"size": 11}, **more}


def figure(key: str, title: str, summary: str, traces: Sequence[Any], *, height: int, **layout: Any) -> Figure:
    """A transparent figure of traces of ``plotly.graph_objects``; the page sets the colours of its text."""
    import plotly.graph_objects as go

    look = {
        "template": go.layout.Template(),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": GREY},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "dragmode": False,  # else a finger that scrolls the page zooms
        "showlegend": False,
        "hoverlabel": {"namelength": -1, "font": {"color": "#1c2326"}, "bgcolor": "#f4f6f7"},
        "height": height,
    }
    drawn = go.Figure(data=list(traces), layout={**look, **layout})
    return Figure(key, title, summary, _for_script(drawn.to_dict()))


def _for_script(drawing: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(drawing, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
