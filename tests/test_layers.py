"""The import layers that pyproject.toml declares, and that a mistake in them is noticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).with_name("lint-imports")


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    command = [LINT, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("incentive_env", "agents"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("incentive_env/model/pay.py", "from incentive_env.envs import single", "Layers of incentive_env"),
        ("agents/jobs/local.py", "def late():\n    from agents.benchmark import suite", "Layers of agents"),
        ("incentive_env/cli/play.py", "from agents import provenance", "imports neither the agents nor"),
        ("incentive_env/floors/batch.py", "import torch", "no learning or drawing library"),
        ("incentive_env/config/fields.py", "from incentive_env.config import tree", "No two modules or rooms"),
    ],
)
def test_a_wrong_import_is_refused(checkout, module, line, broken):
    with (checkout / module).open("a") as file:
        file.write(f"\n\n{line}\n")
    done = _lint(checkout)
    assert done.returncode == 1
    refused = [text for text in done.stdout.splitlines() if text.endswith("BROKEN")]
    assert any(broken in text for text in refused), done.stdout


def test_the_layers_are_kept():
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout
