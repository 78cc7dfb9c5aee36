"""Where results come from: commit, versions, machine."""

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import incentive_env

_PACKAGES = ("gymnasium", "numpy", "numba", "scipy", "torch", "stable_baselines3", "sb3_contrib", "cma")
# These read, time or show results, but make none.
_AFTERWARDS = (
    "agents/benchmark/analysis/", "agents/benchmark/report/", "agents/speed/", "agents/sweep/table.py",
    "incentive_env/cli/", "incentive_env/playground/", "incentive_env/rendering/",
)  # fmt: skip
_ROOT = Path(__file__).resolve().parents[1]


def provenance() -> dict[str, Any]:
    """Commit, digest of the code, versions and machine."""
    return {**_commit(), "code": code_digest(), "versions": versions(), "machine": _machine()}


def versions() -> dict[str, str | None]:
    """Versions of everything that a result may depend on; ``None`` where a package is not installed."""
    return {"python": platform.python_version(), "incentive_env": incentive_env.__version__} | {
        name: _version(name) for name in _PACKAGES
    }


@cache
def code_digest() -> str:
    """Sixteen letters that change with any line of the environment or the agents that a figure could depend on."""
    digest = hashlib.sha256()
    for package in ("incentive_env", "agents"):
        for file in sorted((_ROOT / package).rglob("*.py")):
            name = file.relative_to(_ROOT).as_posix()
            if not name.startswith(_AFTERWARDS):
                digest.update(name.encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def version_note(origin: Mapping[str, Any]) -> str:
    """A line for a page: of which version its figures are, from where they come."""
    made = origin["versions"]["incentive_env"]
    return f"**The figures are of version {made}**; CHANGELOG.md lists what has changed in the floor since.\n"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> dict[str, Any]:
    """The commit, and whether files that it follows were changed since; both ``None`` outside a repository."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "changed": None if changed is None else bool(changed)}


def _git(*arguments: str) -> str | None:
    try:
        process = subprocess.run(["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return process.stdout.strip()


def _machine() -> dict[str, Any]:
    return {"system": platform.system(), "architecture": platform.machine(), "cpu": _cpu(), "cores": os.cpu_count()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
