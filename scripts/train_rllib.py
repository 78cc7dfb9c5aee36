"""Train a manager with RLlib's PPO, on several env runners.

Example:
    python scripts/train_rllib.py --reward loyalty --run runs/rllib
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from incentive_env import load_config
from incentive_env.cli.common import app, check_writable, user_errors
from incentive_env.floors.reward import PRESETS, reward_weights
from incentive_env.policies.files import resolved

main = app()
EXAMPLE = "Example: python scripts/train_rllib.py --reward loyalty --run runs/rllib --timesteps 100000"


@main.command(epilog=EXAMPLE)
def run(
    run: Annotated[Path, typer.Option(help="directory of the run: checkpoints, results.jsonl, policy.yaml")],
    reward: Annotated[str, typer.Option(help=f"what to train on: {', '.join(PRESETS)}")] = "loyalty",
    training: Annotated[str, typer.Option(help="numbers: a name in configs/plans/rllib or a YAML file")] = "ppo",
    config: Annotated[str, typer.Option(help="scenario: a preset's name or a YAML file")] = "telesales",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="dotted override of the scenario; repeatable")
    ] = None,
    timesteps: Annotated[
        int | None, typer.Option(min=1, help="decisions over all floors, instead of the file's")
    ] = None,
    env_runners: Annotated[
        int | None, typer.Option(min=0, max=10_000, help="processes that run floors, instead of the file's")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="of networks and floors")] = 0,
    resume: Annotated[bool, typer.Option(help="go on from the run's newest checkpoint, if it has one")] = False,
) -> None:
    """Train a manager with RLlib; its policy.yaml is taken by every command that takes a policy."""
    with user_errors():
        scenario = load_config(config, override or [])
        reward_weights(scenario, reward)
        check_writable(run, folder=True)
        from agents.loading import load
        from agents.rllib.registration import RLlibError

        given = {"total_timesteps": timesteps, "num_env_runners": env_runners}
        changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        plan = load("rllib", training, changes)
        resolved("policy.initial_scheme", plan.policy.initial_scheme, scenario)
        from agents.rllib.train import train

        try:
            checkpoint = train(scenario, reward, plan, run, seed=seed, resume=resume)
        except RLlibError as error:
            raise ValueError(error) from None
        print(f"trained; newest checkpoint: {checkpoint}")
        print(f"next: python scripts/evaluate.py flat_salary {run / 'policy.yaml'}")


if __name__ == "__main__":
    main()
