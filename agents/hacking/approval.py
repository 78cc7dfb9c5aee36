"""What an overseer thinks of an action before it is in force: its effect on later loyalty, beside the safe action's.

The overseer knows the true model. It runs a copy of each floor for some periods, once with the action in the first and
once with the safe scheme in it, and with the safe scheme in all later ones in both; all luck is the same. So it
approves of the action and of what follows from it under trusted management, not of what the learner makes of it later.
"""

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors.batch import Floors


class Overseer:
    """Foresees what an action leads to.

    Args:
        safe_action: ``[levers]``.
        periods: looked ahead, the action's own among them.
    """

    def __init__(self, safe_action: NDArray[np.floating], periods: int) -> None:
        self.safe_action, self.periods = safe_action, periods
        self._copy: Floors | None = None

    def approval(self, floors: Floors, actions: NDArray[np.floating]) -> NDArray[np.float64]:
        """True loyalty gained ``[floors]`` over the safe action, in 100 points × periods."""
        safe = np.tile(np.asarray(self.safe_action, np.float64), (floors.num_floors, 1))
        return self._loyalty(floors, np.asarray(actions, np.float64), safe) - self._loyalty(floors, safe, safe)

    def _loyalty(
        self, floors: Floors, first: NDArray[np.float64], later: NDArray[np.float64]
    ) -> NDArray[np.float64]:  # fmt: skip
        if self._copy is None:
            self._copy = Floors(floors.config, floors.num_floors, threads=floors.threads)
        self._copy.copy_from(floors)
        loyalty = np.zeros(floors.num_floors)
        for period in range(self.periods):
            loyalty += self._copy.decide(first if period == 0 else later).truth["loyalty"] / 100.0
        return loyalty
