"""A file of results that was edited is found by every reader, whichever figure it was, with the file's name."""

import copy
import json
from pathlib import Path

import pytest

from agents.benchmark.report.markdown import read_power
from agents.pareto.front import read_front
from agents.search.checkpoint import Memory, read_memory, write_memory
from agents.speed.figures import read_results as read_speeds
from agents.studies.kept import Kept
from incentive_env.support.sealed import RecordError, read_sealed, sealed, write_sealed
from incentive_env.support.texts import TextError

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
CONTENT = {"loyalty": [1.5, -2.0], "levers": {"base_pay": 600, "audit": 0.1}, "open": True, "name": "study"}
ROWS = [{"policy": name, "loyalty": {"mean": mean, "each": [mean, 1.0]}} for name, mean in (("a", 1.0), ("b", 2.0))]
SEARCH = {"population": 2, "generations": 3, "starts": [["a", [0.0, 1.0], 0.5]]}
CHANGES = {
    "another value": lambda value: value + 1.0, "not a number": lambda value: float("nan"),
    "infinite": lambda value: float("inf"), "a word": str, "nothing": lambda value: None,
}  # fmt: skip


def _search(path):
    memory = Memory(SEARCH)
    memory.values = [[1.0, 2.0], [3.0, 4.0]]
    write_memory(path, memory)


def _piece(path):
    kept = Kept(path.parent, {"floors": 4})
    kept.write(0, [1.0, 2.0])
    path.write_text((path.parent / "points" / "000000.json").read_text())


def _read_piece(path):
    (path.parent / "points" / "000000.json").write_text(path.read_text())
    return Kept(path.parent, {"floors": 4}, resume=True).read(0)


FILES = {
    "mapping": (lambda path: write_sealed(path, CONTENT), read_sealed),
    "rows": (lambda path: write_sealed(path, ROWS), read_sealed),
    "power": (lambda path: write_sealed(path, {"false_alarms": {"luck": 0.02}, "margin": 1.0}), read_power),
    "search": (_search, lambda path: read_memory(path, SEARCH, resume=True)),
    "piece of a study": (_piece, _read_piece),
    "front": (lambda path: path.write_bytes((RESULTS / "pareto.json").read_bytes()), read_front),
    "speed": (lambda path: path.write_bytes((RESULTS / "speed.json").read_bytes()), read_speeds),
}


@pytest.fixture(params=FILES)
def file(request, tmp_path):
    """A small file of a kind, and what reads it."""
    write, read = FILES[request.param]
    path = tmp_path / "file.json"
    write(path)
    read(path)
    return path, read


def _places(content, *keys):
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        if isinstance(value, dict | list):
            yield from _places(value, *keys, key)
        elif isinstance(value, float | int):
            yield (*keys, key)


def _around(content, place):
    for key in place[:-1]:
        content = content[key]
    return content


def test_every_figure_of_every_kind_of_file_is_watched(file):
    path, read = file
    whole = json.loads(path.read_text())
    places = list(_places(whole))
    for place in places[:: max(1, len(places) // 20)]:
        for name, change in CHANGES.items():
            content = copy.deepcopy(whole)
            around = _around(content, place)
            around[place[-1]] = change(around[place[-1]])
            path.write_text(json.dumps(content))
            with pytest.raises(ValueError, match=r"\.json: [^\n]+$") as error:
                pytest.fail(f"{place}, {name}: {read(path)}")
            assert str(path.parent) in str(error.value)
            assert "\n" not in str(error.value)


def test_a_key_that_is_gone_added_or_there_twice_is_found(file):
    path, read = file
    text = path.read_text()
    whole = json.loads(text)
    first = whole[0] if isinstance(whole, list) else whole
    for change in (lambda: first.pop(next(iter(first))), lambda: first.update(more=1.0), lambda: first.pop("checksum")):
        before = dict(first)
        change()
        path.write_text(json.dumps(whole))
        with pytest.raises(ValueError, match=r"\.json: [^\n]+$"):
            read(path)
        first.clear()
        first.update(before)
    path.write_text(text.replace("{", '{"a": 1, "a": 2, ', 1))
    with pytest.raises(ValueError, match=r"\.json: "):
        read(path)


def test_rows_that_are_gone_moved_or_there_twice_are_found(tmp_path):
    path = tmp_path / "rows.json"
    write_sealed(path, ROWS)
    rows = json.loads(path.read_text())
    for changed in (rows[:1], rows[::-1], [*rows, rows[1]]):
        path.write_text(json.dumps(changed))
        with pytest.raises(RecordError, match=r"row \d of \d does not fit its checksum"):
            read_sealed(path)


def test_what_was_written_is_read_without_its_checksums(tmp_path):
    path = tmp_path / "file.json"
    for content in (CONTENT, ROWS, {}, []):
        write_sealed(path, content)
        assert read_sealed(path) == content
    assert sealed(sealed(CONTENT)) == sealed(CONTENT)
    assert sealed({2: (1,), 10: 1.0}) == sealed({"2": [1], "10": 1.0})  # as JSON holds it


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_committed_results_are_as_they_were_written(path):
    try:
        read_sealed(path)
    except (RecordError, TextError) as error:
        pytest.fail(str(error))
