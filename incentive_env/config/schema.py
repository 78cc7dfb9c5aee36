"""What the configuration may hold: a row for each key, a JSON Schema, and a reference in Markdown."""

import json
from typing import Any, NamedTuple, get_args

from pydantic.fields import FieldInfo

from incentive_env.config.keys import all_keys, bounds_of, field_of, nearest_key, section_class, value_at
from incentive_env.config.loading import ConfigError
from incentive_env.config.tree import Config

PREFACE = """\
# Configuration

`make schema` writes this page from the classes in `incentive_env/config/`. Edit those classes, not this page.

A scenario is a YAML file that sets only the keys it changes; `extends: hard_market` starts from another scenario.
In Python, `incentive_env.load_config("telesales", ["salesforce.reps=20"])` sets keys by their dotted names, and
`gym.make(id, **{"salesforce.reps": 20})` does the same. An unknown key or a value out of range is an error.

The source of a number is a publication, the field (usual practice), a fit, or the word *assumption*.
"""
COLUMNS = ("Key", "Default", "Unit", "Range", "Meaning", "Source")


class KeyRow(NamedTuple):
    """One key of the configuration, in words."""

    key: str  # dotted
    value: str  # in the tree that the row was made from
    unit: str
    range: str
    meaning: str
    source: str


def schema_text() -> str:
    """JSON Schema of a scenario's file, with ``unit`` and ``source`` of every number.

    No key is required, for a file names only what it changes; ``extends`` is one that only files have.
    """
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}
    for part in (schema, *schema["$defs"].values()):
        part.pop("required", None)
    extends = {"type": "string", "description": "scenario to start from: a name, or a file beside this one"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def markdown_text() -> str:
    """One table a section, in the order of declaration, with the values of the default tree."""
    rows = key_rows()
    parts = [PREFACE, "## Scenario\n", _table([row for row in rows if "." not in row.key])]
    for section, meaning in sections().items():
        parts += [f"## {section}\n", f"{meaning}\n", _table([row for row in rows if row.key.startswith(f"{section}.")])]
    return "\n".join(parts)


def key_rows(config: Config | None = None) -> list[KeyRow]:
    """Every key in the order of declaration, with its value in a config; in the default tree where none is given."""
    tree = Config() if config is None else config
    return [_row(key, value_at(tree, key)) for key in all_keys()]


def sections() -> dict[str, str]:
    """The sections at the top of the tree, and what each is about."""
    classes = {name: section_class(field) for name, field in Config.model_fields.items()}
    return {name: (of.__doc__ or "").strip().splitlines()[0] for name, of in classes.items() if of is not None}


def rows_below(name: str, rows: list[KeyRow]) -> list[KeyRow]:
    """The row of a key, or the rows of a section or branch.

    Raises:
        ConfigError: there is no such key; the message names the nearest.
    """
    found = [row for row in rows if row.key == name or row.key.startswith(f"{name}.")]
    if not found:
        raise ConfigError(f"{name}: unknown key{nearest_key(name)}")
    return found


def value_text(value: Any) -> str:
    """A value as tables show it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _row(key: str, value: Any) -> KeyRow:
    field = field_of(key)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    unit, source = str(extra.get("unit", "")), str(extra.get("source", ""))
    return KeyRow(key, value_text(value), unit, _range(field), field.description or "", source)


def _range(field: FieldInfo) -> str:
    bounds = bounds_of(field)
    if bounds is not None:
        return f"{bounds[0]:.12g} to {bounds[1]:.12g}" + (", whole" if field.annotation is int else "")
    if field.annotation is bool:
        return "on, off"
    words = get_args(field.annotation)
    return ", ".join(map(str, words)) if words else "text"


def _table(rows: list[KeyRow]) -> str:
    cells = [(f"`{row.key}`", *row[1:]) for row in rows]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *cells]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
