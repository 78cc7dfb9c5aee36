"""Extensions that let mkdocstrings read field comments, folders without ``__init__.py`` and drawn tables."""

import io
import re
import tokenize
from collections.abc import Iterator
from typing import Any

import griffe

from incentive_env.config.reference import filled_in

_RULE = re.compile(r"=+(?: +=+)+")
_DOCTEST = re.compile(r"^(>>> .*(?:\n\S.*)*)$", re.MULTILINE)


class FieldComments(griffe.Extension):
    """Uses the comment at the end of a field's line as its docstring: it holds shapes and units."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """Called for each attribute."""
        said = "" if attr.has_docstring or attr.parent is None or not attr.parent.is_class else comment_of(attr.source)
        if said:
            attr.docstring = griffe.Docstring(said, lineno=attr.lineno, parent=attr)


class FoldersWithoutInit(griffe.Extension):
    """Finds modules in a folder without ``__init__.py``: Python imports them, but griffe skips them."""

    def on_package(self, *, pkg: griffe.Module, loader: griffe.GriffeLoader, **_: Any) -> None:
        """Called after the package is read."""
        root = pkg.filepath.parent  # type: ignore[union-attr]
        for folder in sorted({path.parent for path in root.glob("*/*.py")} - {root}):
            if (folder / "__init__.py").exists() or folder.name in pkg.members:
                continue
            below = griffe.Module(folder.name, filepath=[folder], parent=pkg)
            pkg.set_member(folder.name, below)
            for path in sorted(folder.glob("*.py")):
                code = path.read_text(encoding="utf-8")
                module = griffe.visit(path.stem, path, code, extensions=loader.extensions, parent=below)
                below.set_member(path.stem, module)


class MarkdownDocstrings(griffe.Extension):
    """Turns the reStructuredText in docstrings into Markdown: tables drawn with ``=``, and doctests."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called for each object."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(docstring: str) -> str:
    """A docstring with Markdown tables, marks filled in, and code blocks."""
    lines = filled_in(docstring).splitlines()
    if any(_RULE.fullmatch(line) for line in lines):
        lines = list(_markdown_tables(lines))
    return _DOCTEST.sub(r"```pycon\n\1\n```", "\n".join(lines))


def comment_of(source: str) -> str:
    """The comment on a line of code; empty if there is none or if it addresses a checker."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source.strip()).readline))
    except (tokenize.TokenError, IndentationError):
        return ""
    said = next((token.string for token in tokens if token.type == tokenize.COMMENT), "").lstrip("# ")
    return "" if said.startswith(("type:", "noqa", "fmt:")) else said


def _markdown_tables(lines: list[str]) -> Iterator[str]:
    """Three rules make a table: above the heading, below the heading, and at the end. Each line is a row."""
    columns: list[slice] = []  # while in a table
    rules = 0
    for line in lines:
        if _RULE.fullmatch(line):
            rules += 1
            starts = [match.start() for match in re.finditer("=+", line)]
            columns = list(map(slice, starts, [*starts[1:], None])) if rules % 3 else []
            if rules % 3 == 2:
                yield "|" + "---|" * len(columns)
        elif columns:
            yield "| " + " | ".join(line[column].strip() for column in columns) + " |"
        else:
            yield line
