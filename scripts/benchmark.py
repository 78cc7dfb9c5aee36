"""The benchmark: run a suite of policies, tell what came of it, and compare two runs.

Example:
    python scripts/benchmark.py run --suite smoke
"""

import os
from pathlib import Path
from typing import Annotated

import typer
from common import app, check_writable, user_errors

from agents.benchmark.runner import run_suite
from agents.benchmark.suite import load_suite

main = app()
RUN = "Example: python scripts/benchmark.py run --suite smoke --out runs/benchmark/smoke"


@main.callback()
def about() -> None:
    """Run a suite of policies, tell what came of it, and compare two runs."""


@main.command(epilog=RUN)
def run(
    suite: Annotated[str, typer.Option(help="smoke, standard, full, or a YAML file")] = "smoke",
    out: Annotated[
        Path | None, typer.Option(help="folder for cells, models and results.json; runs/benchmark/SUITE if not given")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="processes; as many as cores where not given")
    ] = None,
) -> None:
    """Train and score all cells of a suite; what was cut off goes on where it stopped."""
    os.environ.setdefault(
        "OMP_NUM_THREADS", "1"
    )  # a worker each core: more threads would only stand in each other's way
    with user_errors():
        name, loaded = load_suite(suite)
        folder = out or Path("runs/benchmark") / name
        check_writable(folder, folder=True)
        results = run_suite(name, loaded, folder, workers=workers or os.cpu_count() or 1)
        print(f"digest {results.digest}; results written to {folder / 'results.json'}")


if __name__ == "__main__":
    main()
