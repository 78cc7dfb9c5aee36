"""What the scripts share: one clear line and exit code 2 on a user's mistake, and files that appear whole."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from agents.registry import PolicyError
from incentive_env import ConfigError
from incentive_env.files import write_json, written_whole

__all__ = [
    "app", "check_writable", "console", "only_regressions_exit_with_1", "user_errors", "write_json", "written_whole",
]  # fmt: skip


def app() -> typer.Typer:
    """A command line without rich tracebacks."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def check_writable(path: Path | None, *, folder: bool = False) -> None:
    """Refuse a place that cannot be written to before the work is done, and not after.

    Args:
        path: where a file, or with ``folder`` a folder, is to be.
        folder: which of the two.
    """
    if path is None:
        return
    if path.exists() and path.is_dir() != folder:
        raise OSError(f"{path}: cannot be written, it is {'no folder' if folder else 'a folder'}")
    nearest = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    if nearest != path and not nearest.is_dir():
        raise OSError(f"{path}: cannot be written, {nearest} is not a folder")
    if not os.access(nearest, os.W_OK):
        raise OSError(f"{path}: cannot be written, no permission for {nearest}")


def console() -> Console:
    """Where tables go; wide enough for them where the output is no terminal."""
    return Console() if sys.stdout.isatty() else Console(width=140)


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a user's mistake into its message and exit code 2."""
    try:
        yield
    except (ConfigError, PolicyError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    except ImportError as error:
        print(f"error: needs {error.name}: pip install 'incentive-env[training,plots]'", file=sys.stderr)
        raise typer.Exit(2) from None


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
