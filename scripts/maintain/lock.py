"""Write requirements.lock: what `make setup` installs, at the pins of constraints.txt, with the hashes of all files.

Builds that the index does not have, such as torch for the CPU, are kept in requirements-cpu.lock.

The index is asked by uv, the one that uv is set up for; no address is written. Nothing is downloaded but metadata.

Example:
    python scripts/maintain/lock.py
    python scripts/maintain/lock.py --wheel torch-2.13.0+cpu-cp312-cp312-manylinux_2_28_x86_64.whl
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NamedTuple, Self

import typer
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from incentive_env.cli.common import script
from incentive_env.cli.options import written
from incentive_env.support.files import write_text

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
CPU_LOCK = ROOT / "requirements-cpu.lock"
_HEAD = """\
# Every version that `make setup` installs, with the hashes of its files. Written by scripts/maintain/lock.py.
# `make setup-locked` installs from here, and refuses a file that is not listed.
# What only the CUDA build of torch needs is left out. See docs/development.md.
"""
_CPU_HEAD = """\
# Builds without CUDA, which `make setup-locked` installs first. Written by scripts/maintain/lock.py --wheel FILE.
"""


class Locked(NamedTuple):
    """A version, where it is needed, and its files."""

    version: str
    marker: str  # empty: everywhere
    hashes: frozenset[str]
    needed_by: frozenset[str] = frozenset()
    extras: str = ""  # such as "[toml]": pip wants them where another package asks for them

    def also(self, hashes: Iterable[str]) -> Self:
        """The same with more files."""
        return self._replace(hashes=self.hashes.union(hashes))


@script
def main(
    wheel: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="a wheel from elsewhere that counts as well"),
    ] = None,
    out: Annotated[Path, written("file for the lock")] = LOCK,
) -> None:
    pins = read_pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    found = checked(parse(_compiled()), pins)
    write_text(out, _HEAD + text_of(found))
    builds = {name: one for name, one in parse(CPU_LOCK.read_text(encoding="utf-8")).items() if _fits(one, name, found)}
    for path in wheel or ():
        name, build = _build_of(path)
        if not _fits(build, name, found):
            raise ValueError(f"{path}: {name} {build.version} is no build of a locked version")
        known = builds.get(name, build)
        builds[name] = build.also(known.hashes if known.version == build.version else ())
    write_text(CPU_LOCK, _CPU_HEAD + text_of(builds))
    print(f"{len(found)} packages, {sum(len(one.hashes) for one in found.values())} files; written to {out}")


def read_pins(text: str) -> dict[str, str]:
    """Version by name, as constraints pin them."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    pairs = (line.split("==") for line in lines if line)
    return {canonicalize_name(name): version for name, version in pairs}


def parse(text: str) -> dict[str, Locked]:
    """A lock as uv and this script write it."""
    found: dict[str, Locked] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", f"\n{text}")[1:]:
        name, extras, version, marker = _pin(block.splitlines()[0])
        reasons = re.findall(r"^ +#(?: via)? +(?!via$)([A-Za-z0-9][\w.-]*)", block, re.MULTILINE)
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block)
        found[name] = Locked(version, marker, frozenset(hashes), frozenset(map(canonicalize_name, reasons)), extras)
    return found


def checked(found: dict[str, Locked], pins: dict[str, str]) -> dict[str, Locked]:
    """What constraints pin, without what only torch's CUDA build needs.

    Raises:
        ValueError: anything else lacks a pin.
    """
    cuda = {"torch"}
    while more := {name for name in found.keys() - pins.keys() - cuda if found[name].needed_by <= cuda}:
        cuda |= more
    if missing := sorted(found.keys() - pins.keys() - cuda):
        raise ValueError(f"constraints.txt: pins no version of {', '.join(missing)}; add them as tested together")
    return {name: found[name] for name in sorted(found.keys() & pins.keys())}


def text_of(found: dict[str, Locked]) -> str:
    """The lines of a lock."""
    lines = []
    for name, one in found.items():
        lines.append(f"{name}{one.extras}=={one.version}{f' ; {one.marker}' if one.marker else ''} \\")
        lines.append(" \\\n".join(f"    --hash=sha256:{digest}" for digest in sorted(one.hashes)))
    return "\n".join(lines) + "\n"


def _compiled() -> str:
    """The versions for every system and Python that the project supports."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-config", "--no-strip-extras",
        "--universal", "--generate-hashes", "--python-version", "3.11.5", "--constraints", "constraints.txt",
        "--extra", "all", "--group", "setup", "pyproject.toml",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "No module named uv" in done.stderr:
        raise ValueError("needs uv: pip install --group lock")
    if done.returncode:
        raise ValueError(f"uv found no versions that fit together: {done.stderr.strip()}")
    return done.stdout


def _pin(line: str) -> tuple[str, str, str, str]:
    requirement, _, marker = line.removesuffix("\\").partition(";")
    named, _, version = requirement.strip().partition("==")
    name, bracket, extras = named.partition("[")
    return canonicalize_name(name), bracket + extras, version, marker.strip()


def _build_of(wheel: Path) -> tuple[str, Locked]:
    name, version, *_ = parse_wheel_filename(wheel.name)
    with wheel.open("rb") as file:
        return name, Locked(str(version), "", frozenset([hashlib.file_digest(file, "sha256").hexdigest()]))


def _fits(build: Locked, name: str, found: dict[str, Locked]) -> bool:
    """Whether it is another build of a locked version."""
    return name in found and found[name].version == Version(build.version).public


if __name__ == "__main__":
    main()
