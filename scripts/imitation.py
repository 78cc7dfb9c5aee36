"""Whether a report, or its history, tells enough to do what a policy does: networks that see less imitate it.

A network learns by regression what the policy does on floors that the network itself manages. So it shows what memory
is worth without the luck of reinforcement learning. The figures are the report without the scheme in force, which is a
memory too.

Example:
    python scripts/imitation.py ppo_state --rounds 4 --out runs/imitation.json
"""

from typing import Annotated

import typer

from agents.options import POLICIES
from agents.registry import load_policy
from agents.studies.imitation import SIGHTS, Size, imitate
from incentive_env import load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json, Overrides, Scenario, Seed
from incentive_env.studies.evaluate import evaluate, evaluation_seeds
from incentive_env.support.progress import Progress
from incentive_env.support.statistics import interval
from incentive_env.support.tables import rich_table, with_interval


@script
def main(
    policy: Annotated[str, typer.Argument(metavar="NAME|FILE", help=POLICIES)],
    config: Scenario = "telesales",
    override: Overrides = None,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="rounds; each adds floors that the network managed")] = 4,
    learn_on: Annotated[int, typer.Option(min=1, max=10_000, help="floors of a round")] = 600,
    steps: Annotated[int, typer.Option(min=1, max=1_000_000, help="steps of gradient descent in a round")] = 6000,
    floors: Floors = 256,
    seed: Seed = 0,
    out: Json = None,
) -> None:
    scenario = load_config(config, override or [])
    teacher, seeds = load_policy(policy, scenario), evaluation_seeds(floors)
    own = evaluate(scenario, teacher, seeds).loyalty
    rows, results, last = [(policy, "", with_interval(interval(own), "+.1f"), "")], [], {}
    with Progress("imitation", rounds * len(SIGHTS)) as progress:
        for sees in SIGHTS:
            for one in imitate(scenario, teacher, sees, Size(rounds, learn_on, steps), seed):
                last[sees] = evaluate(scenario, one.policy, seeds).loyalty
                score = interval(last[sees])
                rows.append((sees, str(one.round), with_interval(score, "+.1f"), f"{one.error:.4f}"))
                results.append({"sees": sees, "round": one.round, "score": score._asdict(), "error": one.error})
                progress.move(len(results))
    title = f"{scenario.name}: {policy}, and networks that imitate it, on {floors} floors"
    console().print(rich_table(["sees", "round", "score", "error"], rows, title))
    gains = {other: interval(last["history"] - last[other]) for other in SIGHTS if other != "history"}
    for other, gain in gains.items():
        print(f"history over {other}, after the last round: {with_interval(gain, '+.2f')} points")
    about = {"scenario": scenario.name, "overrides": override or [], "policy": policy, "floors": floors, "seed": seed}
    over = {other: gain._asdict() for other, gain in gains.items()}
    scores = {"own": interval(own)._asdict(), "rounds": results, "history_over": over}
    save(out, {**about, "learned_on": learn_on, "steps": steps, **scores})


if __name__ == "__main__":
    main()
