"""Turn a trained run into a policy file that needs no learning library, for every command that takes a policy.

Example:
    python scripts/export.py runs/loyalty --out runs/loyalty.yaml
"""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from agents.options import PolicyFile, PolicyName
from incentive_env.cli.common import script
from incentive_env.policies.files import found_content
from incentive_env.support.files import write_text


@script
def main(
    run: Annotated[Path, typer.Argument(help="run directory of scripts/train.py, or a checkpoint in it")],
    out: PolicyFile,
    name: PolicyName = None,
    command: Annotated[str | None, typer.Option(help="that trained it, for the record in the file")] = None,
) -> None:
    from agents.training.checkpoints import read_config, read_description, read_plan
    from agents.training.learned_policy import LearnedPolicy  # loads torch
    from agents.training.model import algorithm_class

    learned, described = LearnedPolicy.load(run), read_description(run)
    how: dict[str, Any] = {"command": command} if command else {}
    how |= {"method": algorithm_class(read_plan(run).algorithm).__name__, "seed": described["seed"]}
    how["decisions"] = int(described["timesteps"])
    scenario = read_config(run)
    network = learned.network().content()
    content = found_content(name or out.stem, str(described["reward"]), scenario, network, how)
    write_text(out, yaml.safe_dump(content, sort_keys=False, width=120))
    print(f"policy written to {out}; try: python scripts/evaluate.py flat_salary {out}")


if __name__ == "__main__":
    main()
