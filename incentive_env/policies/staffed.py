"""Floors where a policy acts for the reps, instead of the model's own."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.seats import Seats
from incentive_env.policies.contract import PolicyLike
from incentive_env.policies.files import as_policy
from incentive_env.support.seeds import Seeds


class StaffedFloors(Floors):
    """A batch of floors where a policy chooses what reps do, once a period, when the scheme for it is known.

    The model's own reps act in the burn-in.

    Args:
        config: the scenario.
        num_floors: size of the batch.
        reps: a policy that sees seats, without a memory, as `as_policy` takes it; the model's own reps where not given.
        seats: numbers of the seats that it chooses for; all of them where not given.
        threads: as in `Floors`.
        watch: as in `Floors`.
    """

    def __init__(
        self, config: Config, num_floors: int, reps: PolicyLike | None = None, *,
        seats: NDArray[np.int64] | None = None, threads: int = 1, watch: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(config, num_floors, threads=threads, watch=watch)
        self.reps = None if reps is None else as_policy(reps, config, seats=True)
        self.taken = np.arange(config.salesforce.reps) if seats is None else seats
        self.seats = Seats(self)

    def reset(self, seeds: Seeds, which: NDArray[np.int64] | None = None) -> None:
        """Open floors; the policy takes over after the burn-in."""
        super().reset(seeds, which)
        self.seats.open(np.arange(self.num_floors) if which is None else which)

    def advance(self, weeks: int, which: NDArray[np.int64] | None = None) -> Period:
        """Ask the policy, then run floors for some weeks."""
        if self.reps is None:
            return super().advance(weeks, which)
        seen = self.seats.seen()[:, self.taken]
        actions, _ = self.reps.predict(seen.reshape(-1, seen.shape[-1]))
        self.seats.choose(np.asarray(actions, np.float64).reshape(*seen.shape[:2], -1), self.taken)
        period = super().advance(weeks, which)
        self.seats.remember(period)
        return period

    def _options(self) -> dict[str, Any]:
        return {**super()._options(), "reps": self.reps, "seats": self.taken}

    def _arrays(self) -> tuple[np.ndarray, ...]:
        return (*super()._arrays(), self.seats.memory)
