"""Times that survive a noisy machine: tasks take turns, medians are reported, and ratios compare neighbors in time."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from incentive_env.support.progress import Progress

LEVEL = 0.95  # of every interval, at least

Task = Callable[[], float]
"""Does a piece of work and returns the seconds that a unit of it took; what is not to be timed it leaves out."""

Floats = NDArray[np.float64]
Name = TypeVar("Name")


class Median(NamedTuple):
    """A median and its interval."""

    value: float
    low: float
    high: float


def interleave(tasks: Mapping[Name, Task], rounds: int, label: str = "") -> dict[Name, Floats]:
    """Run tasks in turns, so that each meets the same states of the machine.

    Every other round runs in reverse, so that no task always follows the same other. A first round is not counted: it
    compiles code and touches memory.

    Args:
        tasks: by name.
        rounds: how often each is done.
        label: of the progress; empty shows none.

    Returns:
        Seconds a unit ``[rounds]`` by name. Entries at the same place belong to the same round.
    """
    names = list(tasks)
    seconds: dict[Name, Floats] = {name: np.empty(rounds) for name in names}
    with Progress(label, rounds + 1, quiet=not label) as progress:
        for turn in range(-1, rounds):
            for name in names if turn % 2 == 0 else reversed(names):
                took = tasks[name]()
                if turn >= 0:
                    seconds[name][turn] = took
            progress.move(turn + 2)
    return seconds


def seconds_of(work: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(values: ArrayLike) -> Median:
    """The median, with the interval of the sign test, which assumes no shape of the noise.

    Noise that outlasts a round makes neighboring rounds alike, and the interval too narrow; ratios of neighbors in time
    remove most of it. Below six values even the widest interval holds with less than `LEVEL`.
    """
    ordered = np.sort(np.asarray(values, np.float64))
    count = len(ordered)
    # The k-th smallest and the k-th greatest hold the median between them but for a chance of 2 P(B ≤ k − 1).
    cut = max(int(stats.binom.ppf((1.0 - LEVEL) / 2.0, count, 0.5)), 1)
    if cut > 1 and 2.0 * stats.binom.cdf(cut - 1, count, 0.5) > 1.0 - LEVEL:
        cut -= 1
    return Median(float(np.median(ordered)), float(ordered[cut - 1]), float(ordered[count - cut]))


def ratio(above: ArrayLike, below: ArrayLike) -> Median:
    """The median of the ratios, round by round."""
    return median(np.asarray(above, np.float64) / np.asarray(below, np.float64))
