"""The reps' seats: what a rep sees, can do and gains, for policies that act instead of the model's reps.

A seat lasts the whole episode; the people in it come and go. A new rep has other traits, which the seat sees, as it
sees that it is empty.
"""

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.channels import CHANNELS, TACTICS
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.observation import Figure
from incentive_env.model.compiled import bound
from incentive_env.model.reps import LEAST_EFFORT
from incentive_env.model.state import PAY, YEAR
from incentive_env.model.utility import UTILITY, period_utility
from incentive_env.support.spelling import nearest

SIGHTS: tuple[Figure, ...] = (
    Figure("present", "1", 0.0, 1.0, "1: occupied; else all entries of the person are 0"),
    Figure("tenure", "years", 0.0, 100.0, "in this job"),
    Figure("ability", "1", -10.0, 10.0, "trait, standard units"),
    Figure("honesty", "share", 0.0, 1.0, "trait"),
    Figure("risk_aversion", "share", 0.0, 1.0, "trait"),
    Figure("patience", "share", 0.0, 1.0, "trait"),
    Figure("loss_aversion", "1", 0.0, 10.0, "trait"),
    Figure("motivation", "1", 0.0, 1.5, "1 is full"),
    Figure("strain", "1", 0.0, 1.5, "1 is full"),
    Figure("inexperience", "logit", 0.0, 3.0, "skill still lacking"),
    Figure("coached", "1", 0.0, 5.0, "coaching stock, 1 is full"),
    Figure("gaming", "share", 0.0, 1.0, "of own calls gamed, smoothed over 8 weeks"),
    Figure("sanctions", "1", 0.0, 100.0, "on record, fading"),
    Figure("own_nps", "1", -1.0, 1.0, "measured, smoothed"),
    Figure("usual_conversion", "share", 0.0, 1.0, "recorded, smoothed"),
    Figure("norm", "share", 0.0, 1.0, "of gaming that colleagues are seen to do"),
    Figure("recorded_conversion", "share", 0.0, 1.0, "of the last period, on file"),
    Figure("calls", "calls/week", 0.0, 1000.0, "made in the last period, simulated"),
    Figure("pay", "1", 0.0, 100.0, "of the last period, against pay elsewhere for average ability"),
    Figure("anger", "share", 0.0, 1.0, "of the last period's calls that met an angry customer"),
    Figure("findings", "cases/week", 0.0, 1000.0, "found by audits in the last period"),
)
_RECORDED = [row for row in CHANNELS.values() if row.gamed != "call"]
_REFUSALS = tuple(row.choice for row in _RECORDED if row.gamed == "refusal")  # how a refusal can be recorded instead
_CHANCES = tuple(row.choice for row in _RECORDED if row.gamed != "refusal")
CONDUCT_NAMES: tuple[str, ...] = (
    "effort", *(f"tactic_{tactic}" for tactic in TACTICS), "file_refusal", *_REFUSALS, *_CHANCES,
)  # fmt: skip
SIGHT_NAMES: tuple[str, ...] = (*(sight.name for sight in SIGHTS), *(f"scheme_{lever}" for lever in LEVERS))
UTILITY_TERMS: tuple[str, ...] = tuple(UTILITY.names or ())
REP_REWARDS: dict[str, NDArray[np.float64]] = {
    "utility": np.ones(len(UTILITY_TERMS)),  # everything that the model's own reps value
    "pay": np.array([float(term == "pay") for term in UTILITY_TERMS]),  # money alone: no conscience
}
SHARPNESS = 5.0  # logits between the ends of an entry's range and its middle

_LOW = np.array([sight.low for sight in SIGHTS])
_HIGH = np.array([sight.high for sight in SIGHTS])
_OF_REP = (
    "present", "tenure", "ability", "honesty", "risk_aversion", "patience", "loss_aversion", "motivation", "strain",
    "inexperience", "coached", "gaming", "sanctions", "own_nps",
)  # fmt: skip
_TACTICS = slice(1, 1 + len(TACTICS))
_RECORDS = slice(_TACTICS.stop, _TACTICS.stop + 1 + len(_REFUSALS))


def seat_observation_space() -> spaces.Box:
    """Box of what a seat sees ``[entries]``: `SIGHTS` in their units, then the scheme (−1 … 1 a lever)."""
    low = np.concatenate([_LOW, np.full(len(LEVERS), -1.0)]).astype(np.float32)
    high = np.concatenate([_HIGH, np.full(len(LEVERS), 1.0)]).astype(np.float32)
    return spaces.Box(low, high, dtype=np.float32)


def seat_action_space() -> spaces.Box:
    """Box of what a seat does ``[choices]``, in the order of `CONDUCT_NAMES`, each −1 … 1.

    Effort goes linearly from 5 % of the time to ``effort.ceiling``. The tactics are logits of a mix, ±5 at the
    ends, and so is how a refusal is recorded. The others are probabilities, linear from 0 to 1.
    """
    return spaces.Box(-1.0, 1.0, (len(CONDUCT_NAMES),), dtype=np.float32)


class Seats:
    """The seats of a batch of floors.

    Args:
        floors: the batch.
    """

    def __init__(self, floors: Floors) -> None:
        self.floors = floors
        shape = floors.num_floors, floors.config.salesforce.reps
        self._terms = np.zeros(shape, np.dtype((np.record, UTILITY)))
        self.memory = np.zeros((*shape, 5))  # figures of the last period, as the last of `SIGHTS`

    def open(self, which: NDArray[np.int64]) -> None:
        """Clear the memory of floors that were opened again."""
        self.memory[which] = 0.0

    def seen(self, announced: NDArray[np.floating] | None = None) -> NDArray[np.float32]:
        """What each seat sees ``[floors, reps, entries]``, float32.

        Args:
            announced: ``[floors, levers]`` the manager's actions for the next period; the scheme in force by default.
        """
        state = self.floors.state
        people = np.stack([state.reps[name].astype(np.float64) for name in _OF_REP], axis=-1)
        people[..., 1] /= YEAR
        usual = state.reps["usual_sales"] / np.maximum(state.reps["usual_recorded"], 0.1)
        norm = np.broadcast_to(state.floors["norm"][:, None], usual.shape)
        mine = np.concatenate([people, usual[..., None], norm[..., None], self.memory], axis=-1)
        mine *= (state.reps["present"] != 0)[..., None]
        scheme = self.floors.scheme_in_force if announced is None else np.clip(announced, -1.0, 1.0)
        shown = np.broadcast_to(scheme[:, None, :], (*usual.shape, len(LEVERS)))
        return np.concatenate([np.clip(mine, _LOW, _HIGH), shown], axis=-1).astype(np.float32)

    def choose(self, actions: NDArray[np.floating], seats: NDArray[np.int64]) -> None:
        """Put the choices of seats in force.

        Args:
            actions: ``[floors, len(seats), choices]``.
            seats: their numbers; the other reps continue as before.
        """
        conduct = self.floors.state.reps["conduct"]
        wanted = conducts(actions, self.floors.config)
        for name in conduct.dtype.names or ():
            conduct[name][:, seats] = wanted[name]

    def gained(self, period: Period) -> NDArray[np.float64]:
        """Utility of the period for each seat ``[floors, reps, terms]``: € a week, in the order of `UTILITY_TERMS`."""
        floors = self.floors
        arguments = floors.state.floors, floors.state.reps, period.rep_weeks, self._terms, floors.parameters
        bound(period_utility, *arguments)(*arguments)
        return self._terms.view(np.float64).reshape(*self._terms.shape, -1).copy()

    def rewards(self, gained: NDArray[np.float64], rep_reward: str) -> NDArray[np.float64]:
        """Rewards ``[floors, reps]`` of utility: in weeks of pay elsewhere, a week; 0 in an empty seat.

        Raises:
            ValueError: the reward is unknown.
        """
        weighed = np.add.reduce(gained * rep_reward_weights(rep_reward), axis=-1)
        return np.asarray(weighed / self.floors.config.workforce.outside_pay)

    def remember(self, period: Period) -> None:
        """Store what reps will see of a period in the next one."""
        weeks = period.rep_weeks
        total = {name: weeks[name].sum(axis=1) for name in _REMEMBERED}
        judged = total["recorded_sales"] + total["recorded_refusals"]
        worked = np.maximum(total["present"], 1.0)
        pay = sum(total[name] for name in PAY) / worked
        columns = (
            total["recorded_sales"] / np.maximum(judged, 1.0), total["calls"] / worked,
            pay / self.floors.config.workforce.outside_pay, total["angry_calls"] / np.maximum(total["calls"], 1.0),
            weeks["found"].sum(axis=(1, 3)) / worked,
        )  # fmt: skip
        self.memory[...] = np.stack(columns, axis=-1)


_REMEMBERED = ("present", "recorded_sales", "recorded_refusals", "calls", "angry_calls", *PAY)


def rep_reward_weights(rep_reward: str) -> NDArray[np.float64]:
    """Weights ``[terms]`` of the terms of utility, in the order of `UTILITY_TERMS`.

    Raises:
        ValueError: the reward is unknown.
    """
    if rep_reward not in REP_REWARDS:
        hint = nearest(str(rep_reward), REP_REWARDS)
        raise ValueError(f"unknown rep_reward {rep_reward!r}{hint}; rewards of reps: {', '.join(REP_REWARDS)}")
    return REP_REWARDS[rep_reward]


def conducts(actions: NDArray[np.floating], config: Config) -> dict[str, NDArray[np.generic]]:
    """Fields of CONDUCT, each ``[...]``, of actions ``[..., choices]``."""
    held = np.clip(np.asarray(actions, np.float64), -1.0, 1.0)
    refusals = _shares(held[..., _RECORDS])
    chances = (held[..., _RECORDS.stop :] + 1.0) / 2.0
    least, most = LEAST_EFFORT, config.effort.ceiling
    return {
        "given": np.ones(held.shape[:-1]),
        "effort": least + (held[..., 0] + 1.0) / 2.0 * (most - least),
        "mix": _shares(held[..., _TACTICS]),
        **{name: refusals[..., number] for number, name in enumerate(_REFUSALS, start=1)},
        **{name: chances[..., number] for number, name in enumerate(_CHANCES)},
    }


def _shares(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(SHARPNESS * (logits - logits.max(axis=-1, keepdims=True)))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))
