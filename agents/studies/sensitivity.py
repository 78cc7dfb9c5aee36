"""Which coefficients matter: Morris's elementary effects on the score, and on the lead of one policy over another."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.registry import load_policy
from agents.studies.coefficients import Coefficient
from agents.studies.kept import Kept, computed
from incentive_env import Config, ConfigError, load_config
from incentive_env.studies.evaluate import evaluate, evaluation_seeds
from incentive_env.support.progress import Progress

_TRIES = 1000  # trajectories drawn for one that the configuration takes


class Point(NamedTuple):
    """One evaluation."""

    config: Config
    values: dict[str, float]  # by dotted key
    policies: tuple[str, str]
    floors: int


Measure = Callable[[Point], NDArray[np.float64]]  # → scores [policies, floors]


def draw_design(
    config: Config, moved: Sequence[Coefficient], trajectories: int, levels: int, seed: int
) -> NDArray[np.float64]:
    """Morris's design ``[trajectories, coefficients + 1, coefficients]``, in shares 0 … 1 of the intervals.

    From point to point of a trajectory one coefficient moves. A trajectory with a point that the configuration refuses
    is drawn anew. The first trajectories of a longer design are those of a shorter one.

    Raises:
        ValueError: no trajectory is found that the configuration takes.
    """
    drawn = []
    with Progress("trajectories", trajectories) as progress:
        for number in range(trajectories):
            tries = (_trajectory(moved, levels, [seed, number, attempt]) for attempt in range(_TRIES))
            trajectory = next((one for one in tries if _accepted(config, moved, one)), None)
            if trajectory is None:
                raise ValueError(f"no trajectory in {_TRIES} has only points that the configuration takes")
            drawn.append(trajectory)
            progress.move(number + 1)
    return np.stack(drawn)


def all_values(moved: Sequence[Coefficient], design: NDArray[np.float64]) -> list[dict[str, float]]:
    """The coefficients' values at each point of a design, trajectory by trajectory."""
    low, high = np.array([one.low for one in moved]), np.array([one.high for one in moved])
    rows = low + design.reshape(-1, len(moved)) * (high - low)
    return [dict(zip([one.key for one in moved], row.tolist(), strict=True)) for row in rows]


def measure(point: Point) -> NDArray[np.float64]:
    """Scores ``[policies, floors]`` with the coefficients of a point."""
    config = load_config(point.config, point.values)
    seeds = evaluation_seeds(point.floors)
    return np.stack([evaluate(config, load_policy(name, config), seeds).loyalty for name in point.policies])


def evaluate_points(
    points: Sequence[Point], kept: Kept, processes: int = 1, measured: Measure = measure
) -> NDArray[np.float64]:
    """Scores ``[points, policies, floors]``; those that the run has already are not computed again."""
    return np.stack([np.asarray(one) for one in computed(points, kept, processes, measured, "evaluations")])


def sensitivity(
    moved: Sequence[Coefficient], design: NDArray[np.float64], levels: int, points: Sequence[Point], kept: Kept,
    processes: int = 1, measured: Measure = measure,
) -> dict[str, Any]:  # fmt: skip
    """Effects of all coefficients on all outputs, as plain data; and how sure the lead is over all points."""
    scores = evaluate_points(points, kept, processes, measured)
    outputs = {"score": scores[:, 0], "advantage": scores[:, 0] - scores[:, 1], "base": scores[:, 1]}
    found = {name: effects(moved, design, values, levels) for name, values in outputs.items()}
    lead = outputs["advantage"].mean(axis=1)
    return {
        "evaluations": len(points),
        "lead": {"mean": float(lead.mean()), "least": float(lead.min()), "most": float(lead.max()),
                 "share_ahead": float((lead > 0.0).mean())},
        "coefficients": {
            one.key: {"value": one.value, "low": one.low, "high": one.high,
                      **{name: rows_of[one.key] for name, rows_of in found.items()}}
            for one in moved
        },
    }  # fmt: skip


def effects(
    moved: Sequence[Coefficient], design: NDArray[np.float64], values: NDArray[np.float64], levels: int
) -> dict[str, dict[str, float]]:
    """Morris's measures by key, in points of the output per whole interval of the coefficient.

    ``mu`` is the mean elementary effect, ``mu_star`` the mean of its size with the half-width ``mu_star_conf`` of its
    95 % interval over trajectories (bootstrap), ``sigma`` the spread: an effect that depends on the other coefficients,
    or is not straight. ``luck`` is the ``mu_star`` that the draw of so few floors gives to a coefficient without effect
    on the mean of all floors; what is not well above it may be no more than that.

    Args:
        moved: the coefficients.
        design: ``[trajectories, coefficients + 1, coefficients]``.
        values: ``[points, floors]`` of the output.
        levels: of the design.
    """
    from SALib.analyze import morris

    flat = design.reshape(-1, len(moved))
    effects = morris.analyze(
        _problem(moved), flat, values.mean(axis=1), num_resamples=1000, conf_level=0.95, num_levels=levels, seed=0
    )
    columns = {name: np.asarray(effects[name], np.float64) for name in ("mu", "mu_star", "mu_star_conf", "sigma")}
    spread = _effects_by_floor(design, values).std(axis=-1, ddof=1).mean(axis=0)
    columns["luck"] = np.sqrt(2.0 / np.pi) * spread / np.sqrt(values.shape[1])
    return {
        one.key: {name: float(column[place]) for name, column in columns.items()} for place, one in enumerate(moved)
    }


def ranked(found: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """Coefficients by the size of their effect on an output, the largest first."""
    return sorted(found["coefficients"].items(), key=lambda item: -item[1][name]["mu_star"])


def _problem(moved: Sequence[Coefficient]) -> dict[str, Any]:
    return {"num_vars": len(moved), "names": [one.key for one in moved], "bounds": [[0.0, 1.0]] * len(moved)}


def _trajectory(moved: Sequence[Coefficient], levels: int, chance: Sequence[int]) -> NDArray[np.float64]:
    from SALib.sample import morris

    seed = int(np.random.default_rng(chance).integers(2**31))
    trajectory: NDArray[np.float64] = morris.sample(_problem(moved), 1, num_levels=levels, seed=seed)
    return trajectory


def _accepted(config: Config, moved: Sequence[Coefficient], trajectory: NDArray[np.float64]) -> bool:
    try:
        for values in all_values(moved, trajectory):
            load_config(config, values)
    except ConfigError:
        return False
    return True


def _effects_by_floor(design: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Elementary effects ``[trajectories, coefficients, floors]``."""
    moves = np.diff(design, axis=1)
    steps = np.diff(values.reshape(*design.shape[:2], -1), axis=1)
    which = np.abs(moves).argmax(axis=2)[:, :, None]
    found = np.empty_like(steps)
    np.put_along_axis(found, np.broadcast_to(which, steps.shape), steps / np.take_along_axis(moves, which, 2), axis=1)
    return found
