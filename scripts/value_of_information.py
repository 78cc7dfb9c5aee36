"""What it is worth to look: fixed scheme, linear feedback, trained policy and true state on the same unseen floors.

The gains over the best fixed scheme are shown overall and situation by situation.

Example:
    python scripts/value_of_information.py --static best_static --out runs/value.json
"""

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

from agents.registry import load_policy
from agents.studies.situations import EVENTS, Managed, Situation, event, manage, rotten_team
from incentive_env import Config, load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json, Overrides, Scenario, Threads
from incentive_env.floors.measures import net_promoters
from incentive_env.floors.reward import episode_score
from incentive_env.policies import FixedPolicy, Policy
from incentive_env.studies.simulate import roll_out
from incentive_env.support.seeds import UNSEEN_SEEDS
from incentive_env.support.statistics import Interval, interval
from incentive_env.support.tables import rich_table, with_interval

HINDSIGHT, SPREAD = 32, 0.3  # schemes that hindsight chooses among, and how far their levers scatter


@script
def main(
    static: Annotated[str, typer.Option(help="the best fixed scheme: a YAML file or a name")],
    feedback: Annotated[str | None, typer.Option(help="linear feedback on the report: a YAML file or a name")] = None,
    ppo: Annotated[str | None, typer.Option(help="trained policy: a run directory or a checkpoint")] = None,
    state: Annotated[str | None, typer.Option(help="linear feedback on the true state")] = None,
    looked_at: Annotated[
        str | None, typer.Option("--look-at", help="policy whose behavior in situations is shown; ppo, else feedback")
    ] = None,
    config: Scenario = "telesales",
    override: Overrides = None,
    floors: Floors = 256,
    first: Annotated[int, typer.Option(min=0, max=999_999, help="seed of the first floor")] = UNSEEN_SEEDS.start,
    threads: Threads = 1,
    out: Json = None,
) -> None:
    scenario = load_config(config, override or [])
    given = {"static": static, "feedback": feedback, "ppo": ppo, "true_state": state}
    policies = {role: load_policy(name, scenario) for role, name in given.items() if name is not None}
    watched = _watched(policies, looked_at)
    seeds = range(first, first + floors)
    managed = {role: manage(scenario, policy, seeds, threads=threads) for role, policy in policies.items()}
    managed["hindsight"] = hindsight(scenario, policies["static"], seeds, threads)
    worth = worth_rows(managed)
    console().print(_worth_table(worth, f"{scenario.name}: long-term loyalty, {floors} unseen floors"))
    situations = situation_rows(scenario, policies, managed, watched, seeds, threads)
    if situations:
        console().print(_situation_table(situations, f"{watched}: what it does and gains in a situation"))
    about = {"scenario": scenario.name, "floors": floors, "first": first, "policies": given, "looked_at": watched}
    save(out, {**about, "worth": worth, "situations": [_plain(row) for row in situations]})


def worth_rows(managed: dict[str, Managed]) -> list[dict[str, Any]]:
    """One row a policy: its score, and its paired gain over each of those before it."""
    rows = []
    for place, (role, result) in enumerate(managed.items()):
        before = list(managed)[:place]
        gains = {other: interval(result.loyalty - managed[other].loyalty)._asdict() for other in before}
        rows.append({"policy": role, "loyalty": interval(result.loyalty)._asdict(), "gain_over": gains})
    return rows


def hindsight(config: Config, static: Policy, seeds: range, threads: int) -> Managed:
    """An upper reference: for each floor the best of many schemes around the best one, chosen with its luck known."""
    assert isinstance(static, FixedPolicy)
    random = np.random.default_rng(0)
    loyalty = np.full(len(seeds), -np.inf)
    for number in range(HINDSIGHT):
        step = SPREAD * random.standard_normal(len(static.action)) if number else 0.0
        action = np.clip(static.action + step, -1.0, 1.0)

        def fixed(seen: NDArray[np.floating], action: NDArray[np.floating] = action) -> NDArray[np.floating]:
            return np.tile(action, (len(seen), 1))

        rollout = roll_out(config, fixed, seeds, threads=threads)
        loyalty = np.maximum(loyalty, episode_score(net_promoters(rollout.floor_weeks), config))
    return Managed(loyalty, rollout.actions, rollout.observations, np.ones(rollout.actions.shape[:2], bool))


def situation_rows(
    config: Config, policies: dict[str, Policy], managed: dict[str, Managed], watched: str, seeds: range, threads: int
) -> list[Situation]:
    """What the policy watched does and gains in each situation; those that no floor is in are left out."""
    if watched == "static":
        return []
    rows = [rotten_team(config, managed[watched], managed["static"], seeds)]
    for name in EVENTS:
        rows.append(event(config, policies[watched], policies["static"], name, seeds, threads=threads))
    return [row for row in rows if row is not None]


def _watched(policies: dict[str, Policy], wanted: str | None) -> str:
    if not isinstance(policies["static"], FixedPolicy):
        raise ValueError("--static: is no fixed scheme")
    if "true_state" in policies and policies["true_state"].sees != "state":
        raise ValueError(
            "--state: does not see the true state, as what optimise_feedback.py --kind state_feedback finds"
        )
    for role in ("feedback", "ppo"):
        if role in policies and policies[role].sees == "state":
            raise ValueError(f"--{role}: sees the true state; give it as --state")
    if wanted is not None and wanted not in policies:
        raise ValueError(f"--look-at {wanted}: must be one of {', '.join(policies)}")
    return wanted or next((role for role in ("ppo", "feedback", "true_state") if role in policies), "static")


def _worth_table(rows: list[dict[str, Any]], title: str) -> Table:
    others = [row["policy"] for row in rows[:-1]]
    cells = (
        (row["policy"], with_interval(row["loyalty"]),
         *(with_interval(row["gain_over"].get(other), "+.1f") for other in others))
        for row in rows
    )  # fmt: skip
    return rich_table(("policy", "loyalty (95 %)", *(f"against {other}" for other in others)), cells, title)


def _situation_table(rows: list[Situation], title: str) -> Table:
    cells: list[tuple[str, ...]] = []
    for row in rows:
        levers = "\n".join(f"{lever['lever']} {with_interval(lever, '+.3g')}" for lever in row.levers)
        gains = with_interval(row.gain, "+.1f"), with_interval(row.more, "+.1f")
        cells += [(row.name, str(row.floors), *gains, levers), ()]
    return rich_table(
        ("situation", "floors", "gain over static, points", "more *", "what it does differently"), cells, title,
        left=(0, 2, 3, 4), caption="* rotten team: gain there minus gain elsewhere; events: gain over not seeing it",
    )  # fmt: skip


def _plain(row: Situation) -> dict[str, Any]:
    return {name: value._asdict() if isinstance(value, Interval) else value for name, value in row._asdict().items()}


if __name__ == "__main__":
    main()
