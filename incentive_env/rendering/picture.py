"""The floor as a picture, drawn by pygame in memory: no display is needed, and none is opened."""

import os
import warnings
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from gymnasium.error import DependencyNotInstalled
from numpy.typing import NDArray

from incentive_env.rendering import phrases
from incentive_env.rendering.data import bars, progress
from incentive_env.rendering.frame import Frame
from incentive_env.rendering.layout import USUAL_WIDTH, Box, Layout, Words, layout
from incentive_env.rendering.palette import THEMES, VACANT, WRONGED, Theme, rgb, shades, slot_codes

if TYPE_CHECKING:
    from pygame import Surface
    from pygame.font import Font

_FINE = 8  # shapes are drawn so many times larger, and shrunk: that smooths their edges
_SHARP = 3  # text, likewise


def load_pygame() -> ModuleType:
    """Import pygame, silently.

    Raises:
        DependencyNotInstalled: it is missing; the message says how to install it.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what pygame itself imports
            import pygame
            import pygame.font
    except ImportError:
        raise DependencyNotInstalled("pygame is not installed, run `pip install 'incentive-env[render]'`") from None
    if not pygame.font.get_init():  # never started, or shut down by other code: its fonts are gone
        _font.cache_clear()
        pygame.font.init()
    return pygame


def picture(frame: Frame, width: int = USUAL_WIDTH, theme: str = "light") -> NDArray[np.uint8]:
    """The floor as an array ``[height, width, 3]``, red, green and blue.

    Args:
        frame: what to draw.
        width: px; the height follows from the size of the floor.
        theme: ``"light"`` or ``"dark"``.

    Raises:
        DependencyNotInstalled: pygame is missing.
        ValueError: the width is out of range, or the theme unknown.
    """
    pygame = load_pygame()
    return np.ascontiguousarray(pygame.surfarray.array3d(draw(frame, width, theme)).swapaxes(0, 1))


def draw(frame: Frame, width: int = USUAL_WIDTH, theme: str = "light") -> "Surface":
    """The same as a pygame surface."""
    load_pygame()
    if theme not in THEMES:
        raise ValueError(f"theme {theme!r}: must be one of {', '.join(THEMES)}")
    reps, slots = frame.customers.shape
    stage = _stage(layout(reps, slots, width), theme)
    surface = stage.empty.copy()
    _draw_header(surface, frame, stage)
    _draw_reps(surface, frame, stage)
    codes = slot_codes(frame.customers, frame.left_wronged, frame.detractor_below, frame.promoter_from)
    half = stage.dots[0].get_width() // 2
    surface.blits(
        [
            (stage.dots[code], (int(x) - half, int(y) - half))
            for tile, row in zip(stage.layout.tiles, codes.tolist(), strict=True)
            for (x, y), code in zip(tile.dots, row, strict=True)
        ],
        doreturn=False,
    )
    return surface


class _Stage(NamedTuple):
    """What all pictures of one size and theme share."""

    layout: Layout
    theme: Theme
    empty: "Surface"  # with tiles, labels and legend
    dots: "list[Surface]"  # by slot code


@lru_cache(maxsize=8)
def _stage(place: Layout, theme_name: str) -> _Stage:
    theme = THEMES[theme_name]
    pygame = load_pygame()
    empty = pygame.Surface((place.width, place.height))
    empty.fill(theme.page)
    stage = _Stage(place, theme, empty, _dot_sprites(place.radius, theme))
    for label, name in zip(place.figure_labels, phrases.FIGURE_NAMES, strict=True):
        _write(empty, name, label, theme.muted)
    for rep, tile in enumerate(place.tiles):
        _fill_box(empty, tile.box, theme.edge, 7)
        _fill_box(empty, Box(*(a + b for a, b in zip(tile.box, (1, 1, -2, -2), strict=True))), theme.tile, 6)
        _write(empty, f"rep {rep + 1}", tile.name, theme.ink)
    _draw_legend(stage)
    return stage


def _draw_header(surface: "Surface", frame: Frame, stage: _Stage) -> None:
    place, theme = stage.layout, stage.theme
    _write(surface, frame.scenario, place.title, theme.ink)
    _write(surface, phrases.week_words(frame), place.week, theme.muted)
    for value, spot in zip(phrases.figure_words(frame), place.figures, strict=True):
        _write(surface, value, spot, theme.ink)
    *scheme, news = phrases.header_lines(frame, place.lines[0].characters, len(place.lines))
    for line, spot in zip(scheme, place.lines, strict=False):
        _write(surface, line, spot, theme.ink)
    _write(surface, news, place.lines[len(scheme)], theme.alarm if frame.closed else theme.muted)
    _fill_bar(surface, place.progress, round(1000 * progress(frame)), theme.muted, theme)


def _draw_reps(surface: "Surface", frame: Frame, stage: _Stage) -> None:
    theme = stage.theme
    for rep, (tile, filled) in enumerate(zip(stage.layout.tiles, bars(frame), strict=True)):
        _write(surface, phrases.rep_words(frame, rep, narrow=tile.narrow), tile.note, theme.muted, right=True)
        if filled is None:
            continue
        for label, name in zip(tile.labels, phrases.BAR_NAMES, strict=False):
            _write(surface, name, label, theme.muted)
        strain, motivation, *ends = filled
        _fill_bar(surface, tile.strain, strain, theme.strain, theme)
        _fill_bar(surface, tile.motivation, motivation, theme.motivation, theme)
        _fill_box(surface, tile.conduct, theme.track, 0)
        for end, colour in zip(reversed(ends), reversed(theme.conduct), strict=True):
            _fill_box(surface, tile.conduct._replace(width=round(end / 1000 * tile.conduct.width)), colour, 0)


def _fill_bar(surface: "Surface", box: Box, per_mille: int, colour: str, theme: Theme) -> None:
    _fill_box(surface, box, theme.track, 2)
    _fill_box(surface, box._replace(width=round(per_mille / 1000 * box.width)), colour, 2)


def _draw_legend(stage: _Stage) -> None:
    theme, empty = stage.theme, stage.empty
    classes = {"detractor": theme.detractor, "passive": theme.passive, "promoter": theme.promoter}
    for mark in stage.layout.legend:
        if mark.sign in classes:
            low, high = (np.array(rgb(end)) for end in classes[mark.sign])
            for x in range(mark.width):
                empty.fill((low + x / (mark.width - 1) * (high - low)).astype(int), (mark.x + x, mark.y - 9, 1, 10))
        elif mark.sign in ("vacant", "wronged"):
            sprite = _dot_sprites(5.0, theme)[VACANT if mark.sign == "vacant" else WRONGED]
            empty.blit(sprite, (mark.x, mark.y - 4 - sprite.get_height() // 2))
        elif mark.sign:
            group = mark.sign.removeprefix("conduct-")
            colour = theme.conduct[int(group)] if group.isdigit() else getattr(theme, mark.sign)
            _fill_box(empty, Box(mark.x, mark.y - 8, mark.width, 8), colour, 0)
        _write(empty, mark.label, mark.words, theme.muted if mark.sign else theme.ink)


def _dot_sprites(radius: float, theme: Theme) -> "list[Surface]":
    """A dot in each shade, a faint ring where nobody is, a cross where somebody left wronged."""
    pygame = load_pygame()
    size = 2 * (int(radius) + 1)
    middle, wide = size * _FINE / 2.0, max(1.0, radius / 5.0) * _FINE

    def disc(surface: "Surface", colour: str, ring: bool) -> None:
        pygame.draw.circle(surface, colour, (middle, middle), radius * _FINE, round(wide) if ring else 0)

    def cross(surface: "Surface") -> None:
        reach, half = 0.72 * radius * _FINE, 0.6 * wide
        for turn in (1, -1):
            corners = [(-reach - half, -reach + half), (-reach + half, -reach - half)]
            corners += [(-x, -y) for x, y in corners]
            pygame.draw.polygon(surface, theme.wronged, [(middle + x, middle + turn * y) for x, y in corners])

    draws: list[Callable[[Surface], None]] = [lambda s, c=c: disc(s, c, False) for c in shades(theme)]  # type: ignore[misc]
    draws += [lambda s: disc(s, theme.vacant, True), cross]
    return [_smooth(size, size, one) for one in draws]


def _fill_box(surface: "Surface", box: Box, colour: str, corner: int) -> None:
    """A filled rectangle with smooth round corners."""
    if box.width <= 0:
        return
    if corner == 0 or box.width < 2 * corner:
        surface.fill(colour, box)
    else:
        surface.blit(_rounded(box.width, box.height, colour, corner), box[:2])


@lru_cache(maxsize=1024)
def _rounded(width: int, height: int, colour: str, corner: int) -> "Surface":
    pygame = load_pygame()
    if width > 64 + 2 * corner:  # only the ends need to be smooth
        ends = _rounded(2 * corner + 2, height, colour, corner)
        surface: Surface = pygame.Surface((width, height), pygame.SRCALPHA)
        surface.fill(colour)
        for x, source in ((0, 0), (width - corner, corner + 2)):
            surface.fill((0, 0, 0, 0), (x, 0, corner, height))
            surface.blit(ends, (x, 0), (source, 0, corner, height))
        return surface
    radius = corner * _FINE
    return _smooth(width, height, lambda s: pygame.draw.rect(s, colour, s.get_rect(), border_radius=radius))


def _smooth(width: int, height: int, draw_on: "Callable[[Surface], object]") -> "Surface":
    """Draw large on nothing, and shrink; the colour does not change towards the edge, only how much of it there is."""
    pygame = load_pygame()
    large = pygame.Surface((width * _FINE, height * _FINE), pygame.SRCALPHA)
    draw_on(large)
    inked = pygame.surfarray.pixels_alpha(large) > 0
    colours = pygame.surfarray.pixels3d(large)
    colours[~inked] = colours[inked].mean(axis=0) if inked.any() else 0
    del colours, inked
    small: Surface = pygame.transform.smoothscale(large, (width, height))
    return small


def _write(surface: "Surface", text: str, spot: Words, colour: str, *, right: bool = False) -> None:
    if not text:
        return
    line = _line(phrases.shortened(text, spot.characters), spot.size, colour)
    x = spot.x - line.get_width() if right else spot.x
    surface.blit(line, (x, spot.y - round(_font(_SHARP * spot.size).get_ascent() / _SHARP)))


@lru_cache(maxsize=512)
def _line(text: str, size: int, colour: str) -> "Surface":
    """A line of text, set large and shrunk: at small sizes the typeface's own grid would space it out."""
    pygame = load_pygame()
    large = _font(_SHARP * size).render(text, True, colour)
    small: Surface = pygame.transform.smoothscale(
        large, (-(-large.get_width() // _SHARP), large.get_height() // _SHARP)
    )
    return small


@lru_cache(maxsize=16)
def _font(size: int) -> "Font":
    """The typeface that comes with pygame, so that pictures are alike on all machines."""
    pygame = load_pygame()
    folder = os.path.dirname(str(pygame.__file__))
    font: Font = pygame.font.Font(os.path.join(folder, pygame.font.get_default_font()), size)
    return font
