"""What a manager remembers: running means of its reports at several speeds, beside the latest report.

A report is noisy and leaves things out; how its figures have drifted shows some of that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.policies.contract import Context

SPEEDS = (0.3, 0.07)  # weight of the latest report in each mean: some quarter, and more than a year
WIDTH = (1 + len(SPEEDS)) * len(REPORTED)  # of a report with its history


class Memory(NamedTuple):
    """What is remembered of floors."""

    means: NDArray[np.float64]  # [rows, speeds, entries]
    reports: NDArray[np.int64]  # [rows] seen in this episode

    def after(self, report: NDArray[np.floating], opened: NDArray[np.bool_]) -> "Memory":
        """What is remembered after another report ``[rows, entries]``; a floor that has just opened forgets the last.

        The first reports weigh equally, until a mean has as many as its speed allows.
        """
        reports = np.where(opened, 1, self.reports + 1)
        weight = np.maximum(np.array(SPEEDS), 1.0 / reports[:, None])[:, :, None]
        return Memory(self.means + weight * (report[:, None, :] - self.means), reports)

    def beside(self, report: NDArray[np.floating]) -> NDArray[np.float32]:
        """The report with its history ``[rows, WIDTH]``."""
        return np.concatenate([report, self.means.reshape(len(report), -1)], axis=1).astype(np.float32)


def nothing(rows: int) -> Memory:
    """The memory of floors before their first report."""
    return Memory(np.zeros((rows, len(SPEEDS), len(REPORTED))), np.zeros(rows, np.int64))


def with_history(seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.float32], Memory, Context]:
    """The report with its history, the memory after it, and the context of a policy that sees both.

    The ``state`` of the context is the pair of the memory and the state of that policy.
    """
    memory, state = (nothing(len(seen)), None) if context.state is None else context.state
    memory = memory.after(seen, context.starts(len(seen)))
    return memory.beside(seen), memory, context._replace(state=state)
