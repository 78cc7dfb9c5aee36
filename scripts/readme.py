"""Write the demo's results into README.md, and its picture into docs/, so that the figures are those of a run.

Example:
    python scripts/readme.py
"""

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer
from common import app, user_errors, written_whole

main = app()
EXAMPLE = "Example: python scripts/readme.py --demo runs/demo"
OPEN = "<!-- results: written by `python scripts/readme.py` from runs/demo/results.json -->"
CLOSE = "<!-- /results -->"


@main.command(epilog=EXAMPLE)
def run(
    demo: Annotated[Path, typer.Option(help="folder of a demo's results")] = Path("runs/demo"),
    readme: Annotated[Path, typer.Option(help="file to write into")] = Path("README.md"),
) -> None:
    """Write the demo's results into README.md, and its picture into docs/."""
    with user_errors():
        rows = json.loads((demo / "results.json").read_text(encoding="utf-8"))
        before, _, rest = readme.read_text(encoding="utf-8").partition(OPEN)
        _, found, after = rest.partition(CLOSE)
        if not found:
            raise ValueError(f"{readme}: holds no place for results, between {OPEN} and {CLOSE}")
        with written_whole(readme) as partial:
            partial.write_text(f"{before}{OPEN}\n{results_table(rows)}\n{CLOSE}{after}", encoding="utf-8")
        with written_whole(Path("docs/demo.png")) as partial:
            shutil.copyfile(demo / "demo.png", partial)


def results_table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table, best loyalty first."""
    lines = [
        "| policy | loyalty (95 %) | against a flat salary, floor by floor | recorded conversion | profit, €/week "
        "| calls gamed | Goodhart gap |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in sorted(rows, key=lambda row: -row["loyalty"]):
        cells = (
            row["policy"].replace("_", " "),
            f"{row['loyalty']:.1f} ({row['loyalty_low']:.1f} … {row['loyalty_high']:.1f})",
            f"{row['loyalty_gain']:+.1f} ({row['loyalty_gain_low']:+.1f} … {row['loyalty_gain_high']:+.1f})",
            f"{row['conversion']:.3f}",
            f"{row['profit']:,.0f}",
            f"{100 * row['gaming_share']:.0f} %",
            f"{row['goodhart_gap']:+.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
