"""Other environments beside this one, in turns, on one thread of the same CPU, each by the same rule.

The rule is that of `peers/_clock.py`: the fastest of a few windows counts, since whatever else the machine does can
only slow an environment down. The median of that over the rounds is reported.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from agents.speed import peer
from agents.speed.simulator import FLOORS
from agents.speed.timing import median, ratio
from agents.speed.work import batch_work
from incentive_env import Config
from incentive_env.model.state import empty_state
from incentive_env.support.progress import Progress

WINDOWS = 5  # as the peers have
QUICK = 2  # peers in a quick run: each takes seconds to start

Rate = Callable[[], float]
"""Entities updated a second."""


def measure(config: Config, rounds: int, *, quick: bool = False) -> dict[str, Any]:
    """Time this environment and every peer that is installed, in turns.

    Args:
        config: the scenario.
        rounds: how often each is timed.
        quick: shorter, with fewer windows of our own, and only the first peers.

    Returns:
        Content for a JSON file: entities updated a second, by us and by each peer; which peers are not installed, and
        which failed.
    """
    windows, seconds = (1, 0.1) if quick else (WINDOWS, 1.0)
    peers = peer.installed()[: QUICK if quick else None]
    ours: dict[str, list[float]] = {"core": [], "episodes": []}
    theirs: dict[str, list[dict[str, Any]]] = {one.name: [] for one in peers}
    failed: dict[str, str] = {}
    turns = rounds * (1 + len(theirs))
    with _on_one_cpu(), Progress("peers", turns, lines=turns) as progress:
        rates = {"core": core_rate(config), "episodes": episodes_rate(config)}
        done = 0
        for _ in range(rounds):
            for name, rate in rates.items():
                ours[name].append(max(rate() for _ in range(windows)))
            progress.move(done := done + 1)
            for one in peers:
                try:
                    theirs[one.name].append(peer.measure(one, seconds))
                except peer.PeerFailed as error:
                    failed[one.name] = error.reason
                progress.move(done := done + 1)
    return {
        "what": _what(config),
        "floors": FLOORS,
        "updates_per_second": {name: median(found)._asdict() for name, found in ours.items()},
        "rows": [_row(name, results, ours) for name, results in theirs.items() if name not in failed],
        "missing": peer.missing(),
        "failed": failed,
    }


def core_rate(config: Config) -> Rate:
    """Customers times weeks a second in the compiled simulation alone: what a loop in C would be compared with."""
    work = batch_work(config, FLOORS)

    def rate() -> float:
        work()
        return 1.0 / work.samples[-1].simulated

    return rate


def episodes_rate(config: Config) -> Rate:
    """Customers times weeks a second through `VectorEnv.step`, episode after episode.

    The time, but not the count, includes everything around them: reports, rewards, infos, and the burn-in of the next.
    """
    work = batch_work(config, FLOORS)
    return lambda: 1.0 / work()


def _row(name: str, results: list[dict[str, Any]], ours: dict[str, list[float]]) -> dict[str, Any]:
    rates = [result["updates_per_second"] for result in results]
    return {
        "name": name,
        **{key: results[-1][key] for key in ("peer", "package", "version", "batch", "entities_per_step", "what")},
        "updates_per_second": median(rates)._asdict(),
        "steps_per_second": float(np.median([result["steps_per_second"] for result in results])),
        "ours": {kind: ratio(found, rates)._asdict() for kind, found in ours.items()},  # times as many updates
    }


def _what(config: Config) -> str:
    size = config.slots
    state = empty_state(1, config.salesforce.reps, config.market.slots, config.market.products)
    return (
        f"An entity is a customer slot: a week in which it may be called, sold to and surveyed, finds out, complains, "
        f"cancels, leaves or comes, with its share of what its rep and its floor decide and are paid; "
        f"{sum(field.nbytes for field in state.customers) / size:.0f} bytes of state."
    )


@contextmanager
def _on_one_cpu() -> Iterator[None]:
    """Run on the last CPU allowed, where the peers run too; only Linux lets a process choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
