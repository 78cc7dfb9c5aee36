"""Which facts need which behavior: the validation under each kind of reasoning.

Example:
    python scripts/rationality.py --floors 64 --out runs/rationality.json
"""

from concurrent.futures import ProcessPoolExecutor
from typing import Annotated, Any

import typer
from rich.table import Table
from validate import as_json, chosen_facts, fact_seeds

from incentive_env import Config, load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Json, Overrides, Processes, Scenario
from incentive_env.support.progress import Progress
from incentive_env.support.tables import rich_table
from incentive_env.validation import Lab

KINDS: dict[str, dict[str, Any]] = {
    "logit": {"rationality.mode": "logit", "rationality.learning": True},
    "logit, no learning": {"rationality.mode": "logit", "rationality.learning": False},
    "best response": {"rationality.mode": "best_response", "rationality.learning": True},
    "best response, no learning": {"rationality.mode": "best_response", "rationality.learning": False},
    "naive": {"rationality.mode": "naive", "rationality.learning": False},
}


@script
def main(
    config: Scenario = "telesales",
    override: Overrides = None,
    only: Annotated[list[str] | None, typer.Option(help="a fact's id; repeatable")] = None,
    floors: Annotated[int, typer.Option(min=8, max=100_000, help="the same for every kind")] = 64,
    processes: Processes = 2,
    out: Json = None,
) -> None:
    scenario = load_config(config, override or [])
    ids = [fact.id for fact in chosen_facts(scenario, only or [])]
    jobs = [(load_config(scenario, change), name, floors) for change in KINDS.values() for name in ids]
    with ProcessPoolExecutor(processes) as pool, Progress("facts", len(jobs)) as progress:
        verdicts = []
        for verdict in pool.map(_check, jobs):
            verdicts.append(verdict)
            progress.move(len(verdicts))
    rows = {kind: verdicts[i * len(ids) : (i + 1) * len(ids)] for i, kind in enumerate(KINDS)}
    console().print(_table(rows, f"{scenario.name}: which facts hold under which reasoning, {floors} floors"))
    save(out, rows)


def _check(job: tuple[Config, str, int]) -> dict[str, Any]:
    config, name, floors = job
    (fact,) = chosen_facts(config, [name])
    return as_json(fact.check(Lab(config, fact_seeds(floors))))


def _table(rows: dict[str, list[dict[str, Any]]], title: str) -> Table:
    cells = ((column[0]["id"], *map(_cell, column)) for column in zip(*rows.values(), strict=True))
    return rich_table(("fact", *rows), cells, title, left=1 + len(rows))


def _cell(verdict: dict[str, Any]) -> str:
    """Holds, or the first figure that falls short."""
    return "holds" if verdict["holds"] else f"{verdict['part']} {verdict['figure']:.3g}"


if __name__ == "__main__":
    main()
