"""Find the best fixed scheme by CMA-ES: the yardstick for every policy that looks at the report.

Half of the restarts begin at hand-made schemes, half at random ones; the finalists meet on fresh floors.

Example:
    python scripts/optimise_static.py --objective loyalty --out runs/best_static_loyalty.yaml --run runs/static
"""

import numpy as np

from agents.options import (
    Generations,
    Objective,
    OptionalRun,
    PolicyFile,
    Population,
    Restarts,
    Resume,
    SearchFloors,
    Validation,
    check_resume,
)
from agents.search.evolution import SearchBudget, Start, generation_seeds
from agents.search.objective import FloorObjective
from agents.search.optimising import command_line, finalists_table, how_found, look, write_policy
from agents.search.static import StaticForm, hand_made, point_of, scheme_of, static_content
from incentive_env import load_config
from incentive_env.cli.common import console, script
from incentive_env.cli.options import Overrides, Scenario, Seed, Threads
from incentive_env.policies.files import found_content
from incentive_env.policies.fixed import FixedPolicy

_SIGMA = 0.3  # of the first candidates, in half-ranges of a lever
_DRAWN = 8  # random schemes are drawn for each restart from one, and the best is taken


@script
def main(
    out: PolicyFile,
    objective: Objective = "score",
    config: Scenario = "telesales",
    override: Overrides = None,
    restarts: Restarts = 6,
    generations: Generations = 60,
    population: Population = 24,
    floors: SearchFloors = 24,
    validation: Validation = 512,
    seed: Seed = 0,
    threads: Threads = 1,
    run: OptionalRun = None,
    resume: Resume = False,
) -> None:
    scenario = load_config(config, override or [])
    looked_for = FloorObjective(scenario, StaticForm(), objective, threads=threads)
    check_resume(run, resume)
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
