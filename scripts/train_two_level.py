"""Train a manager and its reps in turns: the reps learn to live with the manager, the manager to lead them.

Example:
    python scripts/train_two_level.py telesales --run runs/two_level
"""

from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import app, check_writable, console, user_errors, write_json

main = app()
EXAMPLE = "Example: python scripts/train_two_level.py telesales --run runs/two_level"


@main.command(epilog=EXAMPLE)
def run(
    plan: Annotated[str, typer.Argument(help="a name in configs/plans/two_level or a YAML file")] = "telesales",
    run: Annotated[Path, typer.Option(help="folder of the run: its last two rounds")] = Path("runs/two_level"),
    seed: Annotated[int, typer.Option(min=0, max=1000, help="of networks and floors")] = 0,
    reward: Annotated[
        str | None, typer.Option(help="preset that the manager is trained on, instead of the file's")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, max=10_000, help="instead of the file's")] = None,
    floors: Annotated[int, typer.Option(min=2, max=10_000, help="on which is looked at how things stand")] = 32,
    resume: Annotated[bool, typer.Option(help="go on after the run's last round, if it has one")] = False,
    out: Annotated[Path | None, typer.Option(help="JSON file for the rounds, besides the folder")] = None,
) -> None:
    """Train both levels; a run that was cut off goes on with --resume, bit for bit as it would have."""
    with user_errors():
        from agents.learning_reps.report import round_table
        from agents.learning_reps.two_level import rounds as rounds_of
        from agents.learning_reps.two_level import train_two_level
        from agents.loading import load
        from incentive_env.studies.evaluate import evaluation_seeds

        check_writable(out)
        check_writable(run, folder=True)
        changes = {"rounds": rounds, "reward": reward}
        loaded = load("two_level", plan, {key: value for key, value in changes.items() if value is not None})
        history = train_two_level(loaded, run, evaluation_seeds(floors), seed=seed, resume=resume)
        console().print(round_table(history))
        if out is not None:
            write_json(out, {"plan": loaded.model_dump(mode="json"), "seed": seed, "rounds": history})
            print(f"rounds written to {out}")
        last = rounds_of(run)[-1]
        print(f"next: python scripts/evaluate.py {last / 'manager'} flat_salary --reps {last / 'reps.yaml'}")


if __name__ == "__main__":
    main()
