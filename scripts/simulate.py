"""Simulate floors under a policy and write weekly tables.

Example:
    python scripts/simulate.py --policy quota_with_threat --floors 8 --out runs/quota
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from common import app, check_writable, console, user_errors, written_whole
from rich.table import Table

from agents.registry import NAMES, load_policy
from incentive_env import Panel, load_config, simulate

main = app()
EXAMPLE = "Example: python scripts/simulate.py --policy quota_with_threat --floors 8 --out runs/quota"


@main.command(epilog=EXAMPLE)
def run(
    policy: Annotated[
        str, typer.Option(help=f"{', '.join(NAMES)}, a scheme's YAML file, or a run directory")
    ] = "flat_salary",
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="dotted override, salesforce.reps=20; repeatable")
    ] = None,
    floors: Annotated[int, typer.Option(min=1, max=100_000, help="number of floors")] = 8,
    seed: Annotated[int, typer.Option(min=0, max=2**62, help="seed of the first floor; others count on")] = 0,
    weeks: Annotated[int | None, typer.Option(min=1, help="length; an episode and its run-off where not given")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for floor_weeks.csv, rep_weeks.csv and ledger.csv")] = None,
) -> None:
    """Simulate floors under a policy; print what became of them, and write weekly tables."""
    with user_errors():
        check_writable(out, folder=True)
        scenario = load_config(config, override or [])
        panel = simulate(scenario, load_policy(policy, scenario), range(seed, seed + floors), weeks)  # type: ignore[arg-type]
        _show(panel, f"{scenario.name} under {policy}, {floors} floors")
        if out is not None:
            for name in ("floor_weeks", "rep_weeks", "ledger"):
                _write_csv(getattr(panel, name), out / f"{name}.csv")
            print(f"tables written to {out}")


def _show(panel: Panel, title: str) -> None:
    """Quarter by quarter, what a manager would want to know, and what no report says."""
    weeks = panel.floor_weeks
    slots = panel.config.salesforce.reps * panel.config.market.slots
    table = Table(title=title)
    for heading in (
        "weeks",
        "recorded conversion",
        "measured NPS",
        "true loyalty",
        "gaming share",
        "exits %/year",
        "cash €",
    ):
        table.add_column(heading, justify="right")
    last = int(weeks["week"].max())
    for first in range(1, last + 1, 13):
        part = weeks[(weeks["week"] >= first) & (weeks["week"] < first + 13)]
        judged = max((part["recorded_sales"] + part["recorded_refusals"]).sum(), 1.0)
        net = (part["promoters"] - part["detractors"] - part["left_wronged"]).mean()
        surveyed = max(part["surveys"].sum(), 1.0)
        table.add_row(
            f"{first}–{min(first + 12, last)}",
            f"{part['recorded_sales'].sum() / judged:.3f}",
            f"{100 * (part['survey_promoters'] - part['survey_detractors']).sum() / surveyed:.1f}",
            f"{100 * net / slots:.1f}",
            f"{part['gamed_calls'].sum() / max(part['calls'].sum(), 1.0):.2f}",
            f"{5200 * (part['quits'] + part['dismissals']).sum() / max(part['present'].sum(), 1.0):.0f}",
            f"{part['cash'].mean():,.0f}",
        )
    console().print(table)


def _write_csv(table: np.ndarray, path: Path) -> None:
    names = table.dtype.names or ()
    formats = ["%s" if table.dtype[name].kind in "iU" else "%.10g" for name in names]
    with written_whole(path) as partial:
        np.savetxt(partial, table, fmt=formats, delimiter=",", header=",".join(names), comments="", encoding="utf-8")


if __name__ == "__main__":
    main()
