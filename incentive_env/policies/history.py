"""What a manager remembers of its reports: running means at several speeds, or the last ones as they were.

A report is noisy and leaves things out; how its figures have drifted shows some of that.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.policies.contract import Context

Remembers = Literal["history", "stack"]
SPEEDS = (0.3, 0.07)  # weight of the latest report in each mean: some quarter, and more than a year
DEPTH = 8  # reports in a stack: 32 weeks


class Means(NamedTuple):
    """Running means of past reports."""

    kept: NDArray[np.float64]  # [rows, speeds, entries]
    reports: NDArray[np.int64]  # [rows] seen in this episode

    def after(self, report: NDArray[np.floating], opened: NDArray[np.bool_]) -> "Means":
        """What is remembered after another report ``[rows, entries]``; a floor that has just opened forgets the last.

        The first reports weigh equally, until a mean has as many as its speed allows.
        """
        reports = np.where(opened, 1, self.reports + 1)
        weight = np.maximum(np.array(SPEEDS), 1.0 / reports[:, None])[:, :, None]
        return Means(self.kept + weight * (report[:, None, :] - self.kept), reports)

    def beside(self, report: NDArray[np.floating]) -> NDArray[np.float32]:
        """The report with its means ``[rows, (1 + speeds) · entries]``."""
        return np.concatenate([report, self.kept.reshape(len(report), -1)], axis=1).astype(np.float32)


class Stack(NamedTuple):
    """The last reports, the latest first; before there are so many, the first one stands in the places left."""

    kept: NDArray[np.float64]  # [rows, DEPTH, entries]
    reports: NDArray[np.int64]  # [rows] seen in this episode

    def after(self, report: NDArray[np.floating], opened: NDArray[np.bool_]) -> "Stack":
        """What is remembered after another report ``[rows, entries]``; one that has just opened forgets the past."""
        moved = np.concatenate([report[:, None], self.kept[:, :-1]], axis=1)
        kept = np.where(opened[:, None, None], report[:, None], moved)
        return Stack(kept, np.where(opened, 1, self.reports + 1))

    def beside(self, report: NDArray[np.floating]) -> NDArray[np.float32]:
        """The last reports ``[rows, DEPTH · entries]``, this one first."""
        return self.kept.reshape(len(report), -1).astype(np.float32)


Memory = Means | Stack
_FORMS: dict[Remembers, type[Means] | type[Stack]] = {"history": Means, "stack": Stack}
_PARTS: dict[Remembers, int] = {"history": len(SPEEDS), "stack": DEPTH}  # of what is kept
WIDTHS: dict[Remembers, int] = {"history": (1 + len(SPEEDS)) * len(REPORTED), "stack": DEPTH * len(REPORTED)}
"""Entries of what a policy is given that remembers."""


def nothing(remembers: Remembers, rows: int) -> Memory:
    """The memory of floors before their first report."""
    kept = np.zeros((rows, _PARTS[remembers], len(REPORTED)))
    return _FORMS[remembers](kept, np.zeros(rows, np.int64))


def with_memory(
    remembers: Remembers, seen: NDArray[np.floating], context: Context
) -> tuple[NDArray[np.float32], Memory, Context]:
    """The report with what is remembered, the memory after it, and the context of a policy that sees both.

    The ``state`` of the context is the pair of the memory and the state of that policy.
    """
    memory, state = (nothing(remembers, len(seen)), None) if context.state is None else context.state
    memory = memory.after(seen, context.starts(len(seen)))
    return memory.beside(seen), memory, context._replace(state=state)
