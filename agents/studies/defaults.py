"""New values for the defaults of the configuration tree, written into the source of `incentive_env/config/`."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import incentive_env
from incentive_env.config import Config, ConfigError, all_keys, load_config, read_yaml, value_at
from incentive_env.config.fields import Section, fitted
from incentive_env.config.keys import section_of
from incentive_env.support.files import written_whole
from incentive_env.validation.calibration import KEYS

ROOT = Path(incentive_env.__file__).parents[1]
PAGE = Path("docs/configuration.md")
_RUFF = (("check", "--fix", "--select", "I,F401"), ("format",))
# Run in the changed copy: what the defaults are now, and the page that shows them.
_LOOK = """
import json, sys
from incentive_env.config import Config
from incentive_env.config.schema import markdown_text
json.dump([Config().model_dump(), markdown_text()], sys.stdout)
"""


def put_in_force(file: Path) -> dict[str, tuple[float, float]]:
    """Make the fitted coefficients of a file the defaults of the tree, and regenerate the page that lists them.

    All is tried in a copy of the package first. Either every file is written, or none.

    Args:
        file: YAML as `calibrate.py fit` writes it: coefficients that are fitted, all or some.

    Returns:
        Each coefficient's value before and now, by dotted key.

    Raises:
        ConfigError: the file holds an unknown key, a value out of bounds, or what is not a fitted coefficient.
        OSError: the changed package does not load, or a file cannot be written.
    """
    values = _coefficients(file)
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "incentive_env", copy / "incentive_env", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)  # how ruff is set
        changed = list(_rewrite(values, copy))
        for arguments in _RUFF:
            _run("-m", "ruff", *arguments, "--quiet", *map(str, changed), folder=copy)
        defaults, page = json.loads(_run("-c", _LOOK, folder=copy))
        if defaults != load_config(Config(), values).model_dump():
            raise OSError(f"{file}: the changed sources do not give its values; nothing was written")
        texts = {path.relative_to(copy): path.read_text(encoding="utf-8") for path in changed} | {PAGE: page}
    before = {key: value_at(Config(), key) for key in values}
    with ExitStack() as stack:
        for path, text in texts.items():
            stack.enter_context(written_whole(ROOT / path)).write_text(text, encoding="utf-8")
    return {key: (before[key], value) for key, value in values.items()}


def _coefficients(file: Path) -> dict[str, float]:
    """Value of every coefficient that a file names, by dotted key."""
    content = read_yaml(file)
    config = load_config(file)
    named = [key for key in ("extends", *all_keys()) if _holds(content, key)]
    if not named:
        raise ConfigError(f"{file}: names no coefficient")
    other = [key for key in named if key not in KEYS]
    if other:
        raise ConfigError(
            f"{file}: {', '.join(other)}: not a fitted coefficient; those are the PARAMETERS of "
            "incentive_env/validation/calibration.py, and other defaults are edited in incentive_env/config/"
        )
    return {key: value_at(config, key) for key in named}


def _holds(content: Any, key: str) -> bool:
    head, _, rest = key.partition(".")
    return isinstance(content, Mapping) and head in content and (not rest or _holds(content[head], rest))


def _rewrite(values: Mapping[str, float], root: Path) -> Iterator[Path]:
    """Change the declarations of coefficients in a checkout; give each file that changed."""
    modules: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for key, value in values.items():
        section = section_of(key)
        modules[section.__module__][section.__name__, key.rpartition(".")[2]] = value
    for module, declared in modules.items():
        path = root.joinpath(*module.split(".")).with_suffix(".py")
        path.write_text(_rewritten(path.read_text(encoding="utf-8"), declared), encoding="utf-8")
        yield path


def _rewritten(source: str, values: Mapping[tuple[str, str], float]) -> str:
    """Source with other values of ``name: float = number(default, low, high, unit, meaning, source)``.

    Args:
        source: of a module of the tree.
        values: by class and name.
    """
    changed: list[ast.stmt] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module == Section.__module__:
            node.names.append(ast.alias(fitted.__name__))  # ruff drops what is imported twice
            changed.append(node)
        for line in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(line, ast.AnnAssign) and isinstance(line.value, ast.Call):
                place = (getattr(node, "name", ""), ast.unparse(line.target))
                if place in values:
                    _declare(line.value.args, values[place])
                    changed.append(line)
    lines = source.splitlines()
    for node in reversed(changed):
        lines[node.lineno - 1 : node.end_lineno] = [" " * node.col_offset + ast.unparse(node)]
    return "\n".join(lines) + "\n"


def _declare(arguments: list[ast.expr], value: float) -> None:
    """Set the default; the source is the fit, beside what the old source names as evidence."""
    arguments[0] = ast.Constant(value)
    evidence: list[ast.expr] = []
    for old in arguments[5:]:
        evidence = old.args if isinstance(old, ast.Call) else [old] if isinstance(old, ast.Constant) else []
    arguments[5:] = [ast.Call(ast.Name(fitted.__name__), evidence, [])]


def _run(*arguments: str, folder: Path) -> str:
    """Run Python in a folder whose packages come first; give what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise OSError(f"the changed package does not work, nothing was written: {''.join(reason)}")
    return done.stdout
