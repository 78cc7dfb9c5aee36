"""`incentive-env config`: make a scenario's file, check it, show what it amounts to, and what it may hold."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from incentive_env.cli.common import app as new_app
from incentive_env.cli.common import command, counted
from incentive_env.cli.options import MovedLevers, Overrides, key_names, policy_names, scenario_names, written
from incentive_env.cli.scenarios import changes, load_scenario, repeated_keys
from incentive_env.config import Config, find_config, lineage, load_config, read_yaml, value_at
from incentive_env.config.fields import Section
from incentive_env.config.schema import key_rows, rows_below, schema_text, value_text
from incentive_env.support.files import check_writable, write_text

if TYPE_CHECKING:
    from incentive_env.model.scheme import Scheme

app = new_app(no_args_is_help=True, help="Make, check and show scenarios.")


@command(app)
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the YAML file to write", show_default=False)],
    extends: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="scenario to start from", autocompletion=scenario_names)
    ] = "telesales",
    override: Overrides = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="fixed scheme that manages it", autocompletion=policy_names),
    ] = None,
    lever: MovedLevers = None,
    force: Annotated[bool, typer.Option("--force", help="write over a file that is there")] = False,
) -> None:
    """Write a new scenario, commented, which runs as it is.

    Example:
        incentive-env config new mine.yaml
        incentive-env config new careful.yaml --extends hard_market --set floors.rotten_chance=0.5
        incentive-env config new quota.yaml --policy quota_with_threat --lever commission=4
    """
    from incentive_env.cli.scenario_file import scenario_text

    if file.exists() and not force:
        raise ValueError(f"{file}: is there already; --force writes over it")
    check_writable(file)
    if force and file.is_file() and find_config(extends).resolve() == file.resolve():
        raise ValueError(f"--extends {extends}: is the file that would be written over")
    scheme = _scheme(policy, lever or [], extends, override or [])
    write_text(file, scenario_text(file, extends, override or [], scheme))
    print(f"scenario written to {file}; try: incentive-env simulate --config {file}")


@command(app)
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="scenarios, as files or by name", autocompletion=scenario_names),
    ],
) -> None:
    """Check scenarios: what each changes against its parent, or every error.

    Example:
        incentive-env config check mine.yaml careful.yaml quota.yaml
    """
    failed = False
    for file in files:
        try:
            print(_checked(file))
        except ValueError as error:
            failed = True
            message = f"{error}" if file in f"{error}" else f"{file}: {error}"
            print(f"error: {message}", file=sys.stderr)
    if failed:
        raise typer.Exit(2)


@command(app)
def show(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME|FILE", help="scenario", autocompletion=scenario_names, show_default=False),
    ],
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="a section or key of it", autocompletion=key_names)
    ] = None,
    override: Overrides = None,
) -> None:
    """Print the whole of a scenario as YAML, a section, or a key's value.

    Example:
        incentive-env config show hard_market
        incentive-env config show hard_market market
        incentive-env config show hard_market market.need_mean
    """
    config = load_scenario(name, override or [])
    shown: Any = config
    if key is not None:
        rows_below(key, key_rows(config))
        shown = value_at(config, key)
    print(_as_yaml(shown), end="")


@command(app)
def schema(
    out: Annotated[Path | None, written("file for it; printed if not given")] = None,
) -> None:
    """Print or write the JSON Schema of a scenario's file, for editors.

    Example:
        incentive-env config schema --out scenario.schema.json
    """
    if out is None:
        print(schema_text(), end="")
    else:
        write_text(out, schema_text())
        print(f"schema written to {out}")


def _scheme(policy: str | None, levers: list[str], extends: str, overrides: list[str]) -> "Scheme | None":
    """What is to manage a new scenario, where anything is said about it."""
    from incentive_env.cli.managers import OWN, fixed_scheme
    from incentive_env.model.scheme import scheme_to_action

    if policy is None and not levers:
        return None
    config = load_scenario(extends, overrides)
    scheme = fixed_scheme(policy or OWN, extends, config, levers)
    scheme_to_action(scheme, config)  # refuses what is out of range
    return scheme


def _checked(file: str) -> str:
    """What to say of a scenario that is valid: what it changes, and what may not be meant."""
    config, path = load_scenario(file), find_config(file)
    above = lineage(path)[1:2]
    parent, name = (load_config(above[0]), above[0].stem) if above else (Config(), "the defaults")
    changed = changes(config, parent)
    lines = [f"{file}: ok, {name} with {counted(len(changed), 'key')} changed" if changed else f"{file}: ok, as {name}"]
    lines += [f"  {change.key}: {change.before} → {change.now}" for change in changed]
    if any("scheme" in read_yaml(ancestor) for ancestor in lineage(file)):
        from incentive_env.cli.managers import OWN, fixed_scheme, load_manager

        load_manager(OWN, file, config)
        on = {lever: value for lever, value in fixed_scheme(OWN, file, config)._asdict().items() if value != 0.0}
        lines.append(f"  scheme: {', '.join(f'{lever} {value:g}' for lever, value in on.items())}")
    lines += [f"  note: line {line}: {key} is set again; the last one counts" for line, key in repeated_keys(path)]
    for lever, value in config.neutral_scheme.model_dump().items():
        ends = getattr(config.levers, lever)
        if not ends.low <= value <= ends.high:
            lines.append(
                f"  note: neutral_scheme.{lever} = {value:g} is outside levers.{lever}, {ends.low:g} to {ends.high:g}: "
                "no policy can set it, and neutral_scheme is refused as one"
            )
    return "\n".join(lines)


def _as_yaml(shown: Any) -> str:
    if isinstance(shown, Section):
        return yaml.safe_dump(shown.model_dump(), sort_keys=False, allow_unicode=True, width=120)
    return f"{value_text(shown)}\n"
