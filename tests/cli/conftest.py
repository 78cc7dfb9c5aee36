"""Commands are run in this process: as quick as a function call, and coverage sees them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result
from worlds import SMALL

from incentive_env.cli.commands import app

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line from an empty folder: ``run("simulate", "--floors", 2)``."""
    monkeypatch.chdir(tmp_path)

    def start(*arguments: object, columns: int | None = None) -> Result:
        environment = {"COLUMNS": str(columns)} if columns else None
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)

    return start


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    """The name of a file with the small scenario of the tests."""
    tree: dict[str, Any] = {"extends": "telesales", "name": "tiny"}
    for key, value in SMALL.items():
        section, name = key.split(".")
        tree.setdefault(section, {})[name] = value
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    return "tiny.yaml"


@pytest.fixture
def refused(run: Run, tmp_path: Path) -> Callable[..., str]:
    """Run a command that must refuse: exit code 2, one error, no traceback, nothing on disk. Gives the error."""

    def start(*arguments: object) -> str:
        before = sorted(tmp_path.rglob("*"))
        result = run(*arguments)
        assert result.exit_code == 2, (result.exception, result.output)
        assert isinstance(result.exception, SystemExit)
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("error: ") == 1
        assert sorted(tmp_path.rglob("*")) == before
        return result.stderr.removeprefix("error: ").rstrip("\n")

    return start
