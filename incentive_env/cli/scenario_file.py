"""The text of a new scenario's file: what it sets, and in comments what else is often set."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from incentive_env.cli.scenarios import changes, load_scenario
from incentive_env.config import Config, all_keys, find_config, scenario_names, value_at
from incentive_env.config.levers import LEVERS
from incentive_env.config.schema import KeyRow, key_rows
from incentive_env.model.scheme import Scheme

# Keys that a lesson or a study sets first.
_OFTEN = (
    "horizon.decisions", "horizon.scored_weeks", "salesforce.reps", "salesforce.honesty_mean", "market.slots",
    "market.need_mean", "client.usual_sales", "floors.rotten_chance", "reporting.noise",
)  # fmt: skip
_HEAD = """\
# A scenario of incentive-env. What it does not name is as in {parent}.
#   incentive-env config check {file}
#   incentive-env simulate --config {file}
extends: {extends}
name: {name}
description: {description}"""
_SCHEME = "# Who manages it: a fixed scheme. A lever that is not named is off; base pay is 600 then."
_MORE = """\
# What else is often set, as it stands now: take the "# " away from a line, and from the line of its section.
# All there is: incentive-env describe config"""


def scenario_text(file: Path, extends: str, overrides: Sequence[str], scheme: Scheme | None = None) -> str:
    """The whole file: valid, and commented with unit, range and meaning of every key.

    Args:
        file: where it will be, for its name and for paths from there.
        extends: the scenario that it starts from, a name or a file.
        overrides: ``KEY=VALUE``, what it sets.
        scheme: that manages it; a comment where not given.

    Raises:
        ConfigError: the parent or an override cannot be used.
    """
    parent, config = load_scenario(extends), load_scenario(extends, overrides)
    named = {text.partition("=")[0].strip() for text in overrides} | {change.key for change in changes(config, parent)}
    live = [key for key in all_keys() if "." in key and key in named]
    head = _HEAD.format(
        file=file, parent=parent.name, extends=_scalar(_seen_from(file, extends)),
        name=_scalar(config.name if "name" in named else file.stem),
        description=_scalar(config.description if "description" in named else _described(config, parent, live)),
    )  # fmt: skip
    awake, asleep = _shown(live)
    parts = (
        [head], [_SCHEME, *_scheme_lines(scheme, config)], list(_lines(awake, live, config, parent)),
        [_MORE, *_lines(asleep, live, config, parent)],
    )  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _described(config: Config, parent: Config, live: list[str]) -> str:
    said = ", ".join(f"{key} = {_scalar(value_at(config, key))}" for key in live)
    return f"{parent.name} with {said}" if said else f"{parent.name}, with nothing changed yet"


def _seen_from(file: Path, extends: str) -> str:
    """How the file names its parent: by name, or by the way to it."""
    if extends in scenario_names():
        return extends
    return os.path.relpath(find_config(extends).absolute(), file.absolute().parent)


def _scheme_lines(scheme: Scheme | None, config: Config) -> Iterator[str]:
    """The levers that are on, or of the neutral scheme as comments; those that are off as comments too."""
    yield "scheme:" if scheme else "# scheme:"
    for lever, value in (scheme or Scheme(**config.neutral_scheme.model_dump()))._asdict().items():
        row, ends = LEVERS[lever], getattr(config.levers, lever)
        margin = "" if scheme and (value != 0.0 or row.off != 0.0) else "# "
        yield f"{margin}  # {row.does} ({row.unit}: {ends.low:g} to {ends.high:g})"
        yield f"{margin}  {lever}: {float(f'{value:.6g}')}"


def _shown(live: list[str]) -> tuple[list[str], list[str]]:
    """Keys of the sections in which something is set, what is set first; and those of the others."""
    order = list(Config.model_fields)
    shown = [key for key in all_keys() if key in live or key in _OFTEN]
    shown.sort(key=lambda key: (order.index(_section(key)), key not in live))
    awake = {_section(key) for key in live}
    return [key for key in shown if _section(key) in awake], [key for key in shown if _section(key) not in awake]


def _section(key: str) -> str:
    return key.partition(".")[0]


def _lines(keys: Sequence[str], live: Sequence[str], config: Config, parent: Config) -> Iterator[str]:
    """Keys in the order of the tree below the names of their sections, each after a line on what it is.

    What is not set comes as a comment, with a section's name too where nothing in it is set.
    """
    rows = {row.key: row for row in key_rows(parent)}
    above: list[str] = []
    for key in keys:
        *sections, leaf = key.split(".")
        for depth, section in enumerate(sections):
            path = sections[: depth + 1]
            if above[: depth + 1] != path:
                awake = any(name.startswith(".".join((*path, ""))) for name in live)
                yield f"{'' if awake else '# '}{'  ' * depth}{section}:"
        above = sections
        margin, indent = "" if key in live else "# ", "  " * len(sections)
        yield f"{margin}{indent}# {_meaning(rows[key], parent)}"
        yield f"{margin}{indent}{leaf}: {_scalar(value_at(config, key))}"


def _meaning(row: KeyRow, parent: Config) -> str:
    said, unit = (f"{row.meaning} " if row.meaning else ""), (f"{row.unit}: " if row.unit else "")
    return f"{said}({unit}{row.range}; {parent.name}: {row.value})"


def _scalar(value: Any) -> str:
    """A value as YAML, on one line."""
    return yaml.safe_dump(value, width=10**6, allow_unicode=True).partition("\n...")[0].strip()
