"""Write docs/licences.md: every package of requirements.lock with its licence, as its own metadata states it.

Example:
    python scripts/maintain/licences.py
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Annotated, Any

from lock import LOCK, ROOT, Locked, parse
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from incentive_env.cli.common import script
from incentive_env.cli.options import written
from incentive_env.support.files import write_text
from incentive_env.support.tables import markdown_table

PAGE = ROOT / "docs" / "licences.md"
_HEAD = """\
# Licences of the dependencies

The project is under the MIT licence. Its wheel contains no code of others: pip installs these packages beside it.
Versions are those of `requirements.lock`. A licence is what the package states in its own metadata; it was not checked
against the package's files.

<!-- Written by scripts/maintain/licences.py. Do not edit. -->
"""
_SECTIONS = {
    "always": "## Installed with `pip install incentive-env`",
    "extras": "## Installed with an extra of the wheel",
    "repository": "## Used in this repository only\n\n`make setup` installs these to train, test and write pages.",
}
_CLASSIFIER = "License :: OSI Approved :: "


@script
def main(out: Annotated[Path, written("file for the page")] = PAGE) -> None:
    locked = parse(LOCK.read_text(encoding="utf-8"))
    write_text(out, page_of(locked))
    print(f"{len(locked)} packages; written to {out}")


def page_of(locked: dict[str, Locked]) -> str:
    """The page, for the packages of a lock.

    Raises:
        ValueError: a package is not installed here, so its licence is unknown.
    """
    sections = sorted_by_need(locked)
    parts = [_HEAD]
    for section, names in sections.items():
        rows = [(name, locked[name].version, licence_of(name)) for name in names]
        parts += [f"{_SECTIONS[section]}\n", markdown_table(("package", "version", "licence"), rows, left=3)]
    return "\n".join(parts)


def sorted_by_need(locked: dict[str, Locked]) -> dict[str, list[str]]:
    """The packages of a lock, by what needs them first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [need for name, needs in project["optional-dependencies"].items() if name != "all" for need in needs]
    always = closure(project["dependencies"]) & locked.keys()
    optional = (closure(extras) & locked.keys()) - always
    rest = locked.keys() - always - optional
    return {"always": sorted(always), "extras": sorted(optional), "repository": sorted(rest)}


def closure(requirements: Iterable[str]) -> set[str]:
    """Names of what requirements install here, with all that those need in turn."""
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [(Requirement(text), frozenset[str]()) for text in requirements]
    while left:
        requirement, extras = left.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen or not _holds(requirement, extras):
            continue
        seen.add(key)
        left += [(need, key[1]) for need in _needs(name)]
    return {name for name, _ in seen}


def licence_of(name: str) -> str:
    """A package's licence in a few words: the expression of its metadata, else its classifiers, else its first line.

    Raises:
        ValueError: it is not installed here.
    """
    try:
        metadata: Any = distribution(name).metadata
    except PackageNotFoundError:
        raise ValueError(f"{name}: is not installed here, so its licence is unknown; run `make setup`") from None
    classifiers = [text.removeprefix(_CLASSIFIER) for text in metadata.get_all("Classifier", []) if _CLASSIFIER in text]
    lines = (metadata.get("License") or "").strip().splitlines()
    said = metadata.get("License-Expression") or (lines[0] if len(lines) == 1 and len(lines[0]) < 60 else "")
    licence = said or ", ".join(classifiers) or (lines[0] if lines else "not stated")
    return re.sub(r"[|<>`\[\]]", " ", licence)  # it stands in a table


def _holds(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in (*extras, ""))


def _needs(name: str) -> Iterator[Requirement]:
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        return
    yield from map(Requirement, found.requires or ())


if __name__ == "__main__":
    main()
