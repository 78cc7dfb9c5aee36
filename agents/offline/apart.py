"""Work in a child process, for libraries that end their process where others raise an error."""

import os
import sys
import threading
from collections.abc import Callable
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path


def run_apart(work: Callable[[], None], ended: str, *, memory: int | None = None) -> None:
    """Run work whose results are not needed, or lie on the disk, in a forked child.

    HDF5 ends its process where the disk is full. The child ends as soon as its parent does.

    Args:
        work: a function without arguments; on systems that cannot fork it runs in this process.
        ended: is said if the child ends without a word.
        memory: bytes that the child may take in addition to what this process has; any number if not given, and on
            systems that do not limit it.

    Raises:
        OSError: the child ended without a word.
        Exception: what the work raised.
    """
    if "fork" not in get_all_start_methods():
        work()
        return
    context = get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_work, args=(work, memory, ours, theirs))
    child.start()
    theirs.close()
    try:
        error: Exception | None = ours.recv()
    except EOFError:
        error = OSError(ended)
    finally:
        child.join()
        ours.close()
    if error is not None:
        raise error


def _work(work: Callable[[], None], memory: int | None, ours: Connection, theirs: Connection) -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - HDF5 prints pages
    os.dup2(sys.stderr.fileno(), 2)
    ours.close()
    threading.Thread(target=_end_with_parent, args=(theirs,), daemon=True).start()
    if memory is not None:
        _limit(memory)
    try:
        work()
        theirs.send(None)
    except Exception as error:
        theirs.send(error)


def _end_with_parent(theirs: Connection) -> None:
    """The parent sends nothing: its end of the pipe is closed, or it is gone."""
    try:
        theirs.recv()
    except (EOFError, OSError):
        os._exit(1)


def _limit(memory: int) -> None:
    try:
        import resource

        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = taken + memory
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (ImportError, OSError):  # not on this system
        pass
