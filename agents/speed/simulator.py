"""How fast floors run, alone and in batches, and how many times slower than the reference loop."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from agents.speed.reference import references
from agents.speed.timing import Floats, Task, interleave, median, ratio, seconds_of
from agents.speed.work import NEUTRAL, RANDOM, Work, batch_work, env_work
from incentive_env import Config
from incentive_env.support.threads import most_threads

FLOORS = 256  # of the headline and of the reference
REPEATED = 3  # calls of the reference in a sample, so that it lasts as long as a scheduler's time slice


class Kind(NamedTuple):
    """What is run."""

    env: str  # "Env", "gym.make" for the same in Gymnasium's checks, or "VectorEnv"
    floors: int
    threads: int
    pay: str


HEADLINE = Kind("VectorEnv", FLOORS, 1, NEUTRAL)
WORK = "work"  # beside the names of the reference's forms


def measure(config: Config, rounds: int, *, quick: bool = False, label: str = "simulator") -> dict[str, Any]:
    """Time everything in turns.

    Args:
        config: the scenario.
        rounds: how often each is timed.
        quick: without batches of 16, 128 and 1024.
        label: of the progress.

    Returns:
        Content for a JSON file: medians and their intervals, ``ns`` of a customer-week.
    """
    works = {kind: work_of(config, kind) for kind in kinds(quick)}
    loops = reference_tasks(config)
    tasks: dict[tuple[str, Kind | None], Task] = {("plain", None): loops["plain"]}
    for kind, work in works.items():
        # Each next to a reference of its own: the machine's speed may change within a round.
        tasks |= {("whole", kind): loops["whole"], ("bare", kind): loops["bare"], (WORK, kind): work}
    seconds = interleave(tasks, rounds, label)
    forms = {form: np.concatenate([times for (name, _), times in seconds.items() if name == form]) for form in loops}
    return {
        "reference": {form: {"ns": _ns(times)} for form, times in forms.items()},
        "rows": [
            _row(config, kind, work, seconds[WORK, kind], {form: seconds[form, kind] for form in ("whole", "bare")})
            for kind, work in works.items()
        ],
    }


def kinds(quick: bool = False) -> list[Kind]:
    """All that is run, small before large."""
    threads = most_threads()
    sizes = (1, FLOORS) if quick else (1, 16, 128, FLOORS, 1024)
    return [
        Kind("Env", 1, 1, NEUTRAL),
        Kind("Env", 1, 1, RANDOM),
        Kind("gym.make", 1, 1, NEUTRAL),
        *(Kind("VectorEnv", floors, count, NEUTRAL) for floors in sizes for count in (1, threads)),
        HEADLINE._replace(pay=RANDOM),
    ]


def work_of(config: Config, kind: Kind) -> Work:
    """The work of a kind."""
    if kind.env == "VectorEnv":
        return batch_work(config, kind.floors, kind.pay, threads=kind.threads)
    return env_work(config, kind.pay, wrapped=kind.env == "gym.make")


def reference_tasks(config: Config) -> dict[str, Task]:
    """The reference loops as tasks, in seconds a customer-week."""
    size = config.slots * config.horizon.decision_weeks
    customer_weeks = REPEATED * FLOORS * size
    return {form: _repeated(loop, customer_weeks) for form, loop in references(config, FLOORS).items()}


def _repeated(loop: Callable[[], None], customer_weeks: int) -> Task:
    def repeat() -> None:
        for _ in range(REPEATED):
            loop()

    def task() -> float:
        return seconds_of(repeat) / customer_weeks

    return task


def _row(config: Config, kind: Kind, work: Work, seconds: Floats, below: Mapping[str, Floats]) -> dict[str, Any]:
    size, weeks = config.slots, config.horizon.decision_weeks
    customer_weeks = 1.0 / float(np.median(seconds))
    return {
        **kind._asdict(),
        "ns": _ns(seconds),
        "customer_weeks_per_second": customer_weeks,
        "floor_weeks_per_second": customer_weeks / size,
        "env_steps_per_second": customer_weeks / size / weeks,
        "ratio": {form: ratio(seconds, times)._asdict() for form, times in below.items()},
        "outside": median(work.outside(len(seconds)))._asdict(),
        "cores": float(np.median(work.cores(len(seconds)))),
    }


def _ns(seconds: Floats) -> dict[str, float]:
    return median(1e9 * seconds)._asdict()
