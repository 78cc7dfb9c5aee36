"""Where everything is: one geometry for the picture, the window and the browser."""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from incentive_env.rendering.frame import CONDUCT_NAMES
from incentive_env.rendering.phrases import FIGURE_NAMES

LEAST_WIDTH, USUAL_WIDTH, MOST_WIDTH = 720, 1200, 4096  # px

TITLE, FIGURE, TEXT, SMALL = 22, 26, 14, 12  # px, size of letters
LETTER = 0.56  # width of a letter, as a share of its size

_MARGIN, _GAP = 20, 10
_FIGURE_WIDTHS = (110, 146, 102, 90)
_LINES = 3
_TILES_FROM = 156
_LARGEST_PITCH, _LEAST_PITCH = 34, 2
_LEGEND_LINE = 22
_ROOMY_FROM = 115  # width inside a tile that has room for words beside its bars, and a note beside its name
_TILE_ASPECT, _BLOCK_ASPECT = 1.5, 2.0  # width over height, aimed at: of a tile, and of its dots


class Box(NamedTuple):
    """A rectangle, px."""

    x: int
    y: int
    width: int
    height: int


class Words(NamedTuple):
    """Where a line of text begins, or ends if it is right-aligned: its baseline, the size, and room for how many."""

    x: int
    y: int
    size: int
    characters: int


class Tile(NamedTuple):
    """The place of one rep."""

    box: Box
    name: Words
    note: Words  # right-aligned; in a narrow tile where the bars are, for an empty seat only
    narrow: bool
    labels: tuple[Words, ...]  # of the bars; none in a narrow tile
    strain: Box
    motivation: Box
    conduct: Box
    dots: tuple[tuple[float, float], ...]  # [slots] centres


class Mark(NamedTuple):
    """An entry of the legend: a sign for something, and its name; or a heading, without a sign."""

    sign: str  # detractor, passive, promoter, vacant, wronged, strain, motivation, conduct-0 … conduct-4, or none
    label: str
    x: int  # left end of the sign
    y: int  # baseline
    width: int  # of the sign

    @property
    def words(self) -> Words:
        """Where the label stands."""
        return Words(self.x + self.width + (6 if self.sign else 0), self.y, SMALL, len(self.label))


class Layout(NamedTuple):
    """A floor of some size on a picture of some size."""

    width: int
    height: int
    title: Words
    week: Words
    progress: Box
    figure_labels: tuple[Words, ...]
    figures: tuple[Words, ...]
    lines: tuple[Words, ...]  # of the header: the scheme, then the news
    tiles: tuple[Tile, ...]
    radius: float  # of a dot
    legend: tuple[Mark, ...]


@lru_cache(maxsize=16)
def layout(reps: int, slots: int, width: int = USUAL_WIDTH) -> Layout:
    """Place a floor so that its dots are as large as they can be.

    Args:
        reps: seats, a tile each.
        slots: customer slots of a rep, a dot each.
        width: of the picture, px; an odd one is made even, as videos want it. The height follows.

    Raises:
        ValueError: the width is out of range.
    """
    if not LEAST_WIDTH <= width <= MOST_WIDTH:
        raise ValueError(f"width = {width}: must be {LEAST_WIDTH} to {MOST_WIDTH} pixels")
    width -= width % 2
    legend, lines = _legend(width)
    grid = _best_grid(reps, slots, width, lines)
    top = grid.height - lines * _LEGEND_LINE - _MARGIN // 2
    text_width = width - 2 * _MARGIN
    rooms = _right_to_left(width - _MARGIN, _FIGURE_WIDTHS)
    left = rooms[0] - 2 * _MARGIN
    return Layout(
        width=width,
        height=grid.height,
        title=_words(_MARGIN, 38, TITLE, left),
        week=_words(_MARGIN, 62, TEXT, left),
        progress=Box(_MARGIN, 76, text_width, 4),
        figure_labels=tuple(_words(x, 34, SMALL, room) for x, room in zip(rooms, _FIGURE_WIDTHS, strict=True)),
        figures=tuple(_words(x, 62, FIGURE, room) for x, room in zip(rooms, _FIGURE_WIDTHS, strict=True)),
        lines=tuple(_words(_MARGIN, 101 + 20 * line, TEXT, text_width) for line in range(_LINES)),
        tiles=tuple(_tile(rep, slots, grid) for rep in range(reps)),
        radius=round(0.42 * grid.pitch, 2),
        legend=tuple(mark._replace(y=mark.y + top) for mark in legend),
    )


class _Grid(NamedTuple):
    columns: int  # of tiles
    across: int  # dots in a row
    pitch: int  # from dot to dot
    tile_width: int
    tile_height: int
    height: int  # of the picture


def _best_grid(reps: int, slots: int, width: int, legend_lines: int) -> _Grid:
    """Of all ways to arrange tiles and dots, the one with the largest dots that leaves few places empty."""
    grids = list(_grids(reps, slots, width, legend_lines))
    fitting = [grid for grid in grids if grid.height <= _most_height(width)]
    if not fitting:  # so many that the picture must be taller
        shortest = min(grid.height for grid in grids)
        fitting = [grid for grid in grids if grid.height <= 1.1 * shortest]
    return max(fitting, key=lambda grid: _merit(grid, reps, slots))


def _grids(reps: int, slots: int, width: int, legend_lines: int) -> Iterable[_Grid]:
    around = _TILES_FROM + _MARGIN // 2 + legend_lines * _LEGEND_LINE
    for columns in range(1, reps + 1):
        tile_width = (width - 2 * _MARGIN - (columns - 1) * _GAP) // columns
        pad = _padding(tile_width)
        inside = tile_width - 2 * pad
        if inside < 36 and columns > 1:
            break
        for across in _candidates(slots, inside):
            pitch = min(_LARGEST_PITCH, inside // across)
            tile_height = _bars_height(inside) + math.ceil(slots / across) * pitch + 2 * pad
            height = around + math.ceil(reps / columns) * (tile_height + _GAP)
            yield _Grid(columns, across, pitch, tile_width, tile_height, height + height % 2)


def _candidates(slots: int, inside: int) -> Iterable[int]:
    """Numbers of dots in a row: for each number of rows that many can stand in, the fewest."""
    most = min(slots, inside // _LEAST_PITCH)
    return sorted({math.ceil(slots / rows) for rows in range(1, slots + 1) if math.ceil(slots / rows) <= most} or {1})


def _most_height(width: int) -> float:
    """Room for the words, which are of one size in all pictures, and a wide floor below them."""
    return 250 + 0.45 * width


def _merit(grid: _Grid, reps: int, slots: int) -> float:
    """Size of the dots, less for what is ragged, cramped, or far from the shape that is aimed at."""
    rows = math.ceil(slots / grid.across)
    inside = grid.tile_width - 2 * _padding(grid.tile_width)
    roomy = 1.0 if inside >= _ROOMY_FROM else 0.65
    ragged = 2.0 * (grid.across * rows - slots) / slots + (-reps % grid.columns) / reps
    shape = abs(math.log(grid.tile_width / grid.tile_height / _TILE_ASPECT))
    block = abs(math.log(grid.across / rows / _BLOCK_ASPECT))
    return grid.pitch * roomy * (1.0 - 0.5 * min(ragged, 1.0)) / (1.0 + 0.4 * shape + 0.25 * block)


def _padding(tile_width: int) -> int:
    return 10 if tile_width >= 130 else 6


def _bar_step(inside: int) -> int:
    return 15 if inside >= _ROOMY_FROM else 8


def _bars_height(inside: int) -> int:
    """Name and three bars, and air below them."""
    return 20 + 3 * _bar_step(inside) + 8


def _tile(rep: int, slots: int, grid: _Grid) -> Tile:
    row, column = divmod(rep, grid.columns)
    x = _MARGIN + column * (grid.tile_width + _GAP)
    y = _TILES_FROM + row * (grid.tile_height + _GAP)
    pad = _padding(grid.tile_width)
    inside = grid.tile_width - 2 * pad
    left, step = x + pad, _bar_step(inside)
    narrow = inside < _ROOMY_FROM
    bars = [y + pad + 22 + step * bar for bar in range(3)]
    indent = 0 if narrow else 68
    strain, motivation, conduct = (Box(left + indent, bar, inside - indent, 5 if narrow else step - 7) for bar in bars)
    return Tile(
        box=Box(x, y, grid.tile_width, grid.tile_height),
        name=_words(left, y + pad + 11, SMALL + (not narrow), inside),
        note=_words(left + inside, y + pad + (29 if narrow else 11), SMALL, inside if narrow else inside - 46),
        narrow=narrow,
        labels=tuple(_words(left, bar + 8, SMALL - 1, indent) for bar in bars) if not narrow else (),
        strain=strain, motivation=motivation, conduct=conduct,
        dots=_dots(slots, grid, left, y + pad + _bars_height(inside), inside),
    )  # fmt: skip


def _dots(slots: int, grid: _Grid, left: int, top: int, inside: int) -> tuple[tuple[float, float], ...]:
    """Row by row; where there is room they stand a little further apart across than down."""
    apart = min(inside // grid.across, int(1.3 * grid.pitch))
    start = left + (inside - apart * grid.across) // 2
    places = (divmod(slot, grid.across) for slot in range(slots))
    return tuple((start + apart * (column + 0.5), top + grid.pitch * (row + 0.5)) for row, column in places)


_LEGEND = (
    (
        ("", "customers", 0), ("detractor", "detractor", 40), ("passive", "passive", 24), ("promoter", "promoter", 40),
        ("vacant", "vacant slot", 12), ("wronged", "left wronged", 12),
    ),
    (
        ("", "reps", 0), ("strain", "strain", 18), ("motivation", "motivation", 18),
        *((f"conduct-{group}", name, 18) for group, name in enumerate(CONDUCT_NAMES)),
    ),
)  # fmt: skip


def _legend(width: int) -> tuple[list[Mark], int]:
    """Customers on a line, reps on the next, on more where they need them; and the number of lines."""
    marks, line = [], 0
    for entries in _LEGEND:
        x, line = _MARGIN, line + 1
        for sign, label, sign_width in entries:
            mark = Mark(sign, label, x, line * _LEGEND_LINE - 7, sign_width)
            end = mark.words.x + math.ceil(len(label) * SMALL * LETTER)
            if end > width - _MARGIN:
                x, line = _MARGIN, line + 1
                end += x - mark.x
                mark = mark._replace(x=x, y=line * _LEGEND_LINE - 7)
            marks.append(mark)
            x = end + 14
    return marks, line


def _right_to_left(end: int, widths: tuple[int, ...]) -> list[int]:
    return [end - sum(widths[index:]) for index in range(len(widths))]


def _words(x: int, y: int, size: int, room: int) -> Words:
    return Words(x, y, size, int(room / (size * LETTER)))


assert len(_FIGURE_WIDTHS) == len(FIGURE_NAMES)
