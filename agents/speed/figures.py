"""What a file of figures holds, how it is measured part by part, and how it is read.

=============  =========================================================================================
key            content
=============  =========================================================================================
``format``     1
``quick``      whether it is a trial run, whose figures are rough
``provenance`` commit, versions and machine
``simulator``  `agents.speed.simulator.measure`: rates, nanoseconds, ratios to the reference loop
``guard``      `agents.speed.guard.measure`: the ratios that a check compares with; beside ``simulator``
``startup``    `agents.speed.startup.measure`: imports, first steps, memory
``growth``     `agents.speed.growth.measure`: exponents
``peers``      `agents.speed.comparison.measure`: other environments
``training``   `agents.speed.learning.measure`: the environment's share; with ``until_better``, where asked for
=============  =========================================================================================

A part that was not asked for is missing. Times are seconds, or nanoseconds where it says ``ns``; a figure with its
interval is ``{"value": …, "low": …, "high": …}``.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agents.provenance import provenance
from incentive_env import Config
from incentive_env.support.spelling import nearest

FORMAT = 1


class Order(NamedTuple):
    """What is to be measured."""

    config: Config
    rounds: int
    quick: bool


class Part(NamedTuple):
    """A part of the figures."""

    measure: Callable[[Order], dict[str, Any]]
    rounds: int  # unless told otherwise
    quick_rounds: int
    seconds: int  # about, with those rounds
    quick_seconds: int


def _simulator(order: Order) -> dict[str, Any]:
    from agents.speed import guard, simulator

    measured = {"simulator": simulator.measure(order.config, order.rounds, quick=order.quick)}
    ratios = guard.measure(order.config, order.rounds if order.quick else max(order.rounds, guard.ROUNDS))
    return {**measured, "guard": guard.plain_content(ratios)}


def _startup(order: Order) -> dict[str, Any]:
    from agents.speed import startup

    return {"startup": startup.measure(order.config, order.rounds, quick=order.quick)}


def _growth(order: Order) -> dict[str, Any]:
    from agents.speed import growth

    return {"growth": growth.measure(order.config, order.rounds, quick=order.quick)}


def _peers(order: Order) -> dict[str, Any]:
    from agents.speed import comparison

    return {"peers": comparison.measure(order.config, order.rounds, quick=order.quick)}


def _training(order: Order) -> dict[str, Any]:
    from agents.speed import learning  # loads torch

    return {"training": learning.measure(order.config, order.rounds, quick=order.quick)}


PARTS = {
    "simulator": Part(_simulator, 20, 2, 80, 8),
    "startup": Part(_startup, 7, 1, 80, 7),
    "growth": Part(_growth, 7, 2, 20, 3),
    "peers": Part(_peers, 3, 1, 110, 9),
    "training": Part(_training, 3, 1, 40, 8),
}


def chosen(names: str | None) -> list[str]:
    """Parts of a list with commas, in their order; all where there is none.

    Raises:
        ValueError: one of them is no part.
    """
    wanted = list(PARTS) if names is None else [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in PARTS:
            raise ValueError(f"no part {name!r}{nearest(name, PARTS)}; parts: {', '.join(PARTS)}")
    return [name for name in PARTS if name in wanted]


def measure(
    config: Config, parts: Sequence[str], *, rounds: int | None, quick: bool, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure some parts, one after the other.

    Args:
        config: the scenario.
        parts: names, of `PARTS`.
        rounds: how often everything is timed; as often as is good for a part where not given.
        quick: smaller and rougher.
        tell: is told what begins, and how long it will take.

    Returns:
        Content for a JSON file.
    """
    results: dict[str, Any] = {"format": FORMAT, "quick": quick, "provenance": provenance()}
    for name in parts:
        part = PARTS[name]
        usual, seconds = (part.quick_rounds, part.quick_seconds) if quick else (part.rounds, part.seconds)
        tell(f"{name}: about {seconds * (rounds or usual) / usual:.0f} s")
        results.update(part.measure(Order(config, rounds or usual, quick)))
    return results


def read_results(path: Path, *needed: str) -> dict[str, Any]:
    """The figures of a file.

    Args:
        path: of the file.
        needed: keys that it must hold.

    Raises:
        ValueError: it is missing, cannot be read, or does not hold them.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read: {error}") from None
    if not isinstance(results, dict) or results.get("format") != FORMAT:
        raise ValueError(f"{path}: holds no figures of scripts/maintain/speed.py")
    missing = [key for key in ("provenance", *needed) if not isinstance(results.get(key), dict)]
    if missing:
        raise ValueError(f"{path}: holds no {', '.join(missing)}; run scripts/maintain/speed.py --out {path}")
    return results
