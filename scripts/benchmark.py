"""The benchmark: run a suite of policies, compare two runs, and measure how much a comparison detects.

Example:
    python scripts/benchmark.py run --suite smoke
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from agents.benchmark.reading import read_results
from agents.benchmark.results import ResultsError
from agents.options import Address, Engine, Workers, stored
from incentive_env import load_config
from incentive_env.cli.common import command, group, only_regressions_exit_with_1, save
from incentive_env.cli.options import Floors, Json, Scenario, Seed, written
from incentive_env.support.files import write_text
from incentive_env.support.seeds import CARD_SEEDS
from incentive_env.support.tables import between_marks

main = group(__doc__)
MARGIN = 1.0
Margin = Annotated[float, typer.Option(min=0.0, max=200.0, help="loss in points of loyalty that does not matter")]


@command(main)
def run(
    suite: Annotated[str, typer.Option(help="smoke, standard, hacking, full, or a YAML file")] = "smoke",
    out: Annotated[str | None, stored("cells, models and results.json", "runs/benchmark/SUITE")] = None,
    workers: Workers = None,
    engine: Engine = "local",
    address: Address = None,
    any_code: Annotated[
        bool,
        typer.Option(help="reuse cells that other code made from the same numbers; the results say so"),
    ] = False,
) -> None:
    """Train and score all cells of a suite; an interrupted run resumes where it stopped.

    Example:
        python scripts/benchmark.py run --suite smoke --out runs/benchmark/smoke
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one worker per core: more threads would only compete
    from agents.benchmark.runner import run_suite
    from agents.jobs.engine import engine_named
    from agents.loading import load

    benchmark = load("suite", suite)
    store = out or f"runs/benchmark/{benchmark.name}"
    results = run_suite(
        benchmark, store, any_code=any_code, engine=engine_named(engine, workers=workers, address=address)
    )
    print(f"digest {results.digest}; results written to {store}/results.json")
    if "://" not in store:
        print(f"next: python scripts/report.py {store}/results.json")


@command(main)
@only_regressions_exit_with_1()
def compare(
    base: Annotated[Path, typer.Argument(help="results.json before the change")],
    head: Annotated[Path, typer.Argument(help="results.json after it, of the same suite")],
    margin: Margin = MARGIN,
    markdown: Annotated[Path | None, written("file for the table, besides the output")] = None,
    junit: Annotated[Path | None, written("file for a JUnit report")] = None,
    across_changes: Annotated[
        bool, typer.Option(help="compare also where settings differ; the output begins with what changed")
    ] = False,
) -> None:
    """Print what a change did to loyalty, as Markdown.

    Exit code 0: no regression; 1: a regression, an interval that lies wholly below minus the margin; 2: the two cannot
    be compared. The Markdown and JUnit files are written in each case.

    Example:
        python scripts/benchmark.py compare runs/base/results.json runs/head/results.json
    """
    from agents.benchmark.analysis import comment
    from agents.benchmark.analysis import compare as comparing

    def write(text: str, report: str) -> None:
        for path, content in ((markdown, text), (junit, report)):
            if path is not None:
                write_text(path, content)

    try:
        both = read_results(base), read_results(head)
        comparison = comparing.compare(*both, margin, across_changes=across_changes)
    except ResultsError as error:
        write(comment.refusal_markdown(error), comment.refusal_junit_xml(error))
        raise
    text = comment.markdown(comparison)
    print(text, end="")
    write(text, comment.junit_xml(comparison))
    if comparison.regressions:
        raise typer.Exit(1)


@command(main)
def power(
    results: Annotated[Path, typer.Argument(help="results.json whose variances are taken")],
    margin: Margin = MARGIN,
    comparisons: Annotated[int, typer.Option(min=100, max=20_000, help="how many are simulated")] = 2_000,
    shared: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="share of the floors' differences that a harmless change leaves")
    ] = 0.0,
    seed: Seed = 0,
    out: Json = None,
) -> None:
    """Print how often a comparison raises a false alarm, and how great a loss it finds.

    Example:
        python scripts/benchmark.py power runs/benchmark/smoke/results.json --out runs/power.json
    """
    from agents.benchmark.analysis import characteristics

    measured = characteristics.characteristics(
        read_results(results), margin, comparisons=comparisons, shared=shared, seed=seed
    )
    print(characteristics.markdown(measured), end="")
    save(out, measured, "\nfigures")


@command(main)
def coverage(
    draws: Annotated[int, typer.Option(min=100, max=100_000, help="simulated suites for each figure")] = 1_000,
    seed: Seed = 0,
    out: Json = None,
    page: Annotated[Path | None, written("page whose table between marks is rewritten")] = None,
) -> None:
    """Print how often each kind of interval covers the truth, in simulation.

    Example:
        python scripts/benchmark.py coverage --out docs/results/coverage.json --page docs/benchmark.md
    """
    from agents.benchmark.analysis import coverage as measuring

    measured = measuring.measure(draws, seed)
    table = measuring.markdown(measured)
    print(table, end="")
    save(out, measured, "\nfigures")
    if page is not None:
        text = page.read_text(encoding="utf-8")
        write_text(page, between_marks(text, measuring.OPEN, measuring.CLOSE, lambda: table, page))


@command(main)
def pages(
    results: Annotated[
        Path | None,
        typer.Argument(help="results.json of a suite; docs/results/benchmark.json, if there is one, where not given"),
    ] = None,
    characteristics: Annotated[Path, typer.Option("--power", help="JSON file of `power`; left out if missing")] = Path(
        "docs/results/benchmark_power.json"
    ),
    page: Annotated[Path, written("leaderboard to write")] = Path("docs/leaderboard.md"),
    readme: Annotated[Path, written("file whose part between marks is rewritten")] = Path("README.md"),
) -> None:
    """Write the leaderboard, and the README's figures, from a results file; without one, they say that it is missing.

    Example:
        python scripts/benchmark.py pages runs/benchmark/standard/results.json
    """
    from agents.benchmark.report.markdown import write_pages

    committed = Path("docs/results/benchmark.json")
    chosen = results or (committed if committed.exists() else None)
    write_pages(None if chosen is None else read_results(chosen), characteristics, page, readme)
    print(f"{page} and {readme} written")


@command(main)
def card(
    config: Scenario = "telesales",
    trained: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROXY=POLICY", help="a policy trained on a proxy; repeatable; the shipped ones if not given"
        ),
    ] = None,
    curves: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="results.json of the suite `hacking`, for the λ-curves of methods"),
    ] = None,
    floors: Floors = 256,
    out: Json = None,
    page: Annotated[Path | None, written("page in Markdown; its pictures stand beside it")] = None,
) -> None:
    """Measure how good each proxy is before it is paid on, and what optimizing it does: the Goodhart card.

    Example:
        python scripts/benchmark.py card --out docs/results/goodhart_card.json --page docs/goodhart_card.md
    """
    from agents.studies.card import curves as lambdas
    from agents.studies.card.measuring import card as measured
    from agents.studies.card.measuring import optimized_policies
    from agents.studies.card.page import card_page, curves_section

    scenario = load_config(config)
    policies = optimized_policies(scenario, trained)
    results = None if curves is None else read_results(curves)
    found_curves = [] if results is None else lambdas.lambda_curves(results, scenario.name)
    found = {**measured(scenario, policies, CARD_SEEDS[:floors]), "curves": lambdas.as_json(found_curves)}
    pictures = [
        Path(f"card{end}.png") if page is None else page.with_name(f"{page.stem}{end}.png") for end in ("", "_curves")
    ]
    text = card_page(found, pictures[0].name)
    if results is not None:
        text += curves_section(found_curves, results.suite, pictures[1].name)
    print(text, end="")
    save(out, found)
    if page is not None:
        from agents.studies.card.picture import draw_card, draw_curves  # loads matplotlib

        draw_card(found, pictures[0])
        if found_curves:
            draw_curves(found_curves, pictures[1])
        write_text(page, text)


@command(main)
def references(
    results: Annotated[Path, typer.Argument(help="results.json of a suite that holds a policy of the true state")],
    out: Annotated[Path, written("JSON file to write", kinds=(".json",))] = Path(
        "incentive_env/studies/reference_scores.json"
    ),
) -> None:
    """Write the reference scores that `incentive_env.reference_scores` returns.

    Example:
        python scripts/benchmark.py references runs/benchmark/standard/results.json
    """
    import gymnasium as gym

    from agents.benchmark.analysis.references import references_of
    from incentive_env.support.files import write_json

    ids = {
        one: gym.spec(one).kwargs["config"] for one in ("incentive_env/Telesales-v1", "incentive_env/ContactCenter-v1")
    }
    found = references_of(read_results(results), ids)
    write_json(out, found)
    print(f"reference scores of {', '.join(found)} written to {out}")


if __name__ == "__main__":
    main()
