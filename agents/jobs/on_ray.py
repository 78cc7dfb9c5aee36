"""Cells on a Ray cluster, or on a Ray of this machine alone; the tasks of a lost node run again."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, Self

from agents.jobs.errors import CellError, EngineError
from agents.jobs.joining import join
from agents.jobs.nodes import check_nodes, differences
from agents.jobs.store import Store
from agents.jobs.work import Kept, Note, Origin, Work, make, origin

# For a cell whose node or worker was lost. Limited, because a cell that takes all memory would kill one after another.
RETRIES = 10
_SUBMITTED = 1000  # cells handed to Ray at a time: enough for it to plan, and few enough to wait for quickly
_LOOK_EVERY = 2.0  # seconds between looks at the nodes


class RayEngine:
    """A Ray cluster. See `agents.jobs.engine.Engine`.

    Args:
        address: of its head, ``HOST:PORT``, or anything else `ray.init` takes; by default ``RAY_ADDRESS``, or a Ray
            on this machine alone.
        workers: cells computed at the same time; by default one per core of the cluster.
    """

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        self._address = address or os.environ.get("RAY_ADDRESS") or None
        self._workers = workers
        self._joined_here = False
        self._alive: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Join the cluster or start one; a program that has already joined one stays in it."""
        self._joined_here = join(self._address, self._workers)
        return self

    def __exit__(self, *error: Any) -> None:
        """Leave the cluster, which ends our tasks."""
        if self._joined_here:
            import ray

            ray.shutdown()

    def check(self, store: Store, probe: str, origin: Origin) -> None:
        """See `agents.jobs.engine.Engine`: every node is checked."""
        if not store.shared:
            raise EngineError(f"store {store.place}: only this process sees it; give a folder or URL that nodes share")
        self._alive = check_nodes(store, probe, origin)

    def run(self, works: Sequence[Work], store: Store, origin: Origin, *, any_code: bool, note: Note) -> Iterator[Kept]:
        """See `agents.jobs.engine.Engine`; Ray reruns the cells of a lost node."""
        import ray

        task = ray.remote(num_cpus=1, max_retries=RETRIES, retry_exceptions=False)(_make_on_node)
        queue = list(reversed(works))
        waiting: dict[Any, Work] = {}
        try:
            while queue or waiting:
                while queue and len(waiting) < (self._workers or _SUBMITTED):
                    work = queue.pop()
                    waiting[task.remote(work, store, origin, any_code)] = work
                ready, _ = ray.wait(list(waiting), timeout=_LOOK_EVERY)
                self._look_at_nodes(note)
                for reference in ready:
                    yield _result(reference, waiting.pop(reference))
        finally:
            for reference in waiting:  # no longer needed
                ray.cancel(reference, force=True)

    def _look_at_nodes(self, note: Note) -> None:
        import ray

        alive = {node["NodeID"]: _name(node) for node in ray.nodes() if node["Alive"]}
        for node in self._alive.keys() - alive.keys():
            note(f"node {self._alive[node]} is lost; other nodes run its cells again")
        for node in alive.keys() - self._alive.keys():
            note(f"node {alive[node]} has joined")
        if alive != self._alive and not any(node["Alive"] and node["Resources"].get("CPU") for node in ray.nodes()):
            note("no node is left to compute cells; waiting for one to join (Ctrl-C keeps finished cells)")
        self._alive = alive


def _make_on_node(work: Work, store: Store, asked: Origin, any_code: bool) -> Kept:
    """Compute a cell on a node, which may have joined after the check."""
    wrong = differences(asked, origin())
    if wrong:
        raise CellError(f"cell {work.key}: a node joined whose {'; '.join(wrong)}")
    return make(work, store, asked, any_code=any_code)


def _result(reference: Any, work: Work) -> Kept:
    import ray

    try:
        made: Kept = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, ray.exceptions.RayError):  # from sending it, not from computing it
            lines = str(error.cause).strip().splitlines()
            raise CellError(f"cell {work.key}: cannot start on its node: {lines[0] if lines else error}") from error
        raise error.cause from error
    except ray.exceptions.RayError as error:
        lines = str(error).strip().splitlines()
        raise ChildProcessError(
            f"cell {work.key}: given up, its worker was lost {RETRIES + 1} times; it may need more memory than a node "
            f"has. Finished cells are kept, run again to continue ({type(error).__name__}: {lines[0] if lines else ''})"
        ) from None
    return made


def _name(node: dict[str, Any]) -> str:
    return f"{node['NodeManagerAddress']} ({node['NodeID'][:6]})"
