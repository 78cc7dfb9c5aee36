"""The Python examples of these pages run as pasted, and commands of all pages are accepted."""

import importlib
from pathlib import Path

import pytest
from lessons import ROOT, commands, fences, steps
from typer.main import get_command

from incentive_env.cli.commands import app

PAGES = ("README.md", *(f"docs/{name}.md" for name in ("index", "environment", "scenarios", "theory")))
EXAMPLES = [
    pytest.param(block.content, id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(fences((ROOT / page).read_text(encoding="utf-8")))
    if block.language == "python"
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(example, folder):
    exec(compile(example, "example", "exec"), {})


def test_every_page_has_an_example():
    assert {str(example.id).rpartition("-")[0] for example in EXAMPLES} == set(PAGES)


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))])
def test_commands_are_accepted(page, folder):
    """Every script and command of a block exists and has the options that are used."""
    for step in steps(ROOT / page):
        for words in commands(step.script):
            if words[0] == "python" and words[1].startswith("scripts/"):
                command, rest = get_command(importlib.import_module(Path(words[1]).stem).main), words[2:]
                assert (ROOT / words[1]).is_file()
            elif words[0] == "incentive-env":
                command, rest = get_command(app), words[1:]
            else:
                continue
            while rest and rest[0] in getattr(command, "commands", {}):
                command, rest = command.commands[rest[0]], rest[1:]
            command.make_context(words[1], rest)  # raises where an option is unknown or a value is not allowed
