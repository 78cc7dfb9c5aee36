"""How throughput grows with workers: the same cells through the same store on each engine, in turns."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from agents.jobs.engine import Session, engine_named
from agents.jobs.store import Store, open_store
from agents.jobs.work import Kept, Work
from agents.provenance import provenance, version_note
from agents.sweep.cell import Job, make_cell
from incentive_env import load_config
from incentive_env.support.tables import between_marks, markdown_table

OPEN, CLOSE = "<!-- sweep speed: begin -->", "<!-- sweep speed: end -->"
KINDS = {
    "computing": "a flat salary on 96 floors of the default scenario for an episode",
    "waiting": "half a second of nothing, so that cores are no bound and what an engine costs is seen",
}
_FLOORS = 96
_WAIT = 0.5  # seconds


class Setup(NamedTuple):
    """What is timed."""

    kind: str  # of `KINDS`
    engine: str
    workers: int


def measure(*, most: int, rounds: int, cells: int) -> dict[str, Any]:
    """Time all engines, with one worker and twice as many each time.

    Args:
        most: workers of waiting cells; of computing ones there are no more than cores.
        rounds: how often; each has every setup once, every other round in reverse.
        cells: of each worker in a timing, after some that do not count.
    """
    setups = list(_setups(most))
    load = os.getloadavg()[0]
    rates = np.array([_round(setups[:: 1 if number % 2 == 0 else -1], cells) for number in range(rounds)])
    rates[1::2] = rates[1::2, ::-1]
    rows = []
    for place, setup in enumerate(setups):
        one = setups.index(setup._replace(workers=1))
        local = setups.index(setup._replace(engine="local", workers=1))
        rows.append(
            {
                **setup._asdict(),
                "cells_per_minute": round(float(np.median(rates[:, place])), 1),
                "against_one_worker": round(float(np.median(rates[:, place] / rates[:, one])), 2),
                "against_one_local": round(float(np.median(rates[:, place] / rates[:, local])), 2),
            }
        )
    return {
        "cells": KINDS, "cells_of_a_worker": cells, "rounds": rounds, "load_before": round(load, 2), "rows": rows,
        "provenance": provenance(),
    }  # fmt: skip


def markdown(measured: dict[str, Any]) -> str:
    """The figures as a table for a page, and of which version they are."""
    headings = ("cells", "engine", "workers", "cells a minute", "against one worker", "against one local worker")
    rows = (
        (row["kind"], row["engine"], str(row["workers"]), f"{row['cells_per_minute']:.0f}",
         f"{row['against_one_worker']:.2f}", f"{row['against_one_local']:.2f}")
        for row in measured["rows"]
    )  # fmt: skip
    machine = measured["provenance"]["machine"]
    note = (
        f"Medians of {measured['rounds']} rounds of {measured['cells_of_a_worker']} cells a worker, on "
        f"{machine['cores']} cores ({machine['cpu']}); other work was going on there, a load of "
        f"{measured['load_before']:.1f} before."
    )
    return f"{version_note(measured['provenance'])}\n{markdown_table(headings, rows, left=2)}\n{note}"


def with_table(text: str, measured: dict[str, Any]) -> str:
    """A page's text with its table as the figures have it.

    Raises:
        ValueError: the page has no place for it.
    """
    return between_marks(text, OPEN, CLOSE, lambda: f"\n{markdown(measured)}\n\n")


def _setups(most: int) -> Iterator[Setup]:
    for kind, bound in (("computing", os.cpu_count() or 1), ("waiting", most)):
        for engine in ("local", "ray"):
            workers = 1
            while workers <= min(bound, most):
                yield Setup(kind, engine, workers)
                workers *= 2


def _round(setups: Sequence[Setup], cells: int) -> list[float]:
    return [_rate(setup, cells) for setup in setups]


def _rate(setup: Setup, cells: int) -> float:
    """Cells a minute, after the workers have begun."""
    make = make_cell if setup.kind == "computing" else _wait
    count = cells * setup.workers
    with tempfile.TemporaryDirectory() as folder:
        session = Session(
            "speed", open_store(folder), engine_named(setup.engine, workers=setup.workers), cells=count,
            cost=count, summary=_nothing, quiet=True,
        )  # fmt: skip
        with session:
            first = _until_all_work(session, make, setup.workers)
            started = time.monotonic()
            session.run([_work(make, number) for number in range(first, first + count)])
            return 60.0 * count / (time.monotonic() - started)


def _until_all_work(session: Session, make: Any, workers: int) -> int:
    """Cells that do not count, until every worker has begun; gives how many."""
    seen: set[int] = set()
    number = 0
    while len(seen) < workers and number < 200 * workers:
        batch = [_work(make, number + one) for one in range(2 * workers)]
        seen |= {kept.times["process"] for kept in session.run(batch)}
        number += len(batch)
    return number


def _work(make: Any, number: int) -> Work:
    config = load_config()
    content = {"scheme": {"base_pay": 600.0}}
    job = Job({}, "flat_salary", config, None, 0, None, content, _FLOORS, f"speed-{number}")
    return Work(job.key, str(number), make, job)


def _wait(job: Job, store: Store) -> dict[str, Any]:
    time.sleep(_WAIT)
    return {}


def _nothing(cell: Kept) -> str:
    return ""
