"""`simulate`: floors under a policy, week by week, as tables."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, load_config
from incentive_env.config.channels import CHANNELS, TACTICS
from incentive_env.floors.batch import Period
from incentive_env.model.state import EVENTS, FLOOR_WEEK, REP_WEEK
from incentive_env.model.witness import CAUSES, MEASURES
from incentive_env.policies import Acting, PolicyLike, as_policy
from incentive_env.policies.staffed import StaffedFloors
from incentive_env.support.seeds import floor_seeds
from incentive_env.support.spelling import nearest
from incentive_env.support.tables import shapes

_COLUMN_NAMES = {
    "gamed": [f"gamed_{channel}" for channel in CHANNELS],
    "found": [f"found_{channel}" for channel in CHANNELS],
    "tactic_sales": [f"sales_{tactic}" for tactic in TACTICS],
    "tactic_anger": [f"anger_{tactic}" for tactic in TACTICS],
    "event_weeks_left": list(EVENTS),
}
_MONEY = {"cash"}  # in double precision: it is summed and compared to the cent
_RECORDS = tuple(np.dtype((np.record, kind)) for kind in (FLOOR_WEEK, REP_WEEK))
# Entries of the ledger, and the columns of what was done, recorded and found out by audits.
_ENTRIES: tuple[tuple[str, str | None, str | None, str | None], ...] = (
    ("sale", "sales", "recorded_sales", None), ("refusal", "refusals", "recorded_refusals", None),
    ("callback", "callbacks", "recorded_callbacks", None), ("nothing", None, "unlogged", None),
    *((f"gamed_{channel}", f"gamed_{channel}", None, f"found_{channel}") for channel in CHANNELS),
)  # fmt: skip
_ENTRY = np.array([entry for entry, *_ in _ENTRIES]).dtype

TABLES = ("floor_weeks", "rep_weeks", "ledger")


class Panel(NamedTuple):
    """Tables of a simulation, structured arrays; ``pandas.DataFrame(panel.floor_weeks)`` takes each as it is.

    Counts are simulated calls and slots; multiply by ``config.market.customers_per_slot`` for people. Numbers are in
    single precision, which holds counts to the last unit, but cash in double.
    """

    floor_weeks: np.ndarray  # a row a floor and week
    rep_weeks: np.ndarray  # a row a floor, week and rep
    config: Config

    @property
    def ledger(self) -> np.ndarray:
        """What was done, recorded and found out: a row a floor, week and entry, made of all floor-weeks' columns."""
        return _ledger(self.floor_weeks)

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


class Stretch(NamedTuple):
    """What a policy decided, and what happened until its next decision; arrays are used again by the next stretch."""

    weeks: slice  # of the run
    seen: NDArray[np.float32]  # [floors, entries] the report on which it was decided
    actions: NDArray[np.float64]  # [floors, levers]
    period: Period


def simulate(
    config: "str | Path | Config | None", policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *,
    reps: PolicyLike | None = None, columns: Sequence[str] | None = None,
    each: Callable[[Panel], None] | None = None,
) -> Panel:  # fmt: skip
    """Run floors under a policy and return weekly tables.

    A floor and week takes about 5 kB, most of it for the reps; ``columns`` and ``each`` make that less.

    Args:
        config: a preset's name, a path, a `Config`, or ``None`` for Telesales.
        policy: a `Scheme`; the name or file of a policy; a function from reports ``[floors, entries]`` to actions
            ``[floors, levers]``; or a model with the ``predict`` of stable-baselines3: see `as_policy`.
        seeds: one floor for each.
        weeks: length after the burn-in; an episode where not given.
        reps: a policy that acts for the reps, from what seats see ``[rows, sights]`` to what they do
            ``[rows, choices]``; the model's own reps act where not given.
        columns: names to keep beside seed, week and rep, of floor-weeks or rep-weeks; all of them where not given.
        each: called with the tables of some weeks as soon as they are simulated, all floors together, to write them
            for instance. The rep-weeks are then not kept: those of the panel returned are empty.

    Returns:
        Floor-weeks, rep-weeks and the gaming ledger.

    Raises:
        ConfigError: the config cannot be used.
        ValueError: the policy is unknown or cannot be used (`PolicyError`), it returns actions of a wrong shape, or
            that are not finite, or a column is unknown.
    """
    loaded = load_config(config)
    check_columns(columns)
    numbers, total = floor_seeds(seeds, len(seeds)), _length(loaded, weeks)
    floors = len(numbers)
    floor_table, rep_table = Table(FLOOR_WEEK, columns), Table(REP_WEEK, columns, "rep")
    floor_weeks = floor_table.empty((floors, total))
    rep_weeks = rep_table.empty((floors, 0 if each else total, loaded.salesforce.reps))
    for stretch in run(loaded, policy, seeds, weeks, reps=reps):
        floor_part = floor_weeks[:, stretch.weeks]
        floor_table.fill(floor_part, stretch.period.floor_weeks, numbers, stretch.weeks.start)
        rep_part = rep_weeks[:, stretch.weeks] if each is None else rep_table.empty(stretch.period.rep_weeks.shape)
        rep_table.fill(rep_part, stretch.period.rep_weeks, numbers, stretch.weeks.start)
        if each is not None:
            each(Panel(_by_week(floor_part), _by_week(rep_part), loaded))
    return Panel(floor_weeks.ravel(), rep_weeks.ravel(), loaded)


def roll_out(
    config: Config, policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *, keep_reps: bool = False,
    threads: int = 1, watch: bool = False, reps: PolicyLike | None = None,
    done: Callable[[int], None] = lambda weeks: None,
) -> Rollout:  # fmt: skip
    """Run floors under a policy, which decides every ``horizon.decision_weeks`` weeks to the end.

    ``weeks`` may be more than an episode: the policy goes on. ``watch`` records what moves customers, see
    `incentive_env.studies.explain`. ``reps`` is a policy that acts for the reps; without it the model's own reps act.
    ``done`` is called with the number of weeks that all floors have behind them. A closed floor continues without
    reps; the policy still acts, which has no effect there.
    """
    total, floors, acting = _length(config, weeks), len(seeds), Acting(as_policy(policy, config))
    floor_weeks = np.zeros((floors, total), _RECORDS[0])
    rep_weeks = np.zeros((floors, total, config.salesforce.reps), _RECORDS[1]) if keep_reps else None
    moves = np.zeros((floors, total, len(MEASURES), len(CAUSES))) if watch else None
    batch = _staffed(config, seeds, threads, watch, reps)
    opening = batch.witnessed() if watch else None
    decisions: list[tuple[NDArray[Any], ...]] = []
    for stretch in _stretches(batch, acting, total):
        period = stretch.period
        decisions.append((stretch.actions, stretch.seen, period.truth.copy(), period.figures.copy()))
        floor_weeks[:, stretch.weeks] = period.floor_weeks
        if rep_weeks is not None:
            rep_weeks[:, stretch.weeks] = period.rep_weeks
        if moves is not None:
            moves[:, stretch.weeks] = period.moves
        done(stretch.weeks.stop)
    actions, observations, truth, figures = (np.stack(column) for column in zip(*decisions, strict=True))
    return Rollout(floor_weeks, rep_weeks, actions, observations, truth, figures, opening, moves)


def run(
    config: Config, policy: PolicyLike, seeds: Sequence[int], weeks: int | None = None, *,
    reps: PolicyLike | None = None,
) -> Iterator[Stretch]:  # fmt: skip
    """The same, one decision at a time: nothing is kept."""
    total, acting = _length(config, weeks), Acting(as_policy(policy, config))
    yield from _stretches(_staffed(config, seeds, 1, False, reps), acting, total)


def check_columns(columns: Sequence[str] | None) -> None:
    """Refuse columns that neither table has, before the work is done.

    Raises:
        ValueError: one is unknown; the message names the nearest.
    """
    known = [name for table in (Table(FLOOR_WEEK, None), Table(REP_WEEK, None, "rep")) for name in table.names]
    for name in columns or ():
        if name not in known:
            raise ValueError(f"no column {name!r}{nearest(name, known)}")


class Table:
    """Rows of a panel: seed, week (and rep), and a column for each number asked for.

    Args:
        records: what the simulator writes.
        columns: names; those that the records lack are left out; all of them where not given.
        place: key of the third axis of records, if they have one.
    """

    def __init__(self, records: np.dtype[np.void], columns: Sequence[str] | None, place: str | None = None) -> None:
        self._place = place
        sources: dict[str, tuple[str, int | None]] = {}
        for name in records.names or ():
            if name in _COLUMN_NAMES:
                sources |= {column: (name, number) for number, column in enumerate(_COLUMN_NAMES[name])}
            elif name != "week":
                sources[name] = (name, None)
        self._sources = {name: at for name, at in sources.items() if columns is None or name in columns}
        self._keys = [("seed", np.uint64), ("week", np.int32), *([(place, np.int16)] if place else [])]

    @property
    def names(self) -> list[str]:
        """Its columns, without keys."""
        return list(self._sources)

    def empty(self, shape: tuple[int, ...]) -> np.ndarray:
        """Rows ``[floors, weeks, ...]`` to be filled."""
        kinds = [(name, np.float64 if name in _MONEY else np.float32) for name in self._sources]
        return np.empty(shape, [*self._keys, *kinds])

    def fill(self, rows: np.ndarray, records: np.ndarray, seeds: NDArray[np.uint64], weeks_before: int) -> None:
        """Write records ``[floors, weeks, ...]`` into rows of the same shape."""
        inner = (1,) * (records.ndim - 2)
        rows["seed"] = seeds.reshape(-1, 1, *inner)
        rows["week"] = np.arange(weeks_before + 1, weeks_before + 1 + records.shape[1]).reshape(-1, *inner)
        if self._place:
            rows[self._place] = np.arange(records.shape[2])
        for name, (source, number) in self._sources.items():
            rows[name] = records[source] if number is None else records[source][..., number]


def _by_week(rows: np.ndarray) -> np.ndarray:
    """Rows ``[floors, weeks, ...]`` one after the other, ordered by weeks first."""
    return rows.swapaxes(0, 1).ravel()


def _length(config: Config, weeks: int | None) -> int:
    total = config.horizon.episode_weeks if weeks is None else weeks
    if total < 1:
        raise ValueError(f"weeks = {total}: must be at least 1")
    return total


def _staffed(
    config: Config, seeds: Sequence[int], threads: int, watch: bool, reps: PolicyLike | None
) -> StaffedFloors:  # fmt: skip
    if len(seeds) < 1:
        raise ValueError("seeds: at least one is needed, one for each floor")
    floors = StaffedFloors(config, len(seeds), reps, threads=threads, watch=watch)
    floors.reset(seeds)
    return floors


def _stretches(floors: StaffedFloors, acting: Acting, total: int) -> Iterator[Stretch]:
    every = floors.config.horizon.decision_weeks
    for first in range(0, total, every):
        weeks = slice(first, min(first + every, total))
        seen = floors.observation()
        actions = np.asarray(acting.on(floors), np.float64)
        yield Stretch(weeks, seen, actions, floors.decide(actions, weeks.stop - weeks.start))


def _ledger(weeks: np.ndarray) -> np.ndarray:
    """What happened and what was recorded, and each gaming channel with what audits found out, of floor-weeks."""
    needed = {name for _, *names in _ENTRIES for name in names if name is not None}
    missing = sorted(needed - set(weeks.dtype.names or ()))
    if missing:
        raise ValueError(f"the ledger needs columns that were not kept: {', '.join(missing)}")
    zeros, keys = np.zeros(len(weeks), np.float32), {name: weeks[name] for name in ("seed", "week")}
    parts = [
        {
            **keys,
            "entry": np.full(len(weeks), entry, _ENTRY),
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
