"""Scripts are run in this process: as quick as a function call, and coverage sees them."""

import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result
from worlds import SMALL

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "maintain")]  # as if a script there had been started

TRAINING = {
    "total_timesteps": 24, "num_envs": 4, "checkpoint_every": 12,
    "hyper_parameters": {"n_steps": 3, "batch_size": 6, "n_epochs": 1}, "policy": {"net_arch": [8]},
}  # fmt: skip

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a script from an empty folder: ``run("evaluate", "flat_salary", "--floors", 4)``."""
    monkeypatch.chdir(tmp_path)

    def start(script: str, *arguments: object) -> Result:
        command = importlib.import_module(script).main
        return CliRunner().invoke(command, [str(argument) for argument in arguments])

    return start


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A file with the small scenario of the tests."""
    tree: dict[str, Any] = {"extends": "telesales", "name": "tiny"}
    for key, value in SMALL.items():
        section, name = key.split(".")
        tree.setdefault(section, {})[name] = value
    return written(tmp_path / "tiny.yaml", tree)


@pytest.fixture
def training(tmp_path: Path) -> Path:
    """A file with two short updates of PPO."""
    return written(tmp_path / "quick.yaml", TRAINING)


def written(path: Path, tree: object) -> Path:
    path.write_text(tree if isinstance(tree, str) else yaml.safe_dump(tree), encoding="utf-8")
    return path


@pytest.fixture
def refused(run: Run, tmp_path: Path) -> Callable[..., str]:
    """Run a script that must refuse: exit code 2, one error, no traceback, nothing on disk. Gives the error."""

    def start(*arguments: object) -> str:
        before = _files(tmp_path)
        result = run(*arguments)
        assert result.exit_code == 2, (result.exception, result.output)
        assert isinstance(result.exception, SystemExit)
        lines = result.stderr.splitlines()
        assert [line.startswith("error: ") for line in lines].count(True) == 1, lines
        assert lines[0].startswith("error: ")
        assert "Traceback" not in result.output
        assert _files(tmp_path) == before
        return result.stderr.removeprefix("error: ").rstrip("\n")

    return start


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.rglob("*"))
