"""Hooks that run before a page is built: links out of docs/ become plain code, and marks are filled in."""

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # hooks are loaded by path, so imports need the folder
import command_pages

from agents.algorithms.table import algorithm_table
from incentive_env.config.reference import filled_in

_FENCE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Called by MkDocs for each page."""
    folder = Path(config.docs_dir)
    text = without_outer_links(markdown, (folder / page.file.src_uri).parent, folder)
    text = text.replace("<!-- algorithms -->", algorithm_table())
    return command_pages.filled_in(filled_in(text))


def without_outer_links(markdown: str, place: Path, folder: Path) -> str:
    """Turn links to folders, and to files outside the documentation, into their name as code.

    Args:
        markdown: text of the page.
        place: folder of the page.
        folder: folder of the documentation.
    """

    def plain(link: re.Match[str]) -> str:
        words, target = link.groups()
        if re.match(r"[a-z]+:|#", target):
            return link.group()
        file = (place / target.partition("#")[0]).resolve()
        if file.is_relative_to(folder.resolve()) and not file.is_dir():
            return link.group()
        return words if "`" in words else f"`{words}`"

    parts = _FENCE.split(markdown)
    return "".join(part if number % 2 else _LINK.sub(plain, part) for number, part in enumerate(parts))
