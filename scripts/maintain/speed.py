"""How fast the simulator is: compared with a reference loop and other environments, at startup, and in training.

With --check, exit code 0 means no clear loss; 1, clearly slower than the file says; 2, the file cannot be used.

Example:
    python scripts/maintain/speed.py --only simulator,startup --out runs/speed.json
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from agents.speed.figures import PARTS, chosen, measure, read_results
from agents.speed.report import rich_table, tables, with_tables
from incentive_env import load_config
from incentive_env.cli.common import console, only_regressions_exit_with_1, script
from incentive_env.cli.options import Json, written
from incentive_env.support.files import write_text
from incentive_env.support.sealed import write_sealed

PAGE = Path("docs/performance.md")


@script
@only_regressions_exit_with_1()
def main(
    only: Annotated[str | None, typer.Option(help=f"parts, with commas between: {','.join(PARTS)}")] = None,
    repeats: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, help="how often everything is timed; set for each part if not given"),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="smaller everything, half a minute; the figures are rough")
    ] = False,
    until_better: Annotated[
        bool, typer.Option("--until-better", help="train until a policy beats the best fixed scheme: minutes")
    ] = False,
    plan: Annotated[str, typer.Option(help="training plan of --until-better: a name or a YAML file")] = "ppo_long",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on the output, and nothing else")] = False,
    out: Json = None,
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="measure only the ratio to the reference loop, and compare with this file"),
    ] = None,
    page: Annotated[Path | None, typer.Option(help="measure nothing; write this file's tables into a page")] = None,
    into: Annotated[Path, written("page with the marks, for --page")] = PAGE,
) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if check is not None:
        _check(check, repeats)
    elif page is not None:
        _write_page(page, into)
    else:
        results = _measured(chosen(only), repeats, quick, plan if until_better else None)
        if out is not None:
            write_sealed(out, results)
            _report(f"figures written to {out}")
        if as_json:
            print(json.dumps(results, ensure_ascii=False))
        else:
            for table in tables(results):
                console().print(rich_table(table))


def _measured(parts: list[str], rounds: int | None, quick: bool, plan: str | None) -> dict[str, Any]:
    if plan is not None and "training" not in parts:
        raise ValueError("--until-better belongs to the part training, which --only leaves out")
    config = load_config()
    if plan is not None:
        from agents.loading import load

        load("training", plan)  # a mistake shows before the rest is measured
    results = measure(config, parts, rounds=rounds, quick=quick, report=_report)
    if plan is not None:
        from agents.speed.learning import until_better

        _report("until better: some minutes")
        results["training"]["until_better"] = until_better(config, plan)
    return results


def _check(path: Path, rounds: int | None) -> None:
    from agents.speed import guard

    results = read_results(path, "guard")
    ratios, margin = guard.committed(results, path), guard.margin_here(results)
    if margin != guard.MARGIN:
        print(f"speed: {path} is of another kind of CPU, so that its ratios may differ")
    judged = guard.judge(guard.measure(load_config(), rounds or guard.ROUNDS), ratios, margin)
    for one in judged:
        print(f"speed: {one}")
    if any(one.verdict is guard.Verdict.LOSS for one in judged):
        raise typer.Exit(1)


def _write_page(path: Path, into: Path) -> None:
    text = with_tables(into.read_text(encoding="utf-8"), read_results(path), into)
    write_text(into, text)
    print(f"{into} written")


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
