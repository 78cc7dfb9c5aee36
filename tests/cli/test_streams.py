"""Programs whose output goes to terminals and pipes of any kind."""

import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from incentive_env.cli.common import App

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted([*(ROOT / "scripts").glob("*.py"), *(ROOT / "scripts" / "maintain").glob("*.py")])
ENCODINGS = ["ascii", "latin-1", "cp437", "koi8-r", "shift_jis", "utf-16"]
DESCRIBE = [sys.executable, "-m", "incentive_env.cli", "describe", "scenarios"]


def started(command, redirect="", **environment):
    """Run a program in a shell, in a poor locale."""
    poor = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT), **environment}
    line = " ".join(f"'{word}'" for word in map(str, command))
    return subprocess.run(["sh", "-c", f"{line} {redirect}"], capture_output=True, env=poor, timeout=120)


def printed_in(encoding, command):
    done = started(command, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_letter_that_a_terminal_lacks_is_shown_as_another(encoding):
    assert "telesales" in printed_in(encoding, DESCRIBE)


def test_a_stream_that_says_it_is_ascii_gets_ascii():
    """Click, which prints help, would write UTF-8 to it."""
    program = "import typer; from incentive_env.cli import program; program.run_program(lambda: typer.echo(chr(8364)))"
    assert printed_in("ascii", [sys.executable, "-c", program]) == "?\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "encoding"),
    list(zip(SCRIPTS, cycle(ENCODINGS), strict=False)),
    ids=lambda value: getattr(value, "stem", value),
)
def test_every_script_prints_its_help_in_any_encoding(script, encoding):
    """Each in one encoding, by turns: the encodings meet in one place, see `incentive_env.cli.program`."""
    assert "Usage" in printed_in(encoding, [sys.executable, script, "--help"])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_script_runs_as_a_program(script):
    """See `incentive_env.cli.program`: it is a command line of `common`, and not one of typer's own."""
    text = script.read_text(encoding="utf-8")
    assert "typer.Typer" not in text
    assert 'if __name__ == "__main__":\n    main()\n' in text
    assert any(made in text for made in ("\n@script\n", "main = group(", "main = app("))


def test_every_command_line_of_common_runs_as_a_program():
    from incentive_env.cli.commands import app

    assert isinstance(app, App)


@pytest.mark.parametrize(
    ("redirect", "ends"),
    [
        (">&-", (0, b"")),
        ("2>&-", (0, b"")),
        (">/dev/full", (2, b"error: standard output: cannot be written: No space left on device\n")),
    ],
    ids=["closed output", "closed errors", "full disk"],
)
def test_an_output_that_takes_nothing_is_no_traceback(redirect, ends):
    done = started(DESCRIBE, redirect)
    assert (done.returncode, done.stderr) == ends
