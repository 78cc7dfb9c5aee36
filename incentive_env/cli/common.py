"""What the command line and the scripts share: one clear line and exit code 2 on a user's mistake, and whole files."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import typer
from rich.console import Console

from incentive_env.support.files import write_json, written_whole
from incentive_env.support.spelling import nearest

__all__ = [
    "app", "check_writable", "console", "counted", "examples", "nearest", "only_regressions_exit_with_1", "user_errors",
    "working", "write_json", "write_text", "written_whole",
]  # fmt: skip

INTERRUPTED = 130  # exit code after Ctrl-C, as shells have it
# Libraries that the package uses where they are installed, and the extra that installs each.
EXTRAS = {
    "matplotlib": "plots", "pyarrow": "tables", "nicegui": "playground", "pygame": "render", "moviepy": "render",
    "pettingzoo": "multiagent", "cma": "validation",
}  # fmt: skip


def app(*, completion: bool = False, **settings: Any) -> typer.Typer:
    """A command line whose help and errors are plain text.

    Args:
        completion: whether it can install completion into a shell.
        settings: anything else that `typer.Typer` takes.
    """
    settings.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
    return typer.Typer(add_completion=completion, pretty_exceptions_enable=False, rich_markup_mode=None, **settings)


def examples(*commands: str) -> str:
    """Commands for the end of a help text, a line each, as one would paste them."""
    title = "Examples:" if len(commands) > 1 else "Example:"
    return "\b\n" + "\n".join((title, *(f"  {command}" for command in commands)))


def check_writable(path: Path | None, *, folder: bool = False) -> None:
    """Refuse a place that cannot be written to before the work is done, and not after.

    Args:
        path: where a file, or with ``folder`` a folder, is to be.
        folder: which of the two.

    Raises:
        OSError: it cannot be written to; the message says why.
    """
    if path is None:
        return
    if path.exists() and path.is_dir() != folder:
        raise OSError(f"{path}: cannot be written, it is {'no folder' if folder else 'a folder'}")
    nearest_there = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    if nearest_there != path and not nearest_there.is_dir():
        raise OSError(f"{path}: cannot be written, {nearest_there} is not a folder")
    if not os.access(nearest_there, os.W_OK):
        raise OSError(f"{path}: cannot be written, no permission for {nearest_there}")
    place = nearest_there if nearest_there.is_dir() else nearest_there.parent
    try:
        TemporaryFile(dir=place).close()  # some places let one through, and take no file
    except OSError as error:
        raise OSError(f"{path}: cannot be written, {place} takes no file: {error.strerror}") from None


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all; a device or a pipe is not replaced by one."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path}: cannot be written: it is there and is not a file")
    with written_whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def console() -> Console:
    """Where tables go, as they are written; wide enough for them where the output is no terminal."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
    return Console(width=width, markup=False, emoji=False, highlight=False)


def counted(number: int, noun: str) -> str:
    """So many of them: ``1 floor``, ``8 floors``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say what takes a while, on a terminal; into files and pipes nothing is said."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(f"{what} ...  (the first run compiles the model, which takes a minute)"):
        yield


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a user's mistake into its message and exit code 2, and Ctrl-C into its exit code."""
    try:
        yield
    except BrokenPipeError:
        raise  # nobody reads on, which is no mistake: the command line ends in silence
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    except ImportError as error:
        library = (error.name or "").partition(".")[0]
        remedy = f"pip install 'incentive-env[{EXTRAS[library]}]'" if library in EXTRAS else "run `make setup`"
        print(f"error: needs {library}: {remedy}", file=sys.stderr)
        raise typer.Exit(2) from None
    except MemoryError:
        print("error: not enough memory: ask for fewer floors, weeks or reps", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def only_regressions_exit_with_1() -> Iterator[None]:
    """Exit code 1 means a regression; an error in our own code prints its traceback and exits with code 2."""
    try:
        yield
    except (typer.Exit, ValueError, OSError, ImportError):
        raise
    except Exception:
        traceback.print_exc()
        raise typer.Exit(2) from None
