"""Train a manager with RLlib's PPO, on several env runners.

Every command that takes a policy takes the policy.yaml in the folder of the run.

Example:
    python scripts/train_rllib.py --reward loyalty --run runs/rllib --timesteps 100000
"""

from typing import Annotated, Any

import typer

from agents.options import Resume, Reward, Run, Timesteps, Trust
from incentive_env import load_config
from incentive_env.cli.common import script
from incentive_env.cli.options import Overrides, Scenario, Seed
from incentive_env.floors.reward import reward_weights
from incentive_env.policies.files import resolved
from incentive_env.support.locks import locked


@script
def main(
    run: Run,
    reward: Reward = "loyalty",
    training: Annotated[str, typer.Option(help="numbers: a name in configs/plans/rllib or a YAML file")] = "ppo",
    config: Scenario = "telesales",
    override: Overrides = None,
    timesteps: Timesteps = None,
    env_runners: Annotated[
        int | None, typer.Option(min=0, max=10_000, help="processes that run floors, instead of the plan's")
    ] = None,
    seed: Seed = 0,
    resume: Resume = False,
    trust: Trust = False,
) -> None:
    scenario = load_config(config, override or [])
    reward_weights(scenario, reward)
    from agents.loading import load
    from agents.rllib.registration import RLlibError, require_rllib

    given = {"total_timesteps": timesteps, "num_env_runners": env_runners}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    plan = load("rllib", training, changes)
    resolved("policy.initial_scheme", plan.policy.initial_scheme, scenario)
    from agents.rllib.train import train

    try:
        require_rllib()
        with locked(run):
            checkpoint = train(scenario, reward, plan, run, seed=seed, resume=resume, trust=trust)
    except RLlibError as error:
        raise ValueError(error) from None
    print(f"trained; newest checkpoint: {checkpoint}")
    print(f"next: python scripts/evaluate.py flat_salary {run / 'policy.yaml'}")


if __name__ == "__main__":
    main()
