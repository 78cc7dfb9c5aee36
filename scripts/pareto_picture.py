"""The picture of a front: a panel for each pair of objectives."""

from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray

from agents.pareto.results import UNITS, in_units, means_of
from incentive_env.vector_reward import OBJECTIVES

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import LinearSegmentedColormap

INK, GREY, ORANGE, RED = "#26323a", "#b9c2c8", "#d9820a", "#c0392b"
# Dark enough at both ends to be seen on white.
_SHADES = LinearSegmentedColormap.from_list("loyalty", ["#3b2a6b", "#22738a", "#1e9e6a", "#93b80f"])
_DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
_FONT = 8.0  # points


def draw_front(content: dict[str, Any], path: Path) -> None:
    """Draw what `agents.pareto.results.front_content` says, to a file."""
    schemes = content["schemes"]
    places = in_units(means_of(schemes), content["periods"])
    reference = in_units(np.array([content["reference_point"][name] for name in OBJECTIVES]), content["periods"])
    stands = np.array([scheme["on_front"] for scheme in schemes])
    by_hand = np.array([scheme["hand_made"] for scheme in schemes])
    figure, axes = plt.subplots(2, 3, figsize=(14.5, 9.0), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
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
        _label(panel, named, np.concatenate([places[:, [x, y]], reference[[x, y]][None]]))
    figure.savefig(path, dpi=130, format="png")
    plt.close(figure)


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


def _label(panel: Any, named: list[tuple[str, NDArray[np.float64]]], dots: NDArray[np.float64]) -> None:
    """Write each name beside its place, where it covers as little as possible of dots and of names before it."""
    to_pixels = panel.transData.transform
    taken = [_box(pixel, 7.0, 7.0) for pixel in to_pixels(dots)]
    names: list[NDArray[np.float64]] = []
    frame = panel.get_window_extent().extents
    scale = panel.figure.dpi / 72.0
    for name, place in named:
        half = np.array([0.29 * len(name) * _FONT, 0.62 * _FONT]) * scale
        centres = [
            to_pixels(place) + np.array(way) * (half + away * scale) for away in (6, 16, 30, 48) for way in _DIRECTIONS
        ]
        boxes = [_box(centre, *half) for centre in centres]
        costs = [_cost(box, taken, names, frame) + 0.02 * number for number, box in enumerate(boxes)]
        best = int(np.argmin(costs))
        names.append(boxes[best])
        panel.annotate(
            name, place, xytext=panel.transData.inverted().transform(centres[best]), textcoords="data",
            fontsize=_FONT, color=INK, ha="center", va="center", zorder=6,
            arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.5, "shrinkA": 0, "shrinkB": 4},
            bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip


def _cost(
    box: NDArray[np.float64], dots: list[NDArray[np.float64]], names: list[NDArray[np.float64]],
    frame: NDArray[np.float64],
) -> float:  # fmt: skip
    """Names must not touch nor leave the frame; dots had better stay in sight."""
    outside = bool((box[:2] < frame[:2]).any() or (box[2:] > frame[2:]).any())
    return 1000.0 * outside + 100.0 * sum(_meet(box, name) for name in names) + sum(_meet(box, dot) for dot in dots)


def _box(centre: NDArray[np.float64], half_width: float, half_height: float) -> NDArray[np.float64]:
    half = np.array([half_width, half_height])
    return np.concatenate([centre - half, centre + half])


def _meet(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())
