"""Why loyalty fell: every change in what customers feel, by cause; the parts sum to the total change.

The floors are watched while they run (`incentive_env.model.witness`). A part is what a cause did in a week:

* of ``loyalty``, in points of the score: promoters less detractors, made or lost, per hundred slots;
* of ``trust``, ``irritation`` and ``satisfaction``: the change of the mean over customers. Departures
  and arrivals move a mean too, by as much as the customers who left or came differed from it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.config.channels import MANIPULATION
from incentive_env.config.words import TRUE_FIGURES
from incentive_env.floors.measures import loyalty_points, net_promoters
from incentive_env.model.witness import ARRIVAL, CAUSES, DEPARTURE, LOYALTY, MEASURES
from incentive_env.policies import PolicyLike
from incentive_env.studies.simulate import Rollout, roll_out
from incentive_env.support.spelling import nearest
from incentive_env.support.tables import shapes

UNITS = {name: TRUE_FIGURES[name].unit for name in MEASURES}

# In words, in the order of `CAUSES`.
WORDS: dict[str, str] = {
    "honest": "honest calls", **{name: row.spoken for name, row in MANIPULATION.items()},
    "repeated_call": "repeated calls", "misbooked_callback": "refusals booked as call-backs",
    "missing_log": "missing logs: everything asked again", "aftercare": "aftercare",
    "discovered_honest": "let down after an honest sale",
    **{f"discovered_{name}": row.found_out for name, row in MANIPULATION.items()},
    "discovered_unsolved": "unsolved problems that came back",
    "poor_service": "inbound calls late or unsolved", "good_service": "inbound calls solved",
    "rep_exit": "a rep they knew has left", "time": "time: what heals by itself", "neglect": "neglect",
    "product_fault": "product fault", "competitor": "competitor", "departure": "customers who left",
    "arrival": "new customers",
}  # fmt: skip
assert tuple(WORDS) == CAUSES


class Group(NamedTuple):
    """Causes of one kind, for pictures that have no room for each."""

    causes: tuple[str, ...]
    colour: str  # most are Okabe and Ito's, which the colour-blind tell apart


GROUPS: dict[str, Group] = {
    "honest calls, aftercare": Group(("honest", "aftercare"), "#009e73"),
    "manipulation in calls": Group(tuple(MANIPULATION), "#d55e00"),
    "repeated calls, false records, missing logs": Group(
        ("repeated_call", "misbooked_callback", "missing_log"), "#e69f00"
    ),
    "promises found out": Group(tuple(cause for cause in CAUSES if cause.startswith("discovered_")), "#cc3311"),
    "inbound service": Group(("poor_service", "good_service"), "#56b4e9"),
    "reps who left": Group(("rep_exit",), "#aa4499"),
    "time and neglect": Group(("time", "neglect"), "#b8c0c8"),
    "product fault, competitor": Group(("product_fault", "competitor"), "#6b7680"),
    "customers who left, or came": Group(("departure", "arrival"), "#0072b2"),
}
assert sorted(cause for group in GROUPS.values() for cause in group.causes) == sorted(CAUSES)


class Window(NamedTuple):
    """Weeks of a run, counted from 1."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"week {self.first}" if self.first == self.last else f"weeks {self.first} to {self.last}"


class Explanation(NamedTuple):
    """What moved the customers of some floors, week by week."""

    config: Config
    seeds: tuple[int, ...]
    wholes: NDArray[np.float64]  # [floors, weeks + 1, measures], at the end of each week; first, after the burn-in
    parts: NDArray[np.float64]  # [floors, weeks, measures, causes]
    floor_weeks: np.ndarray  # [floors, weeks] FLOOR_WEEK

    def __repr__(self) -> str:
        return shapes(self)

    @property
    def weeks(self) -> int:
        """How many weeks were watched."""
        return len(self.parts[0])

    def level(self, measure: str) -> NDArray[np.float64]:
        """The measure ``[weeks + 1]``, mean over floors; first after the burn-in."""
        return np.asarray(self.wholes[:, :, measure_number(measure)].mean(axis=0))

    def timeline(self, measure: str) -> NDArray[np.float64]:
        """What each cause did in each week ``[weeks, causes]``, mean over floors."""
        return np.asarray(self.parts[:, :, measure_number(measure)].mean(axis=0))

    def between(self, measure: str, first: int, last: int) -> NDArray[np.float64]:
        """What each cause did from the beginning of week ``first`` to the end of week ``last``, ``[floors, causes]``.

        Weeks count from 1.

        Raises:
            ValueError: they are not weeks that were watched, or in the wrong order.
        """
        if not 1 <= first <= last <= self.weeks:
            raise ValueError(f"weeks {first} to {last}: must be in order, and within 1 to {self.weeks}")
        return np.asarray(self.parts[:, first - 1 : last, measure_number(measure)].sum(axis=1))


def explain(
    config: "str | Path | Config | None", policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *,
    done: Callable[[int], None] = lambda weeks: None,
) -> Explanation:  # fmt: skip
    """Run floors under a policy, and attribute every change in their customers to its cause.

    Args:
        config: a preset's name, a path, a `Config`, or ``None`` for Telesales.
        policy: as for `incentive_env.simulate`.
        seeds: one floor for each.
        weeks: length after the burn-in; an episode where not given.
        done: told now and then how many weeks of all floors are over.

    Raises:
        ConfigError: the config cannot be used.
        ValueError: as of `incentive_env.simulate`.
    """
    loaded = load_config(config)
    return explanation_of(roll_out(loaded, policy, seeds, weeks, watch=True, done=done), loaded, seeds)


def explanation_of(rollout: Rollout, config: Config, seeds: Sequence[int]) -> Explanation:
    """The same, of floors that were watched while they ran; the roll-out's moves become the parts."""
    opening, moves = rollout.opening, rollout.moves
    assert opening is not None
    assert moves is not None
    wholes = np.concatenate([opening[:, None], _wholes(rollout.floor_weeks, config)], axis=1)
    parts = _parts(moves, wholes, rollout.floor_weeks, config)
    return Explanation(config, tuple(int(seed) for seed in seeds), wholes, parts, rollout.floor_weeks)


def by_group(parts: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """What each kind of cause did ``[...]``, of parts ``[..., causes]``."""
    return {
        name: parts[..., [CAUSES.index(cause) for cause in group.causes]].sum(axis=-1) for name, group in GROUPS.items()
    }


def difference_between(explanations: Sequence[Explanation], measure: str, first: int, last: int) -> NDArray[np.float64]:
    """What each cause did in some weeks ``[floors, causes]``: of one explanation, or of the first less the second.

    Two explanations must be of the same floors; luck is the same, so that differences are paired.
    """
    return _first_less_second([explanation.between(measure, first, last) for explanation in explanations])


def changes_between(explanations: Sequence[Explanation], measure: str, first: int, last: int) -> NDArray[np.float64]:
    """The change of the whole ``[floors]`` in the same weeks: what the causes sum to."""
    n = measure_number(measure)
    return _first_less_second([each.wholes[:, last, n] - each.wholes[:, first - 1, n] for each in explanations])


def timeline_of(explanations: Sequence[Explanation], measure: str) -> NDArray[np.float64]:
    """What each cause did in each week ``[weeks, causes]``, mean over floors: of one explanation, or of two."""
    return _first_less_second([explanation.timeline(measure) for explanation in explanations])


def measure_number(measure: str) -> int:
    """Place of a measure in `MEASURES`.

    Raises:
        ValueError: there is none of that name.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure {measure!r}: must be one of {', '.join(MEASURES)}{nearest(str(measure), MEASURES)}")
    return MEASURES.index(measure)


def _first_less_second(values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return values[0] if len(values) == 1 else values[0] - values[1]


def _wholes(weeks: np.ndarray, config: Config) -> NDArray[np.float64]:
    """The measures ``[floors, weeks, measures]`` at the end of each week, from the records, not from the witness."""
    customers = np.maximum(weeks["customers"], 1.0)
    loyalty = loyalty_points(net_promoters(weeks), config)
    felt = [weeks[name] / customers for name in MEASURES[1:]]
    return np.stack([loyalty, *felt], axis=-1)


def _parts(
    moves: NDArray[np.float64], wholes: NDArray[np.float64], weeks: np.ndarray, config: Config
) -> NDArray[np.float64]:
    """Turn sums over customers into parts of the measures, in their place.

    With S the sum over N customers at the beginning of a week and m = S / N their mean, with M what moved those who
    were there, A and D the sums over the a who arrive and the d who depart, and N' = N + a − d at its end:
    m' − m = M / N' + (A − a m) / N' + (d m − D) / N'.
    """
    parts = moves
    parts[:, :, LOYALTY] *= 100.0 / config.slots
    before, after = wholes[:, :-1, 1:], np.maximum(weeks["customers"], 1.0)[:, :, None]
    parts[:, :, 1:, ARRIVAL] -= weeks["arrivals"][:, :, None] * before
    parts[:, :, 1:, DEPARTURE] += weeks["churned"][:, :, None] * before
    parts[:, :, 1:] /= after[..., None]
    # The mean of no customers counts as 0; the departure of the last one moved it there.
    empty = weeks["customers"] == 0.0
    left = np.where(empty[:, :, None], -before, 0.0)
    parts[:, :, 1:][empty] = 0.0
    parts[:, :, 1:, DEPARTURE] += left
    return parts
