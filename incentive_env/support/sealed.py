"""Files of results with a checksum, so that what was edited by hand or damaged on the way is found when it is read.

A checksum is no signature: anyone can compute it anew.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incentive_env.support.files import write_json
from incentive_env.support.texts import read_json

CHECKSUM = "checksum"  # key of it
TIMES = "times"  # key of what depends on the clock alone; no checksum covers it, so that equal results have equal ones
AGAIN = "it was changed after it was written, or damaged"


class RecordError(ValueError):
    """A file of results was changed since it was written, or is of another kind or version; one line says where."""


def hash_of(content: Any) -> str:
    """Sixteen letters that change with any number of the content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data with its checksum, in place of one that it has."""
    bare = json.loads(json.dumps({key: value for key, value in content.items() if key != CHECKSUM}))
    return {**bare, CHECKSUM: hash_of({key: value for key, value in bare.items() if key != TIMES})}


def check_seal(content: Any, name: str) -> None:
    """Check that a content is as it was when it was sealed.

    Raises:
        RecordError: it is not, or was never sealed; the message begins with ``name``.
    """
    if not isinstance(content, dict) or not isinstance(content.get(CHECKSUM), str):
        raise RecordError(f"{name}: has no {CHECKSUM}; it was not written by this version")
    if sealed(content)[CHECKSUM] != content[CHECKSUM]:
        raise RecordError(f"{name}: its content does not fit its {CHECKSUM} {content[CHECKSUM][:16]!r}; {AGAIN}")


def sealed_rows(rows: list[Any]) -> list[dict[str, Any]]:
    """A list of mappings, each with a checksum of itself, its place and their number."""
    return [{**row, CHECKSUM: _checksum_of_row(row, place, len(rows))} for place, row in enumerate(rows)]


def write_sealed(path: Path, content: Any, *, indent: int | None = 2) -> None:
    """Write a mapping, or a list of mappings, with checksums; whole or not at all."""
    write_json(path, sealed_rows(content) if isinstance(content, list) else sealed(content), indent=indent)


def read_sealed(path: Path) -> Any:
    """The content of a file of `write_sealed`, without its checksums.

    Raises:
        RecordError: it has none, or they do not fit.
        TextError: it cannot be read, or holds a number that is not finite.
    """
    content = read_json(path)
    if not isinstance(content, list):
        check_seal(content, str(path))
        return {key: value for key, value in content.items() if key != CHECKSUM}
    for place, row in enumerate(content):
        if not isinstance(row, dict) or not isinstance(row.get(CHECKSUM), str):
            raise RecordError(f"{path}: row {place + 1} has no {CHECKSUM}; it was not written by this version")
        if row[CHECKSUM] != _checksum_of_row(row, place, len(content)):
            raise RecordError(f"{path}: row {place + 1} of {len(content)} does not fit its {CHECKSUM}; {AGAIN}")
    return [{key: value for key, value in row.items() if key != CHECKSUM} for row in content]


def _checksum_of_row(row: Mapping[str, Any], place: int, count: int) -> str:
    return str(sealed({**row, "row": place, "rows": count})[CHECKSUM])
