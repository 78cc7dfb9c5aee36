"""Train a manager with PPO, or any other algorithm that has a training file.

Example:
    python scripts/train.py --reward loyalty --run runs/loyalty
"""

from pathlib import Path
from typing import Annotated

import typer

from incentive_env import load_config
from incentive_env.cli.common import app, user_errors
from incentive_env.floors.reward import PRESETS, reward_weights

main = app()
EXAMPLE = "Example: python scripts/train.py --reward loyalty --run runs/loyalty --timesteps 100000"


@main.command(epilog=EXAMPLE)
def run(
    run: Annotated[Path, typer.Option(help="directory of the run: checkpoints and TensorBoard logs")],
    reward: Annotated[str, typer.Option(help=f"what to train on: {', '.join(PRESETS)}")] = "loyalty",
    training: Annotated[
        str, typer.Option(help="algorithm and numbers: a name in configs/plans/training or a YAML file")
    ] = "ppo",
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="dotted override of the scenario; repeatable")
    ] = None,
    timesteps: Annotated[
        int | None, typer.Option(min=1, help="decisions over all floors, instead of the file's")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="of networks and floors")] = 0,
    resume: Annotated[bool, typer.Option(help="go on from the run's newest checkpoint, if it has one")] = False,
) -> None:
    """Train a manager on a reward; evaluate it with scripts/evaluate.py."""
    with user_errors():
        scenario = load_config(config, override or [])
        reward_weights(scenario, reward)
        from agents.loading import load
        from agents.training.train import train  # loads torch

        plan = load("training", training)
        if timesteps is not None:
            plan = plan.model_copy(update={"total_timesteps": timesteps})
        checkpoint = train(scenario, reward, plan, run, seed=seed, resume=resume)
        print(f"trained; newest checkpoint: {checkpoint}")
        print(f"curves: tensorboard --logdir {run / 'tensorboard'}")
        print(f"next: python scripts/evaluate.py flat_salary {run}")


if __name__ == "__main__":
    main()
