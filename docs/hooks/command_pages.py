"""The reference of the commands, from their help, and of the scripts, from their docstrings."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMANDS, SCRIPTS = "<!-- commands: filled in from their help -->", "<!-- scripts: filled in from their help -->"
_FOLDER = Path(__file__).resolve().parents[2] / "scripts"


def filled_in(markdown: str) -> str:
    """A page with its marks replaced by the references they stand for."""
    if COMMANDS in markdown:
        markdown = markdown.replace(COMMANDS, "\n".join(_commands()))
    if SCRIPTS in markdown:
        markdown = markdown.replace(SCRIPTS, "\n".join(_scripts()))
    return markdown


def _commands() -> Iterator[str]:
    import click
    from typer.main import get_command

    from incentive_env.cli import NAME
    from incentive_env.cli.commands import app

    root = get_command(app)
    pending = [(NAME, root, click.Context(root, info_name=NAME))]
    while pending:
        name, command, context = pending.pop(0)
        yield from _command(name, command, context)
        below = getattr(command, "commands", {})
        pending[:0] = [
            (f"{name} {word}", one, click.Context(one, info_name=word, parent=context)) for word, one in below.items()
        ]


def _command(name: str, command: Any, context: Any) -> Iterator[str]:
    """Heading, purpose, usage, a list of arguments and options, and examples to copy."""
    yield f"## {name}\n"
    yield f"{_prose(command.help)}\n"
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{name} {pieces}\n```\n"
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and "--help" not in parameter.opts:
            said, meaning = record
            yield f"`{' '.join(said.split())}`\n:   {_prose(meaning) or 'see below'}\n"
    examples = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  ")]
    if examples:
        yield "```bash\n" + "\n".join(examples) + "\n```\n"


def _scripts() -> Iterator[str]:
    """Every script; its docstring says what it does and gives an example."""
    for path in sorted(_FOLDER.rglob("*.py"), key=lambda path: (path.parent, path.name)):
        text = path.read_text(encoding="utf-8")
        said, _, example = (ast.get_docstring(ast.parse(text)) or "").partition("\nExample:\n")
        first = [line.strip() for line in example.strip().split("\n\n")[0].splitlines()]
        name = path.relative_to(_FOLDER).as_posix()
        yield f"### {name}\n\n{_prose(said)}\n\n```bash\n" + "\n".join(first) + "\n```\n"


def _prose(text: str | None) -> str:
    """Help text on one line, with Markdown's special characters escaped."""
    return " ".join((text or "").replace("\b", "").split()).replace("[", r"\[").replace("*", r"\*").replace("<", "&lt;")
