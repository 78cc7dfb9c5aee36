"""A file of speed figures: what it holds, how each part is measured, and how it is read.

=============  =========================================================================================
key            content
=============  =========================================================================================
``format``     1
``quick``      whether it is a trial run, whose figures are rough
``provenance`` commit, versions and machine
``simulator``  `agents.speed.simulator.measure`: rates, nanoseconds, ratios to the reference loop
``guard``      `agents.speed.guard.measure`: the ratios that a check compares with
``startup``    `agents.speed.startup.measure`: imports, first steps, memory
``growth``     `agents.speed.growth.measure`: exponents
``peers``      `agents.speed.comparison.measure`: other environments
``training``   `agents.speed.learning.measure`: the environment's share; with ``until_better`` if asked for
=============  =========================================================================================

A part that was not measured is missing. Times are seconds, or nanoseconds where it says ``ns``; a figure with its
interval is ``{"value": …, "low": …, "high": …}``.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from agents.provenance import provenance
from incentive_env import Config
from incentive_env.support.sealed import read_sealed
from incentive_env.support.spelling import nearest

FORMAT = 1


class Part(NamedTuple):
    """A part of the figures."""

    module: str  # of this package; its `measure` takes the config, rounds and whether it is quick
    rounds: int  # by default
    quick_rounds: int
    seconds: int  # about, with those rounds
    quick_seconds: int


PARTS = {
    "simulator": Part("simulator", 8, 1, 130, 16),
    "startup": Part("startup", 7, 1, 80, 7),
    "growth": Part("growth", 7, 2, 20, 3),
    "peers": Part("comparison", 3, 1, 110, 9),
    "training": Part("learning", 3, 1, 40, 8),
}


def chosen(names: str | None) -> list[str]:
    """The parts in a comma-separated list, in their own order; all of them by default.

    Raises:
        ValueError: a name is not a part's.
    """
    wanted = list(PARTS) if names is None else [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in PARTS:
            raise ValueError(f"no part {name!r}{nearest(name, PARTS)}; parts: {', '.join(PARTS)}")
    return [name for name in PARTS if name in wanted]


def measure(
    config: Config, parts: Sequence[str], *, rounds: int | None, quick: bool, report: Callable[[str], None]
) -> dict[str, Any]:
    """Measure some parts, one after another.

    Args:
        config: the scenario.
        parts: names, of `PARTS`.
        rounds: how often everything is timed; by default as often as each part needs.
        quick: smaller and rougher.
        report: called with the name of each part as it begins, and about how long it takes.

    Returns:
        Content for a JSON file.
    """
    results: dict[str, Any] = {"format": FORMAT, "quick": quick, "provenance": provenance()}
    for name in parts:
        part = PARTS[name]
        usual, seconds = (part.quick_rounds, part.quick_seconds) if quick else (part.rounds, part.seconds)
        report(f"{name}: about {seconds * (rounds or usual) / usual:.0f} s")
        results[name] = import_module(f"agents.speed.{part.module}").measure(config, rounds or usual, quick=quick)
        if name == "simulator":
            from agents.speed import guard

            ratios = guard.measure(config, (rounds or usual) if quick else max(rounds or usual, guard.ROUNDS))
            results["guard"] = guard.plain_content(ratios)
    return results


def read_results(path: Path, *needed: str) -> dict[str, Any]:
    """The figures of a file.

    Args:
        path: of the file.
        needed: keys that it must hold.

    Raises:
        ValueError: it is missing, cannot be read, or does not hold them.
    """
    results = read_sealed(path)
    if not isinstance(results, dict) or results.get("format") != FORMAT:
        raise ValueError(f"{path}: holds no figures of scripts/maintain/speed.py")
    missing = [key for key in ("provenance", *needed) if not isinstance(results.get(key), dict)]
    if missing:
        raise ValueError(f"{path}: holds no {', '.join(missing)}; run scripts/maintain/speed.py --out {path}")
    return results
