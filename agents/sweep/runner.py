"""Run a sweep: compute its cells on an engine into a store, then write results and a table."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from agents.jobs.engine import Engine, Session
from agents.jobs.store import Store
from agents.jobs.work import Kept, Work
from agents.provenance import provenance
from agents.sweep import search
from agents.sweep.cell import check_cell
from agents.sweep.settings import Resolved, check_use, clear_caches, resolve, works_of
from agents.sweep.spec import NamedSweep
from agents.sweep.table import csv_of
from incentive_env.support.sealed import hash_of


class Planned(NamedTuple):
    """A sweep with everything known before any work."""

    named: NamedSweep
    batch: list[Resolved]  # all settings of a grid or random search; Optuna chooses its settings later
    cells: int  # for Optuna an upper bound: it may try a setting twice
    cost: float


def plan_sweep(named: NamedSweep) -> Planned:
    """Expand and check a sweep; nothing is run.

    Raises:
        ConfigError: a name or a value in it is wrong, or has no effect.
    """
    clear_caches()
    sweep = named.sweep
    known = {"grid": search.grid, "random": search.at_random}.get(sweep.search.method)
    met = [resolve(named, setting) for setting in (known or search.corners)(named)]
    check_use(named, met)
    if known is not None:
        works = _unique(work for one in met for work in works_of(named, one))
        return Planned(named, met, len(works), sum(work.cost for work in works))
    trained = any(one.plan is not None for one in met)
    cells = (sweep.search.trials or 0) * (len(sweep.seed_list) if trained else 1)
    about = max(work.cost for one in met for work in works_of(named, one))
    return Planned(named, [], cells, cells * about)


def run_sweep(planned: Planned, store: Store, engine: Engine, *, plain: bool = False) -> dict[str, Any]:
    """Run the remaining cells of a sweep, and write ``results.json`` and ``results.csv``.

    Args:
        planned: the sweep.
        store: for cells, models and results; cells already there, from the same code, versions and numbers, are not
            run again.
        engine: what runs them; results are the same bytes on any engine, except under ``times``.
        plain: progress as lines even on a terminal.

    Returns:
        The content of ``results.json``.

    Raises:
        OSError: the store cannot be written, another run is under way in it, or a worker died; finished cells stay.
        ValueError: the engine is unavailable, or a cell cannot be run.
    """
    named, sweep = planned.named, planned.named.sweep
    session = Session(
        f"sweep {named.name}", store, engine, cells=planned.cells, cost=planned.cost, plain=plain,
        summary=lambda cell: f"{sweep.objective} {cell.cell['mean'][sweep.objective]:.4g}",
    )  # fmt: skip
    with session:
        started, origin = datetime.now(UTC).isoformat(timespec="seconds"), provenance()
        done = _run(planned, session)
        results = _assembled(named, done, started, origin)
        store.write("results.csv", csv_of(results).encode())
        store.write("results.json", (json.dumps(results) + "\n").encode())
    return results


def _run(planned: Planned, session: Session) -> list[Kept]:
    """All cells, each once, in the order of the settings."""
    named = planned.named
    if named.sweep.search.method != "optuna":
        return _computed(session, _unique(work for one in planned.batch for work in works_of(named, one)))
    done: dict[str, Kept] = {}
    share = planned.cost / planned.cells

    def score(batch: search.Batch) -> list[float]:
        works = [works_of(named, resolve(named, setting), cost=share) for setting in batch]
        new = _unique(work for one in works for work in one if work.key not in done)
        done.update((cell.key, cell) for cell in _computed(session, new))
        return [_score(named, [done[work.key] for work in one]) for one in works]

    search.by_optuna(named, score)
    return list(done.values())


def _computed(session: Session, works: list[Work]) -> list[Kept]:
    """Cells, new or of an earlier run, none of whose figures is impossible."""
    cells = session.run(works)
    for one in cells:
        check_cell(one.cell, f"cell {one.key} in the store")
    return cells


def _score(named: NamedSweep, cells: list[Kept]) -> float:
    """The objective of a setting, mean over its seeds; higher is better."""
    return named.sweep.sign * float(np.mean([cell.cell["mean"][named.sweep.objective] for cell in cells]))


def _assembled(named: NamedSweep, done: list[Kept], started: str, origin: dict[str, Any]) -> dict[str, Any]:
    sweep = named.sweep.model_dump(mode="json")
    content = {"format": 1, "sweep": named.name, **sweep, "cells": [{"key": one.key, **one.cell} for one in done]}
    times = {
        "started": started,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "cells": {one.key: one.times for one in done},
    }
    return {**content, "digest": hash_of(content), "provenance": origin, "times": times}


def _unique(works: Any) -> list[Work]:
    """Each cell once: settings that differ only in what their policy ignores are the same cell."""
    return list({work.key: work for work in works}.values())
