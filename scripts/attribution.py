"""What each gaming channel costs under a policy, and what more audit or retention pay would gain.

Each channel is closed in turn, then audit and retention pay are raised; all runs are on the same floors.

Example:
    python scripts/attribution.py quota_with_threat --floors 96 --out runs/attribution.json
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from agents.options import POLICIES
from agents.registry import load_policy
from agents.studies.attribution import (
    OUTCOMES,
    TOGETHER,
    Raise,
    channel_rows,
    check_raises,
    close_channels,
    on_floors,
    open_channels,
    worth_rows,
)
from incentive_env import Config, load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json, Overrides, Scenario, Threads
from incentive_env.config.channels import CHANNELS
from incentive_env.policies import Policy
from incentive_env.studies.evaluate import evaluation_seeds
from incentive_env.support.progress import Progress
from incentive_env.support.statistics import interval
from incentive_env.support.tables import number, rich_table, starred, with_interval

_FORMS = {  # of each figure in tables, and its factor: they count by 100 calls
    "loyalty": ("+,.1f", 1.0), "profit": ("+,.0f", 1.0), "conversion": ("+,.1f", 100.0), "use": (",.1f", 100.0),
    "others": ("+,.0f", 100.0),
}  # fmt: skip
_HEADINGS = {
    "loyalty": "loyalty, points", "profit": "profit, €/week", "conversion": "conversion, % points",
    "use": "cases per 100 calls", "others": "other channels",
}  # fmt: skip


@script
def main(
    policy: Annotated[str, typer.Argument(help=POLICIES)] = "quota_with_threat",
    audit: Annotated[
        list[float] | None, typer.Option(help="share of calls to add to the policy's audit; repeatable [0.05, 0.1]")
    ] = None,
    retention_pay: Annotated[
        list[float] | None, typer.Option(help="€ a sale to add to its retention pay; repeatable [6, 12]")
    ] = None,
    config: Scenario = "telesales",
    override: Overrides = None,
    floors: Floors = 96,
    threads: Threads = 1,
    out: Json = None,
) -> None:
    scenario = load_config(config, override or [])
    raises = [Raise("audit", amount) for amount in audit or (0.05, 0.10)]
    raises += [Raise("retention_pay", amount) for amount in retention_pay or (6.0, 12.0)]
    check_raises(raises, scenario)
    load_policy(policy, scenario)  # an unknown name is refused before any work
    found = attribution(scenario, lambda: load_policy(policy, scenario), raises, floors, threads)
    name = f"{scenario.name} under {Path(policy).name}, {floors} floors"
    console().print(_channel_table(found["channels"], f"{name}: change when a gaming channel is closed"))
    console().print(_worth_table(found["worth"], f"{name}: change when a lever is raised"))
    console().print(_use_table(found, f"{name}: cases per 100 calls, and their change when a lever is raised"))
    save(out, {"policy": policy, **found})


def attribution(
    config: Config, fresh: Callable[[], Policy], raises: list[Raise], floors: int, threads: int
) -> dict[str, Any]:
    """Both tables as plain data; all intervals are 95 %, of differences floor by floor but for ``base``."""
    work = 2 + len(open_channels(config)) + len(raises)
    with Progress("evaluations", work) as progress:
        run_on_floors = on_floors(evaluation_seeds(floors), threads=threads, done=progress.move)
        closed = close_channels(config, fresh, run_on_floors)
        worth = worth_rows(config, fresh, raises, closed.base, run_on_floors)
    use = {name: interval(closed.base.channels[:, at])._asdict() for at, name in enumerate(CHANNELS)}
    base = {name: interval(getattr(closed.base, name))._asdict() for name in OUTCOMES}
    return {
        "scenario": config.name, "floors": floors, "base": {**base, "use": use},
        "channels": channel_rows(closed), "worth": worth,
    }  # fmt: skip


def _channel_table(rows: list[dict[str, Any]], title: str) -> Table:
    caption = (
        f"95 % intervals, floor by floor. What closing gives is what the channel costs. {TOGETHER}: all at once less "
        "the sum of the single effects; they need not agree, since reps go over to the channels that are left. other "
        "channels: how many more cases per 100 calls they see"
    )
    columns = ("use", *OUTCOMES, "others")
    cells = [[_words(row["closed"]), *_cells(row, columns)] for row in rows]
    cells.insert(-3, [])  # a line above those that hold several
    return rich_table(("closed", *(_HEADINGS[name] for name in columns)), cells, title, caption=caption)


def _worth_table(rows: list[dict[str, Any]], title: str) -> Table:
    caption = "95 % intervals, floor by floor; what the lever costs is in the profit"
    cells = [(_raised(row), *_cells(row, OUTCOMES)) for row in rows]
    return rich_table(("", *(_HEADINGS[name] for name in OUTCOMES)), cells, title, caption=caption)


def _use_table(found: dict[str, Any], title: str) -> Table:
    cells = [
        (_words(channel), f"{number(use['mean'], factor=100.0)} ",
         *(starred(row["use"][channel], factor=100.0) for row in found["worth"]))
        for channel, use in found["base"]["use"].items()
    ]  # fmt: skip
    caption = "* where the 95 % interval leaves out 0"
    return rich_table(("channel", "use", *map(_raised, found["worth"])), cells, title, caption=caption)


def _cells(row: dict[str, Any], names: Iterable[str]) -> list[str]:
    return [with_interval(row.get(name), *_FORMS[name]) for name in names]


def _raised(row: dict[str, Any]) -> str:
    reached = "" if row["value"] is None else f" (to {row['value']:g})"
    return f"{_words(row['lever'])} +{row['added']:g}{reached}"


def _words(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    main()
