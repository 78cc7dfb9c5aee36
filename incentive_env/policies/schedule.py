"""A schedule: actions that are fixed in advance, one decision after the other, whatever the report says."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.policies.contract import Context, Policy


class Schedule(Policy):
    """Actions in turn; the last one stays in force where there are fewer than an episode has decisions.

    Args:
        actions: ``[decisions, levers]``, the same for all floors, or ``[decisions, floors, levers]``.
    """

    def __init__(self, actions: NDArray[np.floating]) -> None:
        self.actions = actions

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """The actions of this decision, whose number ``[rows]`` is the memory."""
        rows = len(seen)
        number = np.where(context.starts(rows), 0, 0 if context.state is None else context.state)
        now = np.minimum(number, len(self.actions) - 1)
        return self.actions[now] if self.actions.ndim == 2 else self.actions[now, np.arange(rows)], number + 1
