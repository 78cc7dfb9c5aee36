"""The laboratory: the same floors under one scheme after the other, with every sale followed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import recfunctions
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.config.channels import CHANNELS
from incentive_env.floors.batch import Floors
from incentive_env.floors.measures import RECORDED_CONVERSION, Ratio, column
from incentive_env.model.scheme import Scheme, scheme_to_action
from incentive_env.support.seeds import floor_seeds

# Client and bank would select the floors that survive; a comparison must see all of them.
OPEN: Mapping[str, Any] = {"client.may_leave": False, "money.insolvency": False}
NO_GAMING: Mapping[str, Any] = {f"channels.{channel}": False for channel in CHANNELS}
# The norm of gaming says nothing to anybody: what still lasts or fades then is not its work.
NORM_FROZEN: Mapping[str, Any] = {"decision.norm_erosion": 0.0}
FLAT = Scheme(base_pay=600.0)
KEPT_WEEKS = 26
# What facts look at of a rep's week; the whole record of all runs would fill gigabytes.
REP_COLUMNS = (
    "present", "calls", "sales", "refusals", "recorded_sales", "recorded_refusals", "gamed_calls", "gamed", "gaming",
    "sanctions", "exit", "tactic_sales", "honesty", "motivation", "strain", "effort",
)  # fmt: skip
_GAMED_CALLS = Ratio(("gamed_calls",), per=("calls",))

Plan = Scheme | Sequence[tuple[Scheme, int]]


class Sales(NamedTuple):
    """Sales by the week they were booked in, ``[floors, weeks]`` each; the last ``KEPT_WEEKS`` are not known yet."""

    booked: NDArray[np.float64]
    cooled: NDArray[np.float64]  # that survived the cooling-off
    kept: NDArray[np.float64]  # still held 26 weeks later


class Run(NamedTuple):
    """Floors under a plan, from the first decision on."""

    weeks: np.ndarray  # [floors, weeks] FLOOR_WEEK
    reps: np.ndarray  # [floors, weeks, reps] `REP_COLUMNS` of REP_WEEK
    sales: Sales | None

    def total(self, name: str, first: int = 0, last: int | None = None) -> NDArray[np.float64]:
        """Sum ``[floors]`` of a `column` over weeks ``first`` to before ``last``."""
        total: NDArray[np.float64] = column(self.weeks, name)[:, first:last].sum(axis=1)
        return total

    def measure(self, ratio: Ratio, first: int = 0, last: int | None = None) -> NDArray[np.float64]:
        """A measure ``[floors]`` over weeks ``first`` to before ``last``."""
        measured: NDArray[np.float64] = ratio.of(lambda name: self.total(name, first, last))
        return measured

    def mean(self, name: str, first: int = 0, last: int | None = None, power: int = 1) -> NDArray[np.float64]:
        """Mean ``[floors]`` of a rep's column, to a power, over the weeks in which the rep was there."""
        present = self.reps["present"][:, first:last]
        values = self.reps[name][:, first:last] ** power * present
        mean: NDArray[np.float64] = values.sum(axis=(1, 2)) / np.maximum(present.sum(axis=(1, 2)), 1.0)
        return mean

    def gaming(self, first: int = 0, last: int | None = None) -> NDArray[np.float64]:
        """Share ``[floors]`` of calls that were gamed."""
        return self.measure(_GAMED_CALLS, first, last)

    def sales_of(self, weeks: int) -> Sales:
        """Sales ``[floors]`` of the first weeks, of a run that followed them."""
        assert self.sales is not None
        return Sales(*(part[:, :weeks].sum(axis=1) for part in self.sales))


class Lab:
    """Runs plans on the same floors and remembers them.

    Args:
        config: the scenario; client withdrawal and insolvency are switched off in it.
        seeds: one floor for each.
        threads: over how many threads floors are shared out.
        quick: facts that search or compare long may do less of it.
    """

    def __init__(self, config: Config, seeds: Sequence[int], *, threads: int = 1, quick: bool = False) -> None:
        self.config = load_config(config, OPEN)
        self.scenario = config  # as it is: client and bank may close floors
        self.seeds = floor_seeds(seeds, len(seeds))
        self.threads = threads
        self.quick = quick
        self._runs: dict[Any, Run] = {}

    def run(self, plan: Plan, weeks: int = 0, *, change: Mapping[str, Any] | None = None, follow: bool = False) -> Run:
        """Run the floors under a plan.

        Args:
            plan: a scheme for ``weeks``, or schemes with the weeks that each is in force.
            weeks: length, where the plan is one scheme.
            change: dotted overrides of the scenario for this run.
            follow: also follow each sale for 26 weeks.
        """
        stages = ((plan, weeks),) if isinstance(plan, Scheme) else tuple(plan)
        key = (stages, tuple(sorted((change or {}).items())), follow)
        if key not in self._runs:
            self._runs[key] = self._simulate(stages, change or {}, follow)
        return self._runs[key]

    def quota(self, scheme: Scheme, factor: float) -> Scheme:
        """The scheme with a target of ``factor`` × what it records without one, weeks 9 to 24."""
        run = self.run(scheme._replace(target=0.0, pressure=0.0), 24)
        sales, judged = RECORDED_CONVERSION.parts(lambda name: run.total(name, 8).mean())
        target, most = factor * sales / judged, self.config.levers.target.high
        if target > most:
            raise ValueError(f"levers.target.high = {most:g}: a target of {target:.3g} is needed to check a quota")
        return scheme._replace(target=float(target))

    def open(self, change: Mapping[str, Any] | None = None) -> Floors:
        """The floors after their burn-in, to be run by hand; ``change`` as in `run`."""
        config = load_config(self.config, change) if change else self.config
        floors = Floors(config, len(self.seeds), threads=self.threads)
        floors.reset(self.seeds)
        return floors

    def _simulate(self, stages: Sequence[tuple[Scheme, int]], change: Mapping[str, Any], follow: bool) -> Run:
        floors = self.open(change)
        total = sum(weeks for _, weeks in stages)
        tracker = _SaleTracker(floors, total) if follow else None
        floor_weeks, rep_weeks = [], []
        for scheme, weeks in stages:
            action = np.tile(scheme_to_action(scheme, floors.config), (len(self.seeds), 1))
            for week in range(weeks):
                period = floors.decide(action, 1) if week == 0 else floors.advance(1)
                floor_weeks.append(period.floor_weeks.copy())
                rep_weeks.append(_kept_columns(period.rep_weeks))
                if tracker is not None:
                    tracker.look(period.floor_weeks["sales"][:, 0])
        sales = tracker.sales() if tracker is not None else None
        return Run(np.concatenate(floor_weeks, axis=1), np.concatenate(rep_weeks, axis=1), sales)


def _kept_columns(rep_weeks: np.ndarray) -> np.ndarray:
    kept: np.ndarray = recfunctions.repack_fields(rep_weeks[list(REP_COLUMNS)])
    return kept


class _SaleTracker:
    """Follows each sale by looking at all books at the end of each week.

    Within a week calls come before cancellations, so a product that was given up and sold again shows a gap. A renewal
    starts a new sale, and leaves the old one held as long as there is no gap.
    """

    def __init__(self, floors: Floors, weeks: int) -> None:
        self._floors = floors
        self._alive: list[NDArray[np.bool_]] = []  # by week of the sale, [floors, products, reps, slots]
        self._cooling_off = floors.config.customers.cooling_off_weeks
        shape = (floors.num_floors, weeks)
        self._booked, self._cooled, self._kept = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def look(self, booked: NDArray[np.float64]) -> None:
        """Take note of the week that has just passed, in which ``booked [floors]`` sales were made."""
        week = len(self._alive)
        customers = self._floors.state.customers
        held = customers.held != 0
        for earlier in range(max(0, week - KEPT_WEEKS), week):
            self._alive[earlier] &= held
        now = self._floors.state.floors["week"][0] - 1
        self._alive.append(held & (customers.sold_week == now))
        self._booked[:, week] = booked
        cooled, kept = week - self._cooling_off, week - KEPT_WEEKS
        if cooled >= 0:
            self._cooled[:, cooled] = self._alive[cooled].sum(axis=(1, 2, 3))
        if kept >= 0:
            self._kept[:, kept] = self._alive[kept].sum(axis=(1, 2, 3))
            self._alive[kept] = np.zeros(0, bool)

    def sales(self) -> Sales:
        """What was found out."""
        return Sales(self._booked, self._cooled, self._kept)
