"""Let reps learn under one scheme and another, and see whether they come to game.

Example:
    python scripts/learned_gaming.py quota_or_salary --store runs/learned_gaming
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import app, check_writable, console, user_errors, write_json, write_text

main = app()
EXAMPLE = "Example: python scripts/learned_gaming.py quota_or_salary --store runs/learned_gaming"


@main.command(epilog=EXAMPLE)
def run(
    contrast: Annotated[
        str, typer.Argument(help="what is compared: a name in configs/plans/learning_reps or a YAML file")
    ] = "quota_or_salary",
    store: Annotated[
        str | None, typer.Option(help="folder or URL for cells; runs/learned_gaming/NAME if not given")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="JSON file for the figures, besides the store")] = None,
    picture: Annotated[Path | None, typer.Option(help="file for the picture: .svg, .png")] = None,
    page: Annotated[Path | None, typer.Option(help="file whose tables between marks are written anew")] = None,
    engine: Annotated[str, typer.Option(help="local, or ray")] = "local",
    address: Annotated[str | None, typer.Option(help="of a Ray cluster, HOST:PORT")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="cells at a time; as many as cores if not given")
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="training seeds, instead of the file's")] = None,
) -> None:
    """Train reps under each scheme, measure what they do, and set it beside the model's own reps."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with user_errors():
        from agents.jobs.engine import engine_named
        from agents.jobs.store import open_store
        from agents.learning_reps.contrast import run_contrast
        from agents.learning_reps.report import draw, mix_table, with_tables
        from agents.loading import load

        text = None if page is None else page.read_text(encoding="utf-8")
        for path in (out, picture, page):
            check_writable(path)
        plan = load("learning_reps", contrast, {} if seeds is None else {"seeds": seeds})
        place = open_store(store or f"runs/learned_gaming/{Path(contrast).stem}")
        results = run_contrast(plan, place, engine_named(engine, workers=workers, address=address))
        for scheme in plan.schemes:
            console().print(mix_table(results, scheme))
        if out is not None:
            write_json(out, results)
            print(f"figures written to {out}")
        if picture is not None:
            draw(results, picture)
            print(f"picture written to {picture}")
        if page is not None and text is not None:
            write_text(page, with_tables(text, Path(contrast).stem, results))
            print(f"tables written to {page}")


if __name__ == "__main__":
    main()
