"""Evaluate policies on the same floors: long-term loyalty, and what it took.

Example:
    python scripts/evaluate.py flat_salary quota_with_threat input_steering --floors 64
"""

from pathlib import Path
from typing import Annotated

import typer

from agents.options import POLICIES, Trust
from agents.registry import NAMES, load_policy, trained_on
from agents.studies.result_table import result_rows, result_table
from incentive_env import load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json, Overrides, Scenario, Threads
from incentive_env.policies.files import read_seat_network
from incentive_env.studies.evaluate import evaluate_all, evaluation_seeds


@script
def main(
    policies: Annotated[list[str], typer.Argument(help=f"all, or any of: {POLICIES}")],
    config: Scenario = "telesales",
    override: Overrides = None,
    floors: Floors = 128,
    reps: Annotated[
        Path | None, typer.Option(metavar="FILE", help="reps that learned, for all seats; the model's own if not given")
    ] = None,
    year_five: Annotated[
        bool, typer.Option("--year-five", help="also loyalty in the fifth year under the same policy")
    ] = False,
    trust: Trust = False,
    threads: Threads = 1,
    out: Json = None,
) -> None:
    scenario = load_config(config, override or [])
    names = [name for given in policies for name in (NAMES if given == "all" else (given,))]
    loaded = {name: load_policy(name, scenario, trust=trust) for name in names}
    seated = None if reps is None else read_seat_network(reps)
    evaluations = evaluate_all(
        scenario, loaded, evaluation_seeds(floors), threads=threads, reps=seated, year_five=year_five
    )
    rows = result_rows(evaluations, {name: trained_on(name) for name in names})
    console().print(result_table(rows, f"{scenario.name}: long-term loyalty, {floors} floors"))
    save(out, rows)


if __name__ == "__main__":
    main()
