"""The memory of a search on disk: written whole or not at all, after every generation."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class SearchError(ValueError):
    """A checkpoint of a search already exists, is damaged, or belongs to another search."""


class Memory:
    """The progress of a search."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self.ended: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []  # mean and best of each restart that is
        self.strategy: Any = None  # of the restart under way
        self.generation = 0  # generations that it has lived
        self.best_value = -np.inf
        self.best: NDArray[np.float64] | None = None

    def end_restart(self, mean: NDArray[np.float64]) -> None:
        """Keep the result of a restart, and prepare the next."""
        assert self.best is not None
        self.ended.append((mean, self.best))
        self.strategy, self.generation, self.best_value, self.best = None, 0, -np.inf, None


def write_memory(path: Path, memory: Memory) -> None:
    """Write a checkpoint; a kill leaves the earlier one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(pickle.dumps(memory.__dict__))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_memory(path: Path | None, description: dict[str, Any], *, resume: bool) -> Memory:
    """The memory of a checkpoint, or an empty one."""
    memory = Memory(description)
    if path is None or not path.exists():
        return memory
    if not resume:
        raise SearchError(f"{path}: holds a search already; resume it, or choose another directory")
    try:
        stored = pickle.loads(path.read_bytes())
        if not isinstance(stored, dict) or stored.keys() != memory.__dict__.keys():
            raise ValueError("it holds no search")
    except Exception as error:  # a damaged pickle raises nearly anything
        raise SearchError(f"{path}: cannot be loaded, it is damaged or incomplete: {error}") from None
    others = [key for key in description if stored["description"].get(key) != description[key]]
    if others:
        raise SearchError(f"{path}: belongs to a search with another {', '.join(others)}; choose another directory")
    memory.__dict__.update(stored)
    return memory
