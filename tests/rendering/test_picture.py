"""The picture shows what the frame says, anywhere, display or none; pygame is loaded for it and for nothing else."""

import subprocess
import sys

import numpy as np
import pygame
import pytest
from gymnasium.error import DependencyNotInstalled
from worlds import SMALL

from incentive_env import SalesFloorEnv
from incentive_env.rendering import picture as module
from incentive_env.rendering.layout import layout
from incentive_env.rendering.palette import THEMES, VACANT, rgb, shades, slot_codes
from incentive_env.rendering.phrases import FIGURE_NAMES, figure_words
from incentive_env.rendering.picture import picture

every_theme = pytest.mark.parametrize("theme", list(THEMES))


@every_theme
def test_every_customer_has_the_colour_of_their_loyalty(frames, theme):
    frame = frames[-1]
    drawn = picture(frame, theme=theme)
    place, colours = layout(*frame.customers.shape), shades(THEMES[theme])
    assert drawn.shape == (place.height, place.width, 3)
    assert drawn.dtype == np.uint8
    codes = slot_codes(frame.customers, frame.left_wronged, 6.5, 8.5)
    ground = rgb(THEMES[theme].tile)
    for tile, row in zip(place.tiles, codes, strict=True):
        for (x, y), code in zip(tile.dots, row, strict=True):
            seen = drawn[int(y), int(x)].astype(int)
            wanted = THEMES[theme].wronged if code > VACANT else None if code == VACANT else colours[code]
            assert np.abs(seen - (ground if wanted is None else rgb(wanted))).max() <= 2


def test_bars_are_as_long_as_their_values(floor_of):
    strain, done = np.array([0.0, 0.75]), np.array([3.0, 0.0])
    gamed = np.zeros((2, 9))
    gamed[0, 4] = 1.0  # a refusal that went on file as a call-back: of four cases the last
    frame = floor_of(strain=strain, clean=done, gamed=gamed)
    drawn, theme = picture(frame), THEMES["light"]
    idle, strained = layout(2, 3).tiles

    def length(bar, colour):
        row = drawn[bar.y + bar.height // 2, bar.x : bar.x + bar.width]
        return (row == rgb(colour)).all(axis=1).sum() / bar.width

    assert length(idle.strain, theme.strain) == 0
    assert length(strained.strain, theme.strain) == pytest.approx(0.5, abs=0.02)
    assert length(idle.conduct, theme.conduct[0]) == pytest.approx(0.75, abs=0.01)
    assert length(idle.conduct, theme.conduct[3]) == pytest.approx(0.25, abs=0.01)
    assert length(strained.conduct, theme.track) == 1


def test_an_empty_seat_has_no_bars(floor_of):
    drawn, bar = picture(floor_of(present=[True, False])), layout(2, 3).tiles[1].strain
    assert (drawn[bar.y : bar.y + bar.height, bar.x : bar.x + bar.width] == rgb(THEMES["light"].tile)).all()


@pytest.mark.parametrize("width", [720, 1200])
def test_words_stay_in_the_room_that_they_have(frames, width):
    place = layout(*frames[0].customers.shape, width)
    labels = [*zip(place.figure_labels, FIGURE_NAMES, strict=True)]
    for frame in frames:
        labels += zip(place.figures, figure_words(frame), strict=True)
    labels += [(mark.words, mark.label) for mark in place.legend]
    for spot, text in labels:
        assert len(text) <= spot.characters
        room = spot.characters * spot.size * 0.56 + spot.size
        assert module._line(text, spot.size, "#000000").get_width() <= room


def test_one_frame_is_one_picture_and_the_next_another(frames):
    assert np.array_equal(picture(frames[5]), picture(frames[5]))
    assert not np.array_equal(picture(frames[5]), picture(frames[6]))


def test_pictures_go_on_when_somebody_else_shuts_pygame_down(frames):
    before = picture(frames[5])
    pygame.quit()
    module._line.cache_clear()
    assert np.array_equal(picture(frames[5]), before)


@pytest.mark.parametrize(("reps", "slots"), [(1, 1), (60, 200)])
def test_a_floor_of_any_size_is_drawn(floor_of, reps, slots):
    assert picture(floor_of(reps=reps, slots=slots)).std() > 1


@pytest.mark.parametrize(
    ("arguments", "says"), [({"theme": "lihgt"}, "'lihgt'.*light, dark"), ({"width": 10}, "width = 10")]
)
def test_a_picture_that_cannot_be_is_an_error(frames, arguments, says):
    with pytest.raises(ValueError, match=says):
        picture(frames[0], **arguments)


def test_without_pygame_the_error_says_what_to_install(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygame", None)
    for mode in ("rgb_array", "human"):
        env = SalesFloorEnv(small, render_mode=mode)  # no error yet: stable-baselines3 always asks for rgb_array
        look = env.reset if mode == "human" else env.render
        if mode == "rgb_array":
            env.reset(seed=1)
        with pytest.raises(DependencyNotInstalled, match=r"pip install 'incentive-env\[render\]'"):
            look()


def test_pygame_is_loaded_for_a_picture_only_and_opens_no_display():
    script = f"""
import sys, incentive_env
for mode in (None, "ansi", "rgb_array"):
    env = incentive_env.SalesFloorEnv(render_mode=mode, **{dict(SMALL)})
    env.reset(seed=1)
    if mode != "rgb_array":
        env.render()
        assert "pygame" not in sys.modules, mode
assert env.render().ndim == 3
assert not sys.modules["pygame"].display.get_init()
"""
    bare = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}  # no DISPLAY, no SDL_VIDEODRIVER
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=bare, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""  # nor does pygame greet
