"""The lessons as a program reads them: blocks, the commands in them, what these print, and the figures quoted."""

import re
import shlex
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "lessons"
PAGES = sorted(FOLDER.glob("*.md"))
OUTPUT = Path("runs") / "lessons"  # where commands write, from the folder that they run in
LEFT_OUT = "…"  # a line of an output block that stands for any number of lines

_FENCE = re.compile(r'^```(\w*)(?: title="([^"]*)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]*`|\]\([^)]*\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
# What must come from a command: decimals, signed numbers, and thousands.
_FIGURE = re.compile(r"(?<![\w.,-])[+-]?(?:\d+(?:,\d{3})*\.\d+|\d{1,3}(?:,\d{3})+)(?![\w,]*\d)|(?<![\w.,-])[+-]\d+\b")


class Step(NamedTuple):
    """A block of commands, and the block of what they print, where the lesson shows it."""

    script: str
    output: str | None


class Fence(NamedTuple):
    """A fenced block."""

    language: str
    title: str
    content: str
    start: int
    end: int


def fences(text: str) -> list[Fence]:
    """All fenced blocks of a page."""
    return [Fence(*match.groups(default=""), *match.span()) for match in _FENCE.finditer(text)]


def steps(page: Path) -> list[Step]:
    """Every block of commands in order; an output block is one that follows with nothing between."""
    text = page.read_text(encoding="utf-8")
    blocks = fences(text)
    found = []
    for block, after in zip_longest(blocks, blocks[1:]):
        if block.language == "bash":
            follows = after is not None and after.language == "text" and not text[block.end : after.start].strip()
            found.append(Step(block.content, after.content if follows else None))
    return found


def commands(script: str) -> Iterator[list[str]]:
    """The words of each command of a block."""
    for line in script.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


def pictures(page: Path) -> list[str]:
    """File names of the pictures that a page shows."""
    return [name for _, name in _PICTURE.findall(page.read_text(encoding="utf-8"))]


def quoted_figures(page: Path) -> set[str]:
    """Figures in the prose of a page, outside of blocks, code and links."""
    return _figures(_INLINE.sub(" ", _FENCE.sub("", page.read_text(encoding="utf-8"))))


def shown_figures(page: Path) -> set[str]:
    """Figures in the blocks of a page; a negative one without its sign too, for prose that says "less" in words."""
    shown = _figures("\n".join(block.content for block in fences(page.read_text(encoding="utf-8"))))
    return shown | {figure.lstrip("-") for figure in shown}


def shortened(printed: str, block: str) -> str:
    """What is printed, without the lines that a block leaves out; the block itself where nothing has changed.

    Lines are known by their words, so that figures may change, and come in the order in which they are printed.
    """
    lines, kept = [line.rstrip() for line in printed.splitlines()], block.splitlines()
    if LEFT_OUT not in kept:
        return "".join(f"{line}\n" for line in lines)
    wanted = [_words(line) for line in kept if line != LEFT_OUT]
    found: list[str] = []
    for line in lines:
        if _words(line) in wanted:
            wanted.remove(_words(line))
            found.append(line)
        elif not found or found[-1] != LEFT_OUT:
            found.append(LEFT_OUT)
    return "".join(f"{line}\n" for line in found)


def _figures(text: str) -> set[str]:
    return {figure.lstrip("+") for figure in _FIGURE.findall(text)}


def _words(line: str) -> str:
    """A line without figures and widths; weeks stay, for they name a row."""
    weeks = re.match(r"\W*\d+–\d+", line)
    bare = re.sub(r"[\d.,+*…%\s-]", "", line[weeks.end() :] if weeks else line)
    return (weeks.group() if weeks else "") + re.sub(r"(.)\1+", r"\1", bare)
