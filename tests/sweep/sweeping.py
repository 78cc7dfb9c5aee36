"""What the tests of sweeps compare, and what a refusal looks like."""

import json
from pathlib import Path

from typer.testing import Result


def without_times(folder: Path) -> dict[str, str]:
    """All JSON files of a store, except what depends on the clock and the machine."""
    files = sorted([*folder.glob("cells/[!.]*.json"), folder / "results.json"])
    contents = {file.name: json.loads(file.read_text()) for file in files}
    assert all(content.pop("times") for content in contents.values())
    return {name: json.dumps(content) for name, content in contents.items()}


def error_of(result: Result) -> str:
    """The one error of a command that refused."""
    assert result.exit_code == 2, (result.exception, result.output)
    assert "Traceback" not in result.output
    lines = result.stderr.splitlines()
    assert [line.startswith("error: ") for line in lines].count(True) == 1, lines
    return result.stderr
