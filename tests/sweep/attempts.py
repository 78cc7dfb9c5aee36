"""Cells that write down when they are begun and ended, and where; and one whose worker dies the first time.

Ray's workers import this module by its name: they get the search path of the caller.
"""

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agents.sweep.cell import Job, make_cell

FATAL = {"policy": "retention_first", "scheme.audit": 0.1}  # of cells whose worker dies at the first attempt


class Attempt(NamedTuple):
    what: str  # "begin", "held" or "end"
    key: str
    node: str


def make_logged(job: Job, store: Any) -> dict[str, Any]:
    import ray

    log, node = Path(store.place).with_suffix(".log"), ray.get_runtime_context().get_node_id()
    first = job.key not in {attempt.key for attempt in attempts(log)}
    _write(log, Attempt("begin", job.key, node))
    if node == _doomed(log):
        _write(log, Attempt("held", job.key, node))
        time.sleep(60.0)  # until it is lost
    if first and job.setting.items() >= FATAL.items():
        os.kill(os.getpid(), signal.SIGKILL)
    cell = make_cell(job, store)
    _write(log, Attempt("end", job.key, node))
    return cell


def attempts(log: Path) -> Sequence[Attempt]:
    return [Attempt(*json.loads(line)) for line in log.read_text().splitlines()] if log.exists() else []


def doom(log: Path, node: str) -> None:
    """Let a node never end a cell that it begins from now on."""
    log.with_suffix(".doomed").write_text(node)


def _doomed(log: Path) -> str | None:
    file = log.with_suffix(".doomed")
    return file.read_text() if file.exists() else None


def _write(log: Path, attempt: Attempt) -> None:
    with log.open("a") as file:  # one short write: lines of several processes do not mix
        file.write(json.dumps(attempt) + "\n")


def make_none_with_much_audit(job: Job, store: Any) -> dict[str, Any]:
    if job.setting["scheme.audit"] == 0.1:
        raise ValueError("audit of 0.1 is too much")
    return make_cell(job, store)
