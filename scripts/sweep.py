"""Run a sweep over scenarios, schemes, algorithms and seeds, on this machine or on a Ray cluster.

Example:
    python scripts/sweep.py schemes
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import app, check_writable, console, user_errors

main = app()
EXAMPLE = "Example: python scripts/sweep.py schemes --workers 2"


@main.command(epilog=EXAMPLE)
def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="a YAML file, or a name in configs/plans/sweeps")],
    engine: Annotated[str, typer.Option(help="local, processes of this machine; or ray, a cluster")] = "local",
    address: Annotated[
        str | None, typer.Option(help="HOST:PORT of the Ray cluster's head; a Ray of this machine where not given")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="cells at the same time; as many as cores where not given")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help="folder, or URL, for cells, models and results; runs/sweeps/NAME if not given"),
    ] = None,
    plain: Annotated[bool, typer.Option(help="progress as lines even on a terminal")] = False,
) -> None:
    """Run all cells of a sweep, and print its settings, the best first; what was cut off goes on where it stopped."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a worker a core: more threads would only be in each other's way
    with user_errors():
        from agents.jobs.engine import engine_named
        from agents.jobs.store import open_store
        from agents.loading import load
        from agents.sweep.runner import plan_sweep, run_sweep
        from agents.sweep.table import table_of

        planned = plan_sweep(load("sweep", file))
        place = store or f"runs/sweeps/{planned.named.name}"
        if "://" not in place:
            check_writable(Path(place), folder=True)
        where = engine_named(engine, workers=workers, address=address)
        results = run_sweep(planned, open_store(place), where, plain=plain)
        console().print(table_of(results))
        print(f"digest {results['digest']}; results written to {place}/results.json and {place}/results.csv")


if __name__ == "__main__":
    main()
