"""Train a manager and its reps in turns: the reps adapt to the manager, the manager learns to lead them.

An interrupted run resumes with --resume, bit for bit.

Example:
    python scripts/train_two_level.py telesales --run runs/two_level
"""

from pathlib import Path
from typing import Annotated

import typer

from agents.options import Resume, Run
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json
from incentive_env.support.locks import locked


@script
def main(
    plan: Annotated[str, typer.Argument(help="a name in configs/plans/two_level or a YAML file")] = "telesales",
    run: Run = Path("runs/two_level"),
    seed: Annotated[int, typer.Option(min=0, max=1000, metavar="N", help="seed of networks and floors")] = 0,
    reward: Annotated[
        str | None, typer.Option(help="preset that the manager is trained on, instead of the plan's")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, max=10_000, help="instead of the plan's")] = None,
    floors: Floors = 32,
    resume: Resume = False,
    out: Json = None,
) -> None:
    from agents.learning_reps.report import round_table
    from agents.learning_reps.two_level import rounds as rounds_of
    from agents.learning_reps.two_level import train_two_level
    from agents.loading import load
    from incentive_env.studies.evaluate import evaluation_seeds

    changes = {"rounds": rounds, "reward": reward}
    loaded = load("two_level", plan, {key: value for key, value in changes.items() if value is not None})
    with locked(run):
        history = train_two_level(loaded, run, evaluation_seeds(floors), seed=seed, resume=resume)
    console().print(round_table(history))
    save(out, {"plan": loaded.model_dump(mode="json"), "seed": seed, "rounds": history}, "rounds")
    last = rounds_of(run)[-1]
    print(f"next: python scripts/evaluate.py {last / 'manager'} flat_salary --reps {last / 'reps.yaml'}")


if __name__ == "__main__":
    main()
