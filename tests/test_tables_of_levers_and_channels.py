"""A row added to the tables of levers and channels is all that it takes: it is everywhere, or an error says what lacks.

The package is copied, rows are written into the copy as one would write them, and a process that runs the copy reports
where it has found them.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from incentive_env import Scheme, load_config
from incentive_env.config.channels import CHANNELS, Channel
from incentive_env.config.levers import LEVERS, Lever
from incentive_env.model.scheme import scheme_from_mapping

ROOT = Path(__file__).resolve().parents[1]
LEVER = """Lever(
        name="team_bonus", unit="€/team target met", low=0.0, high=80.0, neutral=10.0, most=500.0,
        meaning="pay for a target that is met", does="pays for the target itself", costs="the last calls are forced",
        phrase="€{:.0f} for a met target", decimals=0,
    ),
"""
CHANNEL = """Channel(
        name="hung_up", gamed="contact", choice="hang_up", audit="recording.rush_detectability",
        may="reps may hang up on callers", case="a caller was cut off", cases="callers cut off",
        group="steering, rushing", colour="#123456",
    ),
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package, to which a lever and a channel have been added."""
    folder = tmp_path_factory.mktemp("tables")
    shutil.copytree(ROOT / "incentive_env", folder / "incentive_env", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("agents", "configs", "docs"):
        (folder / name).symlink_to(ROOT / name)
    _add_row(folder, "levers", LEVER)
    _add_row(folder, "channels", CHANNEL)
    return folder


@pytest.fixture(scope="module")
def found(copy: Path) -> dict[str, bool]:
    """Whether the added rows were found, by place."""
    result = _run(copy, Path(__file__).with_name("places_of_rows.py").read_text(encoding="utf-8"))
    assert result.returncode == 0, result.stderr
    places: dict[str, bool] = json.loads(result.stdout.splitlines()[-1])
    return places


def test_added_rows_are_found_everywhere(found):
    assert len(found) > 25
    assert [place for place, there in found.items() if not there] == []


@pytest.mark.parametrize(
    ("table", "row", "error"),
    [
        ("levers", LEVER.replace('costs="the last calls are forced",', ""), "lever team_bonus: its row lacks costs"),
        ("levers", LEVER.replace("team_bonus", "audit"), "lever audit: two rows have this name"),
        ("channels", CHANNEL.replace('cases="callers cut off",', ""), "channel hung_up: its row lacks cases"),
        (
            "channels",
            CHANNEL.replace("steering, rushing", "steering"),
            "channel hung_up: group = 'steering'; nearest valid name: steering, rushing",
        ),
        (
            "channels",
            CHANNEL.replace("rush_detectability", "rush_detectable"),
            "channel hung_up: audit = 'recording.rush_detectable' is no key of the configuration; "
            "nearest valid name: recording.rush_detectability",
        ),
    ],
)
def test_a_row_that_lacks_something_is_one_error_that_names_it(copy, tmp_path, table, row, error):
    shutil.copytree(copy / "incentive_env", tmp_path / "incentive_env")
    shutil.copy(ROOT / "incentive_env" / "config" / f"{table}.py", tmp_path / "incentive_env" / "config")
    _add_row(tmp_path, table, row)
    result = _run(tmp_path, "import incentive_env.config.record")
    assert result.returncode == 1
    assert error in result.stderr.splitlines()[-1]


def test_a_tactic_without_numbers_is_an_error(copy, tmp_path):
    shutil.copytree(copy / "incentive_env", tmp_path / "incentive_env")
    file = tmp_path / "incentive_env" / "config" / "channels.py"
    file.write_text(file.read_text(encoding="utf-8").replace('"disparage"', '"belittle"'), encoding="utf-8")
    result = _run(tmp_path, "import incentive_env.config")
    assert "tactics: the section must hold honest, pressure, withhold, false_promise, belittle" in result.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Scheme(comission=8),
        lambda: Scheme()._replace(comission=8),
        lambda: scheme_from_mapping({"comission": 8}),
        lambda: load_config(None, ["levers.comission.high=8"]),
    ],
)
def test_a_mistyped_lever_names_the_nearest(wrong):
    with pytest.raises(ValueError, match=r"comission.*nearest valid name: .*commission"):
        wrong()


def test_a_mistyped_channel_names_the_nearest():
    with pytest.raises(ValueError, match=r"channels.surveys: unknown key.*nearest valid name: channels.survey"):
        load_config(None, ["channels.surveys=false"])


def test_rows_say_all_and_colours_are_told_apart():
    assert list(LEVERS) == list(Scheme._fields)
    assert all(isinstance(row, Lever) and row.low < row.high for row in LEVERS.values())
    assert all(isinstance(row, Channel) for row in CHANNELS.values())
    assert len({row.colour for row in CHANNELS.values()}) == len(CHANNELS)


def _add_row(folder: Path, table: str, row: str) -> None:
    """Write a row behind the last one of a table."""
    file = folder / "incentive_env" / "config" / f"{table}.py"
    text = file.read_text(encoding="utf-8")
    end = f")  # fmt: skip\n{table[:-1].upper()}_NAMES"
    assert text.count(end) == 1
    file.write_text(text.replace(end, f"    {row}{end}"), encoding="utf-8")


def _run(folder: Path, code: str) -> "subprocess.CompletedProcess[str]":
    """Run code with the package of a folder, as plain Python: nothing is compiled."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1", "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True)
