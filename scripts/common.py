"""What the scripts share: what the command line does too, and the exit codes of comparisons."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from incentive_env.cli.common import (
    app,
    check_writable,
    console,
    user_errors,
    write_json,
    write_text,
    written_whole,
)

__all__ = [
    "app", "check_writable", "console", "only_regressions_exit_with_1", "user_errors", "write_json", "write_text",
    "written_whole",
]  # fmt: skip


@contextmanager
def only_regressions_exit_with_1() -> Iterator[None]:
    """A fault of ours must not pass for a regression, as with Python's own exit code: it is told whole, with code 2."""
    try:
        yield
    except (typer.Exit, ValueError, OSError, ImportError):
        raise
    except Exception:
        traceback.print_exc()
        raise typer.Exit(2) from None
