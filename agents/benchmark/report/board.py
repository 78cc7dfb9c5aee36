"""A board: all that is shown of the policies that are at home in one scenario."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.benchmark.analysis.goodhart import GoodhartRow
from agents.benchmark.analysis.leaderboard import AggregateRow, LeaderboardRow, best_static, leaderboard
from agents.benchmark.report import entries, gaming, goodhart_curves, scores, sentences, tables
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
    lines = list(zip(ranked, rows, strict=True))
    return Board(
        key=key,
        home=home,
        verdict=sentences.verdict(rows, best),
        leaderboard=tables.leaderboard_table(rows, _caption(home, best, rows)),
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


def _caption(home: str, best: str, rows: Sequence[LeaderboardRow]) -> str:
    best_state = next((row for row in rows if row.kind == "true_state" and row.over_state is None), None)
    state = "" if best_state is None else f", true state {name_of(best_state.policy, best_state.reward)}"
    return (
        f"Policies at home in {home}, the best on top; flat is flat_salary, best static {best}{state}. IQM: "
        "interquartile mean over training seeds. Goodhart gap: gain in the proxy less gain in loyalty, both over "
        "flat_salary and in standard deviations."
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
