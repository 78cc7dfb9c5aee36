"""A board: all that is shown of the policies that are at home in one scenario."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.benchmark.analysis.goodhart import GoodhartRow
from agents.benchmark.analysis.leaderboard import AggregateRow, LeaderboardRow, best_static, leaderboard
from agents.benchmark.analysis.outcomes import outcomes
from agents.benchmark.analysis.twins import gate_rows, twin_rows
from agents.benchmark.report import entries, gaming, goodhart_curves, main_tables, scores, sentences, tables
from agents.benchmark.report.entries import Entry
from agents.benchmark.report.theme import Figure, Style
from agents.benchmark.results import Group, Results, name_of
from incentive_env.studies.evaluate import BASE


class Choice(NamedTuple):
    """A policy that can be shown or hidden."""

    label: str
    style: Style
    shown: bool


class Board(NamedTuple):
    """The content of the page, from top to bottom."""

    key: str
    home: str
    verdict: str
    leaderboard: tables.Table
    apart: tables.Table | None  # with other budgets or from other starts
    twins: list[tables.Table]
    gates: tables.Table | None
    diagnostics: tables.Table
    forest: Figure
    curves: list[Figure]
    goodhart: tables.Table
    choices: list[Choice]
    scenarios: str  # that the profiles are over, in words
    profiles: Figure
    aggregate: tables.Table
    schemes: list[Figure]
    gaming: Figure
    heat: tables.Table
    by_scenario: dict[str, tables.Table]


def board_of(
    results: Results, key: str, home: str, goodhart: Sequence[GoodhartRow], overall: Sequence[AggregateRow]
) -> Board:
    """Fill the board of a home.

    Args:
        results: of the suite.
        key: unique on the page.
        home: the scenario.
        goodhart: rows of all homes.
        overall: likewise.
    """
    rows, static = leaderboard(results, home), best_static(results, home)
    by_group = entries.entries_of(results, home)
    ranked = [by_group[row.policy, row.reward, home] for row in rows]
    scenarios = entries.scenarios_of(ranked)
    trained = [row for row in goodhart if row.scenario == home]
    best = name_of(*static[:2])
    found, gates = outcomes(results, home), gate_rows(results, home)
    lines = list(zip(ranked, rows, strict=True))
    return Board(
        key=key,
        home=home,
        verdict=sentences.verdict([row for row in rows if found[row.policy, row.reward, home].is_main], best),
        leaderboard=main_tables.main_table(rows, home, found, results.main),
        apart=main_tables.apart_table(rows, home, found),
        twins=[main_tables.twins_table(twins) for twins in twin_rows(results, home)],
        gates=main_tables.gates_table(gates) if gates else None,
        diagnostics=main_tables.diagnostics_table(rows, home, found),
        forest=scores.forest(f"{key}-forest", lines, home, _references(rows, ranked, static)),
        curves=goodhart_curves.goodhart_curves(f"{key}-curve", goodhart_curves.courses(trained, by_group)),
        goodhart=tables.goodhart_measures(trained, by_group),
        choices=_choices(ranked, static),
        scenarios=sentences.scenarios(scenarios),
        profiles=scores.profiles(f"{key}-profile", ranked, scenarios),
        aggregate=tables.aggregate_table([row for row in overall if row.scenario == home]),
        schemes=gaming.schemes(f"{key}-lever", ranked, home),
        gaming=gaming.gaming(f"{key}-channels", ranked, home),
        heat=tables.heat_table(ranked, scenarios),
        by_scenario={
            name: tables.scenario_table(leaderboard(results, home, name), by_group, home, name) for name in scenarios
        },
    )


def _references(rows: Sequence[LeaderboardRow], ranked: Sequence[Entry], static: Group) -> dict[str, float]:
    named = {(BASE, None, static[2]): BASE, static: "best static"}
    return {
        named[entry.group]: row.loyalty.value for row, entry in zip(rows, ranked, strict=True) if entry.group in named
    }


def _choices(ranked: Sequence[Entry], static: Group) -> list[Choice]:
    """Learned policies and the one to beat are shown at first; all at once would crowd the figures."""
    learned = {entry.group for entry in ranked if entry.kind in ("learned", "true_state")}
    first = {*learned, static} if learned else {entry.group for entry in ranked}
    return [Choice(entry.label, entry.style, entry.group in first) for entry in ranked]
