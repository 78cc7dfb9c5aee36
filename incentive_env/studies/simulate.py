"""`simulate`: floors under a policy, week by week, as tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.config.channels import CHANNELS, TACTICS
from incentive_env.model.state import EVENTS
from incentive_env.policies import Acting, PolicyLike, as_policy
from incentive_env.policies.staffed import StaffedFloors
from incentive_env.support.seeds import floor_seeds
from incentive_env.support.tables import shapes

_COLUMN_NAMES = {
    "gamed": [f"gamed_{channel}" for channel in CHANNELS],
    "found": [f"found_{channel}" for channel in CHANNELS],
    "tactic_sales": [f"sales_{tactic}" for tactic in TACTICS],
    "tactic_anger": [f"anger_{tactic}" for tactic in TACTICS],
    "event_weeks_left": list(EVENTS),
}
# Entries of the ledger, and the columns of what was done, recorded and found out by audits.
_ENTRIES: tuple[tuple[str, str | None, str | None, str | None], ...] = (
    ("sale", "sales", "recorded_sales", None), ("refusal", "refusals", "recorded_refusals", None),
    ("callback", "callbacks", "recorded_callbacks", None), ("nothing", None, "unlogged", None),
    *((f"gamed_{channel}", f"gamed_{channel}", None, f"found_{channel}") for channel in CHANNELS),
)  # fmt: skip


class Panel(NamedTuple):
    """Tables of a simulation, structured arrays; ``pandas.DataFrame(panel.floor_weeks)`` takes each as it is.

    Counts are simulated calls and slots; multiply by ``config.market.customers_per_slot`` for people.
    """

    floor_weeks: np.ndarray  # a row a floor and week
    rep_weeks: np.ndarray  # a row a floor, week and rep
    ledger: np.ndarray  # a row a floor, week and entry: what was done, recorded, found out
    config: Config

    def __repr__(self) -> str:
        return shapes(self)


class Rollout(NamedTuple):
    """Floors under a policy, as the simulator wrote them."""

    floor_weeks: np.ndarray  # [floors, weeks] FLOOR_WEEK
    rep_weeks: np.ndarray | None  # [floors, weeks, reps] REP_WEEK
    actions: NDArray[np.float64]  # [decisions, floors, levers]
    observations: NDArray[np.float32]  # [decisions, floors, entries]
    truth: np.ndarray  # [decisions, floors] TRUTH
    figures: np.ndarray  # [decisions, floors] FIGURES
    opening: NDArray[np.float64] | None  # [floors, measures] what customers feel at first, where floors are watched
    moves: NDArray[np.float64] | None  # [floors, weeks, measures, causes] what moved them, likewise

    def __repr__(self) -> str:
        return shapes(self)


def simulate(
    config: "str | Path | Config | None", policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *,
    reps: PolicyLike | None = None,
) -> Panel:  # fmt: skip
    """Run floors under a policy and return weekly tables.

    Args:
        config: a preset's name, a path, a `Config`, or ``None`` for Telesales.
        policy: a `Scheme`; the name or file of a policy; a function from reports ``[floors, entries]`` to actions
            ``[floors, levers]``; or a model with the ``predict`` of stable-baselines3: see `as_policy`.
        seeds: one floor for each.
        weeks: length after the burn-in; an episode where not given.
        reps: a policy that acts for the reps, from what seats see ``[rows, sights]`` to what they do
            ``[rows, choices]``; the model's own reps act where not given.

    Returns:
        Floor-weeks, rep-weeks and the gaming ledger.

    Raises:
        ConfigError: the config cannot be used.
        ValueError: the policy is unknown or cannot be used (`PolicyError`), or it returns actions of a wrong shape, or
            that are not finite.
    """
    loaded = load_config(config)
    rollout = roll_out(loaded, policy, seeds, weeks, keep_reps=True, reps=reps)
    assert rollout.rep_weeks is not None
    numbers = floor_seeds(seeds, len(seeds))
    floor_weeks = _table(rollout.floor_weeks, numbers)
    return Panel(floor_weeks, _table(rollout.rep_weeks, numbers), _ledger(floor_weeks), loaded)


def roll_out(
    config: Config, policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *, keep_reps: bool = False,
    threads: int = 1, watch: bool = False, reps: PolicyLike | None = None,
) -> Rollout:  # fmt: skip
    """Run floors under a policy, which decides every ``horizon.decision_weeks`` weeks to the end.

    ``weeks`` may be more than an episode: the policy goes on. ``watch`` records what moves customers, see
    `incentive_env.studies.explain`. ``reps`` is a policy that acts for the reps; without it the model's own reps act.
    A closed floor continues without reps; the policy still acts, which has no effect there.
    """
    horizon = config.horizon
    total = horizon.episode_weeks if weeks is None else weeks
    if total < 1:
        raise ValueError(f"weeks = {total}: must be at least 1")
    if len(seeds) < 1:
        raise ValueError("seeds: at least one is needed, one for each floor")
    acting = Acting(as_policy(policy, config))
    floors = StaffedFloors(config, len(seeds), reps, threads=threads, watch=watch)
    floors.reset(seeds)
    opening = floors.witnessed() if watch else None
    floor_weeks: list[np.ndarray] = []
    rep_weeks: list[np.ndarray] = []
    moves: list[NDArray[np.float64]] = []
    decisions: list[tuple[NDArray[Any], ...]] = []
    done = 0
    while done < total:
        length = min(horizon.decision_weeks, total - done)
        seen = floors.observation()
        actions = np.asarray(acting.on(floors), np.float64)
        period = floors.decide(actions, length)
        decisions.append((actions, seen, period.truth.copy(), period.figures.copy()))
        floor_weeks.append(period.floor_weeks.copy())
        if keep_reps:
            rep_weeks.append(period.rep_weeks.copy())
        if watch:
            moves.append(period.moves.copy())
        done += length
    actions, observations, truth, figures = (np.stack(column) for column in zip(*decisions, strict=True))
    return Rollout(
        np.concatenate(floor_weeks, axis=1), np.concatenate(rep_weeks, axis=1) if keep_reps else None,
        actions, observations, truth, figures, opening, np.concatenate(moves, axis=1) if watch else None,
    )  # fmt: skip


def _table(records: np.ndarray, seeds: NDArray[np.uint64]) -> np.ndarray:
    """Flatten records ``[floors, weeks, ...]`` into rows: seed, week (and rep), and a column for each number."""
    places = np.indices(records.shape).reshape(records.ndim, -1)
    columns = {"seed": seeds[places[0]], "week": places[1] + 1}
    if records.ndim > 2:
        columns["rep"] = places[2]
    for name in records.dtype.names or ():
        if name in _COLUMN_NAMES:
            columns.update(zip(_COLUMN_NAMES[name], records[name].reshape(records.size, -1).T, strict=True))
        elif name != "week":
            columns[name] = records[name].ravel()
    return _structured(columns)


def _ledger(weeks: np.ndarray) -> np.ndarray:
    """What happened and what was recorded, and each gaming channel with what audits found out, of floor-weeks."""
    zeros, keys = np.zeros(len(weeks)), {name: weeks[name] for name in ("seed", "week")}
    parts = [
        {
            **keys,
            "entry": np.full(len(weeks), entry, "U24"),
            "done": zeros if done is None else weeks[done],
            "recorded": zeros if recorded is None else weeks[recorded],
            "found_out": zeros if found is None else weeks[found],
        }
        for entry, done, recorded, found in _ENTRIES
    ]
    return np.concatenate([_structured(part) for part in parts])


def _structured(columns: dict[str, np.ndarray]) -> np.ndarray:
    """A structured array of columns of one length."""
    table = np.zeros(len(columns["seed"]), [(name, values.dtype) for name, values in columns.items()])
    for name, values in columns.items():
        table[name] = values
    return table
