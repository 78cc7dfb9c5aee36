"""The reference of the configuration: complete, current, and written whole or not at all."""

import json
import os
import stat
from pathlib import Path

from incentive_env import Config
from incentive_env.config import all_keys


def test_it_prints_the_json_schema(run, tmp_path):
    result = run("schema")
    assert result.exit_code == 0
    schema = json.loads(result.stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["properties"]) == {"extends", *Config.model_fields}
    assert list(tmp_path.iterdir()) == []


def test_it_writes_both_files_and_prints_nothing(run, tmp_path):
    result = run("schema", "--out", "s.json", "--markdown", "c.md")
    assert (result.exit_code, result.output) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.md", "s.json"]
    assert Path("s.json").read_text() == run("schema").stdout


def test_the_reference_names_every_key(run):
    assert run("schema", "--markdown", "c.md").exit_code == 0
    text = Path("c.md").read_text(encoding="utf-8")
    assert [key for key in all_keys() if f"| `{key}` |" not in text] == []


def test_an_older_file_is_replaced(run, tmp_path):
    Path("s.json").write_text("old " * 1_000_000)
    assert run("schema", "--out", "s.json").exit_code == 0
    json.loads(Path("s.json").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.json"]


def test_what_is_no_file_is_not_replaced(refused, tmp_path):
    os.mkfifo("pipe")
    assert refused("schema", "--out", "pipe") == "pipe: cannot be written, it exists and is not a file"
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


def test_a_write_that_fails_leaves_the_older_file(run, tmp_path, monkeypatch):
    Path("s.json").write_text("old")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    result = run("schema", "--out", "s.json")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert Path("s.json").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["s.json"]
