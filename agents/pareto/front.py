"""A front as a file: schemes in units of their levers, returns with intervals, and how to reproduce it."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.pareto.search import Candidate, Front, FrontBudget
from agents.records import Amount, Interval, Number, Record, Share, as_record
from incentive_env import Config
from incentive_env.floors.reward_vector import OBJECTIVES
from incentive_env.support.sealed import RecordError, read_sealed
from incentive_env.support.statistics import interval
from incentive_env.support.texts import TextError

_DIGITS = 4  # of a return


class Unit(NamedTuple):
    """How the mean of an objective over the paid periods is shown."""

    label: str
    zero: float  # value shown for a return of 0
    step: float  # value of one unit of reward


UNITS = {
    "loyalty": Unit("true loyalty, points", 0.0, 100.0),
    "profit": Unit("profit, € a customer and year", 0.0, 10.0),
    "conversion": Unit("recorded conversion, %", 20.0, 10.0),
    "wellbeing": Unit("reps' well-being, points", 0.0, 100.0),
}


class FrontFileError(ValueError):
    """A file does not hold a front."""


def front_content(front: Front, config: Config, plan: FrontBudget, command: str) -> dict[str, Any]:
    """A front for JSON.

    ``returns`` are those of an episode, undiscounted, each with its 95 % interval over floors; a ``hypervolume`` is in
    the product of their units. ``kept`` is the share of bootstrap draws of the floors with the scheme on the front.
    """
    means = np.array([candidate.returns.mean(axis=0) for candidate in front.candidates if candidate.on_front])
    ideal = means.max(axis=0)
    box = float(np.prod(ideal - front.reference))
    return {
        "scenario": config.name,
        "command": command,
        "objectives": list(OBJECTIVES),
        "periods": dict.fromkeys(OBJECTIVES, float(config.horizon.decisions)),
        "reference_point": _named(front.reference),
        "ideal_point": _named(ideal),
        "hypervolume": _rounded(front.resampled.hypervolume._asdict()),
        "hypervolume_share": round(front.resampled.hypervolume.mean / box, _DIGITS),
        "search": {
            "method": "Optuna's NSGA-II from the hand-made schemes and a Sobol sequence",
            "schemes": front.tried,
            "on_front": front.promised,
            "floors": plan.floors,
            "seeds": front.search_seeds,
            "hypervolume_of_validated": round(front.promised_hypervolume, _DIGITS),
        },
        "validation": {
            "schemes": len(front.candidates),
            "on_front": len(means),
            "floors": plan.validation_floors,
            "seeds": [front.validation_seeds[0], front.validation_seeds[-1]],
        },
        "schemes": [_scheme(candidate) for candidate in front.candidates],
    }


class Scheme(Record):
    """A scheme that was validated."""

    name: str
    hand_made: bool
    on_front: bool
    kept: Share  # of the client's volume
    returns: dict[str, Interval]  # by objective
    scheme: dict[str, Number]  # by lever, in its unit


class FrontFile(Record):
    """What `front_content` returns."""

    scenario: str
    command: str
    objectives: tuple[str, ...]
    periods: dict[str, Amount]
    reference_point: dict[str, Number]
    ideal_point: dict[str, Number]
    hypervolume: dict[str, Number]  # mean, and interval of the bootstrap, which need not hold it
    hypervolume_share: Share
    search: dict[str, Any]
    validation: dict[str, Any]
    schemes: tuple[Scheme, ...]


def in_units(returns: NDArray[np.float64], periods: dict[str, float]) -> NDArray[np.float64]:
    """Returns ``[..., objectives]`` as means over the paid periods, in the units of `UNITS`."""
    zero = np.array([UNITS[name].zero for name in OBJECTIVES])
    step = np.array([UNITS[name].step / periods[name] for name in OBJECTIVES])
    return np.asarray(zero + returns * step)


def read_front(path: Path) -> dict[str, Any]:
    """Read a file with the content of `front_content`.

    Raises:
        FrontFileError: it cannot be read, or holds something else.
    """
    try:
        content = read_sealed(path)
    except (TextError, RecordError) as error:
        raise FrontFileError(str(error)) from None
    wanted = ("scenario", "objectives", "periods", "reference_point", "schemes")
    missing = [key for key in wanted if not isinstance(content, dict) or key not in content]
    if missing:
        raise FrontFileError(f"{path}: is not a front, {', '.join(missing)} missing; scripts/pareto.py find writes one")
    if content["objectives"] != list(OBJECTIVES):
        raise FrontFileError(f"{path}: objectives are {content['objectives']}, must be {list(OBJECTIVES)}")
    try:
        as_record(FrontFile, content, str(path))
    except RecordError as error:
        raise FrontFileError(str(error)) from None
    return dict(content)


def means_of(schemes: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Mean returns ``[schemes, objectives]`` of a file's schemes."""
    rows = [[scheme["returns"][name]["mean"] for name in OBJECTIVES] for scheme in schemes]
    return np.array(rows, np.float64).reshape(len(schemes), len(OBJECTIVES))


def _scheme(candidate: Candidate) -> dict[str, Any]:
    returns = zip(OBJECTIVES, candidate.returns.T, strict=True)
    return {
        "name": candidate.name,
        "hand_made": candidate.hand_made,
        "on_front": candidate.on_front,
        "kept": round(candidate.kept, _DIGITS),
        "returns": {name: _rounded(interval(values)._asdict()) for name, values in returns},
        "scheme": candidate.scheme._asdict(),
    }


def _named(point: NDArray[np.float64]) -> dict[str, float]:
    return _rounded(dict(zip(OBJECTIVES, point.tolist(), strict=True)))


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(number, _DIGITS) for name, number in numbers.items()}
