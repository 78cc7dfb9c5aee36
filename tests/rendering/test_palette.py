"""Classes of loyalty are exact, and those who do not see all colours tell them apart."""

from itertools import combinations, product

import numpy as np
import pytest

from incentive_env.rendering.palette import (
    DETRACTORS,
    PASSIVES,
    THEMES,
    VACANT,
    WRONGED,
    rgb,
    shades,
    slot_codes,
)

# How protanopes, deuteranopes and tritanopes see linear red, green and blue (Machado, Oliveira & Fernandes 2009).
SIGHTS = {
    "all colours": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
every_sight = pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS)


def _linear(colour: str) -> np.ndarray:
    parts = np.array(rgb(colour)) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _difference(one: str, other: str, sight: object) -> float:
    """CIE 1976 colour difference; about 2 is just seen."""
    labs = []
    for colour in (one, other):
        xyz = TO_XYZ @ np.clip(np.array(sight) @ _linear(colour), 0, 1) / np.array([0.9505, 1.0, 1.089])
        x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        labs.append((116 * y - 16, 500 * (x - y), 200 * (y - z)))
    return float(np.linalg.norm(np.subtract(*labs)))


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted(float(TO_XYZ[1] @ _linear(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@every_theme
@every_sight
def test_classes_of_loyalty_are_told_apart(theme, sight):
    colours = shades(theme)
    ends = (DETRACTORS, DETRACTORS + PASSIVES)
    classes = colours[: ends[0]], colours[ends[0] : ends[1]], colours[ends[1] :]
    for one, other in combinations(classes, 2):
        assert min(_difference(*pair, sight) for pair in product(one, other)) > 25


@every_theme
@every_sight
def test_stretches_and_bars_are_told_apart(theme, sight):
    pairs = [*combinations(theme.conduct, 2), (theme.strain, theme.motivation)]
    assert min(_difference(*pair, sight) for pair in pairs) > 18


@every_theme
def test_words_are_readable_on_the_page_and_on_tiles(theme):
    for colour, ground in product((theme.ink, theme.muted, theme.alarm), (theme.page, theme.tile)):
        assert _contrast(colour, ground) > 4.5


def test_a_customer_changes_colour_exactly_where_the_class_changes():
    just_below = np.nextafter([6.5, 8.5], 0)
    codes = slot_codes(
        np.array([[-3.0, just_below[0], 6.5, just_below[1], 8.5, 13.0]]), np.zeros((1, 6), bool), 6.5, 8.5
    )
    assert codes.tolist() == [
        [0, DETRACTORS - 1, DETRACTORS, DETRACTORS + PASSIVES - 1, DETRACTORS + PASSIVES, VACANT - 1]
    ]


def test_an_empty_slot_shows_whether_somebody_left_it_wronged():
    codes = slot_codes(np.array([[np.nan, np.nan, 7.0]]), np.array([[False, True, False]]), 6.5, 8.5)
    assert codes[0, :2].tolist() == [VACANT, WRONGED]
    assert codes[0, 2] < VACANT


def test_more_loyalty_is_never_a_lower_shade():
    loyalty = np.linspace(-1, 13, 500)[None]
    codes = slot_codes(loyalty, np.zeros(loyalty.shape, bool), 6.5, 8.5)[0].astype(int)
    assert (np.diff(codes) >= 0).all()
    assert set(codes) == set(range(VACANT))
