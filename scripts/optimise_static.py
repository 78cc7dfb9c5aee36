"""Find the best fixed scheme by CMA-ES: the yardstick for every policy that looks at the report.

Half of the restarts begin at hand-made schemes, half at random ones; the finalists meet on fresh floors.

Example:
    python scripts/optimise_static.py --objective loyalty --out runs/best_static_loyalty.yaml --run runs/static
"""

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
from agents.search.evolution import SearchBudget
from agents.search.objective import FloorObjective
from agents.search.optimising import command_line, finalists_table, how_found, look, write_policy
from agents.search.starts import starting_points
from agents.search.static import StaticForm, point_of, scheme_of, static_content
from incentive_env import load_config
from incentive_env.cli.common import console, script
from incentive_env.cli.options import Overrides, Scenario, Seed, Threads
from incentive_env.policies.files import found_content
from incentive_env.policies.fixed import FixedPolicy


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


if __name__ == "__main__":
    main()
