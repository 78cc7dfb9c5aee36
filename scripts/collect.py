"""Write a Minari dataset of managed floors, and replay it to the bit: fixed schemes, a mixture, or any policies.

Example:
    python scripts/collect.py incentive_env/telesales/mixed-v0 --behaviour mixed --episodes 1200
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.offline.behaviours import SETS, Behaviour, behaviour_set, listed, load_all
from agents.offline.collection import check_seeds, collect
from agents.offline.datasets import check_new, check_root, default_root, open_dataset, recording_env, write_dataset
from agents.offline.replay import replay_all
from agents.offline.stored import FORMATS
from agents.options import Datasets, Reward
from incentive_env import Config, load_config
from incentive_env.cli.common import counted, script
from incentive_env.cli.options import Overrides, Scenario, Seed, Threads
from incentive_env.floors.reward import reward_weights
from incentive_env.support.locks import locked
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import COLLECTION_SEEDS

if TYPE_CHECKING:
    from minari import MinariDataset

SAMPLE = 32  # episodes replayed after a collection, spread evenly over it


@script
def main(
    dataset: Annotated[str, typer.Argument(help="id of the dataset: NAMESPACE/NAME-vVERSION")],
    policies: Annotated[
        list[str] | None, typer.Argument(help="policies that act in turn, by name, file or run; instead of a behaviour")
    ] = None,
    behaviour: Annotated[str | None, typer.Option(help=f"who acts: {', '.join(SETS)}; fixed if not given")] = None,
    noise: Annotated[
        list[float] | None,
        typer.Option(min=0.0, max=2.0, help="of policies named: standard deviation in half ranges; repeatable"),
    ] = None,
    held: Annotated[bool, typer.Option("--held", help="noise is drawn once an episode, not for each decision")] = False,
    episodes: Annotated[int, typer.Option(min=1, max=100_000, help="a floor each")] = 700,
    reward: Reward = "loyalty",
    config: Scenario = "telesales",
    override: Overrides = None,
    first: Annotated[int, typer.Option(help="seed of the first floor")] = COLLECTION_SEEDS[0],
    seed: Seed = 0,
    truth: Annotated[
        bool,
        typer.Option("--truth", help="keep in infos what no report shows: reward terms, figures, the true state"),
    ] = False,
    root: Datasets = None,
    data_format: Annotated[str, typer.Option("--format", help=f"of the episodes: {', '.join(FORMATS)}")] = "hdf5",
    author: Annotated[str | None, typer.Option(help="for the metadata")] = None,
    description: Annotated[str | None, typer.Option(help="for the metadata; the policies if not given")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace a dataset of that id")] = False,
    check: Annotated[bool, typer.Option("--check", help="collect nothing: replay all of an existing dataset")] = False,
    replay_whole: Annotated[
        bool, typer.Option("--replay-all", help=f"replay every episode after collection, not {SAMPLE} of them")
    ] = False,
    threads: Threads = 1,
) -> None:
    place = root or default_root()
    if check:
        _replayed(open_dataset(dataset, place), whole=True)
        return
    scenario = load_config(config, override or [])
    reward_weights(scenario, reward)
    check_new(dataset, place, data_format=data_format, overwrite=overwrite)
    check_seeds(first, episodes)
    label, acting = _behaviours(policies or [], behaviour, noise, held, scenario)
    load_all(acting, scenario)
    check_root(place)
    env = recording_env(config, scenario, reward)
    about = f"{counted(episodes, 'episode')} on {scenario.name}, reward {reward}, floors from {first}; {label}"
    with locked(place, dataset):
        with Progress("episodes", episodes) as progress:
            collected = collect(
                scenario, reward, acting, episodes, first=first, seed=seed, threads=threads, keep_truth=truth,
                watch=progress.move,
            )  # fmt: skip
        folder = write_dataset(
            dataset, collected, env, root=place, data_format=data_format, overwrite=overwrite,
            description=description or about, algorithm_name=label, author=author or "incentive-env",
            extra={"behaviours": [each._asdict() for each in acting], "noise_seed": seed},
        )  # fmt: skip
    print(f"dataset written to {folder}")
    _replayed(open_dataset(dataset, place), whole=replay_whole)
    print(f"next: python scripts/offline.py train {dataset} --plan awr --out runs/awr.yaml{_with_root(root)}")


def _behaviours(
    policies: list[str], behaviour: str | None, noise: list[float] | None, held: bool, config: Config
) -> tuple[str, list[Behaviour]]:
    """Who acts, and in a few words."""
    if policies and behaviour:
        raise ValueError(f"--behaviour {behaviour} and policies {', '.join(policies)}: give one of them, not both")
    if policies:
        acting = listed(policies, noise or [0.0], held=held)
        return "policies " + ", ".join(f"{each.policy} ± {each.noise:g}" for each in acting), acting
    if noise or held:
        raise ValueError("--noise and --held are of policies named after the dataset's id, and none is named")
    name = behaviour or "fixed"
    acting = behaviour_set(name, config)
    return f"behaviour {name}: {', '.join(dict.fromkeys(each.policy for each in acting))}", acting


def _replayed(dataset: "MinariDataset", *, whole: bool) -> None:
    total = dataset.total_episodes
    count = total if whole else min(SAMPLE, total)
    chosen = [total * number // count for number in range(count)]
    with Progress("replay", len(chosen), lines=10 if whole else 1) as progress:
        decisions = replay_all(dataset, chosen, progress.move)
    print(f"replayed {len(chosen)} of {counted(total, 'episode')}, {decisions:,} decisions: the same to the bit")


def _with_root(root: Path | None) -> str:
    return f" --root {root}" if root else ""


if __name__ == "__main__":
    main()
