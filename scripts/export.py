"""Turn a trained run into a policy file that needs no learning library.

Example:
    python scripts/export.py runs/loyalty --out runs/loyalty.yaml
"""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from common import app, check_writable, user_errors, written_whole

from incentive_env import load_config
from incentive_env.policies.files import found_content

main = app()
EXAMPLE = "Example: python scripts/export.py runs/loyalty --out runs/loyalty.yaml"


@main.command(epilog=EXAMPLE)
def run(
    run: Annotated[Path, typer.Argument(help="run directory of scripts/train.py, or a checkpoint in it")],
    out: Annotated[Path, typer.Option(help="YAML file for the policy")],
    config: Annotated[str, typer.Option(help="scenario that it was trained in: a preset's name or a YAML file")] = (
        "telesales"
    ),
    name: Annotated[str | None, typer.Option(help="of the policy; that of the file where not given")] = None,
) -> None:
    """Write the network of a PPO run as a policy file: every command that takes a policy takes it."""
    with user_errors():
        check_writable(out)
        scenario = load_config(config)
        from agents.checkpoints import read_description
        from agents.learned import LearnedPolicy  # loads torch

        learned = LearnedPolicy.load(run)
        described = read_description(run)
        decisions = int(learned.model.num_timesteps)
        how: dict[str, Any] = {
            "method": type(learned.model).__name__,
            "decisions": decisions,
            "seed": described["seed"],
        }
        network = learned.network().content()
        content = found_content(name or out.stem, str(described["reward"]), scenario, network, how)
        with written_whole(out) as partial:
            partial.write_text(yaml.safe_dump(content, sort_keys=False, width=120), encoding="utf-8")
        print(f"policy written to {out}; try: python scripts/evaluate.py flat_salary {out}")


if __name__ == "__main__":
    main()
