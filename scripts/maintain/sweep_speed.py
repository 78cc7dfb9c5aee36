"""How many cells of a sweep are made in a minute, on each engine with more and more workers.

Example:
    python scripts/maintain/sweep_speed.py --rounds 1 --out runs/sweep_speed.json
"""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import app, check_writable, user_errors, write_json, write_text

main = app()
EXAMPLE = "Example: python scripts/maintain/sweep_speed.py --rounds 1 --out runs/sweep_speed.json"


@main.command(epilog=EXAMPLE)
def run(
    most: Annotated[int, typer.Option(min=1, max=256, help="workers, at most")] = 8,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="how often everything is timed")] = 3,
    cells: Annotated[int, typer.Option(min=1, max=10_000, help="of each worker in a timing")] = 12,
    out: Annotated[Path | None, typer.Option(help="JSON file for the figures")] = None,
    page: Annotated[Path | None, typer.Option(help="measure nothing; write the table of --out into this page")] = None,
) -> None:
    """Time this machine's processes beside a Ray of this machine, in turns; or write the figures into a page."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with user_errors():
        from agents.speed import sweeps

        if page is not None:
            if out is None:
                raise ValueError("--page needs --out, the file with the figures")
            write_text(page, sweeps.with_table(page.read_text(encoding="utf-8"), json.loads(out.read_text())))
            print(f"{page} written")
            return
        check_writable(out)
        measured = sweeps.measure(most=most, rounds=rounds, cells=cells)
        print(sweeps.markdown(measured))
        if out is not None:
            write_json(out, measured)
            print(f"\nfigures written to {out}")


if __name__ == "__main__":
    main()
