"""A cell of work: how a worker names it, computes it, stores it and finds it again."""

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from agents.jobs.errors import CellError, StoreError
from agents.jobs.store import Store
from agents.provenance import code_digest, versions
from incentive_env.config import config_directory
from incentive_env.support.sealed import CHECKSUM, RecordError, check_seal, sealed
from incentive_env.support.texts import parsed_json

CELLS = "cells"
Note = Callable[[str], None]
"""Shows a line beside the progress."""


class Work(NamedTuple):
    """One cell to compute; any engine can send it to another process or machine."""

    key: str  # its name in files and messages
    setup: str  # a hash of all numbers that it depends on
    make: Callable[[Any, Store], dict[str, Any]]  # a function of a module, from the job to the cell's figures
    job: Any  # everything it needs
    cost: float = 1.0  # roughly, in any unit: for the time left, and to start with the longest


class Origin(NamedTuple):
    """What computes cells; recorded when a run begins, so that later edits do not change it."""

    code: str
    versions: dict[str, str | None]
    policies: str  # digest of shipped policies, which are read where a cell is computed


class Kept(NamedTuple):
    """A cell as it stands in the store."""

    key: str
    cell: dict[str, Any]
    times: dict[str, Any]  # all that depends on clock and machine
    code: str  # digest of the code that made it

    @property
    def seconds(self) -> float:
        """How long it took."""
        return float(self.times["seconds"])


def origin() -> Origin:
    """What would compute a cell here and now."""
    return Origin(code_digest(), versions(), _policies_digest())


def kept(work: Work, store: Store, origin: Origin, *, any_code: bool = False) -> Kept | None:
    """A cell of an earlier run.

    Returns:
        ``None`` if there is none, if it is cut off or without a checksum, or if its code, versions or numbers differ:
        then it is computed again.

    Raises:
        CellError: it is one of this code, but was changed since.
    """
    content = store.read(_file(work))
    try:
        found = parsed_json(content or b"", work.key)
        if not found[CHECKSUM] or found["setup"] != work.setup or found["versions"] != origin.versions:
            return None
        if found["code"] != origin.code and not any_code:
            return None
        made = Kept(work.key, dict(found["cell"]), dict(found["times"]), str(found["code"]))
        if not made.seconds >= 0.0:
            return None
    except (ValueError, KeyError, TypeError):
        return None
    try:
        check_seal(found, f"{store.place}/{_file(work)}")
    except RecordError as error:
        raise CellError(f"{error}; delete it, and the cell is computed again") from None
    return made


def make(work: Work, store: Store, origin: Origin, *, any_code: bool = False) -> Kept:
    """Compute and store a cell, unless it is there already: its worker may have been lost after storing it.

    Raises:
        CellError: it cannot be computed.
        StoreError: it cannot be stored.
    """
    there = kept(work, store, origin, any_code=any_code)
    if there is not None:
        return there
    began, started = datetime.now(UTC), time.monotonic()
    try:
        cell = work.make(work.job, store)
    except StoreError:
        raise
    except (ValueError, OSError) as error:
        raise CellError(f"cell {work.key}: {error}") from error
    times = {
        "seconds": round(time.monotonic() - started, 3),
        "started": began.isoformat(timespec="milliseconds"),
        "ended": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "node": platform.node(),
        "process": os.getpid(),
    }
    head = {"setup": work.setup, "code": origin.code, "versions": origin.versions}
    content = sealed({**head, "cell": cell, "times": times})
    text = json.dumps(content) + "\n"
    store.write(_file(work), text.encode())
    return Kept(work.key, json.loads(text)["cell"], times, origin.code)


@cache
def _policies_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((config_directory() / "policies").rglob("*.yaml")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _file(work: Work) -> str:
    return f"{CELLS}/{work.key}.json"
