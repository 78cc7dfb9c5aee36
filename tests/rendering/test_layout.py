"""The layout keeps everything apart and on the picture, for floors of any size."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from incentive_env.rendering.layout import LETTER, Box, layout

SIZES = [(1, 1), (3, 8), (4, 10), (12, 50), (60, 200), (7, 31), (1, 1000), (200, 1)]
WIDTHS = (720, 900, 1200, 1921)

any_floor = pytest.mark.parametrize(("reps", "slots"), SIZES)
any_width = pytest.mark.parametrize("width", WIDTHS)


def _inside(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def _apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@any_floor
@any_width
def test_tiles_are_on_the_picture_and_apart(reps, slots, width):
    place = layout(reps, slots, width)
    assert place.width == width - width % 2
    assert place.height % 2 == 0
    boxes = [tile.box for tile in place.tiles]
    assert len(boxes) == reps
    assert all(
        _inside(box, Box(0, place.lines[-1].y, place.width, place.legend[0].y - place.lines[-1].y)) for box in boxes
    )
    assert all(_apart(one, other) for one, other in combinations(boxes, 2))


@any_floor
@any_width
def test_bars_and_dots_are_in_their_tile_and_apart(reps, slots, width):
    place = layout(reps, slots, width)
    tile = place.tiles[-1]
    bars = [tile.strain, tile.motivation, tile.conduct]
    assert all(_inside(bar, tile.box) and bar.width > 20 for bar in bars)
    assert all(_apart(one, other) for one, other in pairwise(bars))
    dots = np.array(tile.dots)
    assert dots.shape == (slots, 2)
    assert dots[:, 1].min() - place.radius > tile.conduct.y + tile.conduct.height
    for x, y in (dots.min(axis=0) - place.radius, dots.max(axis=0) + place.radius):
        assert tile.box.x < x < tile.box.x + tile.box.width
        assert tile.box.y < y < tile.box.y + tile.box.height
    across = np.diff(np.unique(dots[:, 0]), prepend=-np.inf)
    down = np.diff(np.unique(dots[:, 1]), prepend=-np.inf)
    assert min(across.min(), down.min()) > 2 * place.radius


@any_width
def test_words_beside_one_another_do_not_touch(width):
    place = layout(12, 50, width)
    for row in ((place.title, *place.figures), (place.week, *place.figures), place.figure_labels):
        ends = [spot.x + spot.characters * spot.size * LETTER for spot in row]
        assert all(end <= following.x for end, following in zip(ends, row[1:], strict=False))
        assert ends[-1] <= place.width
    for mark, following in pairwise(place.legend):
        end = mark.words.x + len(mark.label) * mark.words.size * LETTER
        assert end <= place.width
        assert following.y > mark.y or following.x > end


def test_dots_grow_with_the_room_they_have():
    radii = [layout(*size).radius for size in ((60, 200), (12, 50), (4, 10))]
    assert radii == sorted(radii)
    assert layout(12, 50, 1600).radius > layout(12, 50, 800).radius


def test_the_floor_of_the_demo_is_a_grid_without_gaps():
    place = layout(12, 50)
    rows = {tile.box.y for tile in place.tiles}
    assert 12 % len(rows) == 0
    assert not place.tiles[0].narrow


@pytest.mark.parametrize("width", [719, 5000])
def test_a_width_that_is_out_of_range_is_an_error(width):
    with pytest.raises(ValueError, match=f"width = {width}: must be 720 to 4096"):
        layout(12, 50, width)
