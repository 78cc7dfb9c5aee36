"""Train a manager on a reward with PPO, or any other algorithm that has a training plan.

Example:
    python scripts/train.py --reward loyalty --run runs/loyalty --timesteps 100000
"""

from typing import Annotated

import typer

from agents.options import Resume, Reward, Run, Timesteps
from incentive_env import load_config
from incentive_env.cli.common import script
from incentive_env.cli.options import Overrides, Scenario, Seed
from incentive_env.floors.reward import reward_weights
from incentive_env.support.locks import locked
from incentive_env.support.threads import free_threads


@script
def main(
    run: Run,
    reward: Reward = "loyalty",
    training: Annotated[
        str, typer.Option(help="algorithm and numbers: a name in configs/plans/training or a YAML file")
    ] = "ppo",
    config: Scenario = "telesales",
    override: Overrides = None,
    timesteps: Timesteps = None,
    seed: Seed = 0,
    resume: Resume = False,
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="threads that share the floors; two if two cores are free"),
    ] = None,
) -> None:
    scenario = load_config(config, override or [])
    reward_weights(scenario, reward)
    from agents.loading import load
    from agents.training.train import train  # loads torch

    plan = load("training", training)
    if timesteps is not None:
        plan = plan.model_copy(update={"total_timesteps": timesteps})
    with locked(run):
        checkpoint = train(scenario, reward, plan, run, seed=seed, resume=resume, threads=threads or free_threads())
    print(f"trained; newest checkpoint: {checkpoint}")
    print(f"curves: tensorboard --logdir {run / 'tensorboard'}")
    print(f"next: python scripts/evaluate.py flat_salary {run}")


if __name__ == "__main__":
    main()
