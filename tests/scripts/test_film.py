"""scripts/film.py: what it writes, and one clear line for each mistake."""

import sys

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from incentive_env.policies import load_policy
from incentive_env.rendering import film
from incentive_env.rendering.picture import picture

WEEKS = 3 * 4
HARSH = ("--config", "tiny.yaml", "--policy", "quota_with_threat", "--seed", 5)


def test_a_png_is_the_last_frame(run, scenario, tmp_path, small):
    result = run("film", *HARSH, "--weeks", 5, "--theme", "dark", "--out", "new/floor.png")
    assert result.exit_code == 0, result.output
    assert result.output == "5 weeks of tiny under quota_with_threat, seed 5, written to new/floor.png\n"
    frames = film(small, load_policy("quota_with_threat", small), 5, 5)
    wanted = picture(frames[-1]._replace(scenario="tiny"), theme="dark")
    assert np.array_equal(Image.open(tmp_path / "new" / "floor.png"), wanted)


def test_a_gif_holds_each_nth_week_and_the_last_in_faithful_colours(run, scenario, tmp_path, small):
    last = picture(film(small, load_policy("quota_with_threat", small), 5)[-1]._replace(scenario="tiny"), 800)
    assert run("film", *HARSH, "--every", 5, "--fps", 5, "--width", 800, "--out", "floor.gif").exit_code == 0
    with Image.open(tmp_path / "floor.gif") as gif:
        assert gif.n_frames == WEEKS // 5 + 2  # the opening, weeks 5 and 10, and 12
        assert gif.info["duration"] == 200
        gif.seek(gif.n_frames - 1)
        assert gif.info["duration"] == 2000
        shown = np.asarray(gif.convert("RGB")).astype(int)
    assert shown.shape == last.shape
    differs = np.abs(shown - last).max(axis=2)
    assert (differs == 0).mean() > 0.9  # all but the edges of letters and dots
    assert np.percentile(differs, 99) < 40


def test_an_mp4_plays_at_the_pace_asked_for_and_stays_on_the_last_frame(run, scenario, tmp_path, small):
    wanted = picture(film(small, load_policy("quota_with_threat", small), 5, 4)[-1]._replace(scenario="tiny"), 800)
    assert run("film", *HARSH, "--weeks", 4, "--fps", 2, "--width", 800, "--out", "floor.mp4").exit_code == 0
    reader = imageio_ffmpeg.read_frames(str(tmp_path / "floor.mp4"))
    about = next(reader)
    assert (about["size"], about["fps"]) == (wanted.shape[1::-1], 2)
    frames = list(reader)
    assert len(frames) == 1 + 4 + 3  # the last for two seconds
    assert len(set(frames[:5])) == 5
    shown = np.frombuffer(frames[-1], np.uint8).reshape(wanted.shape).astype(int)
    assert np.abs(shown - wanted).mean() < 4  # as good as a video is


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--out", "floor.avi"), "--out floor.avi: must end in .gif, .png, .mp4"),
        (("--out", "floor.gif", "--policy", "quota_with_treat"), "nearest valid name: quota_with_threat"),
        (("--out", "floor.gif", "--config", "telesails"), "nearest valid name: telesales"),
        (("--out", "tiny.yaml/floor.gif"), "tiny.yaml is not a folder"),
    ],
)
def test_a_film_that_cannot_be_made_is_one_clear_line(refused, scenario, arguments, says):
    assert says in refused("film", *arguments)


@pytest.mark.parametrize(
    ("missing", "out", "remedy"),
    [("pygame", "floor.gif", "pip install 'incentive-env[render]'"), ("imageio_ffmpeg", "floor.mp4", "make setup")],
)
def test_what_is_not_installed_is_named_before_any_work(refused, monkeypatch, missing, out, remedy):
    monkeypatch.setitem(sys.modules, missing, None)
    assert refused("film", "--out", out) == f"{missing} is not installed, run `{remedy}`"


def test_a_film_that_is_cut_short_leaves_nothing_behind(run, scenario, tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("film.picture", fail)
    run("film", *HARSH, "--weeks", 1, "--out", "floor.gif")
    assert sorted(tmp_path.iterdir()) == before
