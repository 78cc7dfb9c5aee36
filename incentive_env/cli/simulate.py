"""`incentive-env simulate`: floors under a scheme or policy, quarter by quarter, as tables and as a picture."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from incentive_env.cli.common import console, counted, working
from incentive_env.cli.options import (
    FirstSeed,
    MovedLevers,
    Overrides,
    Picture,
    Scenario,
    policy_names,
    table_kinds,
    written,
)
from incentive_env.cli.scenarios import load_scenario
from incentive_env.support.locks import locked

if TYPE_CHECKING:
    from incentive_env.studies.simulate import Panel

EXAMPLES = (
    "incentive-env simulate --policy quota_with_threat",
    "incentive-env simulate --policy piece_rate --lever audit=0.05 --config hard_market --seed 7",
    "incentive-env simulate --set salesforce.reps=20 --lever base_pay=700 --floors 1 --weeks 52",
    "incentive-env simulate --policy best_static --out runs/best --format csv --picture runs/best.png",
)
POLICIES = "who manages: a name (`incentive-env describe schemes`), a YAML file"


def command(load: Callable[..., Any] | None = None, others: str = "") -> Callable[..., None]:
    """The command, for the command line and for scripts that know more policies.

    Args:
        load: from a name and a config to a policy; `incentive_env.policies.load_policy` where not given.
        others: what else it takes, for the help.
    """

    def run(
        policy: Annotated[
            str, typer.Option(metavar="NAME|FILE", help=POLICIES + others, autocompletion=policy_names)
        ] = "own_scheme",
        config: Scenario = "telesales",
        override: Overrides = None,
        lever: MovedLevers = None,
        floors: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="number of floors")] = 8,
        seed: FirstSeed = 0,
        weeks: Annotated[
            int | None,
            typer.Option(min=1, max=100_000, metavar="N", help="length; an episode where not given"),
        ] = None,
        out: Annotated[
            Path | None, written("folder for the tables floor_weeks, rep_weeks, ledger", folder=True)
        ] = None,
        kind: Annotated[
            str, typer.Option("--format", metavar="csv|parquet", help="kind of the tables", autocompletion=table_kinds)
        ] = "csv",
        picture: Picture = None,
    ) -> None:
        """Simulate floors under a policy, and show the results.

        They are printed by quarter, and written as tables of every week, rep and act of gaming, and as a picture.
        """
        from incentive_env.cli import picture as drawing
        from incentive_env.cli import tables
        from incentive_env.cli.managers import load_manager
        from incentive_env.policies import load_policy
        from incentive_env.studies.simulate import simulate

        tables.check_kind(kind)
        scenario = load_scenario(config, override or [])
        tables.check_size(scenario, floors, weeks)
        manager = load_manager(policy, config, scenario, lever or [], load or load_policy)
        title = ", ".join((f"{scenario.name} under {policy}", *(lever or []), counted(floors, "floor")))
        seeds, length = range(seed, seed + floors), weeks or scenario.horizon.episode_weeks
        with ExitStack() as stack:
            write = None
            if out is not None:
                stack.enter_context(locked(out))
                write = stack.enter_context(tables.written_tables(out, kind))
            move = stack.enter_context(working(f"simulating {counted(floors, 'floor')}", length))

            def each(part: "Panel") -> None:
                if write is not None:
                    write(part)
                move(int(part.floor_weeks["week"][-1]))

            panel = simulate(scenario, manager, seeds, weeks, each=each)
        _print(panel, title, whole=weeks is None)
        if out is not None:
            print(f"tables written to {out}")
        if picture is not None:
            drawing.draw_picture(panel, title, picture)
            print(f"picture written to {picture}")

    return run


def _print(panel: "Panel", title: str, *, whole: bool) -> None:
    from incentive_env.cli import tables

    console().print(tables.quarter_table(panel, title))
    if whole:
        console().print(tables.score_line(panel))


run = command()
