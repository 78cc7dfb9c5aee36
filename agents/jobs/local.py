"""Cells over processes of this machine."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import Any, Self

from agents.jobs.errors import EngineError
from agents.jobs.store import Store
from agents.jobs.work import Kept, Note, Origin, Work, make
from incentive_env import load_config
from incentive_env.policies.fixed import FIXED, FixedPolicy
from incentive_env.studies.evaluate import evaluate


class LocalEngine:
    """Processes of this machine; a single worker is this process itself. See `agents.jobs.engine.Engine`."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Workers start when they are first needed."""
        return self

    def __exit__(self, *error: Any) -> None:
        """End all workers at once."""
        if self._pool is not None:
            if error[0] is not None:
                _end_workers()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def check(self, store: Store, probe: str, origin: Origin) -> None:
        """Code and machine are the same; but no other process sees a store in memory."""
        if self._workers > 1 and not store.shared:
            raise EngineError(f"store {store.place}: only this process sees it; use --workers 1")

    def run(self, works: Sequence[Work], store: Store, origin: Origin, *, any_code: bool, note: Note) -> Iterator[Kept]:
        """See `agents.jobs.engine.Engine`; a worker's death ends the run."""
        if not works:
            return
        if self._workers == 1:
            yield from (make(work, store, origin, any_code=any_code) for work in works)
            return
        pool = self._started()
        waiting: set[Future[Kept]] = {pool.submit(make, work, store, origin, any_code=any_code) for work in works}
        try:
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    yield future.result()
        except (KeyboardInterrupt, GeneratorExit):
            _end_workers()
            raise
        except BrokenProcessPool:
            raise ChildProcessError(
                f"a worker died; finished cells are kept in {store.place}, run again to continue"
            ) from None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            _compile_once()
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
            )
        return self._pool


def _compile_once() -> None:
    """Fill the compiler's cache, so that workers need not compile."""
    config = load_config("small")
    evaluate(config, FixedPolicy(FIXED["flat_salary"].scheme, config), range(2))


def _begin(parent: int) -> None:
    """Make a worker end as soon as its parent is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _end_workers() -> None:
    """Terminate workers, which would otherwise finish their cells first."""
    for worker in active_children():
        worker.terminate()
