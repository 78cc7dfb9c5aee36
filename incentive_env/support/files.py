"""Files that appear whole or not at all."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path`` to write to; it takes the name when all is written."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path}: is not a file, and is not written over")
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
