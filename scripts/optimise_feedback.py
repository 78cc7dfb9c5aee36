"""Find the best linear feedback by CMA-ES, on the report or on the true state.

The search starts at a fixed scheme.

Example:
    python scripts/optimise_feedback.py --static best_static_loyalty --out runs/feedback.yaml --run runs/feedback
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from agents.options import (
    Generations,
    Objective,
    OptionalRun,
    PolicyFile,
    Population,
    Resume,
    SearchFloors,
    Validation,
    check_resume,
)
from agents.registry import load_policy
from agents.search.evolution import SearchBudget, Start
from agents.search.objective import FloorObjective
from agents.search.optimising import command_line, finalists_table, how_found, look, write_policy
from incentive_env import Config, load_config
from incentive_env.cli.common import console, script
from incentive_env.cli.options import Overrides, Scenario, Seed, Threads
from incentive_env.config.gone import why_gone
from incentive_env.policies.feedback import KINDS, LinearFeedback, LinearForm
from incentive_env.policies.files import found_content
from incentive_env.policies.fixed import FixedPolicy


@script
def main(
    static: Annotated[str, typer.Option(help="where to start: a scheme's YAML file, or the name of a fixed scheme")],
    out: PolicyFile,
    kind: Annotated[str, typer.Option(help="feedback: sees the report; state_feedback: the true state")] = ("feedback"),
    objective: Objective = "score",
    config: Scenario = "telesales",
    override: Overrides = None,
    restarts: Annotated[
        int, typer.Option(min=1, max=20, metavar="N", help="searches, each with twice the first spread of the last")
    ] = 2,
    sigma: Annotated[float, typer.Option(min=1e-6, max=10.0, help="first spread of bias and weights")] = 0.05,
    generations: Generations = 200,
    population: Population = 32,
    floors: SearchFloors = 32,
    validation: Validation = 512,
    seed: Seed = 0,
    threads: Threads = 1,
    run: OptionalRun = None,
    resume: Resume = False,
) -> None:
    if advice := why_gone(kind):
        raise ValueError(f"--kind {kind}: is gone; {advice}")
    if kind not in KINDS:
        raise ValueError(f"--kind {kind}: must be one of {', '.join(KINDS)}")
    scenario = load_config(config, override or [])
    form = LinearForm(KINDS[kind])
    looked_for = FloorObjective(scenario, form, objective, threads=threads)
    start = form.around(fixed_action(static, scenario))
    check_resume(run, resume)
    plan = SearchBudget(generations, population, floors, validation, seed, diagonal=True)
    spreads = [sigma * 2.0**number for number in range(restarts)]
    starts = [Start(f"{Path(static).stem}, spread {spread:g}", start, spread) for spread in spreads]
    found = look(looked_for, starts, plan, out.stem, run, resume)
    content = LinearFeedback(form, found.winner.point).content()
    policy = LinearFeedback.from_content(content)  # as it is written, rounded
    options = {
        "kind": kind, "static": static, "objective": objective, "config": config, "restarts": restarts,
        "sigma": sigma, "generations": generations, "population": population, "floors": floors,
        "validation": validation, "seed": seed,
    }  # fmt: skip
    command = command_line("optimise_feedback", options, override or [])
    how = how_found(command, looked_for, policy, policy.point, found, plan)
    write_policy(out, found_content(out.stem, objective, scenario, content, how))
    console().print(finalists_table(found, f"{scenario.name}: {objective} on {validation} validation floors"))
    print(f"policy written to {out}; next: python scripts/evaluate.py {out} --config {config}")


def fixed_action(name: str, config: Config) -> np.ndarray:
    """The action ``[levers]`` of a policy that always sets the same."""
    policy = load_policy(name, config)
    if not isinstance(policy, FixedPolicy):
        raise ValueError(f"--static {name}: is no fixed scheme")
    return policy.action


if __name__ == "__main__":
    main()
