"""Sweeps of a few short cells, and the command that runs them."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result
from worlds import SMALL

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "maintain")]  # as if a script there had been started

Sweep = Callable[..., Result]


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sweep:
    """Write a sweep and run it in this process: ``sweep({...}, "--store", "out")``."""
    monkeypatch.chdir(tmp_path)

    def start(content: Any, *arguments: object) -> Result:
        file = content
        if isinstance(content, dict):
            file = Path("mine.yaml")
            file.write_text(yaml.safe_dump(content, sort_keys=False))
        command = importlib.import_module("sweep").main
        return CliRunner().invoke(command, [str(file), *map(str, arguments)])

    return start


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    """The path of a scenario of a few milliseconds."""
    tree: dict[str, Any] = {"extends": "telesales", "name": "tiny"}
    for key, value in SMALL.items():
        section, name = key.split(".")
        tree.setdefault(section, {})[name] = value
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(tree))
    return str(path)
