"""A Pareto front of fixed schemes: loyalty, profit, conversion and well-being, and who pays for whose gain.

Example:
    python scripts/pareto.py find --out runs/front.json --picture runs/front.png
"""

import shlex
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from agents.pareto.front import UNITS, front_content, in_units, means_of, read_front
from agents.pareto.returns import worst_of_fixed
from agents.pareto.search import FrontBudget, find_front
from incentive_env import Config, ConfigError, load_config
from incentive_env.cli.common import command, console, group, save
from incentive_env.cli.options import PICTURE, Overrides, Picture, Scenario, Seed, Threads, written
from incentive_env.floors.reward_vector import OBJECTIVES, REFERENCE_POINTS, reference_point
from incentive_env.support.files import written_whole
from incentive_env.support.tables import rich_table, with_interval

main = group(__doc__)
_OF = ", ".join(OBJECTIVES)
_USUAL = FrontBudget()


@command(main)
def find(
    out: Annotated[Path, written("JSON file for the front")],
    picture: Picture = None,
    config: Scenario = "telesales",
    override: Overrides = None,
    population: Annotated[
        int, typer.Option(min=8, max=10_000, metavar="N", help="schemes in a generation")
    ] = _USUAL.population,
    generations: Annotated[int, typer.Option(min=1, max=10_000)] = _USUAL.generations,
    floors: Annotated[int, typer.Option(min=1, max=100_000, help="of the search")] = _USUAL.floors,
    finalists: Annotated[int, typer.Option(min=4, max=10_000, help="found schemes to validate")] = _USUAL.finalists,
    validation: Annotated[int, typer.Option(min=2, max=100_000, help="fresh floors")] = _USUAL.validation_floors,
    point: Annotated[
        str | None, typer.Option("--reference-point", help=f"four returns: {_OF}; write it with =")
    ] = None,
    seed: Seed = _USUAL.seed,
    threads: Threads = 1,
) -> None:
    """Look for schemes that no other beats in all objectives; keep those that stand on floors that none has seen.

    Example:
        python scripts/pareto.py find --out runs/front.json --picture runs/front.png
    """
    if out == picture:
        raise ValueError(f"--picture {picture}: is --out too, must be another file")
    scenario = load_config(config, override or [])
    reference = _reference_of(scenario) if point is None else _point(point)
    plan = FrontBudget(population, generations, floors, finalists, validation, seed)
    front = find_front(scenario, reference, plan, threads=threads)
    content = front_content(front, scenario, plan, _command(config, override or [], plan, point))
    console().print(_table(content))
    print(_told(content))
    save(out, content, "front")
    if picture is not None:
        _draw(content, picture)


@command(main)
def draw(
    front: Annotated[Path, typer.Argument(help="JSON file that `find` wrote")],
    out: Annotated[Path, PICTURE],
) -> None:
    """Draw a front that was found before.

    Example:
        python scripts/pareto.py draw docs/results/pareto.json --out runs/front.png
    """
    _draw(read_front(front), out)


@command(main)
def reference(
    config: Scenario = "telesales",
    override: Overrides = None,
    drawn: Annotated[int, typer.Option(min=1, max=100_000, help="even schemes, and as many of extremes")] = 128,
    floors: Annotated[int, typer.Option(min=1, max=100_000, help="the same for every scheme")] = 32,
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Measure what the worst fixed scheme returns in each objective, and the reference point that results.

    Example:
        python scripts/pareto.py reference --config contact_center
    """
    scenario = load_config(config, override or [])
    worst = worst_of_fixed(scenario, drawn, floors, seed=seed, threads=threads)
    periods = scenario.horizon.decisions
    rows = [
        (name, f"{total:.2f}", str(periods), f"{each:.1f}", f"{each * periods:.1f}")
        for name, total, each in zip(OBJECTIVES, worst.returns, worst.per_period, strict=True)
    ]
    headings = ("objective", "return", "periods", "a period, and below", "reference point")
    title = f"{scenario.name}: worst of {worst.schemes} fixed schemes, means of {floors} floors"
    console().print(rich_table(headings, rows, title))
    found = ", ".join(f"{value:.1f}" for value in worst.per_period)
    known = REFERENCE_POINTS.get(scenario.name)
    print(f"in incentive_env.floors.reward_vector: {known if known else 'none of that name'}; found here: ({found})")


def _reference_of(config: Config) -> np.ndarray:
    try:
        return reference_point(config)
    except ConfigError as error:
        raise ConfigError(f"{error}; --reference-point takes it") from None


def _point(text: str) -> np.ndarray:
    try:
        values = np.array([float(word) for word in text.split(",")])
    except ValueError:
        values = np.empty(0)
    if values.shape != (len(OBJECTIVES),) or not np.isfinite(values).all():
        raise ValueError(f"--reference-point {text!r}: must be four numbers with commas between: {_OF}")
    return values


def _command(config: str, overrides: list[str], plan: FrontBudget, point: str | None) -> str:
    named = {"config": config, **plan._asdict()}
    named["validation"] = named.pop("validation_floors")
    words = [f"--{name} {shlex.quote(str(value))}" for name, value in named.items()]
    words += [f"--set {shlex.quote(text)}" for text in overrides]
    words += [] if point is None else [f"--reference-point={point}"]
    return f"python scripts/pareto.py find {' '.join(words)} --out FILE.json"


def _draw(content: dict[str, Any], path: Path) -> None:
    from agents.pareto.picture import draw_front

    with written_whole(path) as partial:
        draw_front(content, partial)
    print(f"picture written to {path}")


def _table(content: dict[str, Any]) -> Table:
    """The extremes of the front, what is between them, and the hand-made schemes."""
    schemes = content["schemes"]
    places = in_units(means_of(schemes), content["periods"])
    stands = np.flatnonzero([scheme["on_front"] for scheme in schemes])
    best: dict[int, list[str]] = {}
    for number, name in enumerate(OBJECTIVES):
        best.setdefault(int(stands[places[stands, number].argmax()]), []).append(name)
    rows = []
    for row, scheme in enumerate(schemes):
        if row in best or scheme["hand_made"]:
            name = scheme["name"] + (f", best {' and '.join(best[row])}" if row in best else "")
            cells = [f"{value:.1f}" for value in places[row]]
            rows.append((name, *cells, "yes" if scheme["on_front"] else "no", f"{100 * scheme['kept']:.0f} %"))
    headings = ("scheme", *(unit.label for unit in UNITS.values()), "on the front", "in draws")
    title = f"{content['scenario']}: means over an episode, {content['validation']['floors']} fresh floors"
    return rich_table(headings, rows, title)


def _told(content: dict[str, Any]) -> str:
    search, validation, volume = content["search"], content["validation"], content["hypervolume"]
    return (
        f"{search['schemes']} schemes tried, {search['on_front']} on the front of the search's floors; "
        f"{validation['schemes']} validated, {validation['on_front']} still on it\n"
        f"hypervolume {with_interval(volume, ',.0f')}, "
        f"{100 * content['hypervolume_share']:.0f} % of the box up to the ideal point; "
        f"the same schemes on the search's floors: {search['hypervolume_of_validated']:,.0f}"
    )


if __name__ == "__main__":
    main()
