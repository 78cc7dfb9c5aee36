"""Find the best fixed scheme by CMA-ES: the yardstick for every policy that looks at the report.

Example:
    python scripts/optimise_static.py --objective loyalty --out runs/best_static_loyalty.yaml --run runs/static
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from agents.search.evolution import SearchBudget, Start, generation_seeds
from agents.search.objective import OBJECTIVES, FloorObjective
from agents.search.optimising import command_line, finalists_table, how_found, look, prepare, write_policy
from agents.search.static import StaticForm, hand_made, point_of, scheme_of, static_content
from incentive_env import load_config
from incentive_env.cli.common import app, console, user_errors
from incentive_env.policies.files import found_content
from incentive_env.policies.fixed import FixedPolicy

main = app()
EXAMPLE = (
    "Example: python scripts/optimise_static.py --objective loyalty --out runs/best_static_loyalty.yaml --run runs/s"
)
_SIGMA = 0.3  # of the first candidates, in half-ranges of a lever
_DRAWN = 8  # random schemes are drawn for each restart from one, and the best is taken


@main.command(epilog=EXAMPLE)
def run(
    out: Annotated[Path, typer.Option(help="YAML file for the scheme; load it by its path")],
    objective: Annotated[str, typer.Option(help=f"what to maximise: {', '.join(OBJECTIVES)}")] = "score",
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[list[str] | None, typer.Option("--set", help="dotted override; repeatable")] = None,
    restarts: Annotated[int, typer.Option(min=1, max=1000, help="half from hand-made schemes, half from random")] = 6,
    generations: Annotated[int, typer.Option(min=1, max=100_000, help="of each restart")] = 60,
    population: Annotated[int, typer.Option(min=3, max=10_000, help="schemes in a generation")] = 24,
    floors: Annotated[int, typer.Option(min=1, max=100_000, help="of a generation, fresh ones for each")] = 24,
    validation: Annotated[int, typer.Option(min=2, max=100_000, help="floors on which finalists meet")] = 512,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="of the search and its floors")] = 0,
    threads: Annotated[int, typer.Option(min=1, max=256, help="threads that share the floors")] = 1,
    run: Annotated[Path | None, typer.Option(help="directory for checkpoints, one a generation")] = None,
    resume: Annotated[bool, typer.Option(help="go on from the run's checkpoint, if it has one")] = False,
) -> None:
    """Find the best fixed scheme: restarts from hand-made and random ones, compared on floors that none has seen."""
    with user_errors():
        scenario = load_config(config, override or [])
        looked_for = FloorObjective(scenario, StaticForm(), objective, threads=threads)
        prepare(out, run, resume)
        plan = SearchBudget(generations, population, floors, validation, seed, bounds=StaticForm.bounds)
        found = look(looked_for, starting_points(looked_for, restarts, plan), plan, out.stem, run, resume)
        scheme = scheme_of(found.winner.point, scenario)
        options = {
            "config": config, "objective": objective, "restarts": restarts, "generations": generations,
            "population": population, "floors": floors, "validation": validation, "seed": seed,
        }  # fmt: skip
        command = command_line("optimise_static", options, override or [])
        how = how_found(
            command, looked_for, FixedPolicy(scheme, scenario), point_of(scheme, scenario), found, plan
        )  # fmt: skip
        write_policy(out, found_content(out.stem, objective, scenario, static_content(scheme), how))
        console().print(finalists_table(found, f"{scenario.name}: {objective} on {validation} validation floors"))
        print("  ".join(f"{lever} {value:g}" for lever, value in scheme._asdict().items()))
        print(f"scheme written to {out}; next: python scripts/evaluate.py {out} --config {config}")


def starting_points(objective: FloorObjective, restarts: int, plan: SearchBudget) -> list[Start]:
    """The hand-made schemes that do best on a generation's floors, and as many of the better random ones."""
    known = hand_made(objective.config)
    by_hand = min((restarts + 1) // 2, len(known))
    at_random = restarts - by_hand
    drawn = np.random.default_rng([plan.seed, 1]).uniform(-1.0, 1.0, (_DRAWN * at_random, objective.form.size))
    random = {f"random {number}": point for number, point in enumerate(drawn)}
    return [*_best(objective, known, by_hand, plan), *_best(objective, random, at_random, plan)]


def _best(objective: FloorObjective, points: dict[str, np.ndarray], count: int, plan: SearchBudget) -> list[Start]:
    if count == 0:
        return []
    means = objective(np.stack(list(points.values())), generation_seeds(plan, 0)).mean(axis=1)
    order = np.argsort(-means, kind="stable")[:count]
    names: list[str] = list(points)
    return [Start(names[place], points[names[place]], _SIGMA) for place in order]


if __name__ == "__main__":
    main()
