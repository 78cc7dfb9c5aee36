"""Files and folders that appear whole or not at all."""

import errno
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from incentive_env.support.spelling import shown

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # of the disk, of the user's share, of what a process may write


class DiskFullError(OSError):
    """Nothing more can be written."""

    def __init__(self, place: Path | str, reason: str) -> None:
        super().__init__(f"{place}: cannot be written: {reason}")
        self.reason = reason


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path`` to write to; it takes the name when all is on the disk.

    Raises:
        OSError: it cannot be written. What was there before stays.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path}: cannot be written, it exists and is not a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}{path.suffix}")
    try:
        with full_disk_named(path):
            yield partial
            to_disk(partial)
            partial.replace(path)
            to_disk(path.parent, entries_alone=True)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def folder_written_whole(path: Path) -> Iterator[Path]:
    """The same for a folder; one of that name that exists already stays as it is.

    What an earlier process that was killed left of it is deleted, so only one process may write it: see
    `incentive_env.support.locks`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with full_disk_named(path):
            partial.mkdir()
            yield partial
            to_disk(partial)
            if not path.exists():
                partial.replace(path)
                to_disk(path.parent, entries_alone=True)
    except DiskFullError as error:  # of a file in the hidden folder
        raise DiskFullError(path, error.reason) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def to_disk(path: Path, *, entries_alone: bool = False) -> None:
    """Have the system write a file or folder now, so that a power cut after it takes its name cannot leave it empty.

    Args:
        path: of the file, or of a folder with all that is in it.
        entries_alone: write which names a folder holds, and not what they hold.
    """
    folder = path.is_dir()
    for part in path.rglob("*") if folder and not entries_alone else ():
        to_disk(part, entries_alone=True)
    if folder and os.name == "nt":  # where a folder cannot be opened
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def full_disk_named(place: Path | str) -> Iterator[None]:
    """Turn the many errors of a full disk into one that names the file, unless it is named already.

    Raises:
        DiskFullError: the disk is full.
    """
    try:
        yield
    except Exception as error:
        reason = _full(error)
        if reason is None:
            raise
        raise DiskFullError(place, reason) from None


def write_json(path: Path, content: Any, *, indent: int | None = 2) -> None:
    """Write JSON, whole or not at all."""
    with written_whole(path) as partial:
        partial.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all; a device or a pipe is not replaced."""
    with written_whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is no error."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a null in it
        return False


def check_name(name: str) -> str:
    """The name, if it can be part of a file's name and of a line of text.

    Raises:
        ValueError: it is empty or long, leads to another folder, or would move the cursor.
    """
    if not 0 < len(name) <= 100 or not name.isprintable() or set(name) & set("/\\") or name.startswith("."):
        raise ValueError(
            f"must be one line of 1 to 100 letters without / and \\ and must not begin with a dot, got {shown(name)}"
        )
    return name


def check_writable(path: Path, *, folder: bool = False) -> None:
    """Refuse a path that cannot be written before the work is done, and not after.

    Args:
        path: where a file, or with ``folder`` a folder, will be written.
        folder: whether it is a folder.

    Raises:
        OSError: it cannot be written; the message says why.
    """
    if path.exists() and path.is_dir() != folder:
        raise OSError(f"{path}: cannot be written, it is {'not a folder' if folder else 'a folder'}")
    existing = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    if existing != path and not existing.is_dir():
        raise OSError(f"{path}: cannot be written, {existing} is not a folder")
    if not os.access(existing, os.W_OK):
        raise OSError(f"{path}: cannot be written, no permission for {existing}")
    place = existing if existing.is_dir() else existing.parent
    try:
        TemporaryFile(dir=place).close()  # some folders pass the check above and still take no file
    except OSError as error:
        raise OSError(f"{path}: cannot be written, {place} takes no file: {error.strerror}") from None


def _full(error: BaseException | None) -> str | None:
    """Why nothing more can be written, if that is what caused an error; libraries wrap it in errors of their own."""
    while error is not None and not isinstance(error, DiskFullError):
        said = re.search(r"errno = (\d+)", str(error))  # HDF5 has words alone
        number = error.errno if isinstance(error, OSError) and error.errno else said and int(said[1])
        if number in _FULL:
            return os.strerror(number)
        error = error.__cause__ or error.__context__
    return None
