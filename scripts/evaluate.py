"""Evaluate policies on the same floors: long-term loyalty, and what it took.

Example:
    python scripts/evaluate.py flat_salary quota_with_threat input_steering --floors 64
"""

from pathlib import Path
from typing import Annotated

import typer

from agents.registry import NAMES, load_policy, trained_on
from agents.studies.result_table import result_rows, result_table
from incentive_env import load_config
from incentive_env.cli.common import app, check_writable, console, user_errors, write_json
from incentive_env.policies.files import read_seat_network
from incentive_env.studies.evaluate import evaluate_all, evaluation_seeds

main = app()
EXAMPLE = "Example: python scripts/evaluate.py flat_salary quota_with_threat input_steering --floors 64"


@main.command(epilog=EXAMPLE)
def run(
    policies: Annotated[
        list[str], typer.Argument(help=f"{', '.join(NAMES)}, schemes' YAML files, run directories, or 'all'")
    ],
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="dotted override of the scenario; repeatable")
    ] = None,
    floors: Annotated[int, typer.Option(min=2, max=100_000, help="number of floors, the same for all")] = 128,
    reps: Annotated[
        Path | None, typer.Option(help="file of reps that learned, who sit in all seats; the model's own if not given")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=256, help="threads that share the floors")] = 1,
    out: Annotated[Path | None, typer.Option(help="JSON file for the results")] = None,
) -> None:
    """Evaluate policies on the same floors: long-term loyalty, and what it took."""
    with user_errors():
        check_writable(out)
        scenario = load_config(config, override or [])
        names = [name for given in policies for name in (NAMES if given == "all" else (given,))]
        loaded = {name: load_policy(name, scenario) for name in names}
        seated = None if reps is None else read_seat_network(reps)
        evaluations = evaluate_all(scenario, loaded, evaluation_seeds(floors), threads=threads, reps=seated)
        rows = result_rows(evaluations, {name: trained_on(name) for name in names})
        console().print(result_table(rows, f"{scenario.name}: loyalty in the run-off, {floors} floors"))
        if out is not None:
            write_json(out, rows)
            print(f"results written to {out}")


if __name__ == "__main__":
    main()
