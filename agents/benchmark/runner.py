"""Runs the cells of a suite on an engine. Each result is stored at once; a killed run continues with the rest."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agents.algorithms.search import FloorByFloorPlan
from agents.algorithms.table import cost_of
from agents.benchmark.cell import run_cell
from agents.benchmark.results import Cell, Results, assembled, file_content
from agents.benchmark.settings import settings_of
from agents.benchmark.suite import Benchmark, Job, Suite
from agents.jobs.engine import Engine, Session
from agents.jobs.local import LocalEngine
from agents.jobs.store import Store, open_store
from agents.jobs.work import Kept, Work
from agents.provenance import provenance
from agents.records import as_record, one_line
from incentive_env.config import read_yaml
from incentive_env.policies.files import shipped
from incentive_env.studies.evaluate import through_year_five
from incentive_env.support.sealed import CHECKSUM, hash_of

_MODELS = "models"
_SCORED = 0.7  # cost of a decision that is only simulated, beside one that PPO learns from


def run_suite(
    benchmark: Benchmark, out: "str | Path", *, workers: int | None = None, plain: bool = False,
    any_code: bool = False, engine: Engine | None = None,
) -> Results:  # fmt: skip
    """Run what is left of a suite.

    Args:
        benchmark: what is to be run.
        out: folder or URL for cells, models and ``results.json``; cells that are there, and were made by the same
            code, versions and numbers, are not run again.
        workers: processes of this machine, this one if 1; the results are the same bits for any number.
        plain: progress as lines even on a terminal.
        any_code: cells are taken over from other code too, as long as all their numbers are the same; the results
            say of how many.
        engine: where cells are run, in place of this machine's processes.

    Raises:
        OSError: the store cannot be written; another run is under way in it; or a worker died: what is done stays, and
            the next run goes on.
        ValueError: the engine is unavailable, or a cell cannot be run.
    """
    name, suite, jobs = benchmark
    store = open_store(out)
    works = [_work(suite, job) for job in jobs]
    session = Session(
        f"benchmark {name}", store, engine or LocalEngine(workers), cells=len(works),
        cost=sum(work.cost for work in works), summary=_loyalty_text, any_code=any_code, plain=plain,
    )  # fmt: skip
    with session:
        started, origin = datetime.now(UTC).isoformat(timespec="seconds"), provenance()
        results = _assemble(benchmark, session.run(works), started, origin)
        store.write("results.json", (json.dumps(file_content(results)) + "\n").encode())
        return results


def _work(suite: Suite, job: Job) -> Work:
    return Work(job.key, _setup(suite, job), _make, (suite, job), _cost(suite, job))


def _make(job: tuple[Suite, Job], store: Store) -> dict[str, Any]:
    with store.folder(_MODELS) as models:
        try:
            return run_cell(*job, models).model_dump(mode="json", exclude={CHECKSUM})
        except ValidationError as error:
            raise ValueError(one_line(error, Cell, "its results")) from None


def _setup(suite: Suite, job: Job) -> str:
    """A hash of all numbers that a cell depends on: its plan, scenarios, floors, and the shipped policies."""
    plan = None if job.plan is None else job.plan.model_dump(mode="json")
    configs = [config.model_dump(mode="json") for config in (job.config, *job.held_out)]
    floors = {use: floors.model_dump() for use, floors in suite.floor_ranges().items()}
    policies = {name: read_yaml(path) for name, path in shipped(job.config).items()}
    return hash_of([job.key, plan, configs, floors, suite.points, policies])


def _assemble(benchmark: Benchmark, done: list[Kept], started: str, origin: dict[str, Any]) -> Results:
    settings = settings_of(benchmark)
    others = Counter(one.code for one in done if one.code != origin["code"])
    return assembled({
        "suite": benchmark.name,
        "suite_hash": settings.suite_hash,
        "settings": settings,
        "keys": [job.key for job in benchmark.jobs],
        "scenarios": {name: hash_of(values) for name, values in settings.scenarios.items()},
        "held_out": {job.config.name: [config.name for config in job.held_out] for job in benchmark.jobs},
        "floors": benchmark.suite.floor_ranges(),
        "main": None if benchmark.suite.main is None else benchmark.suite.main.model_dump(),
        "twins": benchmark.suite.twins,
        "provenance": {**origin, "cells_of_other_code": dict(others)},
        "cells": [as_record(Cell, one.cell, f"cell {one.key} in the store") for one in done],
        "times": {
            "started": started,
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": {one.key: round(one.seconds, 1) for one in done},
        },
    })  # fmt: skip


def _cost(suite: Suite, job: Job) -> int:
    """About how much work a cell is, in decisions of PPO."""
    decisions, counts = job.config.horizon.decisions, suite.floors
    later = through_year_five(job.config) / job.config.horizon.episode_weeks  # episodes that a score takes
    scored = counts.home * (later + 1.0) + counts.held_out * len(job.held_out) * later  # at home once more, blind
    searches = counts.home + counts.held_out * len(job.held_out) if isinstance(job.plan, FloorByFloorPlan) else 1
    curve = 0 if job.plan is None else suite.points * counts.curve
    return int(searches * cost_of(job.plan, decisions) + _SCORED * decisions * (scored + curve))


def _loyalty_text(done: Kept) -> str:
    loyalty = done.cell["scored"][done.cell["scenario"]]["loyalty"]
    return f"loyalty {sum(loyalty) / len(loyalty):.1f}"
