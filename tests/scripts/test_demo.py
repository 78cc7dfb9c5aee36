"""The main job: quickly on a small floor, and slowly as a user runs it."""

import json
from pathlib import Path

import demo
import pytest
from worlds import small_config

import agents.loading
from agents.algorithms.training import PPOPlan
from agents.registry import NAMES
from agents.studies import pictures

ROWS = ["PPO on conversion", "PPO on loyalty", *NAMES]
PNG = b"\x89PNG\r\n\x1a\n"


class InThisProcess:
    """A pool whose workers are this process, so that they see the small floor."""

    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    map = staticmethod(map)


USUAL = {"total_timesteps": demo.DECISIONS}  # too many for a test


@pytest.fixture
def small_demo(monkeypatch, training):
    plan = agents.loading.load("training", training)
    monkeypatch.setattr(
        agents.loading, "load", lambda kind, name, changes: plan.model_copy(update=changes if changes != USUAL else {})
    )
    monkeypatch.setattr(demo, "load_config", lambda _: small_config())
    monkeypatch.setattr(demo, "ProcessPoolExecutor", InThisProcess)
    assert isinstance(plan, PPOPlan)
    return plan


def _checked_rows(folder: Path, floors: int) -> list[dict]:
    rows = json.loads((folder / "results.json").read_text())
    assert [row["policy"] for row in rows] == ROWS
    assert [row["trained_on"] for row in rows] == ["conversion", "loyalty", *[None] * len(NAMES)]
    assert {row["floors"] for row in rows} == {floors}
    assert (folder / "demo.png").read_bytes().startswith(PNG)
    assert sorted(path.name.rsplit("-", 1)[0] for path in folder.iterdir()) == [
        "demo.png",
        "ppo-conversion",
        "ppo-loyalty",
        "results.json",
    ]
    return rows


def test_it_trains_compares_prints_and_draws(run, small_demo):
    result = run("demo", "--out", "out", "--floors", 3)
    assert result.exit_code == 0, result.output
    rows = _checked_rows(Path("out"), 3)
    for row in rows[:2]:
        assert f"{row['policy']}: recorded conversion {row['conversion_gain']:+.3f} and loyalty" in result.output
    assert "results: out/results.json   picture: out/demo.png" in result.output


def test_a_second_run_finds_the_managers_trained(run, small_demo, monkeypatch):
    monkeypatch.setattr(pictures, "draw_story", lambda *arguments: arguments[-1].write_bytes(PNG))
    assert run("demo", "--out", "out", "--floors", 2, "--timesteps", 12).exit_code == 0
    first = _newest("out")
    result = run("demo", "--out", "out", "--floors", 2, "--timesteps", 12)
    assert result.exit_code == 0, result.output
    assert _newest("out") == first
    assert run("demo", "--out", "out", "--floors", 2).exit_code == 0
    assert [name for name, _ in _newest("out")] == ["checkpoint-0000000024"] * 2


def _newest(out: str) -> list[tuple[str, bytes]]:
    newest = [sorted(Path(out).glob(f"ppo-{reward}-*/checkpoint-*"))[-1] for reward in ("conversion", "loyalty")]
    return [(path.name, (path / "model.zip").read_bytes()) for path in newest]


def test_a_place_below_a_file_is_refused(refused, small_demo, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert "file" in refused("demo", "--out", "file/out", "--floors", 2)


@pytest.mark.slow
def test_as_a_user_runs_it(run):
    """Two updates of each manager on the shipped floor, side by side in two processes."""
    result = run("demo", "--out", "out", "--floors", 2, "--timesteps", 2 * 26 * 128)
    assert result.exit_code == 0, result.output
    _checked_rows(Path("out"), 2)
