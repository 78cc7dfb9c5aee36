"""Files of strangers end in one line that says what is wrong, within a second of computing, in every reader."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.benchmark.reading import read_results
from agents.benchmark.report.markdown import read_power
from agents.loading import KINDS, load
from agents.pareto.front import read_front
from agents.speed.figures import read_results as read_speeds
from incentive_env import load_config
from incentive_env.config import config_directory
from incentive_env.policies.files import load_policy, read_seat_network
from incentive_env.support.texts import MOST_JSON, MOST_YAML, TextError, parsed_json, parsed_yaml, read_json, read_text

NINES = "a: &a [9, 9, 9, 9, 9, 9, 9, 9, 9]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "a billion by aliases": (NINES, "line 5: more than 20,000 entries"),
    "an alias of itself": ("a: &a [*a]\n", "stands in for nothing, or for itself"),
    "three million entries": ("[" + "x," * 3_000_000 + "]", "more than 20,000 entries"),
    "3,000 levels": ("[" * 3000 + "]" * 3000, "more than 32 levels"),
    "3,000 levels of keys": ("".join(f"{' ' * i}k{i}:\n" for i in range(3000)), "line 32: more than 32 levels"),
    "a tag that cannot be read": ("a: !!bool maybe\n", "tag '!!bool': tags are not read"),
    "a tag that calls": ("a: !!python/object/apply:os.system [ls]\n", "tags are not read"),
    "an octal number": ("salesforce: {reps: 010}\n", "line 1: 010: is read as another number"),
    "a number of base 60": ("salesforce: {reps: 1:30}\n", "1:30: is read as another number"),
    "a date that is none": ("name: 2024-13-45\n", "as a date"),
    "100,000 digits": ("a: 0b" + "1" * 100_000 + "\n", "a number of more than 40 digits"),
    "a control code in a key": ('"\\e[31m": 1\n', "holds the control code '\\x1b'"),
    "a control code in a value": ('name: "\\u202Eowt"\n', "holds the control code '\\u202e'"),
    "a key of two lines": ('"a\\nb": 1\n', "a key must be one line"),
    "a long key": ("k" * 300 + ": 1\n", "a key must be one line"),
    "a large file": ("#" * (MOST_YAML + 1), "larger than 8 MB"),
    "a list as a key": ("? [a, b]\n: 1\n", "not valid YAML"),
    "a large file with a mistake": ("a: [1\n" + "b: 2\n" * 1_000_000, "line 2: not valid YAML"),
}
READERS: dict[str, Callable[[Path], Any]] = {
    "scenario": load_config,
    "policy": lambda path: load_policy(str(path), load_config()),
    "reps": read_seat_network,
    **{kind: lambda path, kind=kind: load(kind, path) for kind in KINDS},
}


def _line(read: Callable[[], Any]) -> str:
    """The error of a reader: one line, without control codes, within a second."""
    started = time.process_time()
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the caller looks at the message)
        read()
    assert time.process_time() - started < 1.0
    message = str(caught.value)
    assert message.isprintable()
    return message


@pytest.mark.parametrize(("text", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_one_line_of_error_to_every_reader(text, told, tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    for read in READERS.values():
        message = _line(lambda read=read: read(path))
        assert str(path) in message
        assert told in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: ../../secrets\n", "name: must be one line of 1 to 100 letters without /"),
        ("name: .hidden\n", "must not begin with a dot"),
        ("extends: " + "x" * 5000 + "\n", "no config file or preset 'xxx"),
        ("extends: /dev/zero\n", "no config file or preset '/dev/zero'"),
        ("salesforce: {reps: " + "x" * 100_000 + "}\n", "must be a whole number from 1 to 1000"),
        ("1: 2\n", "1: unknown key"),
    ],
)
def test_a_scenario_that_is_none_is_one_line(text, told, tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    message = _line(lambda: load_config(path))
    assert told in message
    assert len(message) < 1000


def test_a_chain_of_2000_files_is_one_line(tmp_path):
    for number in range(2000):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n", encoding="utf-8")
    assert "0.yaml: extends more than 20 files" in _line(lambda: load_config(tmp_path / "0.yaml"))


@pytest.mark.parametrize("kind", ["scenario", "training", "suite"])
def test_of_9000_mistakes_the_first_are_listed(kind, tmp_path):
    """Ten times as many mistakes take about ten times as long; a comparison of each with each would take a hundred."""
    path = tmp_path / "file.yaml"

    def refused(mistakes: int) -> tuple[float, str]:
        path.write_text("".join(f"k{number}: 1\n" for number in range(mistakes)), encoding="utf-8")
        started = time.process_time()
        with pytest.raises(ValueError, match=r"more errors$") as caught:
            READERS[kind](path)
        return time.process_time() - started, str(caught.value)

    refused(900)  # what is built once is not timed
    few, (many, message) = min(refused(900) for _ in range(3))[0], min(refused(9000) for _ in range(3))
    assert many < 40.0 * few  # the fastest of three, since the garbage of other tests may be collected meanwhile
    assert re.search(r"and 8,?9\d\d more errors$", message)
    assert len(message.splitlines()) <= 21


@pytest.mark.parametrize(
    "override", ["salesforce.reps=010", "a=" + "[" * 5000, ".".join("a" * 3000) + "=1", "\x1b[31m=1", "name=../x"]
)
def test_an_override_is_read_within_the_same_limits(override):
    assert len(_line(lambda: load_config(None, [override]))) < 1000


@pytest.mark.parametrize("reader", [read_results, read_front, read_power, read_speeds])
@pytest.mark.parametrize("content", [b"[" * 100_000, b"1" * 10_000, b"\xff\xfe", b"{", b""], ids=range(5))
def test_a_damaged_result_is_one_line(reader, content, tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    assert str(path) in _line(lambda: reader(path))


def test_a_large_result_is_not_read(tmp_path):
    path = tmp_path / "results.json"
    with path.open("wb") as file:
        file.truncate(MOST_JSON + 1)
    with pytest.raises(TextError, match="larger than 64 MB"):
        read_json(path)
    with pytest.raises(TextError, match="larger than 64 MB"):
        parsed_json(b" " * (MOST_JSON + 1), "cell")


def test_ordinary_yaml_is_read_as_ever(tmp_path):
    text = "a: &usual {b: 1, c: [x, 1.5, -2, 0, 0.5, 1e3, 0x10]}\nd: {<<: *usual, b: 'é\t010'}\ne: |\n  two\n  lines\n"
    usual = {"b": 1, "c": ["x", 1.5, -2, 0, 0.5, "1e3", 16]}
    assert parsed_yaml(text, "text") == {"a": usual, "d": {**usual, "b": "é\t010"}, "e": "two\nlines\n"}
    files = list(config_directory().rglob("*.yaml"))
    assert len(files) > 40
    for file in files:
        parsed_yaml(read_text(file, MOST_YAML), str(file))
