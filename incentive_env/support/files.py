"""Files that appear whole or not at all."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path`` to write to; it takes the name when all is written."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path}: cannot be written, it exists and is not a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_json(path: Path, content: Any, *, indent: int | None = 2) -> None:
    """Write JSON, whole or not at all."""
    with written_whole(path) as partial:
        partial.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all; a device or a pipe is not replaced."""
    with written_whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


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
