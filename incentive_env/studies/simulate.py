"""`simulate`: floors under a policy, week by week, as tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.config.channels import CHANNELS, TACTICS
from incentive_env.floors.batch import Period
from incentive_env.model.state import EVENTS
from incentive_env.policies import Acting, PolicyLike, as_policy
from incentive_env.policies.staffed import StaffedFloors

_COLUMN_NAMES = {
    "gamed": [f"gamed_{channel}" for channel in CHANNELS],
    "found": [f"found_{channel}" for channel in CHANNELS],
    "tactic_sales": [f"sales_{tactic}" for tactic in TACTICS],
    "tactic_anger": [f"anger_{tactic}" for tactic in TACTICS],
    "event_weeks_left": list(EVENTS),
}
_OUTCOMES = (
    ("sale", "sales", "recorded_sales"), ("refusal", "refusals", "recorded_refusals"),
    ("callback", "callbacks", "recorded_callbacks"), ("nothing", None, "unlogged"),
)  # fmt: skip


class Panel(NamedTuple):
    """Tables of a simulation, structured arrays; ``pandas.DataFrame(panel.floor_weeks)`` takes each as it is.

    Counts are simulated calls and slots; multiply by ``config.market.customers_per_slot`` for people.
    """

    floor_weeks: np.ndarray  # a row a floor and week
    rep_weeks: np.ndarray  # a row a floor, week and rep
    ledger: np.ndarray  # a row a floor, week and entry: what was done, recorded, found out
    config: Config


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
        weeks: length after the burn-in; an episode and its run-off where not given.
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
    numbers = np.asarray(seeds, np.uint64)
    return Panel(
        _table(rollout.floor_weeks, numbers, ("seed", "week")),
        _table(rollout.rep_weeks, numbers, ("seed", "week", "rep")),
        _ledger(rollout.floor_weeks, numbers),
        loaded,
    )


def roll_out(
    config: Config, policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *, keep_reps: bool = False,
    threads: int = 1, watch: bool = False, reps: PolicyLike | None = None,
) -> Rollout:  # fmt: skip
    """Run floors under a policy: decisions of the episode, then the last scheme stays in force.

    ``watch`` records what moves customers, see `incentive_env.studies.explain`. ``reps`` is a policy that acts for the
    reps, in the run-off too; without it the model's own reps act.
    A floor that is closed goes on without reps; the policy is still asked, and its answer has no effect there.
    """
    horizon = config.horizon
    total = horizon.total_weeks if weeks is None else weeks
    if total < 1:
        raise ValueError(f"weeks = {total}: must be at least 1")
    if len(seeds) < 1:
        raise ValueError("seeds: at least one is needed, one for each floor")
    acting = Acting(as_policy(policy, config))
    floors = StaffedFloors(config, len(seeds), reps, threads=threads, watch=watch)
    floors.reset(np.asarray(seeds, np.uint64))
    opening = floors.witnessed() if watch else None
    floor_weeks: list[np.ndarray] = []
    rep_weeks: list[np.ndarray] = []
    moves: list[NDArray[np.float64]] = []
    asked: list[tuple[NDArray[Any], ...]] = []
    done = 0
    while done < total:
        length = min(horizon.decision_weeks, total - done)
        if len(asked) < horizon.decisions:
            seen = floors.observation()
            actions = np.asarray(acting.on(floors), np.float64)
            period = floors.decide(actions, length)
            asked.append((actions, seen, period.truth.copy(), period.figures.copy()))
        else:
            period = floors.advance(length)
        _keep(period, floor_weeks, rep_weeks, keep_reps)
        if watch:
            moves.append(period.moves.copy())
        done += length
    actions, observations, truth, figures = (np.stack(column) for column in zip(*asked, strict=True))
    weeks_of_reps = np.concatenate(rep_weeks, axis=1) if keep_reps else None
    moved = np.concatenate(moves, axis=1) if watch else None
    weeks_of_floors = np.concatenate(floor_weeks, axis=1)
    return Rollout(weeks_of_floors, weeks_of_reps, actions, observations, truth, figures, opening, moved)


def _keep(period: Period, floor_weeks: list[np.ndarray], rep_weeks: list[np.ndarray], keep_reps: bool) -> None:
    floor_weeks.append(period.floor_weeks.copy())
    if keep_reps:
        rep_weeks.append(period.rep_weeks.copy())


def _table(records: np.ndarray, seeds: NDArray[np.uint64], keys: tuple[str, ...]) -> np.ndarray:
    """Flatten records ``[floors, weeks, ...]`` into rows, with a column for each key and each number."""
    names: list[str] = []
    for name in records.dtype.names or ():
        if name != "week":
            names += _COLUMN_NAMES.get(name, [name])
    table = np.zeros(
        records.size, [(key, "u8" if key == "seed" else "i8") for key in keys] + [(name, "f8") for name in names]
    )
    grid = np.indices(records.shape)
    table["seed"] = seeds[grid[0].ravel()]
    table["week"] = grid[1].ravel() + 1
    if "rep" in keys:
        table["rep"] = grid[2].ravel()
    for name in records.dtype.names or ():
        if name in _COLUMN_NAMES:
            for index, column in enumerate(_COLUMN_NAMES[name]):
                table[column] = records[name][..., index].ravel()
        elif name != "week":
            table[name] = records[name].ravel()
    return table


def _ledger(records: np.ndarray, seeds: NDArray[np.uint64]) -> np.ndarray:
    """What happened against what is on file, and each gaming channel against what audits found out."""
    rows = [_ledger_rows(records, seeds, name, done, recorded, None) for name, done, recorded in _OUTCOMES]
    for index, channel in enumerate(CHANNELS):
        rows.append(_ledger_rows(records, seeds, f"gamed_{channel}", index, None, index))
    return np.concatenate(rows)


def _ledger_rows(
    records: np.ndarray, seeds: NDArray[np.uint64], entry: str, done: str | int | None, recorded: str | None,
    found: int | None,
) -> np.ndarray:  # fmt: skip
    columns = [
        ("seed", "u8"),
        ("week", "i8"),
        ("entry", "U24"),
        ("done", "f8"),
        ("recorded", "f8"),
        ("found_out", "f8"),
    ]
    table = np.zeros(records.size, columns)
    grid = np.indices(records.shape)
    table["seed"], table["week"], table["entry"] = seeds[grid[0].ravel()], grid[1].ravel() + 1, entry
    if isinstance(done, str):
        table["done"] = records[done].ravel()
    elif done is not None:
        table["done"] = records["gamed"][..., done].ravel()
    if recorded is not None:
        table["recorded"] = records[recorded].ravel()
    if found is not None:
        table["found_out"] = records["found"][..., found].ravel()
    return table
