"""Lessons run from a folder in which their relative paths lead where they do in the project's."""

import sys
from pathlib import Path

import pytest
from lessons import ROOT
from refresh import prepare

sys.path.insert(0, str(ROOT / "scripts"))  # as if a script there had been started
sys.path.insert(0, str(ROOT / "scripts" / "maintain"))
sys.path.insert(0, str(ROOT / "docs" / "hooks"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the project's configs and scripts, to run in; lines are as wide as in a file."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path
