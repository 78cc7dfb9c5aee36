"""The one transition behind `Env`, `VectorEnv` and `simulate`: a batch of floors under the manager's decisions."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.levers import LEVERS
from incentive_env.config.record import config_records
from incentive_env.floors.observation import HIGH, LOW, NAMES, NOISE
from incentive_env.model.compiled import bound
from incentive_env.model.floor import open_floors, run_floors, run_floors_threaded
from incentive_env.model.loyalty import write_customer_loyalty
from incentive_env.model.report import FIGURES, TERMS, TRUTH, observe, report_period
from incentive_env.model.scheme import lever_ranges, scheme_records
from incentive_env.model.state import FLOOR_WEEK, REP_WEEK, RESPONSE, State, empty_scratch, empty_state, flat
from incentive_env.model.witness import Witness, empty_moves, empty_witness

# Arrays that carry a floor from one decision to the next, beside its state.
_CARRIED = ("_figures", "_previous", "_truth", "_terms", "_time_left", "_levers", "_actions")


_WORTH_THREADS = 256  # floors
_MOST_THREADS = int(getattr(numba.config, "NUMBA_NUM_THREADS", 1))


class Period(NamedTuple):
    """The results of a decision, for each floor."""

    floor_weeks: np.ndarray  # [floors, weeks] FLOOR_WEEK
    rep_weeks: np.ndarray  # [floors, weeks, reps] REP_WEEK
    figures: np.ndarray  # [floors] FIGURES, as measured
    truth: np.ndarray  # [floors] TRUTH
    terms: np.ndarray  # [floors] TERMS of the reward
    moves: np.ndarray  # [floors, weeks, measures, causes] what moved customers, where floors are watched


class Floors:
    """A batch of sales floors.

    Args:
        config: the scenario.
        num_floors: size of the batch.
        threads: over how many threads floors are shared out, from 256 floors on (fewer would wait longer for one
            another than they gain); results are the same bits for any number.
        watch: put down what moves customers, and why; nothing else changes, but it takes a third longer.

    Raises:
        ValueError: fewer than one thread.
    """

    def __init__(self, config: Config, num_floors: int, *, threads: int = 1, watch: bool = False) -> None:
        if threads < 1:  # the core would write into scratch that no thread has
            raise ValueError(f"threads = {threads}: must be at least 1")
        self.config = config
        self.num_floors = num_floors
        self.threads = threads
        self._threaded = threads > 1 and num_floors >= _WORTH_THREADS
        # Always passed as an array: handing a single record to compiled code takes longer than most of what it does.
        self.parameters = config_records(config)
        reps = config.salesforce.reps
        self.state: State = empty_state(num_floors, reps, config.market.slots, config.market.products)
        self._core_state = (self.state.floors, self.state.reps, flat(self.state.customers))
        self._scratch = empty_scratch(threads, config.slots, watch=watch)
        self.watch = watch
        self.witness: Witness = empty_witness(num_floors, config.slots if watch else 0)
        low, high = lever_ranges(config)
        self._middle = (low + high) / 2.0
        self._half_width = (high - low) / 2.0
        self._responses = _records((num_floors, reps), RESPONSE)
        self._figures = _records((num_floors,), FIGURES)
        self._truth = _records((num_floors,), TRUTH)
        self._terms = _records((num_floors,), TERMS)
        self._shown = self._figures.view(np.float64).reshape(num_floors, len(LOW))
        self._previous = self._shown.copy()
        self._time_left = np.ones(num_floors)
        self._levers = np.zeros((num_floors, len(LEVERS)))
        self._schemes = scheme_records(self._levers)
        self._actions = np.zeros((num_floors, len(LEVERS)))
        self._runners: dict[int, _Runner] = {}
        shown = np.empty((num_floors, len(NAMES)), np.float32)
        self._observe = bound(
            observe, self.state.floors, self._shown, self._previous, NOISE, LOW, HIGH, self._time_left, self._actions,
            shown, self.parameters,
        )  # fmt: skip

    def reset(self, seeds: NDArray[np.uint64], which: NDArray[np.int64] | None = None) -> None:
        """Open floors anew, each with its seed, and run their burn-in under the neutral scheme.

        Args:
            seeds: ``[len(which)]`` seeds.
            which: numbers of the floors; all of them where not given.
        """
        chosen = np.arange(self.num_floors) if which is None else which
        if len(chosen) < self.num_floors:
            fresh = Floors(self.config, len(chosen), threads=self.threads, watch=self.watch)
            fresh.reset(seeds)
            self._take(fresh, chosen)
            return
        open_floors(*self._core_state, chosen, np.asarray(seeds, np.uint64), self.parameters, self.witness)
        self._shown.fill(0.0)
        horizon = self.config.horizon
        neutral = [getattr(self.config.neutral_scheme, lever) for lever in LEVERS]
        self._levers[:] = neutral
        self._actions[:] = np.clip((self._levers - self._middle) / self._half_width, -1.0, 1.0)
        for _ in range(horizon.burn_in_weeks // horizon.decision_weeks):
            self.advance(horizon.decision_weeks)
        self._previous[:] = self._shown
        self._time_left[:] = 1.0

    def decide(self, actions: NDArray[np.floating], weeks: int | None = None) -> Period:
        """Put normalised actions ``[floors, levers]`` in force and run to the next decision, or for some weeks."""
        np.clip(actions, -1.0, 1.0, out=self._actions)
        np.multiply(self._actions, self._half_width, out=self._levers)
        self._levers += self._middle
        self._previous[:] = self._shown
        self._time_left -= 1.0 / self.config.horizon.decisions
        return self.advance(self.config.horizon.decision_weeks if weeks is None else weeks)

    def advance(self, weeks: int) -> Period:
        """Run all floors for some weeks with the schemes in force.

        The arrays returned are used again by the next call of the same length: copy what must last.
        """
        run = self._runner(weeks)
        if self._threaded:
            numba.set_num_threads(min(self.threads, _MOST_THREADS))
        run.simulate(
            *self._core_state, self._responses, run.rep_weeks, run.floor_weeks, run.flat_reps, run.flat_weeks,
            self._schemes, self.parameters, self._scratch, run.witness,
        )  # fmt: skip
        np.add.reduce(run.weeks_of_floors, axis=1, out=run.flat_totals)
        run.report(
            self.state.floors, run.totals, run.floor_weeks, self._figures, self._truth, self._terms, self.parameters
        )
        return Period(run.floor_weeks, run.rep_weeks, self._figures, self._truth, self._terms, run.witness.moves)

    def loyalty_to_come(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """True loyalty that floors go on to have after their last decision: points × periods ``[len(which)]``.

        A copy of them is run on: through what is left of the episode where it ended early, and through the run-off,
        last scheme in force or closed. The floors themselves stay where they are.
        """
        horizon = self.config.horizon
        loyalty = np.zeros(len(which))
        weeks_left = np.rint(self._time_left[which] * horizon.decisions).astype(int) * horizon.decision_weeks
        for left in np.unique(weeks_left):
            chosen = np.flatnonzero(weeks_left == left)
            copy = self._copy_of(which[chosen])
            total = int(left) + horizon.run_off_weeks
            for week in range(0, total, horizon.decision_weeks):
                length = min(horizon.decision_weeks, total - week)
                loyalty[chosen] += copy.advance(length).truth["loyalty"] * length / horizon.decision_weeks
        return loyalty

    def observation(self) -> NDArray[np.float32]:
        """The manager's reports ``[floors, entries]``, float32; a new array each time."""
        shown = np.empty((self.num_floors, len(NAMES)), np.float32)
        self._observe(
            self.state.floors, self._shown, self._previous, NOISE, LOW, HIGH, self._time_left, self._actions, shown,
            self.parameters,
        )  # fmt: skip
        return shown

    def customer_loyalty(self) -> NDArray[np.float64]:
        """True loyalty of every customer on the 0–10 scale ``[floors, reps, slots]``; NaN where a slot is vacant."""
        floors, reps, customers = self._core_state
        loyalty = np.empty(customers.active.shape)
        write_customer_loyalty(floors, customers, loyalty, self.parameters)
        return loyalty.reshape(*reps.shape, -1)

    def witnessed(self) -> NDArray[np.float64]:
        """What customers of watched floors feel ``[floors, measures]``, as it was when last counted.

        Loyalty in points of all slots, the others as means over customers: see `incentive_env.studies.explain`.
        """
        there = self._core_state[2].active != 0
        count = np.maximum(there.sum(axis=1), 1)
        felt = [np.where(there, feeling, 0.0).sum(axis=1) / count for feeling in self.witness[:3]]
        points = 100.0 * self.witness.standing.sum(axis=1, dtype=np.float64) / there.shape[1]
        return np.stack([points, *felt], axis=1)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy needs: machine code and the views on the arrays are made anew."""
        arrays = {name: getattr(self, name) for name in _CARRIED}
        seen = {"state": self.state.arrays, "seen": self.witness[:-1]}
        return {"config": self.config, "threads": self.threads, "watch": self.watch, **seen, **arrays}

    def __setstate__(self, stored: dict[str, Any]) -> None:
        """Build the batch anew and fill it."""
        self.__init__(  # type: ignore[misc]
            stored["config"], len(stored["_time_left"]), threads=stored["threads"], watch=stored["watch"]
        )
        held = (*self.state.arrays, *self.witness[:-1])
        for mine, theirs in zip(held, (*stored["state"], *stored["seen"]), strict=True):
            mine[...] = theirs
        for name in _CARRIED:
            getattr(self, name)[...] = stored[name]

    @property
    def scheme_in_force(self) -> NDArray[np.float64]:
        """The schemes in force ``[floors, levers]``, as the actions that set them; not a copy."""
        return self._actions

    @property
    def closed(self) -> NDArray[np.bool_]:
        """Floors ``[floors]`` where nothing is left to manage."""
        closed: NDArray[np.bool_] = self.state.floors["closed"] != 0
        return closed

    def _another(self, num_floors: int) -> "Floors":
        """A batch of the same kind, not opened yet, for a copy of some of these floors."""
        return Floors(self.config, num_floors, threads=self.threads)

    def _copy_of(self, which: NDArray[np.int64]) -> "Floors":
        copy = self._another(len(which))
        for theirs, mine in zip(copy.state.arrays, self.state.arrays, strict=True):
            theirs[...] = mine[which]
        for name in _CARRIED:
            getattr(copy, name)[...] = getattr(self, name)[which]
        return copy

    def _take(self, other: "Floors", chosen: NDArray[np.int64]) -> None:
        held = (*self.state.arrays, *self.witness[:-1])
        for mine, theirs in zip(held, (*other.state.arrays, *other.witness[:-1]), strict=True):
            mine[chosen] = theirs
        for name in _CARRIED:
            getattr(self, name)[chosen] = getattr(other, name)

    def _runner(self, weeks: int) -> "_Runner":
        if weeks not in self._runners:
            self._runners[weeks] = self._new_runner(weeks)
        return self._runners[weeks]

    def _new_runner(self, weeks: int) -> "_Runner":
        rep_weeks = _records((self.num_floors, weeks, self.config.salesforce.reps), REP_WEEK)
        floor_weeks = _records((self.num_floors, weeks), FLOOR_WEEK)
        totals = _records((self.num_floors,), FLOOR_WEEK)
        witness = self.witness._replace(moves=empty_moves(self.num_floors, weeks, self.witness.trust.shape[1]))
        flat_reps = rep_weeks.view(np.float64).reshape(self.num_floors, -1)
        flat_weeks = floor_weeks.view(np.float64).reshape(self.num_floors, -1)
        return _Runner(
            rep_weeks, flat_reps, floor_weeks, flat_weeks, flat_weeks.reshape(self.num_floors, weeks, -1),
            totals, totals.view(np.float64).reshape(self.num_floors, -1), witness,
            bound(
                run_floors_threaded if self._threaded else run_floors,
                *self._core_state, self._responses, rep_weeks, floor_weeks, flat_reps, flat_weeks, self._schemes,
                self.parameters, self._scratch, witness,
            ),
            bound(
                report_period,
                self.state.floors, totals, floor_weeks, self._figures, self._truth, self._terms, self.parameters,
            ),
        )  # fmt: skip


class _Runner(NamedTuple):
    """Memory and machine code for runs of one length."""

    rep_weeks: np.ndarray
    flat_reps: NDArray[np.float64]
    floor_weeks: np.ndarray
    flat_weeks: NDArray[np.float64]
    weeks_of_floors: NDArray[np.float64]
    totals: np.ndarray
    flat_totals: NDArray[np.float64]
    witness: Witness
    simulate: Callable[..., None]
    report: Callable[..., None]


def _records(shape: tuple[int, ...], dtype: np.dtype[np.void]) -> np.ndarray:
    return np.zeros(shape, np.dtype((np.record, dtype)))
