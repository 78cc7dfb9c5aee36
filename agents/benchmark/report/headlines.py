"""What a suite shows, in sentences with their figures."""

from typing import NamedTuple

from agents.benchmark.analysis.leaderboard import LeaderboardRow, leaderboard
from agents.benchmark.analysis.outcomes import Outcome, outcomes
from agents.benchmark.analysis.statistics import Difference
from agents.benchmark.results import Group, Results, name_of
from incentive_env.studies.evaluate import BASE
from incentive_env.support.tables import with_interval


class Home(NamedTuple):
    """The leaderboards of one home, made once: each holds thousands of resamples."""

    name: str
    rows: list[LeaderboardRow]  # at home, best first
    outcomes: dict[Group, Outcome]  # of the same
    abroad: dict[str, list[LeaderboardRow]]  # by the held-out scenario

    @property
    def main(self) -> list[LeaderboardRow]:
        """The rows of the main table: one budget from one start."""
        return [row for row in self.rows if self.outcomes[row.policy, row.reward, self.name].is_main]


def homes_of(results: Results) -> list[Home]:
    """All homes of a suite, in its order."""
    return [
        Home(
            home,
            leaderboard(results, home),
            outcomes(results, home),
            {on: leaderboard(results, home, on) for on in others},
        )
        for home, others in results.held_out.items()
    ]


def in_short(home: Home) -> list[str]:
    """What was found at a home; what the suite did not run is left out."""
    best = _best(home, "learned")
    sentences = [_best_learned(home, best), _best_that_looks(home), *_on_conversion(home), *_on_survey(home)]
    if best is not None and home.abroad:
        sentences.append(_abroad(home, best))
    return [sentence for sentence in sentences if sentence]


def highlights(home: Home) -> list[tuple[str, LeaderboardRow]]:
    """At most five rows of a home with what each stands for, best first; what the suite did not run is left out."""
    base = next((row for row in home.rows if row.policy == BASE), None)
    by_hand = next((row for row in home.main if row.kind == "fixed" and row.policy != BASE), None)
    on_conversion = [row for row in home.main if row.kind == "learned" and row.reward == "conversion"]
    found = {
        "best search": next((row for row in home.main if row.kind == "searched"), None),
        "best learned policy": next((row for row in home.main if row.kind == "learned"), None),
        "best hand-made scheme": by_hand,
        "baseline": base,
        "learner paid for conversion": on_conversion[-1] if on_conversion else None,
    }
    rows = [(role, row) for role, row in found.items() if row is not None]
    return sorted(rows, key=lambda one: -one[1].loyalty.value)


def _best(home: Home, kind: str) -> LeaderboardRow | None:
    return next((row for row in home.main if row.kind == kind and row.over_static is not None), None)


def _best_learned(home: Home, best: LeaderboardRow | None) -> str:
    if best is None:
        return ""
    static = next(row for row in home.rows if row.over_static is None)
    text = (
        f"The best learned policy of the main table, {full_name(best)} ({best.seeds} training seeds), differs by "
        f"{over(best.over_static)} points from the best fixed scheme, {full_name(static)}: {_sure(best)} it."
    )
    if best.over_state is not None:
        text += f" Its difference to the best policy that sees the true state is {over(best.over_state)}."
    return text


def _best_that_looks(home: Home) -> str:
    """The best searched policy that uses the report; left out where it is not ahead of the fixed ones."""
    best = _best(home, "searched")
    if best is None or best.over_static is None or best.over_static.value <= 0.0:
        return ""
    return (
        f"The best policy that a search found with the same budget, {full_name(best)}, differs from it by "
        f"{over(best.over_static)} points: {_sure(best)} it."
    )


def _sure(row: LeaderboardRow) -> str:
    return "above" if row.over_static is not None and row.over_static.is_above else "not clearly above"


def _on_conversion(home: Home) -> list[str]:
    return [
        f"{full_name(row)} reaches a recorded conversion of {row.conversion:.3f}; {100 * row.gaming:.0f} % of calls "
        f"are gamed, and its loyalty differs from a flat salary by {over(row.over_flat)} points."
        for row in home.rows
        if row.reward == "conversion" and row.over_flat is not None
    ]


def _on_survey(home: Home) -> list[str]:
    flat = next((row for row in home.rows if row.policy == "flat_salary"), None)
    if flat is None:
        return []
    return [
        f"Against a flat salary, {full_name(row)} moves the measured NPS by {row.nps - flat.nps:+.1f} points and true "
        f"loyalty by {over(row.over_flat)}: a Goodhart gap of {with_interval(row.gap, '+.1f')} standard deviations "
        "over floors."
        for row in home.rows
        if row.reward == "survey"
    ]


def _abroad(home: Home, best: LeaderboardRow) -> str:
    leads = []
    for on, rows in home.abroad.items():
        there = next(row for row in rows if (row.policy, row.reward) == (best.policy, best.reward))
        leads.append(f"{on.replace('_', ' ')} {over(there.over_static)}")
    return f"In scenarios that it was not trained in, {full_name(best)} leads that fixed scheme by: {'; '.join(leads)}."


def full_name(row: LeaderboardRow) -> str:
    """Policy and what it was trained on, for a reader."""
    return name_of(row.policy, row.reward).replace("_", " ").replace("|", "\\|")


def over(difference: Difference | None) -> str:
    """A difference and its interval; empty for ``None``."""
    return with_interval(difference, "+.1f")
