"""Find the best linear feedback by CMA-ES, around a fixed scheme: on the report, or on the true state (an oracle).

Example:
    python scripts/optimise_feedback.py --static best_static_loyalty --out runs/feedback.yaml --run runs/feedback
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from agents.registry import load_policy
from agents.search.evolution import SearchBudget, Start
from agents.search.objective import OBJECTIVES, FloorObjective
from agents.search.optimising import command_line, finalists_table, how_found, look, prepare, write_policy
from incentive_env import Config, load_config
from incentive_env.cli.common import app, console, user_errors
from incentive_env.policies.feedback import KINDS, LinearFeedback, LinearForm
from incentive_env.policies.files import found_content
from incentive_env.policies.fixed import FixedPolicy

main = app()
EXAMPLE = (
    "Example: python scripts/optimise_feedback.py --static best_static_score --out runs/feedback.yaml --run runs/f"
)


@main.command(epilog=EXAMPLE)
def run(
    static: Annotated[str, typer.Option(help="where to start: a scheme's YAML file, or the name of a fixed scheme")],
    out: Annotated[Path, typer.Option(help="YAML file for the policy; load it by its path")],
    kind: Annotated[str, typer.Option(help="what it sees: feedback (the report) or oracle (the true state)")] = (
        "feedback"
    ),
    objective: Annotated[str, typer.Option(help=f"what to maximise: {', '.join(OBJECTIVES)}")] = "score",
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[list[str] | None, typer.Option("--set", help="dotted override; repeatable")] = None,
    restarts: Annotated[int, typer.Option(min=1, max=20, help="each with twice the first spread of the last")] = 2,
    sigma: Annotated[float, typer.Option(min=1e-6, max=10.0, help="first spread of bias and weights")] = 0.05,
    generations: Annotated[int, typer.Option(min=1, max=100_000, help="of each restart")] = 200,
    population: Annotated[int, typer.Option(min=3, max=10_000, help="policies in a generation")] = 32,
    floors: Annotated[int, typer.Option(min=1, max=100_000, help="of a generation, fresh ones for each")] = 32,
    validation: Annotated[int, typer.Option(min=2, max=100_000, help="floors on which finalists meet")] = 512,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="of the search and its floors")] = 0,
    threads: Annotated[int, typer.Option(min=1, max=256, help="threads that share the floors")] = 1,
    run: Annotated[Path | None, typer.Option(help="directory for checkpoints, one a generation")] = None,
    resume: Annotated[bool, typer.Option(help="go on from the run's checkpoint, if it has one")] = False,
) -> None:
    """Find the best linear feedback, starting from a fixed scheme that looks at nothing."""
    with user_errors():
        if kind not in KINDS:
            raise ValueError(f"--kind {kind}: must be one of {', '.join(KINDS)}")
        scenario = load_config(config, override or [])
        form = LinearForm(KINDS[kind])
        looked_for = FloorObjective(scenario, form, objective, threads=threads)
        start = form.around(fixed_action(static, scenario))
        prepare(out, run, resume)
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
