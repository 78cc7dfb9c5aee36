"""The tables of the page, from the rows of the benchmark's statistics."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from agents.benchmark.analysis.goodhart import GoodhartRow
from agents.benchmark.analysis.leaderboard import AggregateRow, LeaderboardRow
from agents.benchmark.analysis.statistics import Difference, Estimate
from agents.benchmark.report.entries import Entry
from agents.benchmark.results import Group, Kind, name_of
from incentive_env.support import tables as shared

NONE = "–"


class Column(NamedTuple):
    """A heading."""

    name: str
    unit: str = ""
    words: bool = False  # else numbers


class Datum(NamedTuple):
    """What stands in a cell."""

    text: str
    range: str = ""  # its interval
    order: float | None = None  # what it is sorted by; its text where None
    heat: float | None = None  # −1 … 1


class Row(NamedTuple):
    """A policy's line."""

    label: str
    kind: Kind | Literal["plain"]  # plain: no policy's
    data: tuple[Datum, ...]
    note: str = ""  # below the label


class Table(NamedTuple):
    """A table with its caption; the first column holds the labels of the rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


POLICY = Column("policy", words=True)


def number(value: float, spec: str) -> str:
    """A number with a true minus."""
    return shared.number(value, spec).replace("-", "−")


def estimate(value: "Estimate | Difference | None", spec: str) -> Datum:
    """A figure and its interval, where there is one."""
    if value is None:
        return Datum(NONE, order=float(np.finfo(float).min))
    mean = value[0]
    if value.low is None or value.high is None:
        return Datum(number(mean, spec), order=mean)
    return Datum(number(mean, spec), f"{number(value.low, spec)} … {number(value.high, spec)}", mean)


def in_sentence(value: Estimate | Difference, spec: str) -> str:
    """A figure and its interval in a sentence."""
    datum = estimate(value, spec)
    return f"{datum.text} ({datum.range})".replace(" ", "\u00a0") if datum.range else datum.text


def scenario_table(rows: Sequence[LeaderboardRow], entries: dict[Group, Entry], home: str, scenario: str) -> Table:
    """All policies of a home in one scenario."""
    columns = (
        POLICY, Column("loyalty", "points, 95 %"), Column("over flat", "points, 95 %"),
        Column("over best static", "points, 95 %"), *_FIGURES, Column("wellbeing", "of the reps, points"),
        Column("volume left", "share"),
    )  # fmt: skip
    body = []
    for row in rows:
        scored = entries[row.policy, row.reward, home].scored(scenario)
        wellbeing = float(np.mean([seed.wellbeing for seed in scored]))
        volume = float(np.mean([seed.volume for seed in scored]))
        body.append(Row(name_of(row.policy, row.reward), row.kind, (
            estimate(row.loyalty, ".1f"), estimate(row.over_flat, "+.1f"), estimate(row.over_static, "+.1f"),
            *_figures(row), plain(wellbeing, ".1f"), plain(volume, ".2f"),
        )))  # fmt: skip
    return without_empty(Table(f"All policies in {scenario}, the best on top.", columns, tuple(body)))


def aggregate_table(rows: Sequence[AggregateRow]) -> Table:
    """Every policy over all scenarios that it was scored in."""
    columns = (
        POLICY, Column("scenarios"), Column("IQM of loyalty", "points, 95 %"),
        Column("beats best static", "probability of a run, 95 %"),
    )  # fmt: skip
    body = tuple(
        Row(name_of(row.policy, row.reward), row.kind, (
            plain(len(row.scenarios), ".0f"), estimate(row.iqm, ".1f"), estimate(row.improvement, ".2f"),
        ))
        for row in rows
    )  # fmt: skip
    caption = "Interquartile mean over scenarios of the median run, and how often a run beats the best static policy."
    return without_empty(Table(caption, columns, body))


def goodhart_measures(rows: Sequence[GoodhartRow], entries: dict[Group, Entry]) -> Table:
    """How far each training led away from the truth."""
    columns = (
        POLICY, Column("proxy", words=True), Column("Goodhart gap", "standard units"),
        Column("drop height", "points"), Column("normalised drop", "of the range of loyalty"),
        Column("peak of loyalty", "training step"), Column("correlation", "of proxy and loyalty"),
        Column("rank correlation", "Spearman"),
    )  # fmt: skip
    body = tuple(
        Row(name_of(row.policy, row.reward), entries[row.policy, row.reward, row.scenario].kind, (
            Datum(row.proxy), estimate(row.gap, "+.1f"), estimate(row.drop, ".1f"),
            estimate(row.normalised_drop, ".2f"), plain(row.peak_step.value, ",.0f"),
            estimate(row.pearson, "+.2f"), estimate(row.spearman, "+.2f"),
        ))
        for row in rows
    )  # fmt: skip
    caption = "Medians over training seeds, with intervals where there are three or more."
    return Table(caption, columns, body)


def markdown(table: Table) -> str:
    """A table as Markdown; the note of a row stands beside its label."""
    titles = [f"{column.name}, {column.unit}" if column.unit else column.name for column in table.columns]
    left = [place for place, column in enumerate(table.columns) if column.words]
    rows = [(_label(row), *(_cell(datum) for datum in row.data)) for row in table.rows]
    return f"{table.caption}\n\n{shared.markdown_table(titles, rows, left=left)}"


def heat_table(entries: Sequence[Entry], scenarios: Sequence[str]) -> Table:
    """Mean loyalty of every policy in every scenario."""
    means = {(entry.group, name): _mean_loyalty(entry, name) for entry in entries for name in scenarios}
    largest = max((abs(mean) for mean in means.values() if mean is not None), default=0.0) or 1.0
    body = tuple(
        Row(entry.label, entry.kind, tuple(_warm(means[entry.group, name], largest) for name in scenarios))
        for entry in entries
    )
    columns = (POLICY, *(Column(name, "home" if place == 0 else "held out") for place, name in enumerate(scenarios)))
    return Table("Mean loyalty, points; blue is above zero, orange below.", columns, body)


_FIGURES = (
    Column("conversion", "recorded"), Column("NPS", "measured"), Column("profit", "€/week"),
    Column("gaming", "of calls"),
)  # fmt: skip


def _figures(row: LeaderboardRow) -> tuple[Datum, ...]:
    return (
        plain(row.conversion, ".3f"), plain(row.nps, ".1f"), plain(row.profit, ",.0f"), plain(row.gaming, ".0%"),
    )  # fmt: skip


def _label(row: Row) -> str:
    label = row.label.replace("_", " ").replace("|", "\\|")
    return f"{label} ({row.note})" if row.note else label


def _cell(datum: Datum) -> str:
    return f"{datum.text} ({datum.range})" if datum.range else datum.text


def plain(value: float, spec: str) -> Datum:
    """A figure without an interval."""
    return Datum(number(value, spec), order=value)


def _mean_loyalty(entry: Entry, scenario: str) -> float | None:
    scored = entry.scored(scenario)
    return float(np.mean([seed.loyalty for seed in scored])) if scored else None


def _warm(mean: float | None, largest: float) -> Datum:
    if mean is None:
        return estimate(None, "")
    return Datum(number(mean, ".1f"), order=mean, heat=mean / largest)


def without_empty(table: Table) -> Table:
    """Leave out columns in which no policy has anything, as those against what was not run."""
    kept = [place for place in range(len(table.columns) - 1) if any(row.data[place].text != NONE for row in table.rows)]
    columns = (table.columns[0], *(table.columns[place + 1] for place in kept))
    rows = tuple(row._replace(data=tuple(row.data[place] for place in kept)) for row in table.rows)
    return Table(table.caption, columns, rows)
