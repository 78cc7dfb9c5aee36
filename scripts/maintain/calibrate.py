"""Fit the shared coefficients to all facts and field defaults at once, and measure what they leave open.

Example:
    python scripts/maintain/calibrate.py identify --run runs/moves --out docs/results/calibration.json
    python scripts/maintain/calibrate.py fit --moves docs/results/calibration.json
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
import yaml
from numpy.typing import NDArray
from rich.table import Table

from agents.options import OptionalRun, Resume, check_resume
from agents.studies.defaults import put_in_force
from agents.studies.kept import Kept, computed
from incentive_env import Config, load_config
from incentive_env.cli.common import command, console, group, save
from incentive_env.cli.options import Json, Processes, Scenario, Seed, written
from incentive_env.support.files import write_text, written_whole
from incentive_env.support.locks import locked
from incentive_env.support.progress import Progress
from incentive_env.support.sealed import read_sealed
from incentive_env.support.seeds import FIT_SEEDS, FRESH_FIT_SEEDS
from incentive_env.support.statistics import Interval
from incentive_env.support.tables import largest, rich_table
from incentive_env.support.threads import most_threads
from incentive_env.validation import DEFAULTS, FACTS
from incentive_env.validation.calibration import (
    KEYS,
    PARAMETERS,
    Fit,
    band_of,
    coefficients,
    fit_of,
    point_of,
    posterior_spread,
    proposed,
    sensitivities,
    smallest_move,
)
from incentive_env.validation.contract import Part

main = group(__doc__)
Job = tuple[Config, NDArray[np.float64], NDArray[np.float64], Sequence[int]]
Moves = Annotated[Path, typer.Option(help="what `identify` wrote")]
FitFloors = Annotated[int, typer.Option(min=16, max=10_000, metavar="N", help="number of floors")]

RADII = (0.015, 0.03, 0.06, 0.12)  # of a step: how far a coefficient may move, as a share of its range

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
    moves: Moves,
    out: Annotated[Path, written("YAML file for the coefficients")] = Path("runs/calibration.yaml"),
    config: Scenario = "telesales",
    floors: FitFloors = 96,
    processes: Processes = 2,
) -> None:
    """Take a step of Gauss–Newton toward all bands at once; write the coefficients if it is better on fresh floors.

    Steps of several lengths are measured, all on the same floors. Repeat `identify` and `fit` until no step is better.

    Example:
        python scripts/maintain/calibrate.py fit --moves docs/results/calibration.json --out runs/calibration.yaml
    """
    scenario = load_config(config)
    start, slopes = point_of(scenario), _slopes(moves)
    first, others, fresh = FIT_SEEDS[:floors], FIT_SEEDS[floors : 2 * floors], FRESH_FIT_SEEDS[:floors]
    measured = _measure((scenario, start, start, first))
    points = [start, *(proposed(measured, slopes, start, radius) for radius in RADII)]
    jobs = [(scenario, point, start, others) for point in points]
    losses = [found.loss for found in computed(jobs, Kept(None, {}), processes, _measure, "steps")]
    for radius, loss in zip((0.0, *RADII), losses, strict=True):
        print(f"coefficients moved by up to {radius:.0%} of their ranges: loss {loss:.4f}")
    best = points[int(np.argmin(losses))]
    pair = [(scenario, point, start, fresh) for point in (start, best)]
    fits = computed(pair, Kept(None, {}), processes, _measure_everything, "on fresh floors")
    console().print(_moves_table(start, best))
    console().print(_fits_table(fits))
    if not fits[1].loss < fits[0].loss:
        print(f"no step is better; {out} was not written")
        return
    _write_coefficients(out, coefficients(best), fits[1])


@command(main)
def settle(
    moves: Moves,
    figures: Annotated[Path, typer.Option(help="what `validate.py --out` wrote of the scenario, on many floors")],
    out: Annotated[Path, written("YAML file for the coefficients")] = Path("runs/calibration.yaml"),
    config: Scenario = "telesales",
    radius: Annotated[float, typer.Option(min=0.001, max=0.2, help="of a move, as a share of a range")] = 0.02,
) -> None:
    """Move coefficients as little as it takes to bring figures at the ends of their bands inside; write them.

    Example:
        python scripts/maintain/calibrate.py settle --moves docs/results/calibration.json --figures runs/facts.json
    """
    point = point_of(load_config(config))
    rows = _identified(moves)
    units = dict(zip(rows["figures"], rows["units"], strict=True))
    parts = _parts_of(figures)
    slopes = {name: row * units[name] for name, row in _slopes(moves).items()}
    best = smallest_move(parts, slopes, point, radius)
    values = coefficients(best)
    write_text(
        out,
        "# Written by `python scripts/maintain/calibrate.py settle`.\n"
        + yaml.safe_dump(_tree(values), sort_keys=False),
    )
    console().print(_moves_table(point, best))
    for name, part in parts.items():
        moved = part.estimate.mean + float(slopes[name] @ (best - point)) if name in slopes else part.estimate.mean
        if not part.holds or abs(moved - part.estimate.mean) > 0.5 * (part.estimate.high - part.estimate.mean):
            print(f"{name}: {part.estimate.mean:.3g} measured, {moved:.3g} expected, band {part.band}")


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
    run: OptionalRun = None,
    resume: Resume = False,
    floors: FitFloors = 64,
    step: Annotated[float, typer.Option(min=0.01, max=0.5, help="of a coefficient's range, to either side")] = 0.1,
    processes: Processes = 2,
) -> None:
    """Measure what each coefficient moves, and which ones the facts do not pin down.

    Example:
        python scripts/maintain/calibrate.py identify --run runs/moves --out runs/identified.json
    """
    check_resume(run, resume)
    scenario = load_config(config)
    with locked(run):
        about = {"config": scenario.model_dump(), "keys": KEYS, "floors": floors, "step": step}
        found = identification(scenario, floors, step, processes, Kept(run, about, resume=resume))
    console().print(_identification_table(found))
    save(out, found)


@command(main)
def ensemble(
    moves: Moves,
    config: Scenario = "telesales",
    directory: Annotated[Path, written("folder for the members", folder=True)] = Path("configs"),
    members: Annotated[int, typer.Option(min=1, max=100)] = 5,
    floors: FitFloors = 96,
    spread: Annotated[
        float, typer.Option(min=0.01, max=1.0, help="of the members, as a share of what the facts leave open")
    ] = 0.5,
    least: Annotated[int, typer.Option(help="facts that a member must hold, of those a fit measures")] = 20,
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
        chosen = _draw_members(scenario, moves, members, floors, spread, least, tries, seed, processes)
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


def identification(config: Config, floors: int, step: float, processes: int, kept: Kept) -> dict[str, Any]:
    """Moves of all figures with all coefficients, and the spread that the facts leave to each coefficient."""
    point = point_of(config)
    ends = [point.copy() for _ in range(2 * len(point))]
    for index in range(len(point)):
        ends[2 * index][index] = max(0.0, point[index] - step)
        ends[2 * index + 1][index] = min(1.0, point[index] + step)
    jobs = [(config, end, point, FIT_SEEDS[:floors]) for end in ends]
    figures = computed(jobs, kept, processes, _figures, "coefficients")
    measured = dict(zip([end.tobytes() for end in ends], figures, strict=True))
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


def _measure(job: Job) -> Fit:
    return fit_of(*job)


def _measure_everything(job: Job) -> Fit:
    return fit_of(*job, everything=True)


def _figures(job: Job) -> dict[str, float]:
    return fit_of(*job).figures


def _parts_of(figures: Path) -> dict[str, Part]:
    """The figures that `validate.py` measured, by ``fact: part``."""
    try:
        return {
            (name := f"{row['id']}: {part['name']}"): Part(
                name, Interval(*(float(part[key]) for key in ("figure", "low", "high"))), band_of(name)
            )
            for row in read_sealed(figures) for part in row["parts"]
        }  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{figures}: is not what `validate.py --out` writes ({error})") from None


def _slopes(moves: Path) -> dict[str, NDArray[np.float64]]:
    """``[parameters]`` of each figure in its units, per whole range."""
    rows = _identified(moves)["coefficients"]
    return {name: np.array([rows[key]["moves"][name] for key in KEYS]) for name in rows[KEYS[0]]["moves"]}


def _identified(moves: Path) -> dict[str, Any]:
    """What `identify` wrote of these coefficients."""
    try:
        stored = dict(read_sealed(moves))
        same = set(stored["coefficients"]) == set(KEYS) and np.shape(stored["directions"]) == (len(KEYS), len(KEYS))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{moves}: is not what `calibrate.py identify` writes ({error})") from None
    if not same:
        raise ValueError(f"{moves}: is of other coefficients; run `calibrate.py identify` again")
    return stored


def _draw_members(
    config: Config,
    moves: Path,
    members: int,
    floors: int,
    spread: float,
    least: int,
    tries: int,
    seed: int,
    processes: int,
) -> list[NDArray[np.float64]]:
    stored = _identified(moves)
    directions, precision = np.array(stored["directions"]), np.array(stored["precision"])
    point, random = point_of(config), np.random.default_rng(seed)
    points = [
        np.clip(point + spread * directions @ (random.standard_normal(len(KEYS)) / np.sqrt(precision)), 0.0, 1.0)
        for _ in range(tries)
    ]
    kept: list[NDArray[np.float64]] = []
    with ProcessPoolExecutor(processes) as pool, Progress("members", members) as progress:
        for first in range(0, tries, processes):
            some = points[first : first + processes]
            jobs = [(config, drawn, point, FIT_SEEDS[:floors]) for drawn in some]
            for drawn, result in zip(some, pool.map(_measure, jobs), strict=True):
                usual = not result.refuted & set(DEFAULTS)
                if usual and sum(result.holds.get(name, False) for name in FACTS) >= least:
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
