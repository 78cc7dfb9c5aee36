"""Extras of the wheel install what `incentive_env` imports and nothing else; errors name the right one."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from incentive_env.cli.common import EXTRAS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPTIONAL = PROJECT["project"]["optional-dependencies"]


def _imported(package: str) -> set[str]:
    """Other people's libraries that a package imports, at the top of a module or in a function."""
    names: set[str] = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"incentive_env"}


def _names(requirements: list[str]) -> set[str]:
    return {requirement.partition(">")[0].lower() for requirement in requirements}


def test_what_the_package_imports_is_a_dependency_or_comes_with_an_extra():
    distributions = packages_distributions()
    always = _names(PROJECT["project"]["dependencies"])
    optional = {name for name in _imported("incentive_env") if not always & {d.lower() for d in distributions[name]}}
    assert optional == set(EXTRAS) - {"moviepy"}  # Gymnasium's RecordVideo imports it


@pytest.mark.parametrize("library", EXTRAS)
def test_the_extra_that_an_error_names_installs_the_library(library):
    assert library in _names(OPTIONAL[EXTRAS[library]])


def test_the_extra_all_is_all_of_them():
    (everything,) = OPTIONAL["all"]
    assert set(everything.partition("[")[2].rstrip("]").split(",")) == set(EXTRAS.values()) == set(OPTIONAL) - {"all"}
