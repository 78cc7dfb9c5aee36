"""Results of a study, piece by piece: kept in a folder, so that a killed run continues with the rest."""

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from incentive_env.support.progress import Progress
from incentive_env.support.sealed import RecordError, read_sealed, write_sealed
from incentive_env.support.texts import TextError


class Kept:
    """The results computed so far; with a directory, a file for each, whole or not at all.

    Args:
        directory: of the run; ``None`` keeps nothing.
        description: of what is computed; a run goes on only with the same.
        resume: whether the directory may hold a run already.

    Raises:
        ValueError: it holds one and may not, or one of something else.
    """

    def __init__(self, directory: Path | None, description: dict[str, Any], *, resume: bool = False) -> None:
        self._folder = None if directory is None else directory / "points"
        if directory is None:
            return
        file, wanted = directory / "run.json", json.loads(json.dumps(description))
        if not file.exists():
            write_sealed(file, wanted)
            return
        if not resume:
            raise ValueError(f"{file}: holds a run already; resume it, or choose another directory")
        stored = _read(file)
        others = [key for key in wanted if stored.get(key) != wanted[key]]
        if others:
            raise ValueError(f"{file}: is of a run with another {', '.join(others)}; choose another directory")

    def read(self, number: int) -> Any:
        """The result of a piece; ``None`` where it was not computed yet."""
        file = self._file(number)
        return None if file is None or not file.exists() else _read(file)["result"]

    def write(self, number: int, result: Any) -> None:
        """Keep the result of a piece: an array, or plain data."""
        file = self._file(number)
        if file is not None:
            write_sealed(file, {"result": result.tolist() if isinstance(result, np.ndarray) else result})

    def _file(self, number: int) -> Path | None:
        return None if self._folder is None else self._folder / f"{number:06d}.json"


def computed(jobs: Sequence[Any], kept: Kept, processes: int, compute: Callable[[Any], Any], label: str) -> list[Any]:
    """The results of all jobs, in their order; those that the run has already are not computed again."""
    results = {number: there for number in range(len(jobs)) if (there := kept.read(number)) is not None}
    missing = [number for number in range(len(jobs)) if number not in results]
    left = [jobs[number] for number in missing]
    with (
        ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool,
        Progress(label, len(jobs), done=len(results)) as progress,
    ):
        found: Iterable[Any] = map(compute, left) if pool is None else pool.map(compute, left)
        for number, result in zip(missing, found, strict=True):
            kept.write(number, result)
            results[number] = result
            progress.move(len(results))
    return [results[number] for number in range(len(jobs))]


def _read(file: Path) -> Any:
    try:
        return read_sealed(file)
    except (TextError, RecordError):
        raise ValueError(f"{file}: is damaged; delete it, and it is computed again") from None
