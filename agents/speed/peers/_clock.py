"""What the scripts beside this file share: one CPU, one way to time, one line of JSON.

A script imports this module before its environment: libraries start their thread pools when they are imported, and
each is measured on one thread of one CPU.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

BATCHES = (16, 256, 1024, 4096, 16384)
CARTPOLE = (
    "An entity is a cart with its pole: one Euler step of four state variables (float64), one sine and one cosine, "
    "no random draw but the four uniforms of a reset; the step that only resets a fallen pole counts as an update."
)
WINDOWS = 5

for _pool in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_pool}_NUM_THREADS"] = "1"
if hasattr(os, "sched_setaffinity"):  # Linux; elsewhere the limits on threads have to do
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Loop(NamedTuple):
    """A stretch of stepping, long enough that timing it costs nothing.

    Attributes:
        play: Takes the steps, with actions drawn beforehand and episodes that end begun anew.
        steps: Environment steps in one play, counted over the batch.
        batch: Environments stepped together.
        entities: Entities that one environment updates in one step.
    """

    play: Callable[[], object]
    steps: int
    batch: int = 1
    entities: int = 1

    @property
    def updates(self) -> int:
        """Entities updated in one play."""
        return self.steps * self.entities


def run(build: Callable[[int], Loop], sizes: Sequence[int], *, peer: str, package: str, what: str) -> None:
    """Measures an environment at its best size and prints the result as one line of JSON.

    Args:
        build: Makes the loop of a given size.
        sizes: The sizes to try; what a size is (mostly the batch) is the script's affair.
        peer: The environment's name for readers.
        package: The distribution it comes from.
        what: What counts as an entity, and what one update of it does.
    """
    seconds = _seconds(peer)
    loop = max(map(build, sizes), key=lambda loop: _plays_per_second(loop, seconds / WINDOWS) * loop.updates)
    # Timed again: the luckiest of several short trials would flatter it.
    plays = _plays_per_second(loop, seconds)
    result = {
        "peer": peer,
        "package": package,
        "version": version(package),
        "batch": loop.batch,
        "updates_per_second": round(plays * loop.updates),
        "steps_per_second": round(plays * loop.steps),
        "entities_per_step": loop.entities,
        "what": what,
    }
    print(json.dumps(result, ensure_ascii=False))


def rows(envs: Any, actions: Iterable[Any], batch: int) -> Loop:
    """A loop that steps a batch once for each row of actions; the batch resets its own episodes."""
    actions = list(actions)

    def play() -> None:
        for row in actions:
            envs.step(row)

    return Loop(play, steps=len(actions) * batch, batch=batch)


def episodes(env: Any, actions: Iterable[Any], entities: int) -> Loop:
    """A loop that steps one environment, and resets it whenever an episode ends."""
    actions = list(actions)

    def play() -> None:
        for action in actions:
            _, _, *ended, _ = env.step(action)
            if any(ended):
                env.reset()

    return Loop(play, steps=len(actions), entities=entities)


def _seconds(peer: str) -> float:
    parser = argparse.ArgumentParser(description=f"Measures how fast {peer} updates its entities.")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for the best size; the trials take as much")
    return parser.parse_args().seconds


def _plays_per_second(loop: Loop, seconds: float) -> float:
    """The rate in the fastest window: what else the machine does can only slow an environment down."""
    loop.play()  # warms caches, compiles
    return max(_window(loop.play, seconds / WINDOWS) for _ in range(WINDOWS))


def _window(play: Callable[[], object], seconds: float) -> float:
    plays, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds or not plays:
        play()
        plays += 1
    return plays / elapsed
