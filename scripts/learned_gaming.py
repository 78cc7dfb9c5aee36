"""Let reps learn under different schemes, measure whether they learn to game, and compare them with the model's reps.

Example:
    python scripts/learned_gaming.py quota_or_salary --store runs/learned_gaming
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from agents.options import Address, Engine, Workers, stored
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Json, Picture, written
from incentive_env.support.files import write_text, written_whole


@script
def main(
    contrast: Annotated[
        str, typer.Argument(help="what is compared: a name in configs/plans/learning_reps or a YAML file")
    ] = "quota_or_salary",
    store: Annotated[str | None, stored("cells", "runs/learned_gaming/NAME")] = None,
    out: Json = None,
    picture: Picture = None,
    page: Annotated[Path | None, written("file whose tables between marks are rewritten")] = None,
    engine: Engine = "local",
    address: Address = None,
    workers: Workers = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, max=1000, metavar="N", help="training seeds, instead of the plan's")
    ] = None,
) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from agents.jobs.engine import engine_named
    from agents.jobs.store import open_store
    from agents.learning_reps.contrast import run_contrast
    from agents.learning_reps.report import draw, mix_table, with_tables
    from agents.loading import load

    text = None if page is None else page.read_text(encoding="utf-8")
    plan = load("learning_reps", contrast, {} if seeds is None else {"seeds": seeds})
    place = open_store(store or f"runs/learned_gaming/{Path(contrast).stem}")
    results = run_contrast(plan, place, engine_named(engine, workers=workers, address=address))
    for scheme in plan.schemes:
        console().print(mix_table(results, scheme))
    save(out, results, "figures")
    if picture is not None:
        with written_whole(picture) as partial:
            draw(results, partial)
        print(f"picture written to {picture}")
    if page is not None and text is not None:
        write_text(page, with_tables(text, Path(contrast).stem, results))
        print(f"tables written to {page}")


if __name__ == "__main__":
    main()
