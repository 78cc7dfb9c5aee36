"""The page on offline data: its examples run, the scripts take its commands, its figures are the file's."""

import importlib
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from agents.offline.behaviours import behaviour_set
from agents.offline.collection import collect
from agents.offline.datasets import recording_env, write_dataset
from agents.offline.page import with_study

pytest.importorskip("minari")
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "offline.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs(small, tmp_path, monkeypatch, capsys):
    episodes = collect(small, "loyalty", behaviour_set("mixed", small), 2)
    write_dataset("incentive_env/telesales/mixed-v0", episodes, recording_env(small, small, "loyalty"), root=tmp_path)
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(block, "offline.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[1:] == ["flat_salary", "telesales loyalty"]


def test_the_commands_of_the_page_are_taken_by_the_scripts(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    commands = re.findall(r"python scripts/(collect|offline)\.py ([^\n`#]+)", PAGE)
    assert len(commands) >= 6
    for script, arguments in commands:
        words = shlex.split(arguments)
        command = get_command(importlib.import_module(script).main)
        if script == "offline":
            command, words = command.commands[words[0]], words[1:] or ["docs/results/offline.json"]
        command.make_context(script, words)  # raises where an option is unknown or a value is not allowed


def test_the_figures_of_the_page_are_those_of_the_results():
    study = json.loads((ROOT / "docs" / "results" / "offline.json").read_text(encoding="utf-8"))
    assert with_study(PAGE, study) == PAGE
    assert all(found["replayed"] == found["decisions"] for found in study["datasets"].values())
