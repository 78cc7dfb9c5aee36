"""`incentive-env compare A B`: two schemes, policies or scenarios under the same luck."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from incentive_env.cli.common import console, counted, save, working
from incentive_env.cli.options import FirstSeed, Json, Overrides, Scenario, keys_option, levers_option, side_names
from incentive_env.config.words import OUTCOMES, Outcome
from incentive_env.support.seeds import EVALUATION_SEEDS
from incentive_env.support.tables import leaves_out_0, number, rich_table, span, starred

if TYPE_CHECKING:
    from incentive_env.cli.managers import Side
    from incentive_env.studies.evaluate import Evaluation

EXAMPLES = (
    "incentive-env compare flat_salary quota_with_threat",
    "incentive-env compare piece_rate piece_rate --lever-b audit=0.1 --floors 64",
    "incentive-env compare telesales:retention_first hard_market:retention_first",
    "incentive-env compare decent_team rotten_team --out runs/comparison.json",
)
SIDE = "SCENARIO:POLICY, a policy, a scenario, or a YAML file with either"


def run(
    a: Annotated[str, typer.Argument(metavar="A", help=SIDE, autocompletion=side_names, show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="the same", autocompletion=side_names, show_default=False)],
    config: Scenario = "telesales",
    override: Overrides = None,
    override_a: Annotated[list[str] | None, keys_option("--set-a", "the same for A alone")] = None,
    override_b: Annotated[list[str] | None, keys_option("--set-b", "the same for B alone")] = None,
    lever_a: Annotated[list[str] | None, levers_option("--lever-a", "lever of A's fixed scheme; repeatable")] = None,
    lever_b: Annotated[list[str] | None, levers_option("--lever-b", "the same for B")] = None,
    floors: Annotated[
        int, typer.Option(min=2, max=20_000, metavar="N", help="number of floors, the same for both")
    ] = 128,
    seed: FirstSeed = EVALUATION_SEEDS.start,
    out: Json = None,
) -> None:
    """Compare two schemes, policies or scenarios under the same luck.

    A and B each are a policy, which manages the scenario of --config; a scenario, which its own scheme manages (the
    `scheme:` of its file, else its neutral scheme); SCENARIO:POLICY; or a YAML file with either or both. Differences
    are B − A, floor by floor, with their 95 % interval; * marks those whose interval leaves out 0.
    """
    from incentive_env.cli.managers import read_side
    from incentive_env.studies.evaluate import evaluate

    sides = (
        read_side(a, config, [*(override or []), *(override_a or [])], lever_a or []),
        read_side(b, config, [*(override or []), *(override_b or [])], lever_b or []),
    )
    seeds = range(seed, seed + floors)
    with working(f"comparing on {counted(floors, 'floor')}"):
        first, second = (evaluate(side.config, side.policy, seeds) for side in sides)
    rows = compared(first, second)
    console().print(_table(rows, sides, floors))
    save(out, _content(rows, sides, seeds), "comparison")


def compared(a: "Evaluation", b: "Evaluation") -> list[dict[str, Any]]:
    """One object an outcome: means of both, and their difference floor by floor with its 95 % interval."""
    from incentive_env.config.channels import CHANNELS

    rows = []
    for name, outcome in OUTCOMES.items():
        rows.append(_row(name, outcome, getattr(a, name), getattr(b, name)))
        if name == "gaming":
            for place, channel in enumerate(CHANNELS):
                cases = Outcome(f"  {channel.replace('_', ' ')}", "/100 calls", 100.0, 1)
                rows.append(_row(f"gaming_{channel}", cases, a.channels[:, place], b.channels[:, place]))
    return rows


def _row(name: str, outcome: Outcome, a: Any, b: Any) -> dict[str, Any]:
    from incentive_env.support.statistics import interval

    mean, low, high = interval(outcome.factor * (b - a))
    return {
        "outcome": name, "label": outcome.label, "unit": outcome.unit, "decimals": outcome.decimals,
        "a": outcome.factor * float(a.mean()), "b": outcome.factor * float(b.mean()), "difference": mean, "low": low,
        "high": high, "leaves_out_0": leaves_out_0((mean, low, high)),
    }  # fmt: skip


def _table(rows: list[dict[str, Any]], sides: "tuple[Side, Side]", floors: int) -> Table:
    def cells(row: dict[str, Any]) -> tuple[str, ...]:
        spec, change = f",.{row['decimals']}f", (row["difference"], row["low"], row["high"])
        a, b = number(row["a"], spec), number(row["b"], spec)
        return row["label"], row["unit"], a, b, starred(change, f"+{spec}"), span(change, f"+{spec}")

    return rich_table(
        ("outcome", "unit", "A", "B", "B − A", "95 % interval"), map(cells, rows), left=2,
        title=f"A: {sides[0].label}\nB: {sides[1].label}", title_justify="left", caption_justify="left",
        caption=f"{floors} floors, the same luck for both; 95 % intervals; * leaves out 0",
    )  # fmt: skip


def _content(rows: list[dict[str, Any]], sides: "tuple[Side, Side]", seeds: range) -> dict[str, Any]:
    outcomes = [{name: value for name, value in row.items() if name not in ("label", "decimals")} for row in rows]
    return {
        "a": sides[0].label, "b": sides[1].label, "floors": len(seeds), "first_seed": seeds[0], "outcomes": outcomes,
    }  # fmt: skip
