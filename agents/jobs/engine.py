"""What engines have in common, and a session: batches of cells, each made once, with progress and time left."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Protocol, Self

from agents.jobs.errors import EngineError
from agents.jobs.store import Store, probed
from agents.jobs.work import Kept, Note, Origin, Work, kept, origin
from incentive_env.support.progress import Progress

ENGINES = ("local", "ray")


class Engine(Protocol):
    """Where cells are made. It is entered once, and may be given several batches."""

    def __enter__(self) -> Self:
        """Get hold of it.

        Raises:
            EngineError: it is unavailable.
        """

    def __exit__(self, *error: Any) -> None:
        """Let go of it, at once."""

    def check(self, store: Store, probe: str, origin: Origin) -> None:
        """See that wherever cells may be made, the store is this one and the code and versions are these.

        Args:
            store: where they are to be kept.
            probe: a file that is in the store.
            origin: code and versions of the program that asks.

        Raises:
            EngineError: they are not; the message names the machine, and what differs.
        """

    def run(self, works: Sequence[Work], store: Store, origin: Origin, *, any_code: bool, note: Note) -> Iterator[Kept]:
        """Make cells, and give each once as it comes in; it is in the store by then. A lost worker's are made again.

        Raises:
            CellError: one of them cannot be made.
            ChildProcessError: workers were lost and the engine does not go on by itself; what is done is kept.
        """


def engine_named(name: str, *, workers: int | None = None, address: str | None = None) -> Engine:
    """An engine by its name.

    Args:
        name: ``local``, processes of this machine; ``ray``, a cluster.
        workers: cells at the same time; as many as there are cores where not given.
        address: of the cluster, ``HOST:PORT``; a Ray of this machine alone where not given.

    Raises:
        EngineError: no such engine, or it takes no address.
    """
    if name == "local":
        if address is not None:
            raise EngineError(f"address {address!r}: is Ray's, and the engine is local; use --engine ray with it")
        from agents.jobs.local import LocalEngine

        return LocalEngine(workers)
    if name == "ray":
        from agents.jobs.on_ray import RayEngine

        return RayEngine(address, workers)
    raise EngineError(f"engine {name!r}: must be one of {', '.join(ENGINES)}")


class Session:
    """Makes batches of cells into one store. On entering, whatever does not fit is an error, before any work is done.

    Args:
        label: name in progress lines.
        store: where cells are kept; those that are there, and were made by the same code, versions and numbers, are
            not made again.
        engine: where they are made.
        cells: how many, over all batches.
        cost: of all of them, in the unit of `Work.cost`.
        told: a word about a cell that came in.
        any_code: cells are taken over from other code too.
        plain: progress as lines even on a terminal.
        quiet: no progress at all.
    """

    def __init__(
        self, label: str, store: Store, engine: Engine, *, cells: int, cost: float, told: Callable[[Kept], str],
        any_code: bool = False, plain: bool = False, quiet: bool = False,
    ) -> None:  # fmt: skip
        self._label, self._store, self._engine = label, store, engine
        self._cells, self._cost, self._told = cells, cost, told
        self._any_code, self._plain, self._quiet = any_code, plain, quiet
        self._stack = ExitStack()
        self._progress: Progress | None = None
        self._done, self._number = 0.0, 0  # cost, and cells, so far

    def __enter__(self) -> Self:
        """Get hold of the engine and of the store, and see that they fit.

        Raises:
            EngineError: they do not, or the engine is unavailable.
            StoreError: the store cannot be written, or another run holds it.
        """
        self.origin = origin()
        with ExitStack() as stack:
            stack.enter_context(self._engine)
            stack.enter_context(self._store.alone())
            with probed(self._store) as probe:
                self._engine.check(self._store, probe, self.origin)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)  # so that the engine knows whether to end its workers

    def run(self, works: Sequence[Work]) -> list[Kept]:
        """Make what is not there yet of a batch, and give all of it in its order.

        Raises:
            CellError: a cell cannot be made; what is done stays.
            ChildProcessError: a worker was lost, where the engine does not go on by itself.
        """
        found = {work.key: kept(work, self._store, self.origin, any_code=self._any_code) for work in works}
        done = {key: cell for key, cell in found.items() if cell is not None}
        left = sorted((work for work in works if work.key not in done), key=lambda work: -work.cost)
        costs = {work.key: work.cost for work in works}
        self._done += sum(costs[key] for key in done)
        self._number += len(done)
        progress = self._started()
        for cell in self._engine.run(
            left, self._store, self.origin, any_code=self._any_code, note=progress.note
        ):  # fmt: skip
            done[cell.key] = cell
            self._done += costs[cell.key]
            self._number += 1
            progress.note(f"{self._number:3d} of {self._cells}  {cell.key}: {self._told(cell)}, {cell.seconds:.0f} s")
            progress.move(int(self._done))
        return [done[work.key] for work in works]

    def _started(self) -> Progress:
        if self._progress is None:
            self._progress = self._stack.enter_context(
                Progress(
                    self._label, max(int(self._cost), 1), done=int(self._done), plain=self._plain, quiet=self._quiet,
                    lines=50,
                )
            )  # fmt: skip
            self._progress.note(f"{self._cells} cells, {self._number} of them done already")
        return self._progress
