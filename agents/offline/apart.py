"""Work in a child process, for libraries that end their process where others raise an error."""

import os
import sys
from collections.abc import Callable
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection


def run_apart(work: Callable[[], None], what: str) -> None:
    """Run work that leaves its results on disk in a forked child: HDF5 ends its process where the disk is full.

    Args:
        work: a function without arguments; on systems that cannot fork it runs in this process.
        what: is written, for the error.

    Raises:
        OSError: the child ended without a word.
        Exception: what the work raised.
    """
    if "fork" not in get_all_start_methods():
        work()
        return
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(work, theirs))
    child.start()
    theirs.close()
    try:
        error: Exception | None = ours.recv()
    except EOFError:
        error = OSError(f"{what}: cannot be written: its writer ended, as HDF5 does where the disk is full")
    finally:
        child.join()
        ours.close()
    if error is not None:
        raise error


def _work(work: Callable[[], None], theirs: Connection) -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - HDF5 prints pages
    os.dup2(sys.stderr.fileno(), 2)
    try:
        work()
        theirs.send(None)
    except Exception as error:
        theirs.send(error)
