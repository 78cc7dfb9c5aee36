"""Does the floor behave as published? Every fact, its figure with 95 % interval, its band, and whether it holds.

Exit code 1 if one falls short.

Example:
    python scripts/validate.py --only larkin --only jacob --report runs/validation
"""

import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from incentive_env import Config, load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Json, Overrides, Scenario, Threads, written
from incentive_env.support.files import written_whole
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import FACT_SEEDS
from incentive_env.support.spelling import nearest
from incentive_env.support.statistics import Interval
from incentive_env.support.tables import rich_table, with_interval
from incentive_env.validation import DEFAULTS, Band, Fact, Lab, Verdict, facts_for

FLOORS, QUICK_FLOORS = 256, 48


@script
def main(
    config: Scenario = "telesales",
    override: Overrides = None,
    only: Annotated[list[str] | None, typer.Option(help="a fact's id; repeatable")] = None,
    quick: Annotated[
        bool, typer.Option(help=f"{QUICK_FLOORS} floors instead of {FLOORS}, and shorter searches")
    ] = False,
    floors: Annotated[int | None, typer.Option(min=8, max=100_000, help="floors, the same for every scheme")] = None,
    threads: Threads = 2,
    out: Json = None,
    report: Annotated[Path | None, written("folder for a report with a picture of each fact", folder=True)] = None,
) -> None:
    scenario = load_config(config, override or [])
    facts = chosen_facts(scenario, only or [])
    verdicts = check(scenario, facts, floors or (QUICK_FLOORS if quick else FLOORS), threads, quick=quick)
    console().print(verdict_table(verdicts, f"{scenario.name}: published facts and field defaults"))
    print(summary(verdicts))
    print(left_out(scenario, only or []), end="")
    save(out, [as_json(verdict) for verdict in verdicts])
    if report is not None:
        _write_report(report, verdicts, scenario)
    if not all(verdict.holds for verdict in verdicts):
        raise typer.Exit(1)


def chosen_facts(config: Config, only: list[str]) -> list[Fact]:
    """Facts by id, whatever is switched off; or all of the scenario whose mechanisms are on.

    Raises:
        ValueError: no fact has that id.
    """
    known = facts_for(config)
    for name in only:
        if name not in known:
            raise ValueError(f"no fact {name!r} for {config.name}{nearest(name, known)}; facts: {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(only)] or [f for f in known.values() if not f.missing(config)]


def left_out(config: Config, only: list[str]) -> str:
    """A line that names the facts that were not measured, and the mechanisms that each of them lacks; may be empty."""
    facts = [] if only else [fact for fact in facts_for(config).values() if fact.missing(config)]
    names = ", ".join(f"{fact.id} ({', '.join(fact.missing(config))})" for fact in facts)
    return f"not measured, for a mechanism is off: {names}\n" if facts else ""


def fact_seeds(floors: int) -> range:
    """Seeds of the floors on which facts are checked."""
    return range(FACT_SEEDS.start, FACT_SEEDS.start + floors)


def check(config: Config, facts: list[Fact], floors: int, threads: int, *, quick: bool = False) -> list[Verdict]:
    """Measure facts in one laboratory, so that runs they share are made once."""
    lab = Lab(config, fact_seeds(floors), threads=threads, quick=quick)
    verdicts = []
    with Progress("facts", len(facts)) as progress:
        for fact in facts:
            verdicts.append(fact.check(lab))
            progress.move(len(verdicts))
    return verdicts


def summary(verdicts: list[Verdict]) -> str:
    """How many hold, and which do not."""
    published = [verdict for verdict in verdicts if verdict.fact.id not in DEFAULTS]
    short = [verdict.fact.id for verdict in verdicts if not verdict.holds]
    holding = sum(verdict.holds for verdict in published)
    return f"{holding} of {len(published)} facts hold" + (f"; falls short: {', '.join(short)}" if short else "")


def verdict_table(verdicts: list[Verdict], title: str) -> Table:
    """A row for each part of each fact."""
    rows: list[tuple[str, ...]] = []
    for verdict in verdicts:
        first = verdict.fact.id, f"{verdict.fact.published} [{verdict.fact.source}]"
        for part in verdict.parts:
            name, published = first if part is verdict.parts[0] else ("", "")
            measured, holds = with_interval(part.estimate, ".3g"), "holds" if part.holds else "FALLS SHORT"
            rows.append((name, part.name, measured, str(part.band), published, holds))
        rows.append(())
    return rich_table(("fact", "figure", "measured (95 %)", "band", "published, and where", ""), rows, title, left=6)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain data; its own figure is that of the part that decides."""
    part = verdict.weakest
    return {
        "id": verdict.fact.id, "claim": verdict.fact.claim, "setup": verdict.fact.setup, "part": part.name,
        **_figure(part.estimate), "band": _band(part.band), "published": verdict.fact.published,
        "source": verdict.fact.source, "holds": verdict.holds,
        "parts": [
            {"name": p.name, **_figure(p.estimate), "band": _band(p.band), "holds": p.holds} for p in verdict.parts
        ],
    }  # fmt: skip


def _figure(estimate: Interval) -> dict[str, float]:
    return {"figure": estimate.mean, "low": estimate.low, "high": estimate.high}


def _band(band: Band) -> list[float | None]:
    return [end if math.isfinite(end) else None for end in band]


def _write_report(directory: Path, verdicts: list[Verdict], config: Config) -> None:
    """A page with a picture of each fact, that needs nothing but itself."""
    from incentive_env.validation.pictures import report_page

    directory.mkdir(parents=True, exist_ok=True)
    with written_whole(directory / "index.html") as partial:
        partial.write_text(report_page(verdicts, config.name), encoding="utf-8")
    print(f"report: {directory / 'index.html'}")


if __name__ == "__main__":
    main()
