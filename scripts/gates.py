"""Is the floor worth designing incentives for? Gates on a scenario, each figure with its 95 % interval.

Exit code 1 if a gate falls short, or cannot be measured.

Example:
    python scripts/gates.py --only G1,G3 --quick --set calls.trust=5 --out runs/gates.json
"""

from pathlib import Path
from typing import Annotated

import typer

from agents.studies.gates.bench import Bench
from agents.studies.gates.budget import AT_LENGTH, QUICK, USUAL
from agents.studies.gates.contract import Gate
from agents.studies.gates.keeping import keep_policies
from agents.studies.gates.measuring import GATES, THOROUGH, measure
from agents.studies.gates.table import as_json, summary, verdict_table
from agents.studies.gates.workers import Workers
from incentive_env import load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Json, Overrides, Processes, Scenario, Seed, written
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.locks import locked
from incentive_env.support.spelling import nearest


@script
def main(
    config: Scenario = "telesales",
    override: Overrides = None,
    only: Annotated[
        str | None, typer.Option(metavar="G1,G2", help=f"gates to measure: {', '.join(GATES)}; all if not given")
    ] = None,
    quick: Annotated[bool, typer.Option(help="short searches, and no training")] = False,
    at_length: Annotated[bool, typer.Option(help="long searches on more floors: hours")] = False,
    decisions: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="of each training, instead of the search's length; 0: none")
    ] = None,
    trainings: Annotated[int | None, typer.Option(min=1, max=100, metavar="N", help="of each kind, by seed")] = None,
    seed: Seed = 0,
    processes: Processes = 2,
    keep: Annotated[Path | None, written("folder for the policies that were found", folder=True)] = None,
    out: Json = None,
) -> None:
    if quick and at_length:
        raise ValueError("--quick and --at-length: only one of them")
    gates = chosen_gates(only)
    scenario = load_config(config, override or [])
    budget = QUICK if quick else AT_LENGTH if at_length else USUAL
    budget = budget._replace(
        decisions=budget.decisions if decisions is None else decisions, trainings=trainings or budget.trainings
    )
    evaluate(scenario, "flat_salary", range(2))  # compiles the model once, before several processes would
    with locked(keep), Workers(processes) as workers:
        thorough = any(gate.id in THOROUGH for gate in gates)
        bench = Bench(scenario, budget, workers, thorough=thorough, seed=seed)
        verdicts = measure(bench, gates)
        console().print(verdict_table(verdicts, f"{scenario.name}: gates"))
        print(summary(verdicts))
        length = "--quick" if quick else "--at-length" if at_length else ""
        command = f"python scripts/gates.py {length} --decisions {budget.decisions} --trainings {budget.trainings}"
        command = " ".join(command.split())
        about = {"scenario": scenario.name, "overrides": override or [], "seed": seed, "command": command}
        save(out, {**about, "gates": list(map(as_json, verdicts))})
        if keep is not None:  # last: where the disk is full, the verdicts are known
            print(f"policies written: {', '.join(map(str, keep_policies(keep, bench))) or 'none'}")
    if not all(verdict.holds for verdict in verdicts):
        raise typer.Exit(1)


def chosen_gates(only: str | None) -> list[Gate]:
    """Gates by a comma-separated list of their ids, or all, in their order.

    Raises:
        ValueError: no gate has that id.
    """
    names = list(GATES) if only is None else [name.strip().upper() for name in only.split(",")]
    for name in names:
        if name not in GATES:
            raise ValueError(f"--only {name}: must be one of {', '.join(GATES)}{nearest(name, GATES)}")
    return [gate for gate in GATES.values() if gate.id in names]


if __name__ == "__main__":
    main()
