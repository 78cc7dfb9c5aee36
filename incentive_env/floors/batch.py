"""The one transition behind `Env`, `VectorEnv` and `simulate`: a batch of floors under the manager's decisions."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.levers import LEVERS
from incentive_env.config.record import config_records
from incentive_env.floors.observation import HIGH, LOW, NAMES, NOISE
from incentive_env.model.compiled import bound
from incentive_env.model.floor import open_floors, run_floors, run_some_floors
from incentive_env.model.loyalty import write_customer_loyalty
from incentive_env.model.report import FIGURES, TERMS, TRUTH, observe, report_period
from incentive_env.model.scheme import lever_ranges, scheme_records
from incentive_env.model.state import FLOOR_WEEK, REP_WEEK, RESPONSE, State, empty_scratch, empty_state, flat
from incentive_env.model.witness import Witness, empty_moves, empty_witness
from incentive_env.support.seeds import Seeds, floor_seeds
from incentive_env.support.tables import shapes
from incentive_env.support.threads import check_threads, share_out

_WORTH_THREADS = 256  # floors


class Period(NamedTuple):
    """The results of a decision, for each floor."""

    floor_weeks: np.ndarray  # [floors, weeks] FLOOR_WEEK
    rep_weeks: np.ndarray  # [floors, weeks, reps] REP_WEEK
    figures: np.ndarray  # [floors] FIGURES, as measured
    truth: np.ndarray  # [floors] TRUTH
    terms: np.ndarray  # [floors] TERMS of the reward
    moves: np.ndarray  # [floors, weeks, measures, causes] what moved customers, where floors are watched

    def __repr__(self) -> str:
        return shapes(self)


class Floors:
    """A batch of sales floors.

    Args:
        config: the scenario.
        num_floors: size of the batch.
        threads: number of threads that share the floors, from 256 floors on (with fewer, waiting costs more than is
            gained), at most one for each processor; results are the same bits for any number.
        watch: record what moves customers, and why; nothing else changes, but it takes a third longer.

    Raises:
        ValueError: fewer than one thread, or more than this process may use.
    """

    def __init__(self, config: Config, num_floors: int, *, threads: int = 1, watch: bool = False) -> None:
        check_threads(threads)  # the core would write outside the scratch memory
        self.config = config
        self.num_floors = num_floors
        self.threads = threads
        self._threaded = threads > 1 and num_floors >= _WORTH_THREADS
        # Always passed as an array: passing a single record to compiled code takes longer than most of its work.
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
        self._levers = np.zeros((num_floors, len(LEVERS)))
        self._schemes = scheme_records(self._levers)
        self._actions = np.zeros((num_floors, len(LEVERS)))
        self._runners: dict[int, _Runner] = {}
        self._reported = (
            self.state.floors, self._shown, self._previous, NOISE, LOW, HIGH, self._actions
        )  # fmt: skip
        self._observe = bound(observe, *self._reported, np.empty((num_floors, len(NAMES)), np.float32), self.parameters)

    def reset(self, seeds: Seeds, which: NDArray[np.int64] | None = None) -> None:
        """Open floors, each with its seed, and run their burn-in under the neutral scheme.

        Args:
            seeds: ``[len(which)]`` seeds.
            which: numbers of the floors; all of them where not given.

        Raises:
            ValueError: a seed cannot be used, or there are more or fewer than floors; nothing has changed.
        """
        chosen = np.arange(self.num_floors) if which is None else which
        seeds = floor_seeds(seeds, len(chosen))
        if len(chosen) < self.num_floors:
            fresh = type(self)(self.config, len(chosen), **self._options())
            fresh.reset(seeds)
            for mine, theirs in zip(self._arrays(), fresh._arrays(), strict=True):
                mine[chosen] = theirs
            return
        open_floors(*self._core_state, chosen, seeds, self.parameters, self.witness)
        self._shown.fill(0.0)
        horizon = self.config.horizon
        neutral = [getattr(self.config.neutral_scheme, lever) for lever in LEVERS]
        self._levers[:] = neutral
        self._actions[:] = np.clip((self._levers - self._middle) / self._half_width, -1.0, 1.0)
        for _ in range(horizon.burn_in_weeks // horizon.decision_weeks):
            self.advance(horizon.decision_weeks)
        self._previous[:] = self._shown

    def decide(self, actions: NDArray[np.floating], weeks: int | None = None) -> Period:
        """Put normalised actions ``[floors, levers]`` in force and run to the next decision, or for some weeks."""
        np.clip(actions, -1.0, 1.0, out=self._actions)
        np.multiply(self._actions, self._half_width, out=self._levers)
        self._levers += self._middle
        self._previous[:] = self._shown
        return self.advance(self.config.horizon.decision_weeks if weeks is None else weeks)

    def advance(self, weeks: int) -> Period:
        """Run all floors for some weeks with the schemes in force.

        The arrays returned are used again by the next call of the same length: copy what you keep.
        """
        run = self._runner(weeks)
        if self._threaded:
            share_out(partial(run.simulate, *run.simulated), self.num_floors, self.threads)
        else:
            run.simulate(*run.simulated)
        np.add.reduce(run.weeks, axis=1, out=run.totals)
        run.report(*run.reported)
        return run.period

    def loyalty_to_come(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """True loyalty of closed floors in the rest of their episode: points × periods ``[len(which)]``.

        A copy of them runs on, closed. The floors themselves do not change.
        """
        horizon = self.config.horizon
        loyalty = np.zeros(len(which))
        end = horizon.burn_in_weeks + horizon.episode_weeks
        weeks_left = np.maximum(end - self.state.floors["week"][which], 0)
        for left in np.unique(weeks_left):
            chosen = np.flatnonzero(weeks_left == left)
            copy = self._copy_of(which[chosen])
            for week in range(0, int(left), horizon.decision_weeks):
                length = min(horizon.decision_weeks, int(left) - week)
                loyalty[chosen] += copy.advance(length).truth["loyalty"] * length / horizon.decision_weeks
        return loyalty

    def observation(self) -> NDArray[np.float32]:
        """The manager's reports ``[floors, entries]``, float32; a new array each time."""
        shown = np.empty((self.num_floors, len(NAMES)), np.float32)
        self._observe(*self._reported, shown, self.parameters)
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
        """What a copy needs: machine code and the views of the arrays are made anew."""
        options = self._options()
        return {"config": self.config, "num_floors": self.num_floors, "options": options, "arrays": self._arrays()}

    def __setstate__(self, stored: dict[str, Any]) -> None:
        """Build the batch anew and fill it."""
        self.__init__(stored["config"], stored["num_floors"], **stored["options"])  # type: ignore[misc]
        for mine, theirs in zip(self._arrays(), stored["arrays"], strict=True):
            mine[...] = theirs

    @property
    def scheme_in_force(self) -> NDArray[np.float64]:
        """The schemes in force ``[floors, levers]``, as the actions that set them; not a copy."""
        return self._actions

    @property
    def closed(self) -> NDArray[np.bool_]:
        """Floors ``[floors]`` where nothing is left to manage."""
        return np.asarray(self.state.floors["closed"] != 0)

    def _options(self) -> dict[str, Any]:
        """Keyword arguments for a batch of the same kind."""
        return {"threads": self.threads, "watch": self.watch}

    def _arrays(self, *, watched: bool = True) -> tuple[np.ndarray, ...]:
        """What carries floors from one decision to the next, floors first on each; and what is watched of them."""
        mine = (
            *self.state.arrays, self._figures, self._previous, self._truth, self._terms,
            self._levers, self._actions,
        )  # fmt: skip
        return (*mine, *self.witness[:-1]) if watched else mine

    def _copy_of(self, which: NDArray[np.int64]) -> Self:
        """Some of these floors; the copies are not watched."""
        copy = type(self)(self.config, len(which), **{**self._options(), "watch": False})
        for theirs, mine in zip(copy._arrays(watched=False), self._arrays(watched=False), strict=True):
            theirs[...] = mine[which]
        return copy

    def _runner(self, weeks: int) -> "_Runner":
        if weeks in self._runners:
            return self._runners[weeks]
        floors = self.num_floors
        rep_weeks = _records((floors, weeks, self.config.salesforce.reps), REP_WEEK)
        floor_weeks, totals = _records((floors, weeks), FLOOR_WEEK), _records((floors,), FLOOR_WEEK)
        flat_weeks = floor_weeks.view(np.float64).reshape(floors, -1)
        witness = self.witness._replace(moves=empty_moves(floors, weeks, self.witness.trust.shape[1]))
        simulated = (
            *self._core_state, self._responses, rep_weeks, floor_weeks, rep_weeks.view(np.float64).reshape(floors, -1),
            flat_weeks, self._schemes, self.parameters, self._scratch, witness,
        )  # fmt: skip
        reported = (
            self.state.floors, totals, floor_weeks, self._figures, self._truth, self._terms, self.parameters
        )  # fmt: skip
        self._runners[weeks] = _Runner(
            simulate=bound(run_some_floors, *simulated, 0, 0, 0) if self._threaded else bound(run_floors, *simulated),
            simulated=simulated,
            weeks=flat_weeks.reshape(floors, weeks, -1),
            totals=totals.view(np.float64).reshape(floors, -1),
            report=bound(report_period, *reported),
            reported=reported,
            period=Period(floor_weeks, rep_weeks, self._figures, self._truth, self._terms, witness.moves),
        )
        return self._runners[weeks]


class _Runner(NamedTuple):
    """Machine code for runs of one length, and the memory it works on."""

    simulate: Callable[..., None]
    simulated: tuple[Any, ...]  # its arguments
    weeks: NDArray[np.float64]  # [floors, weeks, numbers] of FLOOR_WEEK
    totals: NDArray[np.float64]  # [floors, numbers] summed over weeks
    report: Callable[..., None]
    reported: tuple[Any, ...]  # its arguments
    period: Period


def _records(shape: tuple[int, ...], dtype: np.dtype[np.void]) -> np.ndarray:
    return np.zeros(shape, np.dtype((np.record, dtype)))
