"""The picture of a front: a panel for each pair of objectives."""

from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from agents.pareto.front import UNITS, in_units, means_of
from incentive_env.floors.reward_vector import OBJECTIVES

INK, GREY, ORANGE, RED = "#26323a", "#b9c2c8", "#d9820a", "#c0392b"
# Dark enough at both ends to be visible on white.
_SHADES = LinearSegmentedColormap.from_list("loyalty", ["#3b2a6b", "#22738a", "#1e9e6a", "#93b80f"])
_DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
_FONT = 8.0  # points


def draw_front(content: dict[str, Any], path: Path) -> None:
    """Draw a front, as `agents.pareto.front.front_content` gives it, to a file."""
    schemes = content["schemes"]
    places = in_units(means_of(schemes), content["periods"])
    reference = in_units(np.array([content["reference_point"][name] for name in OBJECTIVES]), content["periods"])
    stands = np.array([scheme["on_front"] for scheme in schemes])
    by_hand = np.array([scheme["hand_made"] for scheme in schemes])
    figure = Figure(figsize=(14.5, 9.0))
    axes = figure.subplots(2, 3)
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    shade = places[:, OBJECTIVES.index("loyalty")]
    for panel, (x, y) in zip(axes.flat, combinations(range(len(OBJECTIVES)), 2), strict=True):
        dots = _draw_panel(panel, places[:, [x, y]], shade, stands, by_hand, reference[[x, y]])
        panel.set_xlabel(UNITS[OBJECTIVES[x]].label)
        panel.set_ylabel(UNITS[OBJECTIVES[y]].label)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize=10)
    figure.colorbar(dots, ax=axes, label="of schemes on the front: " + UNITS["loyalty"].label, shrink=0.6, pad=0.01)
    figure.suptitle(
        f"{content['scenario']}: what fixed schemes come to, means over an episode; right and up is better", fontsize=13
    )
    figure.draw_without_rendering()
    for panel, (x, y) in zip(axes.flat, combinations(range(len(OBJECTIVES)), 2), strict=True):
        named = [(schemes[row]["name"].replace("_", " "), places[row, [x, y]]) for row in np.flatnonzero(by_hand)]
        worth = np.append(np.where(by_hand, 8.0, np.where(stands, 1.0, 0.5)), 8.0)
        _label(panel, named, np.concatenate([places[:, [x, y]], reference[[x, y]][None]]), worth)
    figure.savefig(path, dpi=130)


def _draw_panel(
    panel: Any, places: NDArray[np.float64], shade: NDArray[np.float64], stands: NDArray[np.bool_],
    by_hand: NDArray[np.bool_], reference: NDArray[np.float64],
) -> Any:  # fmt: skip
    panel.scatter(*places[~stands & ~by_hand].T, s=14, color=GREY, label="found, but dominated on fresh floors")
    dots = panel.scatter(
        *places[stands].T, s=34, c=shade[stands], cmap=_SHADES, edgecolors="white", linewidths=0.4,
        label="on the front", zorder=3,
    )  # fmt: skip
    panel.scatter(
        *places[by_hand].T, s=58, marker="D", facecolors="none", edgecolors=ORANGE, linewidths=1.6,
        label="hand-made (filled: on the front)", zorder=4,
    )  # fmt: skip
    panel.scatter(*reference, s=60, marker="X", color=RED, label="reference point", zorder=4)
    panel.grid(alpha=0.25)
    panel.margins(0.09)
    return dots


def _label(
    panel: Any, named: list[tuple[str, NDArray[np.float64]]], dots: NDArray[np.float64], worth: NDArray[np.float64]
) -> None:
    """Write each name beside its point, where it covers as few dots as possible, weighted by ``worth``."""
    to_pixels = panel.transData.transform
    taken = np.stack([_box(pixel, 7.0, 7.0) for pixel in to_pixels(dots)])
    drawn: list[_Name] = []
    scale = panel.figure.dpi / 72.0
    for text, place in named:
        half = np.array([0.29 * len(text) * _FONT, 0.62 * _FONT]) * scale
        start = to_pixels(place)
        ways = [np.array(way) * (half + away * scale) for away in (6, 14, 24, 36, 50) for way in _DIRECTIONS]
        choices = [_Name(_box(start + way, *half), np.linspace(start, start + way, 24)) for way in ways]
        frame = panel.get_window_extent().extents
        costs = [
            _cost(name, drawn, frame) + worth @ _meet(name.box, taken) + 0.07 * number
            for number, name in enumerate(choices)
        ]
        best = int(np.argmin(costs))
        drawn.append(choices[best])
        panel.annotate(
            text, place, xytext=panel.transData.inverted().transform(start + ways[best]), textcoords="data",
            fontsize=_FONT, color=INK, ha="center", va="center", zorder=6,
            arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.5, "shrinkA": 0, "shrinkB": 4},
            bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip


class _Name(NamedTuple):
    """A possible position of a name, in pixels."""

    box: NDArray[np.float64]  # left, bottom, right, top
    leader: NDArray[np.float64]  # [points, 2] along the line from the place to the name


def _cost(name: _Name, drawn: list[_Name], frame: NDArray[np.float64]) -> float:
    """Names must not leave the frame nor touch, and lines should not run through names nor cross."""
    outside = bool((name.box[:2] < frame[:2]).any() or (name.box[2:] > frame[2:]).any())
    touching = sum(bool(_meet(name.box, other.box)) for other in drawn)
    run_through = sum(_inside(name.leader, other.box) + _inside(other.leader, name.box) for other in drawn)
    crossing = sum(_cross(name.leader, other.leader) for other in drawn)
    return 1000.0 * outside + 100.0 * touching + 20.0 * run_through + 8.0 * crossing


def _box(centre: NDArray[np.float64], half_width: float, half_height: float) -> NDArray[np.float64]:
    half = np.array([half_width, half_height])
    return np.concatenate([centre - half, centre + half])


def _meet(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a box overlaps each of ``[..., 4]`` others."""
    return np.asarray((box[:2] < others[..., 2:]).all(axis=-1) & (others[..., :2] < box[2:]).all(axis=-1))


def _inside(points: NDArray[np.float64], box: NDArray[np.float64]) -> bool:
    return bool(((points > box[:2]) & (points < box[2:])).all(axis=1).any())


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two lines pass each other closer than their points lie apart."""
    step = max(np.linalg.norm(line[1] - line[0]) for line in (one, other))
    return bool(np.linalg.norm(one[:, None] - other[None], axis=2).min() < step)
