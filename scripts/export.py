"""Turn a trained run into a policy file that needs no learning library.

Example:
    python scripts/export.py runs/loyalty --out runs/loyalty.yaml
"""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from incentive_env import Config
from incentive_env.cli.common import app, check_writable, user_errors, written_whole
from incentive_env.policies.files import found_content

main = app()
EXAMPLE = "Example: python scripts/export.py runs/loyalty --out runs/loyalty.yaml"


@main.command(epilog=EXAMPLE)
def run(
    run: Annotated[Path, typer.Argument(help="run directory of scripts/train.py, or a checkpoint in it")],
    out: Annotated[Path, typer.Option(help="YAML file for the policy")],
    name: Annotated[str | None, typer.Option(help="of the policy; that of the file where not given")] = None,
    command: Annotated[str | None, typer.Option(help="that trained it, for the file to tell")] = None,
) -> None:
    """Write the network of a PPO run as a policy file: every command that takes a policy takes it."""
    with user_errors():
        check_writable(out)
        from agents.training.checkpoints import read_description
        from agents.training.learned_policy import LearnedPolicy  # loads torch

        learned, described = LearnedPolicy.load(run), read_description(run)
        how: dict[str, Any] = {"command": command} if command else {}
        how |= {"method": type(learned.model).__name__, "seed": described["seed"]}
        how["decisions"] = int(learned.model.num_timesteps)
        scenario = Config.model_validate(described["config"])
        network = learned.network().content()
        content = found_content(name or out.stem, str(described["reward"]), scenario, network, how)
        with written_whole(out) as partial:
            partial.write_text(yaml.safe_dump(content, sort_keys=False, width=120), encoding="utf-8")
        print(f"policy written to {out}; try: python scripts/evaluate.py flat_salary {out}")


if __name__ == "__main__":
    main()
