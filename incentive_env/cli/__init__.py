"""The command line ``incentive-env``."""

import io
import os
import sys

NAME = "incentive-env"


def main() -> None:
    """Run the command line and end the process.

    Exit code 0 where all went well, 2 on a user's mistake, 130 on Ctrl-C, 1 where nobody reads the output any more.
    """
    try:
        from incentive_env.cli.commands import app

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows another
        app(prog_name=NAME)
        code: object = 0
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        code = 130
    sys.exit(code if _flushed() else 1)  # type: ignore[arg-type]


def _flushed() -> bool:
    """Whether the output got out; otherwise a closed pipe would print a traceback at the very end."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
