"""Independent jobs over processes of this machine; what they give does not depend on how many processes there are."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Workers:
    """Runs jobs, at the same time if there are several processes.

    Args:
        processes: how many; one is this process itself.
    """

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Processes start with the first jobs."""
        return self

    def __exit__(self, *error: Any) -> None:
        """Jobs that have not begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, job: Callable[..., T], rows: Sequence[tuple[Any, ...]]) -> list[T]:
        """What ``job(*row)`` gives for each row, in their order."""
        if self._processes == 1:
            return [job(*row) for row in rows]
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._processes, mp_context=get_context("spawn"))
        return [future.result() for future in [self._pool.submit(job, *row) for row in rows]]
