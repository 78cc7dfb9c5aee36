"""What each lever does: loyalty, profit and conversion at its minimum, middle and maximum.

One lever at a time moves away from a scheme; all are compared on the same floors, with 95 % intervals.

Example:
    python scripts/levers.py --floors 32
"""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from agents.registry import load_policy
from incentive_env import Config, Scheme, load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json, Overrides, Scenario
from incentive_env.config.levers import LEVERS
from incentive_env.model.scheme import lever_ranges
from incentive_env.policies.fixed import FixedPolicy
from incentive_env.studies.evaluate import evaluate, evaluation_seeds
from incentive_env.support.statistics import interval
from incentive_env.support.tables import rich_table, starred

OUTCOMES = {"loyalty": "+,.1f", "profit": "+,.0f", "conversion": "+,.4f", "survived": "+,.3f"}  # and their formats
_HEADINGS = ("lever", "place", "value", "loyalty, points", "profit, €/week", "recorded conversion", "volume kept")


@script
def main(
    around: Annotated[str, typer.Option(metavar="NAME|FILE", help="fixed scheme that the other levers stay at")] = (
        "balanced_scorecard"
    ),
    config: Scenario = "telesales",
    override: Overrides = None,
    floors: Floors = 96,
    out: Json = None,
) -> None:
    scenario = load_config(config, override or [])
    rows = lever_rows(scenario, around, floors)
    title = f"Change against {around}, {floors} floors; * where the 95 % interval leaves out 0"
    console().print(rich_table(_HEADINGS, table_rows(rows), title, left=2))
    save(out, rows)


def lever_rows(config: Config, around: str, floors: int) -> list[dict[str, Any]]:
    """One row a lever and place: the paired change of each outcome, with its interval."""
    scheme, seeds = _scheme_of(around, config), evaluation_seeds(floors)
    base = evaluate(config, FixedPolicy(scheme, config), seeds)
    rows = []
    for lever in LEVERS:
        ends = getattr(config.levers, lever)
        for place, value in (("min", ends.low), ("middle", (ends.low + ends.high) / 2), ("max", ends.high)):
            moved = evaluate(config, FixedPolicy(scheme._replace(**{lever: value}), config), seeds)
            changes = {name: interval(getattr(moved, name) - getattr(base, name))._asdict() for name in OUTCOMES}
            stands = bool(abs(value - getattr(scheme, lever)) < 1e-6 * (ends.high - ends.low))
            rows.append({"lever": lever, "place": place, "value": value, "stands": stands, **changes})
    return rows


def _scheme_of(name: str, config: Config) -> Scheme:
    policy = load_policy(name, config)
    if not isinstance(policy, FixedPolicy):
        raise ValueError(f"--around {name}: is no fixed scheme")
    low, high = lever_ranges(config)
    return Scheme(*(low + (policy.action.astype(float) + 1.0) / 2.0 * (high - low)).tolist())


def table_rows(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """The rows in words, with a line below each lever."""
    for row in rows:
        value = f"{row['value']:g}{' (stands there)' if row['stands'] else ''}"
        yield row["lever"], row["place"], value, *(starred(row[name], spec) for name, spec in OUTCOMES.items())
        if row["place"] == "max":
            yield ()


if __name__ == "__main__":
    main()
