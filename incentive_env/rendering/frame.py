"""What is drawn: one moment of one floor, as it truly stands, and a film of such moments."""

from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.config.channels import CHANNEL_NAMES, CHANNELS, TACTICS, Group
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.measures import RECORDED_CONVERSION, loyalty_points, net_promoters
from incentive_env.model.scheme import Scheme
from incentive_env.model.state import EVENTS, RUSHED
from incentive_env.policies import PolicyLike
from incentive_env.studies.simulate import roll_out

# What reps do, in groups that a bar has room for; a call gamed in two ways is a case of each.
CONDUCT: dict[str, tuple[str, ...]] = {
    group: tuple(name for name, channel in CHANNELS.items() if channel.group == group) for group in get_args(Group)
}
CONDUCT_NAMES = ("clean calls", *CONDUCT)


class Frame(NamedTuple):
    """One floor at the end of a week, and what was done in that week. True, but for what is on record.

    Arrays are copies that cannot be written to. What was done is 0, and shares are ``None``, where nothing has
    happened yet: at the opening, or without a single call.
    """

    scenario: str
    week: int  # under the manager; 0 is the floor that the manager takes over
    episode_weeks: int
    scheme: Scheme  # in force
    present: NDArray[np.bool_]  # [reps], else the seat is empty
    strain: NDArray[np.float32]  # [reps] 0 … 1.5
    motivation: NDArray[np.float32]  # [reps] 0 … 1.5
    honesty: NDArray[np.float32]  # [reps] share
    tenure: NDArray[np.float32]  # [reps] weeks
    tactics: NDArray[np.float64]  # [reps, tactics] calls made in the week, by tactic
    gamed: NDArray[np.float64]  # [reps, channels] cases of the week, by channel
    clean: NDArray[np.float64]  # [reps] calls and contacts of the week that were not gamed
    customers: NDArray[np.float64]  # [reps, slots] loyalty, 0 … 10; NaN where a slot is vacant
    left_wronged: NDArray[np.bool_]  # [reps, slots] vacant since somebody left wronged
    promoter_from: float  # loyalty
    detractor_below: float  # loyalty
    loyalty: float  # points, 100 × (promoters − detractors − left wronged) / slots
    conversion: float | None  # of the week, recorded sales / (recorded sales + recorded refusals)
    gaming_share: float | None  # of the calls and contacts of the week
    cash: float  # €
    volume: float  # share of the book that the client leaves with the floor
    events: dict[str, int]  # weeks left of each event that is under way
    closed: bool

    @property
    def conduct(self) -> NDArray[np.float64]:
        """What each rep did in the week ``[reps, 1 + groups]``: clean calls, and cases by group of `CONDUCT`."""
        groups = [self.gamed[:, list(map(CHANNEL_NAMES.index, names))].sum(axis=1) for names in CONDUCT.values()]
        return np.stack([self.clean, *groups], axis=1)


def frame_of(floors: Floors, last: Period | None = None, number: int = 0) -> Frame:
    """How one floor of a batch stands.

    Args:
        floors: the batch.
        last: what its last `Floors.decide` or `Floors.advance` returned, whose last week is shown; ``None`` at the
            opening.
        number: of the floor in the batch.
    """
    config, floor, reps = floors.config, floors.state.floors[number], floors.state.reps[number]
    books = floors.customer_loyalty()[number]
    wronged = (floors.state.customers.left_wronged[number] != 0) & np.isnan(books)
    horizon = config.horizon
    return Frame(
        scenario=config.name,
        week=int(floor["week"]) - horizon.burn_in_weeks,
        episode_weeks=horizon.episode_weeks,
        scheme=Scheme(*floor["scheme"].tolist()),
        present=_kept(reps["present"] != 0),
        **{name: _kept(reps[name]) for name in ("strain", "motivation", "honesty", "tenure")},
        customers=_kept(books),
        left_wronged=_kept(wronged),
        promoter_from=config.loyalty.promoter,
        detractor_below=config.loyalty.detractor,
        cash=float(floor["cash"]),
        volume=float(floor["volume"]),
        events={name: int(left) for name, left in zip(EVENTS, floor["event_weeks_left"], strict=True) if left > 0},
        closed=bool(floor["closed"]),
        **(_opening(books, wronged, config) if last is None else _last_week(last, number, config)),
    )


def film(config: "str | Path | Config | None", policy: PolicyLike, seed: int, weeks: int | None = None) -> list[Frame]:
    """Follow one floor week by week, under the decisions that `incentive_env.studies.simulate.roll_out` makes.

    The policy is asked as there, every ``horizon.decision_weeks`` weeks and with the report of the whole period; a
    second floor then lives through its decisions a week at a time, which changes no bit.

    Args:
        config: a preset's name, a path, a `Config`, or ``None`` for Telesales.
        policy: as for `incentive_env.simulate`.
        seed: of the floor.
        weeks: length; an episode where not given.

    Returns:
        The opening, and a frame a week.

    Raises:
        ConfigError: the config cannot be used.
        ValueError: the seed is negative, ``weeks`` is below 1, or the policy's actions cannot be used.
    """
    loaded = load_config(config)
    if seed < 0:
        raise ValueError(f"seed = {seed}: must not be negative")
    rollout = roll_out(loaded, policy, [seed], weeks)
    floors = Floors(loaded, 1)
    floors.reset([seed])
    frames = [frame_of(floors)]
    for week in range(rollout.floor_weeks.shape[1]):
        decision, weeks_into = divmod(week, loaded.horizon.decision_weeks)
        last = floors.advance(1) if weeks_into else floors.decide(rollout.actions[decision], 1)
        frames.append(frame_of(floors, last))
    return frames


def _opening(books: NDArray[np.float64], wronged: NDArray[np.bool_], config: Config) -> dict[str, Any]:
    """Nothing has been done yet: loyalty is counted from the books as they are."""
    reps = len(books)
    promoters, detractors = books >= config.loyalty.promoter, books < config.loyalty.detractor
    return {
        "tactics": _kept(np.zeros((reps, len(TACTICS)))),
        "gamed": _kept(np.zeros((reps, len(CHANNELS)))),
        "clean": _kept(np.zeros(reps)),
        "loyalty": 100.0 * float(promoters.sum() - detractors.sum() - wronged.sum()) / books.size,
        "conversion": None,
        "gaming_share": None,
    }


def _last_week(last: Period, number: int, config: Config) -> dict[str, Any]:
    """What the records of the last week of a period say, by the formulas of `incentive_env.model.report`."""
    week, reps = last.floor_weeks[number, -1], last.rep_weeks[number, -1]
    rushed = reps["gamed"][:, RUSHED]
    handled, gamed_calls = reps["calls"] + reps["answered"], reps["gamed_calls"] + rushed
    manipulative = reps["gamed"][:, : len(TACTICS) - 1]
    sold, judged = RECORDED_CONVERSION.parts(week.__getitem__)
    return {
        "tactics": _kept(np.column_stack([reps["calls"] - manipulative.sum(axis=1), manipulative])),
        "gamed": _kept(reps["gamed"]),
        "clean": _kept(handled - gamed_calls),
        "loyalty": float(loyalty_points(net_promoters(week), config)),
        "conversion": float(sold / judged) if judged > 0 else None,
        "gaming_share": float(gamed_calls.sum() / handled.sum()) if handled.sum() > 0 else None,
    }


def _kept(values: Any) -> Any:
    copy = np.array(values)
    copy.setflags(write=False)
    return copy
