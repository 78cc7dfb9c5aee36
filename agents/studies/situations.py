"""Where state matters: what a policy does differently in a situation, and what it gains there."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config, load_config
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.batch import Floors
from incentive_env.floors.measures import net_promoters
from incentive_env.floors.observation import NAMES
from incentive_env.floors.reward import episode_score
from incentive_env.model.scheme import lever_ranges
from incentive_env.policies.contract import ENTRIES, Context, Policy
from incentive_env.studies.simulate import roll_out
from incentive_env.support.statistics import Interval, difference_of_groups, interval

EVENTS = ("campaign", "newcomers", "product_fault")
_OFTEN = 0.03  # chance a week of the event looked at: 99 % of floors meet it in an episode of three years
_LARGEST = 3  # reported levers
_HOW_ROTTEN = (
    "floors that opened with a rotten norm, against the others: gain there; gain there minus gain elsewhere; mean "
    "levers there minus elsewhere at the same decisions"
)
_HOW_EVENT = (
    f"all floors, where the event begins with a chance of {_OFTEN:g} a week: gain there; gain over the same policy "
    "when the event is hidden from it; mean levers while it lasts minus those of the same floor at other times, each "
    "against the floors without it at that decision"
)


class Managed(NamedTuple):
    """Floors under a policy."""

    loyalty: NDArray[np.float64]  # [floors] score, points
    actions: NDArray[np.float64]  # [decisions, floors, levers]
    reports: NDArray[np.float32]  # [decisions, floors, entries]
    open: NDArray[np.bool_]  # [decisions, floors] something was left to manage


class Situation(NamedTuple):
    """One row of the table."""

    name: str
    how: str  # what is compared
    floors: int
    gain: Interval  # of the policy over the fixed scheme there, points of loyalty, floor by floor
    more: Interval  # the gain there minus the gain elsewhere; or, for an event, what seeing it adds
    levers: list[dict[str, Any]]  # the largest differences of what it does there


class Blind(Policy):
    """A policy that is not shown one entry: the event is never announced to it."""

    def __init__(self, policy: Policy, entry: str) -> None:
        self.sees = policy.sees
        self._policy, self._column = policy, ENTRIES[self.sees].index(entry)

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """What the policy does where the entry is 0."""
        blinded = seen.copy()
        blinded[:, self._column] = 0.0
        return self._policy.act_in(blinded, context)


def manage(config: Config, policy: Policy, seeds: Sequence[int], *, threads: int = 1) -> Managed:
    """Let a policy manage floors for an episode."""
    rollout = roll_out(config, policy, seeds, threads=threads)
    horizon = config.horizon
    score = episode_score(net_promoters(rollout.floor_weeks), config)
    ends = rollout.floor_weeks["closed"][:, horizon.decision_weeks - 1 :: horizon.decision_weeks]
    closed = np.zeros(rollout.actions.shape[:2], np.bool_)
    closed[1:] = ends[:, : len(closed) - 1].T != 0
    return Managed(score, rollout.actions, rollout.observations, ~closed)


def rotten_team(config: Config, managed: Managed, fixed: Managed, seeds: Sequence[int]) -> Situation | None:
    """Floors whose norm was rotten when they opened, against the others; ``None`` where all are of one kind."""
    rotten = opened_rotten(config, seeds)
    gains = managed.loyalty - fixed.loyalty
    if min(rotten.sum(), (~rotten).sum()) < 2:
        return None
    leans = _mean_where(_leaning(managed, np.broadcast_to(~rotten, managed.open.shape)), managed.open)
    levers = [difference_of_groups(leans[rotten, lever], leans[~rotten, lever]) for lever in range(len(LEVER_NAMES))]
    gain, more = interval(gains[rotten]), difference_of_groups(gains[rotten], gains[~rotten])
    return Situation("rotten team", _HOW_ROTTEN, int(rotten.sum()), gain, more, _largest(levers, config))


def event(
    config: Config, policy: Policy, fixed: Policy, name: str, seeds: Sequence[int], *, threads: int = 1
) -> Situation | None:
    """Floors where an event comes often; ``None`` where too few have met it to compare."""
    often = load_config(config, {f"events.{name}.chance": _OFTEN})
    managed = manage(often, policy, seeds, threads=threads)
    base = manage(often, fixed, seeds, threads=threads)
    blind = manage(often, Blind(policy, name), seeds, threads=threads)
    case = managed.reports[:, :, NAMES.index(name)] > 0.0
    leaning = _leaning(managed, ~case)
    during = _mean_where(leaning, managed.open & case)
    otherwise = _mean_where(leaning, managed.open & ~case)
    both = np.isfinite(during[:, 0]) & np.isfinite(otherwise[:, 0])
    if both.sum() < 2:
        return None
    levers = [interval(during[both, lever] - otherwise[both, lever]) for lever in range(len(LEVER_NAMES))]
    gain, more = interval(managed.loyalty - base.loyalty), interval(managed.loyalty - blind.loyalty)
    return Situation(name.replace("_", " "), _HOW_EVENT, len(seeds), gain, more, _largest(levers, config))


def opened_rotten(config: Config, seeds: Sequence[int]) -> NDArray[np.bool_]:
    """Which floors ``[floors]`` opened with the rotten norm: as drawn, before the burn-in."""
    floors = Floors(load_config(config, {"horizon.burn_in_weeks": 0}), len(seeds))
    floors.reset(seeds)
    middle = (config.floors.rotten_norm + config.floors.decent_norm) / 2.0
    rotten: NDArray[np.bool_] = floors.state.floors["norm"] > middle
    return rotten


def _leaning(managed: Managed, elsewhere: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Actions ``[decisions, floors, levers]`` less their mean elsewhere at the same decision: what time does is out.

    NaN at decisions where there is no elsewhere.
    """
    counted = (managed.open & elsewhere)[:, :, None]
    floors = counted.sum(axis=1)
    actions = np.clip(managed.actions, -1.0, 1.0)
    means = np.where(floors > 0, (actions * counted).sum(axis=1) / np.maximum(floors, 1), np.nan)
    return actions - means[:, None, :]


def _mean_where(values: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean ``[floors, levers]`` over the decisions that count; NaN for a floor that has none."""
    counted = where & np.isfinite(values[:, :, 0])
    count = counted.sum(axis=0)
    total = np.where(counted[:, :, None], values, 0.0).sum(axis=0)
    return np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], np.nan)


def _largest(differences: list[Interval], config: Config) -> list[dict[str, Any]]:
    """The levers that differ most, as shares of their ranges; values in their own units."""
    low, high = lever_ranges(config)
    order = np.argsort([-abs(difference.mean) for difference in differences], kind="stable")[:_LARGEST]
    rows = []
    for place in order:
        units = (high[place] - low[place]) / 2.0
        values = {name: value * units for name, value in differences[place]._asdict().items()}
        rows.append({"lever": LEVER_NAMES[place], "share_of_range": differences[place].mean / 2.0, **values})
    return rows
