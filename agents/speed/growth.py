"""How the cost of a decision grows with the size of what is simulated."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from agents.speed.timing import interleave, seconds_of
from agents.speed.work import NEUTRAL, pay
from incentive_env import Config, SalesFloorVectorEnv, load_config

FLOORS = 32  # where something else grows
DECISIONS = 3  # in a sample, where not the weeks grow
SIZES: dict[str, tuple[int, ...]] = {
    "reps": (6, 12, 24, 48),
    "slots": (25, 50, 100, 200),  # of a rep
    "floors": (16, 64, 256, 1024),
    "weeks": (8, 16, 32, 64),  # that floors run on without being opened anew
}
QUICK = {"reps": (6, 24), "slots": (25, 100), "floors": (16, 128), "weeks": (8, 32)}

_KEYS = {"reps": "salesforce.reps", "slots": "market.slots"}
_OPEN = {"client.may_leave": False, "money.insolvency": False}  # a floor that closes costs nothing from then on


def measure(config: Config, rounds: int, *, quick: bool = False) -> dict[str, Any]:
    """Time batches of all sizes in turns, and fit what their cost grows with.

    Args:
        config: the scenario whose sizes are varied, one at a time.
        rounds: how often each is timed.
        quick: two sizes of each.

    Returns:
        Content for a JSON file: by what grows, its sizes, seconds of a batch's decisions, and the exponent.
    """
    varied = QUICK if quick else SIZES
    tasks = {(what, size): _seconds_of_batch(config, what, size) for what, sizes in varied.items() for size in sizes}
    times = interleave(tasks, rounds, "growth")
    fits = {}
    for what, sizes in varied.items():
        seconds = [float(np.median(times[what, size])) for size in sizes]
        fits[what] = {"sizes": list(sizes), "seconds": seconds, "exponent": exponent(sizes, seconds)}
    return fits


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The power of the size that cost grows with: the slope of the least squares between the logarithms."""
    _, slope = np.polynomial.polynomial.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope)


def _seconds_of_batch(config: Config, what: str, size: int) -> Callable[[], float]:
    changed = load_config(config, {**_OPEN, **({_KEYS[what]: size} if what in _KEYS else {})})
    decisions = size // config.horizon.decision_weeks if what == "weeks" else DECISIONS
    floors = size if what == "floors" else FLOORS
    envs, action = SalesFloorVectorEnv(floors, changed), pay(changed, NEUTRAL, floors)()

    def play() -> None:
        for _ in range(decisions):
            envs.step(action)

    def task() -> float:
        envs.reset(seed=0)
        return seconds_of(play)

    return task
