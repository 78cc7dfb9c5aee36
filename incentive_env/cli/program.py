"""How every command and script runs as a program: output to terminals and pipes of any kind, and exit codes."""

import codecs
import errno
import io
import os
import sys
from collections.abc import Callable
from typing import Any


def run_program(command: Callable[[], Any]) -> None:
    """Run a command and end the process.

    Exit code 0 where all went well, 2 on a user's mistake or a full disk, 130 on Ctrl-C, 1 where nobody reads the
    output any more.
    """
    _open_streams()
    code: Any = 0
    try:
        command()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        code = 130
    sys.exit(_flushed(code))


def _open_streams() -> None:
    """Let standard output and error take any letter; one that they lack is shown as another."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the program that started this one
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            if codecs.lookup(stream.encoding).name == "ascii":
                codecs.register(_plain_ascii)
                stream.reconfigure(encoding="plain_ascii")
            stream.reconfigure(errors="replace")


def _plain_ascii(name: str) -> codecs.CodecInfo | None:
    """ASCII under another name: a stream with its usual name gets UTF-8 from click, which thinks it a mistake."""
    if name != "plain_ascii":
        return None
    plain = codecs.lookup("ascii")
    return codecs.CodecInfo(
        plain.encode, plain.decode, plain.streamreader, plain.streamwriter, plain.incrementalencoder,
        plain.incrementaldecoder, name,
    )  # fmt: skip


def _flushed(code: Any) -> Any:
    """The exit code, once the output is out; a closed pipe or a full disk would print a traceback at the very end."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            return 1
        if not code:
            print(f"error: standard output: cannot be written: {error.strerror}", file=sys.stderr)
        return code or 2
    return code
