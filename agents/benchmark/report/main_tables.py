"""The leaderboard's tables: one budget from one start, what differs apart, twins, gates, and diagnostics."""

from collections.abc import Mapping, Sequence

from agents.benchmark.analysis.leaderboard import LeaderboardRow
from agents.benchmark.analysis.outcomes import Outcome
from agents.benchmark.analysis.statistics import Estimate
from agents.benchmark.analysis.twins import GateRow, TwinRow
from agents.benchmark.report.tables import (
    NONE,
    POLICY,
    Column,
    Datum,
    Row,
    Table,
    estimate,
    plain,
    without_empty,
)
from agents.benchmark.results import Budget, Group, name_of

Outcomes = Mapping[Group, Outcome]
_COLUMNS = (
    POLICY, Column("loyalty", "points, 95 %"), Column("open floors", "loyalty there"), Column("closed", "of floors"),
    Column("year five", "loyalty"), Column("decisions"), Column("starts from", words=True),
    Column("over best fixed", "paired, 95 %"), Column("recorded conversion", "share"), Column("gaming", "of calls"),
    Column("r", "conversion, loyalty"),
)  # fmt: skip


def main_table(rows: Sequence[LeaderboardRow], home: str, found: Outcomes, main: Budget | None) -> Table:
    """One budget from one start, and what was not trained; ten columns."""
    caption = "All policies, the best on top."
    if main is not None:
        caption = (
            f"Trained or searched with {budget(main.decisions)} decisions from {_words(main.starts_from)}, and "
            "hand-made schemes; the best on top."
        )
    return _leaderboard([row for row in rows if found[_group(row, home)].is_main], home, found, caption)


def apart_table(rows: Sequence[LeaderboardRow], home: str, found: Outcomes) -> Table | None:
    """What has another budget or another start, or knows the luck of a floor; ``None`` where there is nothing."""
    apart = [row for row in rows if not found[_group(row, home)].is_main]
    caption = "With another budget, from another start, or found for each floor by itself; the best on top."
    return _leaderboard(apart, home, found, caption) if apart else None


def diagnostics_table(rows: Sequence[LeaderboardRow], home: str, found: Outcomes) -> Table:
    """Where a lead comes from, and the other measured figures."""
    columns = (
        POLICY, Column("sees", words=True), Column("normalised", "0 best fixed, 1 true state"),
        Column("mean schedule", "blind, over best fixed"), Column("reacting", "over its mean schedule"),
        Column("over flat", "points, 95 %"), Column("over true state", "points, 95 %"),
        Column("worst run", "points"), Column("IQM", "of seeds"),
        Column("NPS", "measured"), Column("profit", "€/week"), Column("gap", "Goodhart"),
    )  # fmt: skip
    body = []
    for row in rows:
        there = found[_group(row, home)]
        body.append(Row(name_of(row.policy, row.reward), row.kind, (
            Datum(there.sees), estimate(there.normalised, ".2f"), estimate(there.blind, "+.1f"),
            estimate(there.reacting, "+.1f"), estimate(row.over_flat, "+.1f"), estimate(row.over_state, "+.1f"),
            plain(row.worst, ".1f"), estimate(row.iqm, ".1f"), plain(row.nps, ".1f"),
            plain(row.profit, ",.0f"), estimate(row.gap, "+.1f"),
        )))  # fmt: skip
    caption = (
        "Blind: the policy's mean schedule, replayed without looking. Reacting: what looking adds to it. IQM: "
        "interquartile mean over training seeds. Gap: gain in the proxy less gain in loyalty, both over flat_salary "
        "and in standard deviations."
    )
    return without_empty(Table(caption, columns, tuple(body)))


def twins_table(twins: Sequence[TwinRow]) -> Table:
    """Trainings that differ in what they see alone."""
    columns = (
        POLICY, Column("sees", words=True), Column("decisions"), Column("starts from", words=True),
        Column("loyalty", "points, 95 %"), Column("over the report", "paired, 95 %"),
        Column("over best fixed", "paired, 95 %"),
    )  # fmt: skip
    body = tuple(
        Row(row.policy, "true_state" if row.sees == "state" else "learned", (
            Datum(row.sees), _decisions(row.decisions), Datum(_words(row.starts_from)), estimate(row.loyalty, ".1f"),
            estimate(row.over_report, "+.1f"), estimate(row.over_static, "+.1f"),
        ), note=f"{row.seeds} seeds" if row.seeds > 1 else "")
        for row in twins
    )  # fmt: skip
    return Table("Twins: the same floors, budget and start; only what is seen differs.", columns, body)


def gates_table(gates: Sequence[GateRow]) -> Table:
    """The gates that are read from a suite."""
    columns = (
        Column("gate", words=True), Column("figure", "95 %"), Column("wanted", words=True), Column("", words=True),
    )  # fmt: skip
    body = tuple(
        Row(f"{row.gate}: {row.claim}", "plain", (
            estimate(_estimate(row.estimate), "+.2f"), Datum(str(row.threshold)),
            Datum("holds" if row.holds else "falls short"),
        ))
        for row in gates
    )  # fmt: skip
    return Table("Gates of the floor's design, as these policies show them.", columns, body)


def budget(decisions: int | None) -> str:
    """Decisions in thousands; one that is not known is a dash."""
    if decisions is None:
        return NONE
    return f"{decisions / 1000:,.0f}k" if decisions >= 1000 else str(decisions)


def _leaderboard(rows: Sequence[LeaderboardRow], home: str, found: Outcomes, caption: str) -> Table:
    return Table(caption, _COLUMNS, tuple(_row(row, found[_group(row, home)]) for row in rows))


def _row(row: LeaderboardRow, there: Outcome) -> Row:
    kind = row.kind.replace("_", " ")
    data = (
        estimate(row.loyalty, ".1f"), _known(there.on_open, ".1f"), plain(there.closed, ".0%"),
        plain(there.year_five, ".1f"), _decisions(there.decisions), Datum(_words(there.starts_from)),
        estimate(row.over_static, "+.1f"), plain(row.conversion, ".3f"), plain(row.gaming, ".0%"),
        _known(there.r, "+.2f"),
    )  # fmt: skip
    note = kind if row.seeds == 1 else f"{kind}, {row.seeds} seeds"
    return Row(name_of(row.policy, row.reward), row.kind, data, note=note)


def _group(row: LeaderboardRow, home: str) -> Group:
    return row.policy, row.reward, home


def _decisions(decisions: int | None) -> Datum:
    return Datum(budget(decisions), order=-1.0 if decisions is None else float(decisions))


def _known(value: float | None, spec: str) -> Datum:
    return estimate(None if value is None else Estimate(value), spec)


def _estimate(ends: tuple[float, float, float]) -> Estimate | None:
    mean, low, high = ends
    if mean != mean:  # not a number: not known
        return None
    return Estimate(mean) if low != low else Estimate(mean, low, high)


def _words(scheme: str | None) -> str:
    return NONE if scheme is None else scheme.replace("_", " ")
