"""Learn a manager from a dataset alone, and measure its worth.

Example:
    python scripts/offline.py train incentive_env/telesales/mixed-v0 --plan awr --out runs/awr.yaml
"""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.table import Table

from agents.loading import load, shipped_names
from agents.offline.behaviours import SETS, behaviour_set, load_all
from agents.offline.datasets import check_root, game_of, open_dataset, recovered
from agents.offline.decisions import read_decisions
from agents.options import Datasets, PolicyFile, PolicyName, Reward
from incentive_env import load_config
from incentive_env.cli.common import command, console, group, save
from incentive_env.cli.options import Floors, Scenario, Seed, written
from incentive_env.floors.reward import reward_weights
from incentive_env.policies.files import found_content
from incentive_env.support.files import write_text
from incentive_env.support.locks import locked
from incentive_env.support.progress import Progress
from incentive_env.support.tables import rich_table, span, with_interval

main = group(__doc__)


@command(main)
def train(
    dataset: Annotated[str, typer.Argument(help="id of a dataset of scripts/collect.py")],
    out: PolicyFile,
    plan: Annotated[str, typer.Option(help=f"{', '.join(shipped_names('offline'))}, or a YAML file")] = "awr",
    root: Datasets = None,
    seed: Seed = 0,
    epochs: Annotated[int | None, typer.Option(min=1, max=100_000, help="instead of the plan's")] = None,
    best: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="share of the episodes that is cloned, instead of the plan's")
    ] = None,
    name: PolicyName = None,
) -> None:
    """Learn from a dataset, and write a policy file that every command takes, without torch.

    Example:
        python scripts/offline.py train incentive_env/telesales/mixed-v0 --plan awr --out runs/awr.yaml
    """
    changes: dict[str, Any] = {"epochs": epochs, "best": best}
    numbers = load("offline", plan, {key: value for key, value in changes.items() if value is not None})
    opened = open_dataset(dataset, root)
    game = game_of(recovered(opened))
    from agents.offline.learning import discount_of, learn  # loads torch

    decisions = read_decisions(opened, discount_of(numbers))
    with Progress("epochs", numbers.epochs) as progress:
        learned = learn(decisions, numbers, seed=seed, watch=progress.move)
    how = {
        "dataset": dataset, "method": numbers.algorithm, "seed": seed, "episodes": learned.episodes,
        "decisions": learned.decisions, "epochs": learned.epochs, "held_out_loss": float(f"{learned.loss:.4g}"),
    }  # fmt: skip
    content = found_content(name or out.stem, game.reward, game.config, learned.policy.content(), how)
    write_text(out, yaml.safe_dump(content, sort_keys=False, width=120))
    print(f"{numbers.algorithm} of {learned.decisions:,} decisions, held-out loss {learned.loss:.3f}")
    print(f"policy written to {out}; try: python scripts/evaluate.py flat_salary {out}")


@command(main)
def study(
    out: Annotated[Path, written("JSON file for the results")],
    sets: Annotated[
        list[str] | None, typer.Option("--behaviour", help=f"a dataset each, repeatable: {', '.join(SETS)}")
    ] = None,
    plans: Annotated[list[str] | None, typer.Option("--plan", help="repeatable; all that are shipped if none")] = None,
    episodes: Annotated[int, typer.Option(min=4, max=100_000, help="of a dataset")] = 1200,
    seeds: Annotated[int, typer.Option(min=2, max=1000, help="of learning")] = 5,
    floors: Floors = 192,
    reward: Reward = "loyalty",
    config: Scenario = "telesales",
    root: Annotated[Path, typer.Option(help="folder for the datasets")] = Path("runs/offline/datasets"),
) -> None:
    """Collect datasets, learn from each by every plan, and score learners and behaviours on the same floors.

    Example:
        python scripts/offline.py study --out runs/offline.json
    """
    scenario = load_config(config)
    reward_weights(scenario, reward)
    chosen, names = tuple(sets or ("scattered", "mixed")), tuple(plans or shipped_names("offline"))
    for plan in names:
        load("offline", plan)
    from agents.offline.study import Study, run_study  # loads torch

    for one in chosen:
        load_all(behaviour_set(one, scenario), scenario)
    check_root(root)
    with locked(root):
        found = run_study(Study(config, scenario, reward, chosen, names, episodes, seeds, floors, root))
    console().print(_table(found))
    save(out, found)


@command(main)
def page(
    results: Annotated[Path, typer.Argument(help="JSON file of a study")],
    page: Annotated[Path, written("Markdown page with a place for the figures")] = Path("docs/offline.md"),
) -> None:
    """Write the figures of a study into a page, between its marks.

    Example:
        python scripts/offline.py page docs/results/offline.json --page docs/offline.md
    """
    from agents.offline.page import read_study, with_study

    found = read_study(results)
    try:
        text = with_study(page.read_text(encoding="utf-8"), found)
    except ValueError as error:
        raise ValueError(f"{page} and {results}: {error}") from None
    write_text(page, text)
    print(f"figures written to {page}")


def _table(found: dict[str, Any]) -> Table:
    rows = (
        (row["dataset"], row["learner"], f"{row['loyalty']:.1f}",
         span((row["loyalty"], row["loyalty_low"], row["loyalty_high"])),
         with_interval(row["over_behaviour"], "+.1f"), with_interval(row["over_best"], "+.1f"))
        for row in found["rows"]
    )  # fmt: skip
    headings = ("dataset", "manager", "loyalty", "95 %", "against the behaviour", "against the best in it")
    title = f"{found['scenario']}: loyalty, {found['floors']} floors, {found['seeds']} seeds of learning"
    return rich_table(headings, rows, title, left=2)


if __name__ == "__main__":
    main()
