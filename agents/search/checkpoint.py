"""The memory of a search on disk: written whole or not at all, after every generation.

It holds numbers only. CMA-ES and its luck depend on the seed and on the values of its candidates alone, so a search
that resumes repeats its generations from their values, and simulates nothing again.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.support.sealed import read_sealed, write_sealed


class SearchError(ValueError):
    """A checkpoint of a search already exists, is damaged, or belongs to another search."""


class Memory:
    """The progress of a search."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self.ended: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []  # mean and best of each restart that is
        self.values: list[list[float]] = []  # of the candidates, for each generation of the restart under way
        self.strategy: Any = None  # of the restart under way
        self.generation = 0  # generations that it has lived
        self.best_value = -np.inf
        self.best: NDArray[np.float64] | None = None

    def end_restart(self, mean: NDArray[np.float64]) -> None:
        """Keep the result of a restart, and prepare the next."""
        assert self.best is not None
        self.ended.append((mean, self.best))
        self.values = []
        self.strategy, self.generation, self.best_value, self.best = None, 0, -np.inf, None


def write_memory(path: Path, memory: Memory) -> None:
    """Write a checkpoint; a kill leaves the earlier one whole."""
    ended = [[point.tolist() for point in restart] for restart in memory.ended]
    content = {"description": memory.description, "ended": ended, "values": memory.values}
    write_sealed(path, content, indent=None)


def read_memory(path: Path | None, description: dict[str, Any], *, resume: bool) -> Memory:
    """The memory of a checkpoint, or an empty one; its strategy is still to be repeated from the values."""
    memory = Memory(json.loads(json.dumps(description)))  # as the file holds it: without tuples
    if path is None or not path.exists():
        return memory
    if not resume:
        raise SearchError(f"{path}: holds a search already; resume it, or choose another directory")
    for left in path.parent.glob(f".{path.name}.*"):  # half-written, by a run that was killed
        left.unlink(missing_ok=True)
    try:
        stored = read_sealed(path)
        others = [key for key, value in memory.description.items() if stored["description"].get(key) != value]
        ended = [(_numbers(mean), _numbers(best)) for mean, best in stored["ended"]]
        values = [_numbers(row).tolist() for row in stored["values"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SearchError(f"{path}: cannot be loaded, it is damaged or incomplete: {error}") from None
    if others:
        raise SearchError(f"{path}: belongs to a search with another {', '.join(others)}; choose another directory")
    sizes = [len(point) for _, point, _ in memory.description["starts"]]
    counts = {len(row) for row in values} - {memory.description["population"]}
    if counts or len(values) > memory.description["generations"] or len(ended) > len(sizes):
        raise SearchError(f"{path}: cannot be loaded, it holds more or fewer numbers than the search has")
    if any(len(point) != size for size, restart in zip(sizes, ended, strict=False) for point in restart):
        raise SearchError(f"{path}: cannot be loaded, its points are of another size than the search's")
    memory.ended, memory.values = ended, values
    return memory


def _numbers(content: Any) -> NDArray[np.float64]:
    numbers = np.array(content, np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise ValueError("it must hold lists of finite numbers")
    return numbers
