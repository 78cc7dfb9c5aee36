"""The benchmark: run a suite of policies, compare two runs, and say how much a comparison sees.

Example:
    python scripts/benchmark.py run --suite smoke
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from agents.benchmark.results import read_results
from incentive_env.cli.common import (
    app,
    check_writable,
    only_regressions_exit_with_1,
    user_errors,
    write_json,
    written_whole,
)

main = app()
RUN = "Example: python scripts/benchmark.py run --suite smoke --out runs/benchmark/smoke"
COMPARE = "Example: python scripts/benchmark.py compare docs/results/benchmark.json docs/results/benchmark.json"
POWER = "Example: python scripts/benchmark.py power docs/results/benchmark.json --out runs/power.json"
PAGES = "Example: python scripts/benchmark.py pages docs/results/benchmark.json"
MARGIN = 1.0
Margin = Annotated[float, typer.Option(min=0.0, max=200.0, help="points of loyalty whose loss does not matter")]


@main.callback(epilog=RUN)
def about() -> None:
    """Run a suite of policies, compare two runs, and say how much a comparison sees."""


@main.command(epilog=RUN)
def run(
    suite: Annotated[str, typer.Option(help="smoke, standard, full, or a YAML file")] = "smoke",
    out: Annotated[
        str | None,
        typer.Option(help="folder, or URL, for cells, models and results.json; runs/benchmark/SUITE if not given"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="cells at the same time; as many as cores where not given")
    ] = None,
    engine: Annotated[str, typer.Option(help="local, processes of this machine; or ray, a cluster")] = "local",
    address: Annotated[
        str | None, typer.Option(help="HOST:PORT of the Ray cluster's head; a Ray of this machine where not given")
    ] = None,
    any_code: Annotated[
        bool,
        typer.Option(help="take over cells that other code made from the same numbers; the results tell"),
    ] = False,
) -> None:
    """Train and score all cells of a suite; what was cut off goes on where it stopped."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a worker a core: more threads would only be in each other's way
    with user_errors():
        from agents.benchmark.runner import run_suite
        from agents.jobs.engine import engine_named
        from agents.loading import load

        benchmark = load("suite", suite)
        store = out or f"runs/benchmark/{benchmark.name}"
        if "://" not in store:
            check_writable(Path(store), folder=True)
        results = run_suite(
            benchmark, store, any_code=any_code, engine=engine_named(engine, workers=workers, address=address)
        )
        print(f"digest {results.digest}; results written to {store}/results.json")
        if "://" not in store:
            print(f"next: python scripts/report.py {store}/results.json")


@main.command(epilog=COMPARE)
def compare(
    base: Annotated[Path, typer.Argument(help="results.json before the change")],
    head: Annotated[Path, typer.Argument(help="results.json after it, of the same suite")],
    margin: Margin = MARGIN,
    markdown: Annotated[Path | None, typer.Option(help="file for the table, besides the output")] = None,
    junit: Annotated[Path | None, typer.Option(help="file for a JUnit report")] = None,
) -> None:
    """Print what a change did to loyalty, as Markdown.

    Exit code 0: nothing got worse for sure; 1: a regression, an interval that lies wholly below minus the margin;
    2: the two cannot be compared.
    """
    with user_errors(), only_regressions_exit_with_1():
        from agents.benchmark.analysis import compare as comparing

        for path in (markdown, junit):
            check_writable(path)
        comparison = comparing.compare(read_results(base), read_results(head), margin)
        text = comparing.markdown(comparison)
        print(text, end="")
        _write(markdown, text)
        _write(junit, comparing.junit_xml(comparison))
        if comparison.regressions:
            raise typer.Exit(1)


@main.command(epilog=POWER)
def power(
    results: Annotated[Path, typer.Argument(help="results.json whose variances are taken")],
    margin: Margin = MARGIN,
    comparisons: Annotated[int, typer.Option(min=100, max=20_000, help="how many are simulated")] = 2_000,
    shared: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="share of the floors' differences that a harmless change leaves")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="of the simulation")] = 0,
    out: Annotated[Path | None, typer.Option(help="JSON file for the figures")] = None,
) -> None:
    """Print how often a comparison raises a false alarm, and how great a loss it finds."""
    with user_errors():
        from agents.benchmark.analysis import characteristics

        check_writable(out)
        measured = characteristics.characteristics(
            read_results(results), margin, comparisons=comparisons, shared=shared, seed=seed
        )
        print(characteristics.markdown(measured), end="")
        if out is not None:
            write_json(out, measured)
            print(f"\nfigures written to {out}")


@main.command(epilog=PAGES)
def pages(
    results: Annotated[Path, typer.Argument(help="results.json of a suite")] = Path("docs/results/benchmark.json"),
    characteristics: Annotated[Path, typer.Option("--power", help="JSON file of `power`; left out if missing")] = Path(
        "docs/results/benchmark_power.json"
    ),
    page: Annotated[Path, typer.Option(help="leaderboard to write")] = Path("docs/leaderboard.md"),
    readme: Annotated[Path, typer.Option(help="file whose part between marks is written anew")] = Path("README.md"),
) -> None:
    """Write the leaderboard, and the README's figures, from a results file."""
    with user_errors():
        from agents.benchmark.report.markdown import write_pages

        write_pages(read_results(results), characteristics, page, readme)
        print(f"{page} and {readme} written")


def _write(path: Path | None, text: str) -> None:
    if path is not None:
        with written_whole(path) as partial:
            partial.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
