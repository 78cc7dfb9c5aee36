"""Runs the cells of a suite over processes: each is written at once, and a killed run goes on with the rest."""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from agents.benchmark.cell import run_cell
from agents.benchmark.provenance import provenance
from agents.benchmark.results import Cell, Results, digest_of
from agents.benchmark.suite import Benchmark, Job, Suite, hash_of
from agents.plans import GradientPlan, Plan, RandomSearchPlan, SACPlan
from agents.progress import Progress
from incentive_env import Config
from incentive_env.config import read_yaml
from incentive_env.evaluation import evaluate
from incentive_env.files import write_json
from incentive_env.policies.files import shipped
from incentive_env.policies.fixed import FIXED, FixedPolicy

_CELLS, _MODELS = "cells", "models"
# What a decision costs beside one of PPO, about: for the time that is left, and to begin with what takes longest.
_EFFORT = {"recurrent_ppo": 2.5, "sac": 4.0, "tqc": 7.0, "anchored_ppo": 1.1}


class _Kept(NamedTuple):
    """A cell as it stands on disk."""

    cell: Cell
    seconds: float
    code: str  # digest of the code that made it


class _Made(NamedTuple):
    """By what a cell is made; taken when the run begins, so that an edit during it is not taken for its cause."""

    code: str
    versions: dict[str, str | None]


def run_suite(benchmark: Benchmark, out: Path, *, workers: int, plain: bool = False, any_code: bool = False) -> Results:
    """Run what is left of a suite.

    Args:
        benchmark: what is to be run.
        out: folder for cells, models and ``results.json``; cells that are there, and were made by the same code,
            versions and numbers, are not run again.
        workers: processes, this one if 1; the results are the same bits for any number.
        plain: progress as lines even on a terminal.
        any_code: cells are taken over from other code too, as long as all their numbers are the same; the results
            say of how many.

    Raises:
        OSError: another run is under way in the folder; or a worker died: what is done stays, and the next run goes on.
    """
    name, suite, jobs = benchmark
    with _alone_in(out):
        started, origin = datetime.now(UTC).isoformat(timespec="seconds"), provenance()
        made = _Made(origin["code"], origin["versions"])
        done = {job.key: found for job in jobs if (found := _read(out, suite, job, made, any_code)) is not None}
        left = sorted((job for job in jobs if job.key not in done), key=lambda job: -_cost(suite, job))
        total = sum(_cost(suite, job) for job in jobs)
        before = total - sum(_cost(suite, job) for job in left)
        with Progress(f"benchmark {name}", total, done=before, plain=plain, lines=50) as progress:
            _tell_where_it_stands(progress, len(jobs), len(left))
            for job, result in _run_all(suite, left, out, made, workers):
                done[job.key] = result
                before += _cost(suite, job)
                progress.note(_told(job, result, len(done), len(jobs)))
                progress.move(before)
        results = _assemble(benchmark, [done[job.key] for job in jobs], started, origin)
        write_json(out / "results.json", results.model_dump(mode="json"), indent=None)
        return results


def _run_all(suite: Suite, jobs: Sequence[Job], out: Path, made: _Made, workers: int) -> Iterator[tuple[Job, _Kept]]:
    """Cells as they come in; each is on disk before it is told of."""
    if not jobs:
        return
    if workers == 1:
        yield from ((job, _work(suite, job, out, made)) for job in jobs)
        return
    _compile_once(jobs[0].config)
    context = get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=context, initializer=_begin_worker, initargs=(os.getpid(),)
    ) as pool:
        waiting: dict[Future[_Kept], Job] = {pool.submit(_work, suite, job, out, made): job for job in jobs}
        try:
            while waiting:
                ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    job = waiting.pop(future)
                    yield job, future.result()
        except (KeyboardInterrupt, GeneratorExit):
            for worker in active_children():  # or they would end what they are at, minutes later
                worker.terminate()
            raise
        except BrokenProcessPool:
            raise ChildProcessError(f"a worker died; what is done is kept in {out}, run again to go on") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _work(suite: Suite, job: Job, out: Path, made: _Made) -> _Kept:
    done = run_cell(suite, job, out / _MODELS)
    kept = _Kept(done.cell, done.seconds, made.code)
    content = {"setup": _setup(suite, job), **made._asdict(), "seconds": done.seconds}
    write_json(_cell_file(out, job), {**content, "cell": done.cell.model_dump(mode="json")}, indent=None)
    return kept


def _compile_once(config: Config) -> None:
    """Fill the compiler's cache, so that the workers find it instead of compiling each for itself."""
    evaluate(config, FixedPolicy(FIXED["flat_salary"].scheme, config), range(2))


def _begin_worker(parent: int) -> None:
    """A worker whose parent was killed would go on for nobody: it ends as soon as it is an orphan."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _read(out: Path, suite: Suite, job: Job, made: _Made, any_code: bool) -> _Kept | None:
    """A cell of an earlier run; ``None`` where there is none, or it was made otherwise."""
    try:
        content = json.loads(_cell_file(out, job).read_text(encoding="utf-8"))
        if content["setup"] != _setup(suite, job) or content["versions"] != made.versions:
            return None
        if content["code"] != made.code and not any_code:
            return None
        return _Kept(Cell.model_validate(content["cell"]), float(content["seconds"]), str(content["code"]))
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


def _cell_file(out: Path, job: Job) -> Path:
    return out / _CELLS / f"{job.key}.json"


def _setup(suite: Suite, job: Job) -> str:
    """A hash of all numbers that a cell hangs on: its plan, scenarios, floors, and the policies that are shipped."""
    plan = None if job.plan is None else job.plan.model_dump(mode="json")
    configs = [config.model_dump(mode="json") for config in (job.config, *job.held_out)]
    floors = {use: floors.model_dump() for use, floors in suite.floor_ranges().items()}
    policies = {name: read_yaml(path) for name, path in shipped(job.config).items()}
    return hash_of([job.key, plan, configs, floors, suite.points, policies])


def _assemble(benchmark: Benchmark, done: list[_Kept], started: str, origin: dict[str, Any]) -> Results:
    content: dict[str, Any] = {
        "suite": benchmark.name,
        "suite_hash": benchmark.hash,
        "scenarios": {name: hash_of(config.model_dump(mode="json")) for name, config in benchmark.configs.items()},
        "held_out": {job.config.name: [config.name for config in job.held_out] for job in benchmark.jobs},
        "floors": {use: floors.model_dump() for use, floors in benchmark.suite.floor_ranges().items()},
        "cells": [one.cell.model_dump(mode="json") for one in done],
    }
    seconds = {one.cell.key: one.seconds for one in done}
    times = {"started": started, "ended": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": seconds}
    others = Counter(one.code for one in done if one.code != origin["code"])
    return Results(
        **content, provenance={**origin, "cells_of_other_code": dict(others)}, digest=digest_of(content), times=times
    )


def _cost(suite: Suite, job: Job) -> int:
    """About how much work a cell is, in decisions of PPO."""
    decisions = job.config.horizon.decisions
    floors = suite.floors.home + suite.floors.held_out * len(job.held_out)
    if job.plan is not None:
        floors += suite.points * suite.floors.curve
    return int(_of_training(job.plan, decisions)) + 2 * decisions * floors


def _of_training(plan: Plan | None, decisions: int) -> float:
    if plan is None:
        return 0.0
    if isinstance(plan, GradientPlan):
        steps = plan.hyper_parameters.gradient_steps / 8 if isinstance(plan, SACPlan) else 1.0
        return plan.total_timesteps * _EFFORT.get(plan.algorithm, 1.0) * steps
    candidates = plan.candidates if isinstance(plan, RandomSearchPlan) else plan.generations * plan.population
    return 0.5 * candidates * plan.floors * decisions


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Hold the folder for one run; the system lets go of it however the run ends."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # not on this system: two runs at once are the user's own care
            pass
        except OSError:
            raise OSError(f"{out}: another run is under way in this folder") from None
        yield


def _tell_where_it_stands(progress: Progress, cells: int, left: int) -> None:
    progress.note(f"{cells} cells, {cells - left} of them done already")


def _told(job: Job, done: _Kept, number: int, cells: int) -> str:
    loyalty = done.cell.scored[done.cell.scenario].loyalty
    return f"{number:3d} of {cells}  {job.key}: loyalty {sum(loyalty) / len(loyalty):.1f}, {done.seconds:.0f} s"
