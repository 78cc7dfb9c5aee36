"""Write the report of a benchmark: one HTML file that opens in any browser, without a network.

Example:
    python scripts/report.py docs/results/benchmark.json --out runs/report.html
"""

from pathlib import Path
from typing import Annotated

import typer

from agents.benchmark.results import read_results
from incentive_env.cli.common import app, check_writable, user_errors, written_whole

main = app()
EXAMPLE = "Example: python scripts/report.py docs/results/benchmark.json --out runs/report.html"


@main.command(epilog=EXAMPLE)
def run(
    results: Annotated[Path, typer.Argument(help="results file of scripts/benchmark.py")],
    out: Annotated[Path | None, typer.Option(help="HTML file; report.html beside the results if not given")] = None,
) -> None:
    """Leaderboard, Goodhart curves, profiles, schemes and gaming of a benchmark on one page."""
    with user_errors():
        path = out if out is not None else results.with_name("report.html")
        check_writable(path)
        from agents.benchmark.report.html import render  # loads plotly

        page = render(read_results(results))
        with written_whole(path) as partial:
            partial.write_text(page, encoding="utf-8")
        print(f"report written to {path}, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
