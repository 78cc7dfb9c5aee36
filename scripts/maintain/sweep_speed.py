"""How many cells of a sweep are made in a minute, on each engine with more and more workers.

This machine's processes and a Ray of this machine are timed in turns.

Example:
    python scripts/maintain/sweep_speed.py --rounds 1 --out runs/sweep_speed.json
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import save, script
from incentive_env.cli.options import Json, written
from incentive_env.support.files import write_text
from incentive_env.support.sealed import read_sealed


@script
def main(
    most: Annotated[int, typer.Option(min=1, max=256, help="workers, at most")] = 8,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="how often everything is timed")] = 3,
    cells: Annotated[int, typer.Option(min=1, max=10_000, help="of each worker in a timing")] = 12,
    out: Json = None,
    page: Annotated[Path | None, written("measure nothing; write the table of --out into this page")] = None,
) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from agents.speed import sweeps

    if page is not None:
        if out is None:
            raise ValueError("--page needs --out, the file with the figures")
        write_text(page, sweeps.with_table(page.read_text(encoding="utf-8"), read_sealed(out)))
        print(f"{page} written")
        return
    measured = sweeps.measure(most=most, rounds=rounds, cells=cells)
    print(sweeps.markdown(measured))
    save(out, measured, "\nfigures")


if __name__ == "__main__":
    main()
