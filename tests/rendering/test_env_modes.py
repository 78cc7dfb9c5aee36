"""Looking at the environment: a window, a film of an episode, and nothing that changes by being looked at."""

import copy
import warnings

import gymnasium as gym
import imageio_ffmpeg
import numpy as np
import pygame
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.wrappers import RecordVideo
from worlds import N_LEVERS, SMALL

from incentive_env import SalesFloorEnv
from incentive_env.rendering import frame_of
from incentive_env.rendering.picture import picture

EPISODE = SMALL["horizon.decisions"]


@pytest.fixture
def quick(monkeypatch):
    """A screen that nobody sees, and frames that need not be looked at for long."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setitem(SalesFloorEnv.metadata, "render_fps", 1000)
    yield
    pygame.display.quit()


def _bits(small, mode):
    env = SalesFloorEnv(small, render_mode=mode)
    env.action_space.seed(3)
    trace = [env.reset(seed=5)[0].tobytes()]
    for _ in range(EPISODE):
        env.render()
        report, reward, *_ = env.step(env.action_space.sample())
        trace += [report.tobytes(), reward]
    env.render()
    state = [array.tobytes() for array in env.floors.state.arrays]
    env.close()
    return trace, state


@pytest.mark.parametrize("mode", ["ansi", "rgb_array", "human"])
def test_looking_on_changes_no_bit(small, quick, mode):
    assert _bits(small, mode) == _bits(small, None)


def test_the_picture_is_of_the_opening_and_then_of_the_last_week(small):
    env = SalesFloorEnv(small, render_mode="rgb_array")
    env.reset(seed=5)
    assert np.array_equal(env.render(), picture(frame_of(env.floors)))
    env.step(np.zeros(N_LEVERS, np.float32))
    frame = frame_of(env.floors, env.last_period)
    assert frame.week == 4
    assert np.array_equal(env.render(), picture(frame))


@pytest.mark.parametrize("mode", ["ansi", "rgb_array", "human"])
def test_a_floor_that_was_never_opened_cannot_be_looked_at(small, mode):
    with pytest.raises(ResetNeeded, match="reset"):
        SalesFloorEnv(small, render_mode=mode).render()


def test_the_window_opens_with_the_floor_and_follows_each_step(small, quick):
    env = SalesFloorEnv(small, render_mode="human")
    assert not pygame.display.get_init()
    env.reset(seed=5)
    opening = pygame.surfarray.array3d(pygame.display.get_surface())
    env.step(np.zeros(N_LEVERS, np.float32))
    assert (pygame.surfarray.array3d(pygame.display.get_surface()) != opening).any()
    assert env.render() is None
    env.close()
    env.close()
    assert not pygame.display.get_init()


def test_the_window_shows_frames_at_the_pace_of_render_fps(small, quick, monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    monkeypatch.setitem(SalesFloorEnv.metadata, "render_fps", 4)
    env = SalesFloorEnv(small, render_mode="human")
    env.reset(seed=5)
    env.step(np.zeros(N_LEVERS, np.float32))
    env.close()
    assert pauses == [0.0, 0.25]


def test_closing_the_window_ends_the_showing_and_not_the_episode(small, quick):
    env = SalesFloorEnv(small, render_mode="human")
    env.reset(seed=5)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    for _ in range(EPISODE):
        env.step(np.zeros(N_LEVERS, np.float32))
    assert not pygame.display.get_init()
    env.reset()
    assert not pygame.display.get_init()
    env.close()


def test_a_window_that_another_environment_closed_is_opened_again(small, quick):
    mine, theirs = (SalesFloorEnv(small, render_mode="human") for _ in range(2))
    mine.reset(seed=5)
    theirs.reset(seed=6)
    theirs.close()
    mine.step(np.zeros(N_LEVERS, np.float32))
    assert pygame.display.get_init()
    mine.close()


def test_an_environment_with_a_window_can_be_copied(small, quick):
    env = SalesFloorEnv(small, render_mode="human")
    env.reset(seed=5)
    twin, action = copy.deepcopy(env), np.zeros(N_LEVERS, np.float32)
    np.testing.assert_equal(env.step(action), twin.step(action))
    env.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # moviepy's own
def test_record_video_films_an_episode(tmp_path):
    env = gym.make("incentive_env/Telesales-v1", render_mode="rgb_array", **SMALL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        env = RecordVideo(env, str(tmp_path))
    env.reset(seed=5)
    shape = env.unwrapped.render().shape
    for _ in range(EPISODE):
        env.step(env.action_space.sample())
    env.close()
    (film,) = tmp_path.glob("*.mp4")
    reader = imageio_ffmpeg.read_frames(str(film))
    about = next(reader)
    assert about["size"] == (shape[1], shape[0])
    assert about["fps"] == SalesFloorEnv.metadata["render_fps"]
    frames = list(reader)
    assert len(frames) == EPISODE + 1
    assert len(set(frames)) == EPISODE + 1
