"""The floor for the browser: a drawing for `floor.js` to paint a film on, and a still that needs no script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from incentive_env.config import Config, load_config
from incentive_env.rendering import phrases
from incentive_env.rendering.data import film_data
from incentive_env.rendering.frame import Frame
from incentive_env.rendering.layout import USUAL_WIDTH, Box, Layout, Mark, Tile, Words, layout
from incentive_env.rendering.palette import DETRACTORS, PASSIVES, PROMOTERS, THEMES, VACANT, WRONGED, Theme, shades

# Of like widths, for which the layout leaves room.
_FONTS = "Helvetica Neue,Helvetica,Arial,Liberation Sans,system-ui,sans-serif"


def svg(config: "str | Path | Config | None", *, width: int = USUAL_WIDTH, name: str = "floor") -> str:
    """A floor where nothing has been painted yet, as an SVG element for ``new FloorView(element, data)``.

    A tile is a group with ``data-rep``, what changes has ``data-part``, a dot has ``data-slot``. Colours are CSS
    variables of the element: they follow the reader's setting, or ``data-theme="light"`` or ``"dark"`` on the element.

    Args:
        config: a preset's name, a path, a `Config`, or ``None`` for Telesales; gives the numbers of reps and slots.
        width: px in the drawing's own units; it is shown as wide as the page lets it.
        name: begins the element's ids; unique on the page.

    Raises:
        ConfigError: the config cannot be used.
        ValueError: the width is out of range.
    """
    loaded = load_config(config)
    place = layout(loaded.salesforce.reps, loaded.market.slots, width)
    return _text_of(_skeleton(place, loaded.name, name))


def still(frame: Frame, *, width: int = USUAL_WIDTH, name: str = "floor") -> str:
    """A frame as a complete SVG document.

    Raises:
        ValueError: the width is out of range.
    """
    data = film_data([frame], width=width)
    root = _skeleton(layout(*frame.customers.shape, width), frame.scenario, name)
    _paint(root, data["frames"][0], data["schemes"][0])
    return _text_of(root)


def script() -> str:
    """The text of ``floor.js``: plain JavaScript that defines ``class FloorView``."""
    return Path(__file__).with_name("floor.js").read_text(encoding="utf-8")


def _skeleton(place: Layout, scenario: str, name: str) -> Element:
    root = Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "class": "floor-view", "data-floor-view": name,
        "viewBox": f"0 0 {place.width} {place.height}", "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
    })  # fmt: skip
    _add(root, "title", {"id": f"{name}-title"}, f"The floor of {scenario}")
    _add(root, "desc", {"id": f"{name}-description", "data-part": "description"})
    _add(root, "style", {}, _style())
    _add(root, "rect", {"class": "page", "width": place.width, "height": place.height, "rx": 8})
    _add_header(root, place, scenario)
    for rep, tile in enumerate(place.tiles):
        _add_tile(root, rep, tile, place.radius)
    for mark in place.legend:
        _add_mark(root, mark)
    return root


def _add_header(root: Element, place: Layout, scenario: str) -> None:
    _write(root, place.title, "ink", phrases.shortened(scenario, place.title.characters))
    _write(root, place.week, "muted", part="week")
    _add_bar(root, place.progress, "progress", "progress")
    for label, spot, figure in zip(place.figure_labels, place.figures, phrases.FIGURE_NAMES, strict=True):
        _write(root, label, "muted", figure)
        _write(root, spot, "ink", part="figure")
    for line in place.lines:
        _write(root, line, "ink", part="line")


def _add_tile(root: Element, rep: int, tile: Tile, radius: float) -> None:
    group = _add(root, "g", {"data-rep": rep})
    _add_box(group, tile.box, {"class": "tile", "rx": 6})
    _write(group, tile.name, "ink", f"rep {rep + 1}")
    _write(group, tile.note, "muted", part="note", right=True)
    seated = _add(group, "g", {"data-part": "seated", "visibility": "hidden"})
    for label, spot in zip(phrases.BAR_NAMES, tile.labels, strict=False):
        _write(seated, spot, "muted", label)
    _add_bar(seated, tile.strain, "strain", "bar")
    _add_bar(seated, tile.motivation, "motivation", "bar")
    _add_box(seated, tile.conduct, {"class": "track"})
    for stretch in reversed(range(len(THEMES["light"].conduct))):  # each begins on the left, below those before it
        _add_bar(seated, tile.conduct, f"conduct-{stretch}", "bar", track=False)
    for slot, (x, y) in enumerate(tile.dots):
        _add(group, "circle", {"class": _slot(VACANT), "data-slot": slot, "cx": x, "cy": y, "r": radius})
    _add(group, "path", {"class": "cross", "data-part": "crosses", "stroke-width": max(1.0, round(0.32 * radius, 2))})


def _add_mark(root: Element, mark: Mark) -> None:
    _write(root, mark.words, "muted" if mark.sign else "ink", mark.label)
    x, y = mark.x + mark.width / 2, mark.y - 4.0
    classes = {"detractor": (0, DETRACTORS), "passive": (DETRACTORS, PASSIVES),
               "promoter": (DETRACTORS + PASSIVES, PROMOTERS)}  # fmt: skip
    if mark.sign == "vacant":
        _add(root, "circle", {"class": _slot(VACANT), "cx": x, "cy": y, "r": 5})
    elif mark.sign == "wronged":
        _add(root, "path", {"class": "cross", "stroke-width": 2, "d": _cross(x, y, 5.0)})
    elif mark.sign in classes:
        first, count = classes[mark.sign]
        for shade in range(count):
            place = {"x": mark.x + shade * mark.width / count, "y": mark.y - 9, "width": mark.width / count}
            _add(root, "rect", {"class": _slot(first + shade), **place, "height": 10})
    elif mark.sign:
        _add_box(root, Box(mark.x, mark.y - 8, mark.width, 8), {"class": mark.sign})


def _paint(root: Element, entry: Mapping[str, Any], scheme: list[str]) -> None:
    """What ``show`` of ``floor.js`` does."""
    _part(root, "description").text = entry["description"]
    _part(root, "week").text = entry["week"]
    _fill(_part(root, "progress"), entry["progress"])
    for element, text in zip(root.findall("text[@data-part='figure']"), entry["figures"], strict=True):
        element.text = text
    for index, element in enumerate(root.findall("text[@data-part='line']")):
        if index < len(scheme):
            element.text = scheme[index]
        elif index == len(scheme):
            element.text = entry["news"]
            element.set("class", "alarm" if entry["closed"] else "muted")
    for rep, group in enumerate(root.findall("g[@data-rep]")):
        _paint_rep(group, entry, rep)


def _paint_rep(group: Element, entry: Mapping[str, Any], rep: int) -> None:
    _part(group, "note").text = entry["notes"][rep]
    filled = entry["bars"][rep]
    if filled is not None:
        seated = _part(group, "seated")
        seated.set("visibility", "visible")
        strain, motivation, *stretches = seated.findall("rect[@data-part='bar']")
        for bar, value in zip((strain, motivation, *reversed(stretches)), filled, strict=True):
            _fill(bar, value)
    dots = group.findall("circle")
    slots = entry["slots"][rep * len(dots) : (rep + 1) * len(dots)]
    crosses = ""
    for dot, letter in zip(dots, slots, strict=True):
        dot.set("class", f"slot-{letter}")
        if letter == _slot(WRONGED)[-1]:
            crosses += _cross(float(dot.get("cx", 0)), float(dot.get("cy", 0)), float(dot.get("r", 0)))
    _part(group, "crosses").set("d", crosses)


def _style() -> str:
    """Rules that reach no further than the drawing."""
    light, dark = (_variables(THEMES[name]) for name in ("light", "dark"))
    view = ".floor-view"
    names = ["page", "tile", "track", "progress", "strain", "motivation"]
    names += [f"conduct-{stretch}" for stretch in range(len(THEMES["light"].conduct))]
    names += [_slot(code) for code in range(VACANT)]
    return "".join([
        f"{view}{{{light}font-family:{_FONTS}}}",
        f"@media(prefers-color-scheme:dark){{{view}:not([data-theme=light]){{{dark}}}}}",
        f"{view}[data-theme=dark]{{{dark}}}",
        *(f"{view} .{name}{{fill:var(--{name})}}" for name in (*names, "ink", "muted", "alarm")),
        f"{view} .ink,{view} .alarm{{font-weight:600}}{view} .tile{{stroke:var(--edge)}}",
        f"{view} rect:not([rx]){{shape-rendering:crispEdges}}",
        f"{view} .{_slot(VACANT)}{{fill:none;stroke:var(--vacant)}}",
        f"{view} .{_slot(WRONGED)}{{fill:none}}",
        f"{view} .cross{{fill:none;stroke:var(--wronged)}}",
    ])  # fmt: skip


def _variables(theme: Theme) -> str:
    plain = {name: value for name, value in theme._asdict().items() if isinstance(value, str)}
    colours = {**plain, "progress": theme.muted}
    colours |= {f"conduct-{stretch}": colour for stretch, colour in enumerate(theme.conduct)}
    colours |= {_slot(code): colour for code, colour in enumerate(shades(theme))}
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


def _slot(code: int) -> str:
    """The class of a slot; its last letter is that of `film_data`."""
    return f"slot-{chr(ord('a') + code)}"


def _cross(x: float, y: float, radius: float) -> str:
    reach = round(0.72 * radius, 2)
    ends = f"l{2 * reach:g} {2 * reach:g}m0 {-2 * reach:g}l{-2 * reach:g} {2 * reach:g}"
    return f"M{x - reach:g} {y - reach:g}{ends}"


def _add_bar(parent: Element, box: Box, kind: str, part: str, *, track: bool = True) -> None:
    """An empty bar; filled, it is as wide as its ``data-full``."""
    rounded = {"rx": 2} if track else {}
    if track:
        _add_box(parent, box, {"class": "track", **rounded})
    _add_box(parent, box._replace(width=0), {"class": kind, "data-part": part, "data-full": box.width, **rounded})


def _fill(bar: Element, per_mille: int) -> None:
    bar.set("width", f"{per_mille / 1000 * float(bar.get('data-full', 0)):g}")


def _add_box(parent: Element, box: Box, attributes: Mapping[str, Any]) -> None:
    _add(parent, "rect", {**attributes, **box._asdict()})


def _write(
    parent: Element, spot: Words, kind: str, text: str = "", *, part: str | None = None, right: bool = False
) -> None:
    attributes = {"class": kind, "x": spot.x, "y": spot.y, "font-size": spot.size}
    attributes |= {"data-part": part} if part else {}
    _add(parent, "text", {**attributes, **({"text-anchor": "end"} if right else {})}, text)


def _part(parent: Element, name: str) -> Element:
    found = parent.find(f"*[@data-part='{name}']")
    assert found is not None
    return found


def _add(parent: Element, tag: str, attributes: Mapping[str, Any], text: str = "") -> Element:
    plain = {key: f"{value:g}" if isinstance(value, float) else str(value) for key, value in attributes.items()}
    child = ElementTree.SubElement(parent, tag, plain)
    child.text = text or None
    return child


def _text_of(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode") + "\n"
