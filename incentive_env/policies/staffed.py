"""Floors whose seats a policy fills, in the place of the model's own reps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.seats import CONDUCT_NAMES, Seats
from incentive_env.policies.contract import Predictor


class StaffedFloors(Floors):
    """A batch of floors where a policy chooses what reps do, once a period, when the scheme for it is known.

    The burn-in is the model's own reps'. In the run-off the policy goes on, as the reps would.

    Args:
        config: the scenario.
        num_floors: size of the batch.
        reps: who chooses; the model's own reps where not given.
        seats: numbers of the seats that it chooses for; all of them where not given.
        threads: as in `Floors`.
        watch: as in `Floors`.
    """

    def __init__(
        self, config: Config, num_floors: int, reps: Predictor | None = None, *,
        seats: NDArray[np.int64] | None = None, threads: int = 1, watch: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(config, num_floors, threads=threads, watch=watch)
        self.reps = reps
        self.taken = np.arange(config.salesforce.reps) if seats is None else seats
        self.seats = Seats(self)
        self._open = False

    def reset(self, seeds: NDArray[np.uint64], which: NDArray[np.int64] | None = None) -> None:
        """Open floors anew; whoever fills the seats comes after the burn-in."""
        self._open = False
        super().reset(seeds, which)
        self._open = True
        self.seats.open(np.arange(self.num_floors) if which is None else which)

    def advance(self, weeks: int) -> Period:
        """Ask whoever fills the seats, then run all floors for some weeks."""
        if self._open and self.reps is not None:
            seen = self.seats.seen()[:, self.taken]
            actions, _ = self.reps.predict(seen.reshape(-1, seen.shape[-1]), deterministic=True)
            self.seats.choose(_checked(actions, (*seen.shape[:2], len(CONDUCT_NAMES))), self.taken)
        period = super().advance(weeks)
        if self._open and self.reps is not None:
            self.seats.remember(period)
        return period

    def _another(self, num_floors: int) -> "StaffedFloors":
        return StaffedFloors(self.config, num_floors, self.reps, seats=self.taken, threads=self.threads)

    def _copy_of(self, which: NDArray[np.int64]) -> Floors:
        copy = super()._copy_of(which)
        assert isinstance(copy, StaffedFloors)
        copy._open = self._open
        copy.seats.memory[...] = self.seats.memory[which]
        return copy

    def __getstate__(self) -> dict[str, Any]:
        """What a copy needs, whoever fills the seats included."""
        mine = {"reps": self.reps, "taken": self.taken, "open": self._open, "memory": self.seats.memory}
        return {**super().__getstate__(), "staff": mine}

    def __setstate__(self, stored: dict[str, Any]) -> None:
        """Build the batch anew and fill it."""
        super().__setstate__(stored)
        mine = stored["staff"]
        self.reps, self.taken, self._open = mine["reps"], mine["taken"], mine["open"]
        self.seats.memory[...] = mine["memory"]


def _checked(actions: Any, shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """Actions of reps by floor and seat, or an error that says what is wrong with them."""
    array = np.asarray(actions, np.float64)
    rows = shape[0] * shape[1], shape[2]
    if array.shape != rows:
        raise ValueError(f"the reps' policy returned actions of shape {array.shape}, must be {rows}")
    if not np.isfinite(array).all():
        raise ValueError("the reps' policy returned an action that is not finite")
    return array.reshape(shape)
