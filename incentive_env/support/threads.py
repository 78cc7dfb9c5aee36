"""Threads of this process that share a piece of work; plain Python threads, so a process may fork and use several.

Not numba's own: its ``omp`` kills a child that was forked, and its ``workqueue`` ends the process when two Python
threads call in at once.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait


def most_threads() -> int:
    """How many threads a batch may use: one for each processor of this process, and two on any machine."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(there, 2)


def free_threads(jobs: int = 1) -> int:
    """Threads for each of some jobs side by side: two where so many processors have nothing to do, else one."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return 2 if there - busy >= 2 * jobs - 0.5 else 1


def check_threads(threads: int) -> None:
    """Refuse a number of threads that this process cannot have.

    Raises:
        ValueError: it is not a whole number from 1 to `most_threads`.
    """
    most = most_threads()
    if threads != int(threads) or not 1 <= threads <= most:
        raise ValueError(f"threads = {threads}: must be a whole number from 1 to {most}, the most this process may use")


def share_out(work: Callable[[int, int, int], None], items: int, threads: int) -> None:
    """Call ``work(first, end, thread)`` on several threads for consecutive shares of the items, and wait for all.

    Args:
        work: releases Python's lock, or the threads would take turns.
        items: number of items.
        threads: number of shares; the caller's thread takes one of them.
    """
    ends = [items * number // threads for number in range(threads + 1)]
    others = [_POOL.submit(work, ends[number], ends[number + 1], number) for number in range(1, threads)]
    try:
        work(0, ends[1], 0)
    finally:
        wait(others)  # whatever happens: they write to the caller's memory
    for other in others:
        other.result()


def _open_pool() -> None:
    """A fresh pool, whose threads start when first needed; a forked child has none of its parent's."""
    global _POOL
    _POOL = ThreadPoolExecutor(most_threads(), thread_name_prefix="incentive-env")


_POOL: ThreadPoolExecutor
_open_pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open_pool)
