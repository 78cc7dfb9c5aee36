"""Fit the shared coefficients to all facts and field defaults at once, and measure what they leave open.

Example:
    python scripts/maintain/calibrate.py fit --run runs/calibration
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
import yaml
from numpy.typing import NDArray
from rich.table import Table

from agents.options import Resume, Run
from agents.search.evolution import Objective, SearchBudget, Start, search
from agents.studies.defaults import put_in_force
from incentive_env import Config, load_config
from incentive_env.cli.common import command, console, group, save
from incentive_env.cli.options import Json, Processes, Scenario, Seed, written
from incentive_env.support.files import write_text, written_whole
from incentive_env.support.locks import locked
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import FIT_SEEDS, FRESH_FIT_SEEDS
from incentive_env.support.tables import largest, rich_table
from incentive_env.support.texts import read_json
from incentive_env.support.threads import most_threads
from incentive_env.validation import DEFAULTS, FACTS
from incentive_env.validation.calibration import (
    KEYS,
    PARAMETERS,
    Fit,
    coefficients,
    fit_of,
    point_of,
    posterior_spread,
    sensitivities,
)

main = group(__doc__)
FitFloors = Annotated[int, typer.Option(min=16, max=10_000, metavar="N", help="number of floors")]

NEXT_STEPS = """\
Written: the defaults in incentive_env/config/, and docs/configuration.md. What depends on them, in this order:
  UPDATE_GOLDEN=1 .venv/bin/pytest tests/test_golden.py    and name tests/golden/telesales.json in CHANGELOG.md
  make validate lessons
  python scripts/maintain/calibrate.py identify --out docs/results/calibration.json
  python scripts/maintain/calibrate.py ensemble --moves docs/results/calibration.json
The shipped policies and the results in docs/results belong to the old values: search, train and measure them again.
"""


@command(main)
def fit(
    run: Run,
    out: Annotated[Path, written("YAML file for the coefficients")] = Path("runs/calibration.yaml"),
    config: Scenario = "telesales",
    generations: Annotated[int, typer.Option(min=1, max=10_000)] = 40,
    population: Annotated[int, typer.Option(min=3, max=1000, help="points in a generation")] = 14,
    floors: FitFloors = 48,
    seed: Seed = 0,
    processes: Processes = 2,
    resume: Resume = False,
) -> None:
    """Fit by CMA-ES; write the coefficients.

    Example:
        python scripts/maintain/calibrate.py fit --run runs/calibration --out runs/calibration.yaml
    """
    scenario = load_config(config)
    start = point_of(scenario)
    plan = SearchBudget(generations, population, floors, 2 * floors, seed=seed, bounds=(0.0, 1.0))
    with locked(run), _objective(scenario, start, processes) as objective:
        found = search(
            objective, [Start(scenario.name, start, 0.08)], plan, checkpoint_path=run / "calibration.json",
            description={"config": scenario.model_dump(), "keys": KEYS}, resume=resume, label="calibration",
        )  # fmt: skip
    point = found.winner.point
    fits = [fit_of(scenario, p, start, FIT_SEEDS[: 2 * floors], everything=True) for p in (start, point)]
    _write_coefficients(out, coefficients(point), fits[1])
    console().print(_moves_table(start, point))
    console().print(_fits_table(fits))


@command(main)
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file that `fit` wrote")],
) -> None:
    """Make fitted coefficients the defaults of `incentive_env/config/`, and update docs/configuration.md.

    Example:
        python scripts/maintain/calibrate.py apply runs/calibration.yaml
    """
    table = Table("coefficient", "before", "now", title="New defaults")
    for key, values in put_in_force(file).items():
        table.add_row(key, *(f"{value:g}" for value in values))
    console().print(table)
    print(NEXT_STEPS, end="")


@command(main)
def identify(
    out: Annotated[Path, written("JSON file for what each coefficient moved")],
    config: Scenario = "telesales",
    floors: FitFloors = 64,
    step: Annotated[float, typer.Option(min=0.01, max=0.5, help="of a coefficient's range, to either side")] = 0.1,
    processes: Processes = 2,
) -> None:
    """Measure what each coefficient moves, and which ones the facts do not pin down.

    Example:
        python scripts/maintain/calibrate.py identify --out runs/identified.json
    """
    found = identification(load_config(config), floors, step, processes)
    console().print(_identification_table(found))
    save(out, found)


@command(main)
def ensemble(
    moves: Annotated[Path, typer.Option(help="what `identify` wrote")],
    config: Scenario = "telesales",
    directory: Annotated[Path, written("folder for the members", folder=True)] = Path("configs"),
    members: Annotated[int, typer.Option(min=1, max=100)] = 5,
    floors: FitFloors = 96,
    least: Annotated[int, typer.Option(help="facts that a member must hold, of those a fit measures")] = 13,
    tries: Annotated[int, typer.Option(min=1, max=10_000, help="points drawn at most")] = 60,
    seed: Seed = 0,
    processes: Processes = 2,
    out: Json = None,
) -> None:
    """Draw calibrations from what the facts leave open; keep those that hold as well. Exit code 1 if too few do.

    What is written of a member was measured on floors that it was not chosen on.

    Example:
        python scripts/maintain/calibrate.py ensemble --moves docs/results/calibration.json
    """
    scenario = load_config(config)
    threads = min(processes, most_threads())
    with locked(directory):
        chosen = _draw_members(scenario, moves, members, floors, least, tries, seed, processes)
        kept = [
            (point, fit_of(scenario, point, point, FRESH_FIT_SEEDS[:floors], everything=True, threads=threads))
            for point in chosen
        ]
        for number, (point, result) in enumerate(kept, start=1):
            _write_member(directory / f"{scenario.name}_{number}.yaml", scenario, number, point, result)
    print(f"{len(kept)} of {members} members written to {directory}")
    save(out, [_member_row(scenario, *member) for member in kept])
    if len(kept) < members:
        raise typer.Exit(1)


def identification(config: Config, floors: int, step: float, processes: int) -> dict[str, Any]:
    """Moves of all figures with all coefficients, and the spread that the facts leave to each coefficient."""
    point = point_of(config)
    ends = [point.copy() for _ in range(2 * len(point))]
    for index in range(len(point)):
        ends[2 * index][index] = max(0.0, point[index] - step)
        ends[2 * index + 1][index] = min(1.0, point[index] + step)
    jobs = [(config, end, point, FIT_SEEDS[:floors]) for end in ends]
    measured: dict[bytes, dict[str, float]] = {}
    with ProcessPoolExecutor(processes) as pool, Progress("coefficients", len(jobs)) as progress:
        for number, (end, result) in enumerate(zip(ends, pool.map(_measure, jobs), strict=True), start=1):
            measured[end.tobytes()] = result.figures
            progress.move(number)
    names, moves = sensitivities(lambda moved: measured[moved.tobytes()], point, step)
    at_point = _measure((config, point, point, FIT_SEEDS[:floors])).units
    units = np.array([at_point[name] for name in names])
    spread, precision, directions = posterior_spread(moves, units)
    order = np.argsort(spread)
    loosest = directions[:, 0]
    return {
        "config": config.name, "floors": floors, "step": step, "figures": names, "units": units.tolist(),
        "coefficients": {
            KEYS[i]: {"value": coefficients(point)[KEYS[i]], "low": PARAMETERS[i].low, "high": PARAMETERS[i].high,
                      "spread": round(float(spread[i]), 4),
                      "moves": dict(zip(names, np.round(moves[:, i] / units, 3).tolist(), strict=True))}
            for i in order
        },
        "precision": np.round(precision, 2).tolist(),
        "loosest_direction": {KEYS[i]: round(float(loosest[i]), 3) for i in np.argsort(-abs(loosest))[:6]},
        "directions": np.round(directions, 5).tolist(),
    }  # fmt: skip


@contextmanager
def _objective(config: Config, start: NDArray[np.float64], processes: int) -> Iterator[Objective]:
    """Minus the loss of each candidate; all of them meet the same floors."""
    with ProcessPoolExecutor(processes) as pool:

        def objective(candidates: NDArray[np.float64], seeds: Sequence[int]) -> NDArray[np.float64]:
            floors = range(seeds[0], seeds[0] + len(seeds))
            jobs = [(config, candidate, start, floors) for candidate in candidates]
            losses = [-result.loss for result in pool.map(_measure, jobs)]
            return np.tile(np.array(losses)[:, None], (1, len(seeds)))

        yield objective


def _measure(job: tuple[Config, NDArray[np.float64], NDArray[np.float64], Sequence[int]]) -> Fit:
    return fit_of(*job)


def _draw_members(
    config: Config, moves: Path, members: int, floors: int, least: int, tries: int, seed: int, processes: int
) -> list[NDArray[np.float64]]:
    try:
        stored = read_json(moves)
        directions, precision = np.array(stored["directions"]), np.array(stored["precision"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{moves}: is not what `calibrate.py identify` writes ({error})") from None
    if directions.shape != (len(KEYS), len(KEYS)):
        raise ValueError(f"{moves}: is of other coefficients; run `calibrate.py identify` again")
    point, random = point_of(config), np.random.default_rng(seed)
    points = [
        np.clip(point + directions @ (random.standard_normal(len(KEYS)) / np.sqrt(precision)), 0.0, 1.0)
        for _ in range(tries)
    ]
    kept: list[NDArray[np.float64]] = []
    with ProcessPoolExecutor(processes) as pool, Progress("members", members) as progress:
        for first in range(0, tries, processes):
            some = points[first : first + processes]
            jobs = [(config, drawn, point, FIT_SEEDS[:floors]) for drawn in some]
            for drawn, result in zip(some, pool.map(_measure, jobs), strict=True):
                defaults_hold = all(result.holds[name] for name in DEFAULTS)
                if defaults_hold and sum(result.holds.get(name, False) for name in FACTS) >= least:
                    kept.append(drawn)
            progress.move(min(len(kept), members))
            if len(kept) >= members:
                break
    return kept[:members]


def _write_coefficients(path: Path, values: dict[str, float], result: Fit) -> None:
    short = [name for name, holds in result.holds.items() if not holds]
    heading = (
        "# Written by `python scripts/maintain/calibrate.py fit`: coefficients fitted to all published facts\n"
        f"# and field defaults at once. Loss {result.loss:.4f}; falls short there: {', '.join(short) or 'none'}.\n"
    )
    write_text(path, heading + yaml.safe_dump(_tree(values), sort_keys=False))


def _write_member(path: Path, config: Config, number: int, point: NDArray[np.float64], result: Fit) -> None:
    short = [name for name in FACTS if not result.holds.get(name, True)]
    about = f"Another calibration that the published facts allow; falls short: {', '.join(short) or 'none'}."
    content = {"extends": config.name, "name": f"{config.name}_{number}", "description": about}
    heading = "# Written by `python scripts/maintain/calibrate.py ensemble`.\n"
    with written_whole(path) as partial:
        text = heading + yaml.safe_dump({**content, **_tree(coefficients(point))}, sort_keys=False, width=110)
        partial.write_text(text, encoding="utf-8")


def _member_row(config: Config, point: NDArray[np.float64], result: Fit) -> dict[str, Any]:
    base, mine = coefficients(point_of(config)), coefficients(point)
    return {
        "facts_held": sum(result.holds.get(name, False) for name in FACTS),
        "falls_short": [name for name, holds in result.holds.items() if not holds],
        "coefficients": {key: [base[key], mine[key]] for key in KEYS},
        "figures": result.figures,
    }


def _tree(values: dict[str, float]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        section, _, name = key.partition(".")
        tree.setdefault(section, {})[name] = value
    return tree


def _moves_table(start: NDArray[np.float64], point: NDArray[np.float64]) -> Table:
    before, after = coefficients(start), coefficients(point)
    rows = ((key, f"{low:g} … {high:g}", f"{before[key]:g}", f"{after[key]:g}") for key, low, high in PARAMETERS)
    return rich_table(("coefficient", "range", "before", "after"), rows, "Coefficients")


def _fits_table(fits: Sequence[Fit]) -> Table:
    rows = []
    for name, before in fits[0].figures.items():
        fact, _, part = name.partition(": ")
        band = {**FACTS, **DEFAULTS}[fact].bands[part]
        rows.append((name, f"{before:.3g}", f"{fits[1].figures[name]:.3g}", str(band)))
    title = f"Figures; loss {fits[0].loss:.4f} before, {fits[1].loss:.4f} after"
    return rich_table(("figure", "before", "after", "band"), rows, title)


def _identification_table(found: dict[str, Any]) -> Table:
    rows = []
    for key, row in found["coefficients"].items():
        moves = ", ".join(f"{name} {move:+.1f}" for name, move in largest(row["moves"], 3).items())
        rows.append((key, f"{row['value']:g}", f"{row['spread']:.2f}", moves))
    title = "What the facts say of each coefficient (spread as a share of its range; 0.29: nothing)"
    return rich_table(("coefficient", "value", "spread", "moves most, in units per range"), rows, title, left=(0, 3))


if __name__ == "__main__":
    main()
