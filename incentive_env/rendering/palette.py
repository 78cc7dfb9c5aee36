"""Colours, for light and dark: those who do not see all colours tell them apart too.

Loyalty runs from orange over grey to blue, with a step where a detractor ends and a promoter begins: two hues that
every common form of colour blindness keeps apart.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Shades of loyalty in each class, from the least loyal on; then what a slot without a customer shows.
DETRACTORS, PASSIVES, PROMOTERS = 9, 4, 7
SHADES = DETRACTORS + PASSIVES + PROMOTERS
VACANT, WRONGED = SHADES, SHADES + 1

_LOWEST, _HIGHEST = 3.0, 10.5  # loyalty of the deepest shades; few customers lie beyond


class Theme(NamedTuple):
    """Colours as ``#rrggbb``; loyalty by class as (its lower end, its upper end)."""

    page: str
    tile: str
    edge: str  # of a tile
    ink: str
    muted: str  # lesser words
    track: str  # of a bar
    vacant: str  # ring
    wronged: str  # cross
    detractor: tuple[str, str]
    passive: tuple[str, str]
    promoter: tuple[str, str]
    strain: str
    motivation: str
    conduct: tuple[str, str, str, str, str]  # clean, and the groups of `incentive_env.rendering.frame.CONDUCT`
    alarm: str  # the floor is closed


THEMES: dict[str, Theme] = {
    "light": Theme(
        page="#f3f4f6", tile="#ffffff", edge="#dfe2e7", ink="#1c2530", muted="#5f6b7a", track="#e6e9ed",
        vacant="#d3d8de", wronged="#1c2530",
        detractor=("#8f2d00", "#f0913f"), passive=("#d0cdc8", "#bcc5ce"), promoter=("#66a9e0", "#0a4f94"),
        strain="#7a2350", motivation="#2a9d88",
        conduct=("#ccd5df", "#5b2a86", "#b8245f", "#e8b90c", "#2196a0"), alarm="#b3261e",
    ),
    "dark": Theme(
        page="#0f1419", tile="#19212a", edge="#26303b", ink="#e8edf2", muted="#97a4b2", track="#2b3642",
        vacant="#35414d", wronged="#f4f6f8",
        detractor=("#ff5a1f", "#f0a35f"), passive=("#7c7a78", "#7d8894"), promoter=("#5aa9e6", "#9fd3ff"),
        strain="#ec9dc0", motivation="#2a9580",
        conduct=("#465261", "#a06cd5", "#ee5a96", "#f2cf3b", "#4fdcd8"), alarm="#ff8a80",
    ),
}  # fmt: skip


def slot_codes(
    loyalty: NDArray[np.floating], left_wronged: NDArray[np.bool_], detractor_below: float, promoter_from: float
) -> NDArray[np.uint8]:
    """What each slot shows: a shade of loyalty, from 0 for the least on, or `VACANT`, or `WRONGED`; same shape.

    The class of a customer is exact; within it loyalty is rounded.
    """
    known = np.nan_to_num(loyalty, nan=0.0)
    codes = np.where(
        known < detractor_below,
        _step(known, _LOWEST, detractor_below, DETRACTORS),
        np.where(
            known < promoter_from,
            DETRACTORS + _step(known, detractor_below, promoter_from, PASSIVES),
            DETRACTORS + PASSIVES + _step(known, promoter_from, _HIGHEST, PROMOTERS),
        ),
    )
    codes = np.where(np.isnan(loyalty), np.where(left_wronged, WRONGED, VACANT), codes)
    return codes.astype(np.uint8)


def shades(theme: Theme) -> list[str]:
    """Colour of each shade of loyalty, as ``#rrggbb``."""
    classes = ((theme.detractor, DETRACTORS), (theme.passive, PASSIVES), (theme.promoter, PROMOTERS))
    return [_between(*ends, place / (count - 1)) for ends, count in classes for place in range(count)]


def flat_colours(theme: Theme, steps: int = 3) -> list[str]:
    """All colours of a picture, for formats that hold few: those of the theme, and on the way from each to its ground.

    Args:
        theme: of the picture.
        steps: from a colour to that of a tile, and of the page for words.
    """
    words = [theme.ink, theme.muted, theme.alarm]
    things = [*shades(theme), theme.vacant, theme.wronged, *words, theme.track, theme.edge]
    bars = [theme.page, theme.tile, theme.strain, theme.motivation, *theme.conduct]
    mixed = [_between(colour, theme.tile, step / steps) for colour in things for step in range(1, steps)]
    mixed += [_between(colour, theme.page, step / steps) for colour in words for step in range(1, steps)]
    return list(dict.fromkeys([*things, *bars, *mixed]))


def rgb(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as numbers 0 … 255."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue


def _step(values: NDArray[np.floating], low: float, high: float, count: int) -> NDArray[np.int64]:
    share = (values - low) / max(high - low, 1e-9)
    steps: NDArray[np.int64] = np.clip(np.floor(share * count), 0, count - 1).astype(np.int64)
    return steps


def _between(low: str, high: str, share: float) -> str:
    mixed = (round(a + share * (b - a)) for a, b in zip(rgb(low), rgb(high), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
