"""Tables of a simulation: quarter by quarter for people, and as files for programs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from incentive_env.cli.options import TABLE_KINDS
from incentive_env.config import Config
from incentive_env.floors import measures
from incentive_env.floors.reward import episode_score
from incentive_env.model.state import YEAR
from incentive_env.studies.simulate import TABLES, Panel
from incentive_env.support.files import written_whole
from incentive_env.support.statistics import interval

QUARTER = YEAR // 4  # weeks
MOST_ROWS = 5_000_000  # of rep-weeks: some gigabytes
_HEADINGS = (
    "weeks", "recorded conversion", "measured NPS", "true loyalty", "gaming share", "exits %/year", "cash €",
)  # fmt: skip


def check_size(config: Config, floors: int, weeks: int | None) -> None:
    """Refuse what would fill the memory, before the work is done.

    Raises:
        ValueError: the tables would have too many rows.
    """
    horizon = config.horizon
    length = horizon.episode_weeks if weeks is None else weeks
    rows = floors * length * config.salesforce.reps
    if rows > MOST_ROWS:
        raise ValueError(
            f"{floors} floors of {config.salesforce.reps} reps over {length} weeks are {rows:,} rows, more than "
            f"{MOST_ROWS:,}: ask for fewer floors or weeks, or for some floors at a time with --seed"
        )


def quarter_table(panel: Panel, title: str) -> Table:
    """Quarter by quarter, what a manager would want to know, and what no report says; all floors together."""
    table = Table(title=title)
    for heading in _HEADINGS:
        table.add_column(heading.replace(" ", "\n"), justify="right")
    last = int(panel.floor_weeks["week"].max())
    for first in range(1, last + 1, QUARTER):
        until = min(first + QUARTER - 1, last)
        table.add_row(f"{first}–{until}", *_quarter(panel, first, until))
    return table


def score_line(panel: Panel) -> str:
    """The score of whole episodes, with its interval over floors where there are several."""
    horizon = panel.config.horizon
    seeds = np.unique(panel.floor_weeks["seed"])
    net = measures.net_promoters(panel.floor_weeks.reshape(len(seeds), -1))
    floors = episode_score(net, panel.config)
    mean, low, high = interval(floors)
    spread = f", 95 % {low:+.1f} … {high:+.1f}" if len(seeds) > 1 else ""
    return f"long-term loyalty (the score, in the last {horizon.scored_weeks} weeks): {mean:+.1f} points{spread}"


@contextmanager
def written_tables(folder: Path, kind: str) -> Iterator[Callable[[Panel], None]]:
    """Give a function that appends a panel to floor-weeks, rep-weeks and the ledger, as ``csv`` or ``parquet``.

    The files take their names together, when all is written.
    """
    with ExitStack() as together:
        writers = []
        for name in TABLES:
            partial = together.enter_context(written_whole(folder / f"{name}.{kind}"))
            writers.append(together.enter_context({"csv": _csv, "parquet": _parquet}[kind](partial)))

        def write(panel: Panel) -> None:
            for name, append in zip(TABLES, writers, strict=True):
                append(getattr(panel, name))

        yield write


def check_kind(kind: str) -> None:
    """Refuse a kind of file that cannot be written here, before the work is done.

    Raises:
        ValueError: there is no such kind.
        ImportError: it needs a library that is not there.
    """
    if kind not in TABLE_KINDS:
        raise ValueError(f"--format {kind}: must be {' or '.join(TABLE_KINDS)}")
    if kind == "parquet":
        import pyarrow.parquet  # noqa: F401


def _quarter(panel: Panel, first: int, until: int) -> tuple[str, ...]:
    weeks = panel.floor_weeks
    part = weeks[(weeks["week"] >= first) & (weeks["week"] <= until)]
    total = measures.totals(part)
    return (
        f"{measures.RECORDED_CONVERSION.of(total):.3f}",
        f"{measures.MEASURED_NPS.of(total):.1f}",
        f"{measures.loyalty_points(measures.net_promoters(part).mean(), panel.config):.1f}",
        f"{measures.GAMING_SHARE.of(total):.2f}",
        f"{measures.EXITS.of(total):.0f}",
        f"{part['cash'].mean():,.0f}",
    )


@contextmanager
def _csv(path: Path) -> Iterator[Callable[[np.ndarray], None]]:
    with path.open("w", encoding="utf-8") as file:

        def append(table: np.ndarray) -> None:
            names = table.dtype.names or ()
            formats = ["%.10g" if table.dtype[name].kind == "f" else "%s" for name in names]
            header = "" if file.tell() else ",".join(names)
            np.savetxt(file, table, fmt=formats, delimiter=",", header=header, comments="")

        yield append


@contextmanager
def _parquet(path: Path) -> Iterator[Callable[[np.ndarray], None]]:
    import pyarrow
    import pyarrow.parquet

    with ExitStack() as opened:
        writers: list[Any] = []

        def append(table: np.ndarray) -> None:
            rows = pyarrow.table({name: _column(table[name]) for name in table.dtype.names or ()})
            if not writers:
                writers.append(opened.enter_context(pyarrow.parquet.ParquetWriter(path, rows.schema)))
            writers[0].write_table(rows)

        yield append


def _column(column: np.ndarray) -> Any:
    """A column as pyarrow takes it: words as a list, numbers one after the other in memory."""
    return column.tolist() if column.dtype.kind == "U" else np.ascontiguousarray(column)
