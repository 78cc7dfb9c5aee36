"""The one transition behind `Env`, `VectorEnv` and `simulate`: a batch of floors under the manager's decisions."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.levers import LEVERS
from incentive_env.config.record import config_records
from incentive_env.floors.measures import net_promoters
from incentive_env.floors.observation import HIGH, LOW, NAMES, NOISE
from incentive_env.model.compiled import bound
from incentive_env.model.floor import open_floors, run_floors
from incentive_env.model.loyalty import write_customer_loyalty
from incentive_env.model.report import FIGURES, TERMS, TRUTH, observe, report_period
from incentive_env.model.scheme import lever_ranges, scheme_records
from incentive_env.model.scratch import empty_scratch
from incentive_env.model.state import FLOOR_WEEK, REP_WEEK, RESPONSE, State, empty_state, flat
from incentive_env.model.witness import Witness, empty_moves, empty_witness
from incentive_env.support.seeds import Seeds, floor_seeds
from incentive_env.support.tables import shapes
from incentive_env.support.threads import check_threads, share_out

_WORTH_THREADS = 64  # floors
_APART = 256  # floors, at most, whose weeks are run at once without being recorded


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
        threads: number of threads that share the floors, from 64 floors on (with fewer, waiting costs more than is
            gained), at most one for each processor; results are the same bits for any number.
        watch: record what moves customers, and why; nothing else changes, but it takes a third longer.

    Attributes:
        numbers: reward terms, figures and truth of the last period, each ``[floors, names]``; used again by the next.

    Raises:
        ValueError: fewer than one thread, or more than this process may use.
    """

    def __init__(self, config: Config, num_floors: int, *, threads: int = 1, watch: bool = False) -> None:
        check_threads(threads)  # the core would write outside the scratch memory
        self.config = config
        self.num_floors = num_floors
        self.threads = threads
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
        self._neutral = np.array([getattr(config.neutral_scheme, lever) for lever in LEVERS])
        self._responses = _records((num_floors, reps), RESPONSE)
        self._figures = _records((num_floors,), FIGURES)
        self._truth = _records((num_floors,), TRUTH)
        self._terms = _records((num_floors,), TERMS)
        self.numbers = {
            name: records.view(np.float64).reshape(num_floors, -1)
            for name, records in (("reward_terms", self._terms), ("figures", self._figures), ("truth", self._truth))
        }
        self._shown = self.numbers["figures"]
        self._previous = self._shown.copy()
        self._levers = np.zeros((num_floors, len(LEVERS)))
        self._schemes = scheme_records(self._levers)
        self._actions = np.zeros((num_floors, len(LEVERS)))
        self._all = np.arange(num_floors)
        self._runners: dict[tuple[int, bool], _Runner] = {}
        self._reported = (
            self.state.floors, self._shown, self._previous, NOISE, LOW, HIGH, self._actions
        )  # fmt: skip
        self._observe = bound(observe, *self._reported, np.empty((num_floors, len(NAMES)), np.float32), self.parameters)
        self._open_floors = bound(
            open_floors, *self._core_state, self._all, np.zeros(1, np.uint64), self.parameters, self.witness
        )

    def reset(self, seeds: Seeds, which: NDArray[np.int64] | None = None) -> None:
        """Open floors, each with its seed, and run their burn-in under the neutral scheme.

        Args:
            seeds: ``[len(which)]`` seeds.
            which: numbers of the floors; all of them where not given.

        Raises:
            ValueError: a seed cannot be used, or there are more or fewer than floors; nothing has changed.
        """
        chosen = self._all if which is None else np.ascontiguousarray(which, np.int64)
        numbers = np.array(floor_seeds(seeds, len(chosen)))
        for first in range(0, len(chosen), _APART):
            part = slice(first, first + _APART)
            self._open(chosen[part], numbers[part])

    def _open(self, which: NDArray[np.int64], seeds: NDArray[np.uint64]) -> None:
        """Open a few floors; what the last decision recorded stays."""
        self._open_floors(*self._core_state, which, seeds, self.parameters, self.witness)
        self._shown[which] = 0.0
        self._levers[which] = self._neutral
        self._actions[which] = np.clip((self._neutral - self._middle) / self._half_width, -1.0, 1.0)
        horizon = self.config.horizon
        run = self._runner(horizon.decision_weeks, apart=True)
        rows = self._all[: len(which)]
        for _ in range(horizon.burn_in_weeks // horizon.decision_weeks):
            self._run(run, which, rows)
        if horizon.burn_in_weeks > 0:
            run.report(*run.reported, which, rows)
        self._previous[which] = self._shown[which]

    def decide(
        self, actions: NDArray[np.floating], weeks: int | None = None, which: NDArray[np.int64] | None = None
    ) -> Period:
        """Put normalised actions ``[floors, levers]`` in force and run to the next decision, or for some weeks.

        Args:
            actions: of all floors.
            weeks: to run; to the next decision where not given.
            which: numbers of the floors to run, as in `advance`.
        """
        np.minimum(actions, 1.0, out=self._actions)
        np.maximum(self._actions, -1.0, out=self._actions)
        np.multiply(self._actions, self._half_width, out=self._levers)
        self._levers += self._middle
        self._previous[:] = self._shown
        return self.advance(self.config.horizon.decision_weeks if weeks is None else weeks, which)

    def advance(self, weeks: int, which: NDArray[np.int64] | None = None) -> Period:
        """Run floors for some weeks with the schemes in force.

        The arrays returned are used again by the next call of the same length: copy what you keep.

        Args:
            weeks: to run.
            which: numbers of the floors; all of them where not given. The others stay as they are.
        """
        run = self._runner(weeks)
        chosen = self._all if which is None else which
        self._run(run, chosen, chosen)
        run.report(*run.reported, chosen, chosen)
        return run.period

    def copy_from(self, other: "Floors") -> None:
        """Take over the floors of another batch of the same scenario and size, to try out what it will not do."""
        for mine, theirs in zip(self._arrays(), other._arrays(), strict=True):
            mine[...] = theirs

    def loyalty_to_come(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """True loyalty of closed floors in the rest of their episode: points × periods ``[len(which)]``.

        They run on, closed, and are then put back.
        """
        loyalty = np.zeros(len(which))
        kept = [array[which] for array in self._arrays()]
        for first in range(0, len(which), _APART):
            part = slice(first, first + _APART)
            loyalty[part] = self._run_off(which[part])
        for mine, before in zip(self._arrays(), kept, strict=True):
            mine[which] = before
        return loyalty

    def _run_off(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        horizon = self.config.horizon
        loyalty = np.zeros(len(which))
        weeks_left = horizon.burn_in_weeks + horizon.episode_weeks - self.state.floors["week"][which]
        for done in range(0, int(weeks_left.max(initial=0)), horizon.decision_weeks):
            lengths = np.minimum(weeks_left - done, horizon.decision_weeks)
            for length in np.unique(lengths[lengths > 0]).tolist():
                now = np.flatnonzero(lengths == length)
                run = self._runner(length, apart=True)
                self._run(run, which[now], self._all[: len(now)])
                net = net_promoters(run.period.floor_weeks[: len(now)]).sum(axis=1)
                points = 100.0 * net / (self.config.slots * length)
                loyalty[now] += points * length / horizon.decision_weeks
        return loyalty

    def _run(self, run: "_Runner", which: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        if self.threads > 1 and len(which) >= _WORTH_THREADS:
            share_out(partial(run.simulate, *run.simulated, which, rows), len(which), self.threads)
        else:
            run.simulate(*run.simulated, which, rows, 0, len(which), 0)

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

    def _arrays(self) -> tuple[np.ndarray, ...]:
        """What carries floors from one decision to the next, floors first on each; and what is watched of them."""
        return (
            *self.state.arrays, self._figures, self._previous, self._truth, self._terms, self._levers, self._actions,
            *self.witness[:-1],
        )  # fmt: skip

    def _runner(self, weeks: int, *, apart: bool = False) -> "_Runner":
        """Runs of one length: of the whole batch, or apart from it, so that the records of the last decision stay."""
        if (weeks, apart) in self._runners:
            return self._runners[weeks, apart]
        rows = min(self.num_floors, _APART) if apart else self.num_floors
        rep_weeks = _records((rows, weeks, self.config.salesforce.reps), REP_WEEK)
        floor_weeks, totals = _records((rows, weeks), FLOOR_WEEK), _records((rows,), FLOOR_WEEK)
        flat_weeks = floor_weeks.view(np.float64)
        witness = self.witness._replace(moves=empty_moves(self.num_floors, weeks, self.witness.trust.shape[1]))
        simulated = (
            *self._core_state, self._responses, rep_weeks, floor_weeks, rep_weeks.view(np.float64).reshape(rows, -1),
            flat_weeks.reshape(rows, -1), self._schemes, self.parameters, self._scratch, witness,
        )  # fmt: skip
        reported = (
            self.state.floors, totals, floor_weeks, totals.view(np.float64).reshape(rows, -1),
            flat_weeks.reshape(rows, weeks, -1), self._figures, self._truth, self._terms, self.parameters,
        )  # fmt: skip
        self._runners[weeks, apart] = _Runner(
            simulate=bound(run_floors, *simulated, self._all, self._all, 0, 0, 0),
            simulated=simulated,
            report=bound(report_period, *reported, self._all, self._all),
            reported=reported,
            period=Period(floor_weeks, rep_weeks, self._figures, self._truth, self._terms, witness.moves),
        )
        return self._runners[weeks, apart]


class _Runner(NamedTuple):
    """Machine code for runs of one length, and the memory it works on."""

    simulate: Callable[..., None]
    simulated: tuple[Any, ...]  # its arguments
    report: Callable[..., None]
    reported: tuple[Any, ...]  # its arguments
    period: Period


def _records(shape: tuple[int, ...], dtype: np.dtype[np.void]) -> np.ndarray:
    return np.zeros(shape, np.dtype((np.record, dtype)))
