"""Write the report of a benchmark: one HTML file that opens in any browser, without a network.

It shows the leaderboard, Goodhart curves, profiles, schemes and gaming.

Example:
    python scripts/report.py runs/benchmark/smoke/results.json --out runs/report.html
"""

from pathlib import Path
from typing import Annotated

import typer

from agents.benchmark.reading import read_results
from incentive_env.cli.common import script
from incentive_env.cli.options import written
from incentive_env.support.files import write_text


@script
def main(
    results: Annotated[Path, typer.Argument(help="results file of scripts/benchmark.py")],
    out: Annotated[Path | None, written("HTML file; report.html beside the results if not given")] = None,
) -> None:
    path = out if out is not None else results.with_name("report.html")
    from agents.benchmark.report.html import render  # loads plotly

    write_text(path, render(read_results(results)))
    print(f"report written to {path}, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
