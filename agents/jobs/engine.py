"""The contract of engines, and a session: batches of cells, each computed once, with progress and time left."""

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
    """Computes cells. It is entered once and may receive several batches."""

    def __enter__(self) -> Self:
        """Start or join it.

        Raises:
            EngineError: it is unavailable.
        """

    def __exit__(self, *error: Any) -> None:
        """Release it at once."""

    def check(self, store: Store, probe: str, origin: Origin) -> None:
        """Check that every machine sees this store and has this code and these versions.

        Args:
            store: where cells are kept.
            probe: a file that is in the store.
            origin: code and versions of the calling program.

        Raises:
            EngineError: a machine differs; the message names it and what differs.
        """

    def run(self, works: Sequence[Work], store: Store, origin: Origin, *, any_code: bool, note: Note) -> Iterator[Kept]:
        """Compute cells and yield each once, after it is in the store. Cells of a lost worker are computed again.

        Raises:
            CellError: a cell cannot be computed.
            ChildProcessError: workers were lost and the engine cannot recover; finished cells are kept.
        """


def engine_named(name: str, *, workers: int | None = None, address: str | None = None) -> Engine:
    """An engine by its name.

    Args:
        name: ``local``, processes of this machine; ``ray``, a cluster.
        workers: cells computed at the same time; by default one per core.
        address: of the cluster, ``HOST:PORT``; by default a Ray on this machine alone.

    Raises:
        EngineError: there is no such engine, or it takes no address.
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
    """Computes batches of cells into one store. Entering it checks that everything fits, before any work is done.

    Args:
        label: name in progress lines.
        store: where cells are kept; cells already there, from the same code, versions and numbers, are not computed
            again.
        engine: what computes them.
        cells: how many, over all batches.
        cost: of all of them, in the unit of `Work.cost`.
        summary: a few words about a finished cell.
        any_code: also accept cells that other code computed.
        plain: progress as lines even on a terminal.
        quiet: no progress at all.
    """

    def __init__(
        self, label: str, store: Store, engine: Engine, *, cells: int, cost: float, summary: Callable[[Kept], str],
        any_code: bool = False, plain: bool = False, quiet: bool = False,
    ) -> None:  # fmt: skip
        self._label, self._store, self._engine = label, store, engine
        self._cells, self._cost, self._summary = cells, cost, summary
        self._any_code, self._plain, self._quiet = any_code, plain, quiet
        self._stack = ExitStack()
        self._progress: Progress | None = None
        self._done, self._number = 0.0, 0  # cost, and cells, so far

    def __enter__(self) -> Self:
        """Start the engine, lock the store, and check that they fit.

        Raises:
            EngineError: they do not fit, or the engine is unavailable.
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
        """Compute the missing cells of a batch, and return the whole batch in order.

        Raises:
            CellError: a cell cannot be computed; finished cells stay.
            ChildProcessError: a worker was lost and the engine cannot recover.
        """
        found = {work.key: kept(work, self._store, self.origin, any_code=self._any_code) for work in works}
        done = {key: cell for key, cell in found.items() if cell is not None}
        left = sorted((work for work in works if work.key not in done), key=lambda work: -work.cost)
        costs = {work.key: work.cost for work in works}
        self._done += sum(costs[key] for key in done)
        self._number += len(done)
        progress = self._started()
        for cell in self._engine.run(left, self._store, self.origin, any_code=self._any_code, note=progress.note):
            done[cell.key] = cell
            self._done += costs[cell.key]
            self._number += 1
            result = f"{cell.key}: {self._summary(cell)}, {cell.seconds:.0f} s"
            progress.note(f"{self._number:3d} of {self._cells}  {result}")
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
