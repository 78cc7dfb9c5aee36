"""Print or write what the configuration may hold: a JSON Schema, or a reference in Markdown.

Example:
    python scripts/schema.py --markdown docs/configuration.md
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from common import app, user_errors, written_whole
from pydantic.fields import FieldInfo

from incentive_env.config import Config
from incentive_env.config.fields import Section

main = app()
EXAMPLE = "Example: python scripts/schema.py --out telesales.schema.json --markdown docs/configuration.md"
PREFACE = """\
# Configuration

Written by `make schema` from the classes in `incentive_env/config/`; edit those, not this page.

A scenario is a YAML file that names only the keys it changes; `extends: telesales` starts from another scenario.
In Python, `incentive_env.load_config("telesales", ["salesforce.reps=20"])` sets keys by their dotted names, and
`gym.make(id, **{"salesforce.reps": 20})` does the same. An unknown key or a value out of range is an error.

The source of a number is a publication, the field, a fit, or the word *assumption*.
"""
COLUMNS = ("Key", "Default", "Unit", "Range", "Meaning", "Source")


@main.command(epilog=EXAMPLE)
def run(
    out: Annotated[Path | None, typer.Option(help="file for the JSON Schema")] = None,
    markdown: Annotated[Path | None, typer.Option(help="file for the reference in Markdown")] = None,
) -> None:
    """Print the JSON Schema of the configuration, or write it, or a Markdown reference, to files."""
    with user_errors():
        if out is None and markdown is None:
            typer.echo(schema_text(), nl=False)
        if out is not None:
            write(out, schema_text())
        if markdown is not None:
            write(markdown, markdown_text())


def schema_text() -> str:
    """JSON Schema of a complete configuration, with ``unit`` and ``source`` of every number."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def markdown_text() -> str:
    """One table a section, in the order of declaration, with the values of the default tree."""
    default = Config()
    plain = [row for row in _rows(default, "") if "." not in row[0]]
    parts = [PREFACE, "## Scenario\n", _table(plain)]
    for name in Config.model_fields:
        section = getattr(default, name)
        if isinstance(section, Section):
            parts += [f"## {name}\n", f"{_first_line(section)}\n", _table(_rows(section, f"{name}."))]
    return "\n".join(parts)


def write(path: Path, text: str) -> None:
    """Write a file, whole or not at all; a device or a pipe is not replaced by one."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path}: cannot be written: it is there and is not a file")
    with written_whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _rows(section: Section, prefix: str) -> Iterator[tuple[str, ...]]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from _rows(value, f"{prefix}{name}.")
        else:
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            unit, source = str(extra.get("unit", "")), str(extra.get("source", ""))
            meaning = field.description or ""
            yield f"`{prefix}{name}`", _value(value), unit, _range(field), meaning, source


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _range(field: FieldInfo) -> str:
    bounds = {name: getattr(item, name) for item in field.metadata for name in ("ge", "le") if hasattr(item, name)}
    if len(bounds) == 2:
        return f"{bounds['ge']:.12g} to {bounds['le']:.12g}" + (", whole" if field.annotation is int else "")
    if field.annotation is bool:
        return "on, off"
    words = get_args(field.annotation)
    return ", ".join(map(str, words)) if words else "text"


def _first_line(section: Section) -> str:
    return (type(section).__doc__ or "").strip().splitlines()[0]


def _table(rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    main()
