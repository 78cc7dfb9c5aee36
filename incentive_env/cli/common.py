"""What the command line and the scripts share: help with examples, and one clear line with exit code 2 on an error."""

import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console

from incentive_env.cli.program import run_program
from incentive_env.support.files import full_disk_named
from incentive_env.support.sealed import write_sealed

Function = TypeVar("Function", bound=Callable[..., Any])

INTERRUPTED = 130  # exit code after Ctrl-C, as shells have it
# Libraries that the package uses where they are installed, and the extra that installs each.
EXTRAS = {
    "matplotlib": "plots", "pyarrow": "tables", "nicegui": "playground", "starlette": "playground",
    "ifaddr": "playground", "pygame": "render", "moviepy": "render", "pettingzoo": "multiagent", "cma": "validation",
}  # fmt: skip


class App(typer.Typer):
    """A command line that, when called, runs as a program: see `run_program`."""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Run it, and end the process."""
        run_program(lambda: self.run(*args, **kwargs))

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """What a call of `typer.Typer` does."""
        return super().__call__(*args, **kwargs)


def app(*, completion: bool = False, **settings: Any) -> App:
    """A command line whose help and errors are plain text.

    Args:
        completion: whether it can install completion into a shell.
        settings: anything else that `typer.Typer` takes.
    """
    settings.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
    return App(add_completion=completion, pretty_exceptions_enable=False, rich_markup_mode=None, **settings)


def script(function: Callable[..., None]) -> typer.Typer:
    """A script of one command, whose help and example are the docstring of its file."""
    main = app()
    command(main, sys.modules[function.__module__].__doc__)(function)
    return main


def group(text: str | None) -> typer.Typer:
    """A script of several commands, whose docstring is ``text``; `command` adds each of them."""
    prose, commands = _parts(text)
    return app(help=prose, epilog=examples(*commands.splitlines()))


def command(main: typer.Typer, text: str | None = None) -> Callable[[Function], Function]:
    """Add a command, with its docstring (or ``text``) as its help, and one clear line for a user's mistake."""

    def add(function: Function) -> Function:
        prose, commands = _parts(text or function.__doc__)
        main.command(help=prose, epilog=examples(*commands.splitlines()))(user_errors()(function))
        return function

    return add


def examples(*commands: str) -> str:
    """Commands for the end of a help text, a line each, as one would paste them."""
    title = "Examples:" if len(commands) > 1 else "Example:"
    return "\b\n" + "\n".join((title, *(f"  {command.strip()}" for command in commands)))


def _parts(text: str | None) -> tuple[str, str]:
    """What a docstring says, and the commands of its section ``Example:``, a line each."""
    prose, _, commands = inspect.cleandoc(text or "").partition("\nExample:\n")
    return prose.strip(), commands.split("\n\n")[0]


def save(path: Path | None, content: object, what: str = "results") -> None:
    """Write results as JSON with a checksum if there is a file for them, and say so."""
    if path is not None:
        write_sealed(path, content)
        print(f"{what} written to {path}")


def console() -> Console:
    """A console for tables, wide enough for them if the output is not a terminal."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
    return Console(width=width, markup=False, emoji=False, highlight=False)


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 floor``, ``8 floors``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


@contextmanager
def working(what: str, total: int = 0) -> Iterator[Callable[[int], None]]:
    """Show on a terminal what is running; print nothing to files and pipes.

    Args:
        what: is running.
        total: its size, for a bar that moves each time the function reports how much is done.
    """
    if not sys.stderr.isatty():
        yield lambda done: None
    elif total:
        from incentive_env.support.progress import Progress

        with Progress(what, total) as progress:
            yield progress.move
    else:
        with Console(stderr=True).status(f"{what} ..."):
            yield lambda done: None


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a user's mistake into one line and exit code 2, and Ctrl-C into its exit code."""
    try:
        with full_disk_named("standard output"):
            yield
    except BrokenPipeError:
        raise  # the reader closed the pipe: not an error, the command line ends silently
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
