"""The documentation names what exists: configuration keys with their units, files, sections, functions."""

import ast
import fnmatch
import re
from functools import cache
from pathlib import Path

import pytest

from incentive_env.config import Config, all_keys
from incentive_env.config.fields import Section
from incentive_env.config.keys import section_class

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODEL = ROOT / "docs" / "model.md"
SOURCES = [path for folder in ("incentive_env", "agents", "scripts", "tests") for path in (ROOT / folder).rglob("*.py")]
KEYS = all_keys()

_SECTIONS = "|".join(name for name, field in Config.model_fields.items() if section_class(field) is not None)
_KEY = re.compile(rf"(?<![\w./])(?:{_SECTIONS})(?:\.(?:[a-z_]+|\*))+(?!\w)")
_CODE = re.compile(r"^ *```.*?^ *```|`[^`]+`", re.MULTILINE | re.DOTALL)
_WITH_UNIT = re.compile(r"`([a-z_.*]+)` \(([^()]+)\)")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_PLACE = re.compile(r"`(?:[\w/]+/)?(\w+\.py):(\w+)`(?:\]\(([^()\s]+)\))?")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_every_configuration_key_of_the_model_page_exists():
    named = _keys_named_in(MODEL)
    assert len(named) > 200
    assert [key for key in named if not _meant_by(key)] == []


def test_the_model_page_names_every_configuration_key():
    described = {key for name in _keys_named_in(MODEL) for key in _meant_by(name)}
    assert [key for key in KEYS if "." in key and key not in described] == []


def test_units_on_the_model_page_are_those_of_the_configuration():
    said = [(key, " ".join(unit.split())) for key, unit in _WITH_UNIT.findall(_text(MODEL)) if _meant_by(key)]
    assert len(said) > 200
    assert [(key, unit) for key, unit in said if {unit} != {_unit(k) for k in _meant_by(key)}] == []


@pages
def test_links_lead_somewhere(page):
    links = [link for link in _LINK.findall(_prose(page)) if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not _is_there(page, link)] == []


@pages
def test_functions_named_exist(page):
    missing = []
    for file, name, link in _PLACE.findall(_text(page)):
        files = [(page.parent / link).resolve()] if link else [path for path in SOURCES if path.name == file]
        if not any(path.name == file and name in _defined_in(path) for path in files):
            missing.append(f"{file}:{name}")
    assert missing == []


def test_the_checks_would_notice(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("`decision.consciense` [`reps.py:dither`](no/reps.py)\n```text\nx = effort.restless · 2\n```\n")
    assert _keys_named_in(page) == ["decision.consciense", "effort.restless"]
    assert not any(map(_meant_by, _keys_named_in(page)))
    assert [link for link in _LINK.findall(_prose(page)) if not _is_there(page, link)] == ["no/reps.py"]
    with pytest.raises(AssertionError, match=r"reps\.py:dither"):
        test_functions_named_exist(page)


def _text(page: Path) -> str:
    """A page without its comments, which hold what is not filled in yet."""
    return re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def _prose(page: Path) -> str:
    """The same without blocks of code."""
    return re.sub(r"^ *```.*?^ *```", "", _text(page), flags=re.MULTILINE | re.DOTALL)


def _keys_named_in(page: Path) -> list[str]:
    code = " ".join(_CODE.findall(_text(page)))
    return [key for key in dict.fromkeys(_KEY.findall(code)) if not key.endswith(".py")]


def _meant_by(name: str) -> list[str]:
    """Keys that a name stands for; a star stands for one part of it."""
    return [key for key in KEYS if key.count(".") == name.count(".") and fnmatch.fnmatchcase(key, name)]


def _unit(key: str) -> str:
    """The unit of a number; of a word to be chosen, that it is a choice."""
    section: type[Section] = Config
    *branches, leaf = key.split(".")
    for branch in branches:
        section = section.model_fields[branch].annotation
    extra = section.model_fields[leaf].json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) else "choice"


def _is_there(page: Path, link: str) -> bool:
    """Whether a relative link leads to a file, or to a heading of a page."""
    file, _, heading = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    return target.exists() and (not heading or heading in _headings(target))


@cache
def _headings(page: Path) -> list[str]:
    titles = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


@cache
def _defined_in(path: Path) -> set[str]:
    """Functions, classes and constants of a source file, methods too."""
    if not path.is_file():
        return set()
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return names | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
