"""Options that several commands and scripts share, and what a shell completes them to."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from incentive_env.cli.common import user_errors
from incentive_env.cli.scenarios import load_scenario
from incentive_env.config import all_keys
from incentive_env.config import scenario_names as shipped_names
from incentive_env.config.levers import LEVERS
from incentive_env.support.files import check_writable
from incentive_env.support.seeds import LARGEST_SEED

TOPICS = ("levers", "figures", "scenarios", "schemes", "rewards", "config")
TABLE_KINDS = ("csv", "parquet")
PICTURES = (".png", ".svg", ".pdf")


def scenario_names(incomplete: str) -> list[str]:
    """Scenarios, and YAML files."""
    return [*_starting(incomplete, shipped_names()), *_yaml_files(incomplete)]


def policy_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Policies for the scenario that is given so far, and YAML files."""
    return [*_policies(ctx.params.get("config") or "telesales", incomplete), *_yaml_files(incomplete)]


def side_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """What `compare` takes: policies, scenarios, files, and the policies after a scenario."""
    scenario, colon, manager = incomplete.rpartition(":")
    if colon:
        return [f"{scenario}:{name}" for name in _policies(scenario, manager)]
    return [*policy_names(ctx, incomplete), *_starting(incomplete, shipped_names())]


def lever_names(incomplete: str) -> list[str]:
    """Levers, each up to its value."""
    return [f"{lever}=" for lever in _starting(incomplete, LEVERS)]


def assigned_keys(incomplete: str) -> list[str]:
    """Keys of the configuration, each up to its value."""
    return [f"{key}=" for key in key_names(incomplete)]


def key_names(incomplete: str) -> list[str]:
    """Keys of the configuration."""
    return _starting(incomplete, all_keys())


def topic_names(incomplete: str) -> list[str]:
    """What `describe` describes."""
    return _starting(incomplete, TOPICS)


def entry_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Entries of the topic that is given so far."""
    from incentive_env.cli import topics

    topic, scenario = ctx.params.get("topic"), "telesales"
    parts = topics.TOPICS[topic](scenario, load_scenario(scenario)) if topic in TOPICS else []
    names = [entry.name for part in parts for entry in part.entries]
    return _starting(incomplete, [*names, *(all_keys() if topic == "config" else ())])


def table_kinds(incomplete: str) -> list[str]:
    """Kinds of files that tables are written as."""
    return _starting(incomplete, TABLE_KINDS)


def _policies(scenario: str, incomplete: str) -> list[str]:
    from incentive_env.cli.managers import known_policies

    try:
        return _starting(incomplete, known_policies(scenario))
    except ValueError:  # no such scenario: the command will say so
        return []


def _starting(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _yaml_files(incomplete: str) -> list[str]:
    """YAML files and folders: a list of completions replaces those of the shell."""
    folder, _, begun = incomplete.rpartition("/")
    try:
        entries = sorted(Path(folder or ("/" if incomplete.startswith("/") else ".")).iterdir())
    except OSError:
        return []
    shown = [entry for entry in entries if entry.name.startswith(begun) and not entry.name.startswith(".")]
    prefix = f"{folder}/" if "/" in incomplete else ""
    files = [f"{prefix}{entry.name}" for entry in shown if entry.suffix in (".yaml", ".yml")]
    return files + [f"{prefix}{entry.name}/" for entry in shown if entry.is_dir()]


def written(help: str, *names: str, folder: bool = False, kinds: tuple[str, ...] = (), needs: str = "") -> Any:
    """An option for what is written; one that cannot be written is refused before any work.

    Args:
        help: what it is.
        names: of the option, where the parameter's own is not meant.
        folder: whether it is a folder rather than a file.
        kinds: allowed suffixes, with their dots; any if none.
        needs: library that must be installed to write it.
    """

    def check(ctx: typer.Context, option: typer.CallbackParam, path: Path | None) -> Path | None:
        if path is None or ctx.resilient_parsing:
            return path
        with user_errors():
            check_writable(path, folder=folder)
            if kinds and path.suffix.lower() not in kinds:
                raise ValueError(f"{option.opts[0]} {path}: must end in {', '.join(kinds)}")
            if needs:
                import_module(needs)
        return path

    return typer.Option(*names, metavar="FOLDER" if folder else "FILE", help=help, callback=check)


Scenario = Annotated[
    str,
    typer.Option("--config", metavar="NAME|FILE", help="scenario, by name or as a file", autocompletion=scenario_names),
]


def keys_option(flag: str, meaning: str) -> Any:
    """An option that sets keys of a scenario."""
    return typer.Option(flag, metavar="KEY=VALUE", help=meaning, autocompletion=assigned_keys)


def levers_option(flag: str, meaning: str) -> Any:
    """An option that sets levers of a fixed scheme."""
    return typer.Option(flag, metavar="NAME=VALUE", help=meaning, autocompletion=lever_names)


Overrides = Annotated[list[str] | None, keys_option("--set", "key of the scenario, salesforce.reps=20; repeatable")]
MovedLevers = Annotated[list[str] | None, levers_option("--lever", "lever of a fixed scheme, commission=8; repeatable")]
FirstSeed = Annotated[
    int,
    typer.Option("--seed", min=0, max=LARGEST_SEED, metavar="N", help="seed of the first floor; the others follow it"),
]
Seed = Annotated[int, typer.Option(min=0, max=1_000_000, metavar="N", help="seed of everything random")]
Floors = Annotated[int, typer.Option(min=2, max=100_000, metavar="N", help="number of floors, the same for all")]
Threads = Annotated[int, typer.Option(min=1, max=256, metavar="N", help="threads that share the floors")]
Processes = Annotated[int, typer.Option(min=1, max=256, metavar="N", help="processes that run at the same time")]
Json = Annotated[Path | None, written("JSON file for the results")]
PICTURE = written(f"file for a picture: {', '.join(PICTURES)}", kinds=PICTURES, needs="matplotlib.figure")
Picture = Annotated[Path | None, PICTURE]
