"""Tables of a simulation: quarter by quarter for people, and as files for programs."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from incentive_env.cli.options import TABLE_KINDS
from incentive_env.config import Config
from incentive_env.floors import measures
from incentive_env.floors.reward import episode_score
from incentive_env.model.state import YEAR
from incentive_env.studies.simulate import Panel
from incentive_env.support.files import written_whole
from incentive_env.support.statistics import interval

TABLES = ("floor_weeks", "rep_weeks", "ledger")
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


def write_tables(panel: Panel, folder: Path, kind: str) -> list[Path]:
    """Write floor-weeks, rep-weeks and the ledger as ``csv`` or ``parquet``; gives the files."""
    write = {"csv": _write_csv, "parquet": _write_parquet}[kind]
    paths = [folder / f"{name}.{kind}" for name in TABLES]
    with ExitStack() as together:
        for name, path in zip(TABLES, paths, strict=True):
            write(getattr(panel, name), together.enter_context(written_whole(path)))
    return paths


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


def _write_csv(table: np.ndarray, path: Path) -> None:
    names = table.dtype.names or ()
    formats = ["%s" if table.dtype[name].kind in "iuU" else "%.10g" for name in names]
    np.savetxt(path, table, fmt=formats, delimiter=",", header=",".join(names), comments="", encoding="utf-8")


def _write_parquet(table: np.ndarray, path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    names = table.dtype.names or ()
    pyarrow.parquet.write_table(pyarrow.table({name: _column(table[name]) for name in names}), path)


def _column(column: np.ndarray) -> Any:
    """A column as pyarrow takes it: words as a list, numbers one after the other in memory."""
    return column.tolist() if column.dtype.kind == "U" else np.ascontiguousarray(column)
