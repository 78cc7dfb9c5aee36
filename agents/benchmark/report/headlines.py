"""What a suite shows, in sentences with their figures."""

from typing import NamedTuple

from agents.benchmark.analysis.leaderboard import LeaderboardRow, leaderboard
from agents.benchmark.analysis.statistics import Difference, Estimate
from agents.benchmark.results import Results, name_of


class Home(NamedTuple):
    """The leaderboards of one home, made once: each holds thousands of resamples."""

    name: str
    rows: list[LeaderboardRow]  # at home, best first
    abroad: dict[str, list[LeaderboardRow]]  # by the held-out scenario


def homes_of(results: Results) -> list[Home]:
    """All homes of a suite, in its order."""
    return [
        Home(home, leaderboard(results, home), {on: leaderboard(results, home, on) for on in others})
        for home, others in results.held_out.items()
    ]


def in_short(home: Home) -> list[str]:
    """What was found at a home; what the suite did not run is left out."""
    best = _best(home, "learned")
    told = [_best_learned(home, best), _best_that_looks(home), *_on_conversion(home), *_on_survey(home)]
    if best is not None and home.abroad:
        told.append(_abroad(home, best))
    return [sentence for sentence in told if sentence]


def _best(home: Home, kind: str) -> LeaderboardRow | None:
    return next((row for row in home.rows if row.kind == kind and row.over_static is not None), None)


def _best_learned(home: Home, best: LeaderboardRow | None) -> str:
    if best is None:
        return ""
    static = next(row for row in home.rows if row.over_static is None)
    text = (
        f"The best learned policy, {full_name(best)} ({best.seeds} training seeds), ends {over(best.over_static)} "
        f"points against the best fixed scheme, {full_name(static)}: {_sure(best)} it."
    )
    if best.over_oracle is not None:
        text += f" Against the oracle, which sees the true state, it ends {over(best.over_oracle)}."
    return text


def _best_that_looks(home: Home) -> str:
    """The best that a search found and that looks at the report; others were not ahead of the fixed ones."""
    best = _best(home, "searched")
    if best is None or best.over_static is None or best.over_static.mean <= 0.0:
        return ""
    return (
        f"The best policy that a search found, {full_name(best)}, ends {over(best.over_static)} points against it: "
        f"{_sure(best)} it, by simpler means."
    )


def _sure(row: LeaderboardRow) -> str:
    return "above" if row.over_static is not None and row.over_static.low > 0.0 else "not surely above"


def _on_conversion(home: Home) -> list[str]:
    return [
        f"{full_name(row)} records {row.conversion:.3f} and ends {over(row.over_flat)} points of loyalty against a "
        f"flat salary, with {100 * row.gaming:.0f} % of calls gamed."
        for row in home.rows
        if row.reward == "conversion" and row.over_flat is not None
    ]


def _on_survey(home: Home) -> list[str]:
    flat = next((row for row in home.rows if row.policy == "flat_salary"), None)
    if flat is None:
        return []
    return [
        f"{full_name(row)} moves the measured NPS by {row.nps - flat.nps:+.1f} points and true loyalty by "
        f"{over(row.over_flat)}: a Goodhart gap of {estimated(row.gap, '+')}, in standard deviations over floors."
        for row in home.rows
        if row.reward == "survey"
    ]


def _abroad(home: Home, best: LeaderboardRow) -> str:
    told = []
    for on, rows in home.abroad.items():
        there = next(row for row in rows if (row.policy, row.reward) == (best.policy, best.reward))
        told.append(f"{on.replace('_', ' ')} {over(there.over_static)}")
    return f"Where it was not trained, the lead of {full_name(best)} over that fixed scheme is: {'; '.join(told)}."


def full_name(row: LeaderboardRow) -> str:
    """Policy and what it was trained on, for a reader."""
    return name_of(row.policy, row.reward).replace("_", " ").replace("|", "\\|")


def estimated(told: Estimate | None, sign: str = "", digits: int = 1) -> str:
    """A figure and its interval, as far as there are."""
    if told is None:
        return ""
    form = f"{sign}.{digits}f"
    span = "" if told.low is None else f" ({told.low:{form}} … {told.high:{form}})"
    return f"{told.value:{form}}{span}"


def over(told: Difference | None) -> str:
    """A difference and its interval; nothing where there is none."""
    return "" if told is None else f"{told.mean:+.1f} ({told.low:+.1f} … {told.high:+.1f})"
