"""All commands of ``incentive-env``: a new one is a module with ``run`` and ``EXAMPLES``, named in `COMMANDS`."""

from typing import Annotated

import typer

import incentive_env
from incentive_env.cli import common, compare, config, describe, explain, play, simulate

COMMANDS = (describe, simulate, compare, explain, play)
EXAMPLES = (
    "incentive-env describe",
    "incentive-env simulate --policy quota_with_threat --picture quota.png",
    "incentive-env compare flat_salary quota_with_threat",
    "incentive-env config new mine.yaml --set salesforce.reps=20",
)

app = common.app(completion=True, invoke_without_command=True)
for module in COMMANDS:
    run = common.user_errors()(module.run)
    app.command(module.__name__.rpartition(".")[2], epilog=common.examples(*module.EXAMPLES))(run)
app.add_typer(config.app, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"incentive-env {incentive_env.__version__}")
        raise typer.Exit


@app.callback(epilog=common.examples(*EXAMPLES))
def about(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Incentive design as a simulation: pay a salesforce, watch it respond, gaming included."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
