"""Lives of a few floors from their opening on, and what holds in any of them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from worlds import N_CHOICES, numbers, open_floors, random_actions, small_config

from incentive_env import Config
from incentive_env.floors.observation import observation_space
from incentive_env.floors.reward_vector import reward_space, reward_vector
from incentive_env.floors.seats import Seats, seat_observation_space
from incentive_env.floors.true_state import true_state
from incentive_env.model.report import FIGURES
from incentive_env.model.state import State

FLOORS, DECISIONS = 3, 4
SPACE, SEAT_SPACE = observation_space(), seat_observation_space()

# Ranges of the state, by field; numbers that are not named are only finite.
SHARE, MOOD = (0.0, 1.0), (0.0, 1.5)
FLOOR_RANGES = {
    "norm": SHARE, "know_how": SHARE, "ratchet": SHARE, "managed": SHARE, "knowledge": SHARE, "volume": SHARE,
    "reputation": (-1.0, 1.0), "demand": (0.01, 10.0), "delivered": (0.0, np.inf), "disappointment": (0.0, np.inf),
}  # fmt: skip
REP_RANGES = {
    "honesty": SHARE, "risk_aversion": SHARE, "patience": SHARE, "gaming": SHARE, "know_how": SHARE, "heard": SHARE,
    "alarm": SHARE, "motivation": MOOD, "strain": MOOD, "own_nps": (-1.0, 1.0), "loss_aversion": (1.0, 10.0),
    "coached": (0.0, 6.0), "inexperience": (0.0, 3.0), "severity": (0.0, 20.0), "sanctions": (0.0, np.inf),
    "usual_sales": (0.0, np.inf), "usual_recorded": (0.0, np.inf), "recent_pay": (0.0, np.inf),
    "owed_hours": (0.0, np.inf),
}  # fmt: skip
CUSTOMER_RANGES = {
    "trust": SHARE, "satisfaction": SHARE, "irritation": MOOD, "need": MOOD, "need_level": MOOD, "debt": (0.0, 2.0),
    "deferred": (0.0, np.inf),
}  # fmt: skip
TRUE_RANGES = {
    "conversion": SHARE, "gaming_share": SHARE, "trust": SHARE, "satisfaction": SHARE, "irritation": MOOD,
    "left_wronged": SHARE, "norm": SHARE, "strain": MOOD, "motivation": MOOD, "know_how": SHARE,
    "first_time_fixed": SHARE, "loyalty": (-100.0, 100.0), "nps": (-100.0, 100.0), "wellbeing": (-100.0, 100.0),
}  # fmt: skip
# Counts of a week, of which the first is part of the second.
PARTS = (
    ("answered", "contacts"), ("answered_in_time", "answered"), ("fixed", "answered"), ("recorded_fixed", "answered"),
    ("gamed_calls", "calls"), ("angry_calls", "calls"), ("sales", "calls"), ("surveys", "calls"), ("csat", "surveys"),
    ("promoters", "customers"), ("detractors", "customers"),
)  # fmt: skip


class Life(NamedTuple):
    """Some floors from their opening to the last of their decisions."""

    config: Config
    opening: State
    opening_cash: np.ndarray  # [floors] €
    weeks: np.ndarray  # [floors, weeks] FLOOR_WEEK
    rep_weeks: np.ndarray  # [floors, weeks, reps] REP_WEEK
    truths: np.ndarray  # [decisions, floors] TRUTH
    figures: np.ndarray  # [decisions, floors] FIGURES
    terms: np.ndarray  # [decisions, floors] TERMS
    observations: np.ndarray  # [decisions + 1, floors, 39]
    seen: np.ndarray  # [decisions + 1, floors, reps, entries]
    gained: np.ndarray  # [decisions, floors, reps, terms] utility
    end: State
    true_end: np.ndarray  # [floors, entries] as policies of the true state see it

    def __repr__(self) -> str:
        return "Life(…)"


def live(
    overrides: dict[str, Any], luck: int = 0, *, floors: int = FLOORS, decisions: int = DECISIONS, seated: bool = False
) -> Life:
    """Random schemes; where reps are ``seated``, random conduct too."""
    config = small_config(overrides)
    batch = open_floors(config, range(luck, luck + floors))
    seats, rng = Seats(batch), np.random.default_rng(luck)
    opening = deepcopy(batch.state)
    periods, observations, seen, gained = [], [batch.observation()], [seats.seen()], []
    for actions in random_actions(decisions, floors, luck):
        if seated:
            taken = np.arange(config.salesforce.reps)
            seats.choose(rng.uniform(-1.0, 1.0, (floors, len(taken), N_CHOICES)), taken)
        period = batch.decide(actions)
        gained.append(seats.gained(period))
        seats.remember(period)
        periods.append([array.copy() for array in period])
        observations.append(batch.observation())
        seen.append(seats.seen())
    weeks, rep_weeks, figures, truths, terms, _ = zip(*periods, strict=True)
    return Life(
        config, opening, opening.floors["cash"], np.concatenate(weeks, axis=1), np.concatenate(rep_weeks, axis=1),
        np.stack(truths), np.stack(figures), np.stack(terms), np.stack(observations), np.stack(seen), np.stack(gained),
        batch.state, true_state(batch),
    )  # fmt: skip


def broken(life: Life) -> list[str]:
    """What does not hold in a life, in words; nothing where all is well."""
    return [*_not_finite(life), *_outside(life), *_more_than_whole(life)]


def _not_finite(life: Life) -> Iterator[str]:
    for name in ("weeks", "rep_weeks", "figures", "truths", "terms"):
        records = getattr(life, name)
        if not np.isfinite(numbers(records)).all():
            wrong = [field for field in records.dtype.names if not np.isfinite(records[field]).all()]
            yield f"{name}: {', '.join(wrong)} not finite"
    for name in ("gained", "true_end"):
        if not np.isfinite(getattr(life, name)).all():
            yield f"{name}: not finite"
    for state in (life.opening, life.end):
        fields = [(name, part[name]) for part in (state.floors, state.reps) for name in part.dtype.names]
        for name, field in (*fields, *state.customers._asdict().items()):
            if not np.isfinite(field if field.dtype.names is None else numbers(field.copy())).all():
                yield f"{name}: not finite"


def _outside(life: Life) -> Iterator[str]:
    for state in (life.opening, life.end):
        yield from _out_of_range(FLOOR_RANGES, state.floors)
        yield from _out_of_range(REP_RANGES, state.reps)
        yield from _out_of_range(CUSTOMER_RANGES, state.customers._asdict())
        yield from _out_of_range({"open_seats": (0.0, state.reps.shape[1])}, state.floors)
    shares = {name for name in life.truths.dtype.names if name.startswith("gaming_")}
    yield from _out_of_range({**TRUE_RANGES, **dict.fromkeys(shares, SHARE)}, life.truths)
    bounds = zip(SPACE.low.tolist(), SPACE.high.tolist(), strict=True)
    share_figures = [name for name, ends in zip(FIGURES.names, bounds, strict=False) if ends == SHARE]
    yield from _out_of_range(dict.fromkeys(share_figures, SHARE), life.figures)
    for name, values, low, high in (
        ("report", life.observations, SPACE.low, SPACE.high),
        ("what seats see", life.seen, SEAT_SPACE.low, SEAT_SPACE.high),
    ):
        if not ((values >= low) & (values <= high)).all():
            yield f"{name}: outside its space"
    rewards, space = reward_vector(life.terms), reward_space(life.config)
    if not ((rewards >= space.low) & (rewards <= space.high)).all():
        yield "reward vector: outside its space"


def _out_of_range(ranges: dict[str, tuple[float, float]], values: Any) -> Iterator[str]:
    for name, (low, high) in ranges.items():
        least, most = float(values[name].min()), float(values[name].max())
        if not (low - 1e-6 <= least and most <= high + 1e-6):
            yield f"{name}: {least:g} to {most:g}, must be from {low:g} to {high:g}"


def _more_than_whole(life: Life) -> Iterator[str]:
    for part, whole in PARTS:
        if (life.weeks[part] > life.weeks[whole] + 1e-6).any():
            yield f"more {part} than {whole}"
    for name in ("hours", "talk_hours", "inbound_hours", "absent_hours", "effort", "care"):
        if (life.rep_weeks[name] < 0.0).any():
            yield f"{name}: below 0"
