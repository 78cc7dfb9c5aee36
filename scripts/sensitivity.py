"""Which coefficients matter: Morris's elementary effects on the score, and on the lead of a good scheme over flat pay.

Every coefficient of the model is moved through an interval of 20 % to either side of the scenario's value, clipped to
its bounds. Where that says nothing, it is moved otherwise. A value that is 0, is negative, or is a place on a scale
without a zero (loyalty's level) is moved by 20 % of its plausible range: the range in which it may be fitted
(`PARAMETERS`); for what a tactic does, from 0 to the most that any tactic does; else its bounds. Of a share that is
kept from week to week, what is lost is moved by 20 %. Left out are whole numbers, levers, rewards and the horizon, and
what only defines a scale or what is honest.

Example:
    python scripts/sensitivity.py --run runs/sensitivity --out runs/sensitivity.json --picture runs/sensitivity.png
"""

import difflib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from common import app, check_writable, console, user_errors, write_json, written_whole
from numpy.typing import NDArray
from rich.table import Table

from agents.evaluation import evaluate, evaluation_seeds
from agents.progress import Progress
from agents.registry import load_policy
from incentive_env import Config, ConfigError, load_config
from incentive_env.config import all_keys
from incentive_env.validation.calibration import PARAMETERS, value_of

main = app()
EXAMPLE = "Example: python scripts/sensitivity.py --run runs/sensitivity --out runs/s.json --picture runs/s.png"
OUTPUTS = {"score": "score of {policy}", "advantage": "lead of {policy} over {base}", "base": "score of {base}"}
SHOWN = ("score", "advantage")  # of them, in tables and the picture
_ROWS, _BARS, _LABELS = 30, 25, 9

_SECTIONS_LEFT_OUT = ("horizon", "levers", "neutral_scheme", "rewards", "rationality")
# What defines a scale or what is honest: moving it says the same as moving what is measured against it.
_DEFINITIONS = (
    "salesforce.weekly_hours", "loyalty.promoter", "loyalty.detractor", "loyalty.usual_trust", "loyalty.churn_at",
    "loyalty.usual_satisfaction", "loyalty.usual_irritation", "calls.usual_effort", "tactics.honest.lift",
    "tactics.honest.harm", "tactics.honest.debt", "tactics.honest.detectability", "tactics.honest.time",
    "tactics.honest.trust_loss",
)  # fmt: skip
_ON_A_SCALE = ("loyalty.level",)
_KEPT = ("customers.irritation_kept", "client.anger_kept", "workforce.sanction_memory")  # shares kept each week
_TRIES = 1000  # trajectories drawn for one that the configuration takes


class Coefficient(NamedTuple):
    """A number of the model, and the interval that it is moved through."""

    key: str
    value: float
    low: float
    high: float


class Point(NamedTuple):
    """One evaluation."""

    config: Config
    values: dict[str, float]  # by dotted key
    policies: tuple[str, str]
    floors: int


Measure = Callable[[Point], NDArray[np.float64]]  # → scores [policies, floors]


@main.command(epilog=EXAMPLE)
def run(
    policy: Annotated[str, typer.Option(help="the good scheme: a policy's name or path")] = "retention_first",
    base: Annotated[str, typer.Option(help="what it is compared with")] = "flat_salary",
    only: Annotated[list[str] | None, typer.Option(help="a section or key to move; repeatable")] = None,
    spread: Annotated[float, typer.Option(min=0.001, max=1.0, help="share moved to either side")] = 0.2,
    trajectories: Annotated[int, typer.Option(min=2, max=1000, help="elementary effects a coefficient")] = 6,
    levels: Annotated[int, typer.Option(min=4, max=100, help="places of an interval, an even number")] = 4,
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[list[str] | None, typer.Option("--set", help="dotted override; repeatable")] = None,
    floors: Annotated[int, typer.Option(min=2, max=10_000, help="floors, the same for every evaluation")] = 8,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="of the trajectories")] = 0,
    processes: Annotated[int, typer.Option(min=1, max=256)] = 1,
    directory: Annotated[Path | None, typer.Option("--run", help="directory for a file an evaluation")] = None,
    resume: Annotated[bool, typer.Option(help="go on with what the run has; also with more trajectories")] = False,
    out: Annotated[Path | None, typer.Option(help="JSON file for all effects")] = None,
    picture: Annotated[Path | None, typer.Option(help="PNG file for the largest effects")] = None,
) -> None:
    """Move every coefficient, one at a time along random trajectories, and say which ones the conclusions hang on."""
    with user_errors():
        for place in (directory, out, picture):
            check_writable(place)
        if levels % 2:
            raise ValueError(f"--levels {levels}: must be even")
        scenario = load_config(config, override or [])
        moved = coefficients(scenario, only or [], spread)
        for name in (policy, base):
            load_policy(name, scenario)  # a mistake in its name is told before any work
        about = {
            "scenario": scenario.name, "policy": policy, "base": base, "floors": floors, "levels": levels,
            "spread": spread, "seed": seed,
        }  # fmt: skip
        rows = Rows(directory, {**about, "config": scenario.model_dump(), "moved": moved}, resume=resume)
        design = draw_design(scenario, moved, trajectories, levels, seed)
        points = [Point(scenario, values, (policy, base), floors) for values in all_values(moved, design)]
        found = {**about, "trajectories": trajectories, **sensitivity(moved, design, levels, points, rows, processes)}
        titles = {name: title.format(policy=policy, base=base) for name, title in OUTPUTS.items()}
        for name in SHOWN:
            console().print(_table(found, name, titles[name]))
        print(told_lead(found))
        if out is not None:
            write_json(out, found)
        if picture is not None:
            draw(found, titles, picture)


def coefficients(config: Config, only: Sequence[str] = (), spread: float = 0.2) -> list[Coefficient]:
    """The coefficients to move, each with its interval.

    Args:
        config: the scenario.
        only: sections or keys; all of them where empty.
        spread: share moved to either side.

    Raises:
        ValueError: there is no coefficient of such a name.
    """
    keys = [key for key in all_keys() if _is_coefficient(key)]
    for name in only:
        if not any(_within(key, name) for key in keys):
            known = dict.fromkeys(key.rpartition(".")[0] for key in keys)
            close = difflib.get_close_matches(name, [*known, *keys], n=1, cutoff=0.0)
            raise ValueError(
                f"no coefficients {name!r}; nearest valid name: {close[0]}; sections: "
                f"{', '.join(dict.fromkeys(section.split('.')[0] for section in known))}"
            )
    return [_coefficient(config, key, spread) for key in keys if not only or any(_within(key, name) for name in only)]


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


class Rows:
    """The scores of the points evaluated so far; with a directory, a file for each, whole or not at all.

    Args:
        directory: of the run; ``None`` keeps nothing.
        description: of what is evaluated; a run goes on only with the same.
        resume: whether the directory may hold a run already.

    Raises:
        ValueError: it holds one and may not, or one of something else.
    """

    def __init__(self, directory: Path | None, description: dict[str, Any], *, resume: bool = False) -> None:
        self._folder = None if directory is None else directory / "points"
        if directory is None:
            if resume:
                raise ValueError("--resume: needs --run, the directory of the evaluations")
            return
        file, wanted = directory / "run.json", json.loads(json.dumps(description))
        if not file.exists():
            write_json(file, wanted)
            return
        if not resume:
            raise ValueError(f"{file}: holds a run already; resume it, or choose another directory")
        stored = _read_json(file)
        others = [key for key in wanted if stored.get(key) != wanted[key]]
        if others:
            raise ValueError(f"{file}: is of a run with another {', '.join(others)}; choose another directory")

    def read(self, number: int) -> NDArray[np.float64] | None:
        """Scores ``[policies, floors]`` of a point; ``None`` where it was not evaluated yet."""
        file = self._file(number)
        return None if file is None or not file.exists() else np.array(_read_json(file)["scores"])

    def write(self, number: int, scores: NDArray[np.float64]) -> None:
        """Keep the scores of a point."""
        file = self._file(number)
        if file is not None:
            write_json(file, {"scores": scores.tolist()})

    def _file(self, number: int) -> Path | None:
        return None if self._folder is None else self._folder / f"{number:06d}.json"


def measure(point: Point) -> NDArray[np.float64]:
    """Scores ``[policies, floors]`` with the coefficients of a point."""
    config = load_config(point.config, point.values)
    seeds = evaluation_seeds(point.floors)
    return np.stack([evaluate(config, load_policy(name, config), seeds).loyalty for name in point.policies])


def evaluate_points(
    points: Sequence[Point], rows: Rows, processes: int = 1, measured: Measure = measure
) -> NDArray[np.float64]:
    """Scores ``[points, policies, floors]``; those that the run has already are not computed again."""
    scores = {number: kept for number in range(len(points)) if (kept := rows.read(number)) is not None}
    missing = [number for number in range(len(points)) if number not in scores]
    jobs = [points[number] for number in missing]
    with (
        ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool,
        Progress("evaluations", len(points), done=len(scores)) as progress,
    ):
        results: Iterable[NDArray[np.float64]] = map(measured, jobs) if pool is None else pool.map(measured, jobs)
        for number, result in zip(missing, results, strict=True):
            rows.write(number, result)
            scores[number] = result
            progress.move(len(scores))
    return np.stack([scores[number] for number in range(len(points))])


def sensitivity(
    moved: Sequence[Coefficient], design: NDArray[np.float64], levels: int, points: Sequence[Point], rows: Rows,
    processes: int = 1, measured: Measure = measure,
) -> dict[str, Any]:  # fmt: skip
    """Effects of all coefficients on all outputs, as plain data; and how sure the lead is over all points."""
    scores = evaluate_points(points, rows, processes, measured)
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
    95 % interval over trajectories (bootstrap), ``sigma`` the spread: an effect that hangs on the other coefficients,
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
    told = morris.analyze(
        _problem(moved), flat, values.mean(axis=1), num_resamples=1000, conf_level=0.95, num_levels=levels, seed=0
    )
    columns = {name: np.asarray(told[name], np.float64) for name in ("mu", "mu_star", "mu_star_conf", "sigma")}
    spread = _effects_by_floor(design, values).std(axis=-1, ddof=1).mean(axis=0)
    columns["luck"] = np.sqrt(2.0 / np.pi) * spread / np.sqrt(values.shape[1])
    return {
        one.key: {name: float(column[place]) for name, column in columns.items()} for place, one in enumerate(moved)
    }


def told_lead(found: dict[str, Any]) -> str:
    """Whether the conclusion holds whatever the coefficients."""
    lead = found["lead"]
    return (
        f"{found['policy']} over {found['base']} at {found['evaluations']} points: {lead['mean']:+.1f} points "
        f"({lead['least']:+.1f} … {lead['most']:+.1f}), ahead at {100.0 * lead['share_ahead']:.1f} % of them"
    )


def draw(found: dict[str, Any], titles: dict[str, str], path: Path) -> None:
    """For the score and the lead: bars of the largest mu*, and mu* against sigma."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 15), dpi=110, layout="constrained")
    grid = figure.subplots(len(SHOWN), 2)
    for (left, right), name in zip(grid, SHOWN, strict=True):
        _draw_bars(left, ranked(found, name)[:_BARS], name)
        _draw_scatter(right, ranked(found, name), name)
        left.set_title(f"{titles[name].replace('_', ' ')}: the largest effects", fontsize=11)
        right.set_title("all effects; above the line they hang on the other coefficients, or on luck", fontsize=11)
    figure.suptitle(
        f"Sensitivity, {found['scenario']}: each coefficient ± {100.0 * found['spread']:g} %, "
        f"{found['trajectories']} trajectories on {found['floors']} floors",
        fontsize=13,
    )
    with written_whole(path) as partial:
        figure.savefig(partial, format="png")


def ranked(found: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """Coefficients by the size of their effect on an output, the largest first."""
    return sorted(found["coefficients"].items(), key=lambda item: -item[1][name]["mu_star"])


def _is_coefficient(key: str) -> bool:
    return key.split(".")[0] not in _SECTIONS_LEFT_OUT and key not in _DEFINITIONS and _field(key).annotation is float


def _within(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.")


def _coefficient(config: Config, key: str, spread: float) -> Coefficient:
    value, bounds = value_of(config, key), _bounds(key)
    size = value
    if key in _KEPT:
        size = 1.0 - value
    elif value <= 0.0 or key in _ON_A_SCALE:
        low, high = _plausible(config, key)
        size = high - low
    step = spread * size
    return Coefficient(key, value, max(value - step, bounds[0]), min(value + step, bounds[1]))


def _plausible(config: Config, key: str) -> tuple[float, float]:
    fitted = {parameter.key: (parameter.low, parameter.high) for parameter in PARAMETERS}
    if key in fitted:
        return fitted[key]
    if key.startswith("tactics."):
        column = key.rpartition(".")[2]
        return 0.0, max(getattr(tactic, column) for _, tactic in config.tactics)
    return _bounds(key)


def _bounds(key: str) -> tuple[float, float]:
    limits = {
        name: getattr(item, name) for item in _field(key).metadata for name in ("ge", "le") if hasattr(item, name)
    }
    return limits["ge"], limits["le"]


def _field(key: str) -> Any:
    section: Any = Config
    *branches, leaf = key.split(".")
    for branch in branches:
        section = section.model_fields[branch].annotation
    return section.model_fields[leaf]


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


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise ValueError(f"{file}: is damaged; delete it, and it is computed again") from None


def _table(found: dict[str, Any], name: str, title: str) -> Table:
    caption = (
        "points of loyalty per whole interval; mu*: mean size of the effect (95 %), mu: its mean, sigma: its spread, "
        "luck: mu* that the draw of so few floors may give by itself"
    )
    table = Table(title=f"{found['scenario']}: {title}", caption=caption)
    for heading in ("coefficient", "value", "moved", "mu*", "mu", "sigma", "luck"):
        table.add_column(heading, justify="left" if heading == "coefficient" else "right")
    for key, row in ranked(found, name)[:_ROWS]:
        told = row[name]
        table.add_row(
            key, f"{row['value']:.4g}", f"{row['low']:.4g} … {row['high']:.4g}",
            f"{told['mu_star']:.1f} ± {told['mu_star_conf']:.1f}", f"{told['mu']:+.1f}",
            f"{told['sigma']:.1f}", f"{told['luck']:.1f}",
        )  # fmt: skip
    return table


def _draw_bars(axes: Any, rows: list[tuple[str, dict[str, Any]]], name: str) -> None:
    told = [row[name] for _, row in rows]
    sizes = [one["mu_star"] for one in told]
    colours = ["#1e7d4f" if one["mu"] >= 0.0 else "#c0392b" for one in told]
    halves = [one["mu_star_conf"] for one in told]
    error = {"ecolor": "#34495e", "capsize": 2, "lw": 1.0}
    axes.barh([key for key, _ in rows], sizes, xerr=halves, color=colours, alpha=0.8, error_kw=error)
    axes.plot([one["luck"] for one in told], range(len(rows)), "|", color="black", ms=9, mew=2)
    axes.invert_yaxis()
    axes.set_xlim(left=0.0)
    axes.set_xlabel("mu*, points per interval (95 %); green: raises, red: lowers; black: luck")
    axes.tick_params(axis="y", labelsize=9)
    axes.grid(axis="x", alpha=0.25)


def _draw_scatter(axes: Any, rows: list[tuple[str, dict[str, Any]]], name: str) -> None:
    sizes = np.array([row[name]["mu_star"] for _, row in rows])
    spreads = np.array([row[name]["sigma"] for _, row in rows])
    axes.scatter(sizes, spreads, s=18, color="#34495e", alpha=0.6, lw=0)
    most = 1.05 * max(sizes.max(), spreads.max(), 1e-9)
    axes.plot([0.0, most], [0.0, most], ":", color="grey")
    right, top = 1.4 * max(sizes.max(), 1e-9), 1.1 * max(spreads.max(), 1e-9)
    axes.set_xlim(0.0, right)
    axes.set_ylim(-0.06 * top, top)
    labels: list[tuple[float, float]] = []  # a label stands right of its dot, or lower where another one is
    for place in sorted(range(min(_LABELS, len(rows))), key=lambda place: -spreads[place]):
        x, height = sizes[place], spreads[place]
        for other, taken in sorted(labels, key=lambda label: -label[1]):
            if abs(x - other) < 0.35 * right and abs(height - taken) < 0.028 * top:
                height = taken - 0.028 * top
        labels.append((x, height))
        axes.annotate(
            rows[place][0], (x, spreads[place]), xytext=(x + 0.02 * right, height), fontsize=8.5, va="center",
            arrowprops={"arrowstyle": "-", "color": "grey", "lw": 0.5},
        )  # fmt: skip
    axes.set_xlabel("mu*, points per interval")
    axes.set_ylabel("sigma, points per interval")
    axes.grid(alpha=0.25)


if __name__ == "__main__":
    main()
