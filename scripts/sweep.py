"""Run a sweep over scenarios, schemes, algorithms and seeds, on this machine or on a Ray cluster.

Its settings are printed, the best first; an interrupted sweep resumes where it stopped.

Example:
    python scripts/sweep.py schemes --workers 2
"""

import os
from typing import Annotated

import typer

from agents.options import Address, Engine, Workers, stored
from incentive_env.cli.common import console, script


@script
def main(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="a YAML file, or a name in configs/plans/sweeps")],
    engine: Engine = "local",
    address: Address = None,
    workers: Workers = None,
    store: Annotated[str | None, stored("cells, models and results", "runs/sweeps/NAME")] = None,
    plain: Annotated[bool, typer.Option(help="print progress as lines even on a terminal")] = False,
) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one worker per core: more threads would only compete
    from agents.jobs.engine import engine_named
    from agents.jobs.store import open_store
    from agents.loading import load
    from agents.sweep.runner import plan_sweep, run_sweep
    from agents.sweep.table import table_of

    planned = plan_sweep(load("sweep", file))
    place = store or f"runs/sweeps/{planned.named.name}"
    where = engine_named(engine, workers=workers, address=address)
    results = run_sweep(planned, open_store(place), where, plain=plain)
    console().print(table_of(results))
    print(f"digest {results['digest']}; results written to {place}/results.json and {place}/results.csv")


if __name__ == "__main__":
    main()
