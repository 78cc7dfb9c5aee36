"""Locks on folders, so that two programs do not write to one at the same time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def locked(folder: Path | None, part: str = "") -> Iterator[None]:
    """Hold a folder, or a part of it, for this process alone; the system releases it however the process ends.

    Where there is no folder, nothing is kept that another process could spoil.

    Raises:
        OSError: another process holds it, or it cannot be written.
    """
    if folder is None:
        yield
        return
    file = folder / (f".lock-{part.replace('/', '+')}" if part else ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = _held(file)
    except BlockingIOError:
        raise OSError(f"{folder / part}: another run is under way in this folder") from None
    except OSError as error:
        raise OSError(f"{folder}: cannot be written: {error.strerror or error}") from None
    with held:
        try:
            yield
        finally:
            with suppress(OSError):
                file.unlink()


def _held(file: Path) -> IO[str]:
    """The lock file, locked; opened again if the process that held it has deleted it meanwhile."""
    while True:
        held = file.open("w", encoding="utf-8")
        try:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(file.stat(), os.fstat(held.fileno())):
                    return held
        except ImportError:  # not on this system: users must not start two runs at once
            return held
        except OSError:
            held.close()
            raise
        held.close()
