"""A new calibration becomes the default of the tree by one command, or nothing is written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import incentive_env

ROOT = Path(incentive_env.__file__).parents[1]
LOOK = """
import json
from incentive_env.config import Config
from incentive_env.config.schema import key_rows
print(json.dumps([Config().model_dump(), {row.key: row.source for row in key_rows()}]))
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the command reads and writes, in place of this checkout."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT / "incentive_env", copy / "incentive_env", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("docs/configuration.md", "pyproject.toml"):
        (copy / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, copy / file)
    monkeypatch.setattr("agents.studies.defaults.ROOT", copy)
    return copy


def _defaults(checkout: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The default tree, and the source of every number, as a new process sees them."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=checkout, env=environment, capture_output=True, check=True)
    values, sources = json.loads(done.stdout)
    return values, sources


def _set_by_hand(checkout: Path, key: str) -> None:
    """Say in the copy's source that a coefficient was set by hand."""
    name = key.partition(".")[2]
    for file in (checkout / "incentive_env/config").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        head, there, rest = text.partition(f"    {name}: float = number(")
        if there and 'fitted("direction: Deci' in rest[:300]:
            file.write_text(head + there + rest.replace("fitted(", "by_hand(", 1), encoding="utf-8")
            return
    raise AssertionError(f"{key}: not found")


def _files(checkout: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}


def test_applied_values_are_the_defaults_and_stand_on_the_page(run, checkout):
    _set_by_hand(checkout, "motivation.contingent")
    values, sources = _defaults(checkout)
    assert "set by hand" in sources["motivation.contingent"]
    new = {"decision": {"stake": 151.5}, "loyalty": {"level": 7}, "motivation": {"contingent": 0.0125}}
    Path("new.yaml").write_text(yaml.safe_dump(new), encoding="utf-8")
    result = run("calibrate", "apply", "new.yaml")
    assert result.exit_code == 0, result.output
    assert "UPDATE_GOLDEN=1" in result.output
    for section, numbers in new.items():
        values[section].update(numbers)
    fitted = "fitted jointly to the published facts"
    directed = f"{fitted}; direction: Deci, Koestner & Ryan 1999"
    changed = {"decision.stake": fitted, "loyalty.level": fitted, "motivation.contingent": directed}
    assert _defaults(checkout) == (values, {**sources, **changed})
    assert "| `decision.stake` | 151.5 |" in (checkout / "docs/configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "decision: {stak: 2}",
            "decision.stak: unknown key (set to 2 in new.yaml); nearest valid name: decision.stake",
        ),
        ("decision: {stake: -1, pride: 4}", "decision.stake = -1 in new.yaml: must be a number from 0 to 5000"),
        ("calls: {need: 3.0}", "new.yaml: calls.need: not a fitted coefficient"),
        ("extends: hard_market", "new.yaml: extends: not a fitted coefficient"),
        ("", "new.yaml: names no coefficient"),
    ],
)
def test_what_cannot_be_applied_is_refused_and_nothing_is_written(refused, checkout, content, message):
    Path("new.yaml").write_text(content, encoding="utf-8")
    before = _files(checkout)
    assert refused("calibrate", "apply", "new.yaml").startswith(message)
    assert _files(checkout) == before


def test_a_package_that_does_not_load_is_left_as_it_is(refused, checkout):
    schema = checkout / "incentive_env/config/schema.py"
    schema.write_text(schema.read_text(encoding="utf-8") + "\nraise RuntimeError('broken')\n", encoding="utf-8")
    Path("new.yaml").write_text("decision: {stake: 151.5}", encoding="utf-8")
    before = _files(checkout)
    assert (
        refused("calibrate", "apply", "new.yaml")
        == "the changed package does not work, nothing was written: RuntimeError: broken"
    )
    assert _files(checkout) == before
