"""Results as Markdown: the leaderboard page, and the part of it that stands in the README."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from agents.benchmark.analysis import characteristics
from agents.benchmark.analysis.goodhart import GoodhartRow, goodhart_table
from agents.benchmark.analysis.leaderboard import AggregateRow, LeaderboardRow, aggregate, leaderboard
from agents.benchmark.analysis.statistics import Difference, Estimate
from agents.benchmark.results import Results, cells_by_group

_HEAD = """# Leaderboard

Written by `make pages` from [results/benchmark.json](results/benchmark.json), a run of
`python scripts/benchmark.py run --suite {suite}`; what the suites are and how figures are made stands in
[the benchmark page](benchmark.md). Loyalty is the true one, in points, in the year after a manager's two years.
Intervals are 95 %; those of differences are paired by floor, with floors and training seeds both drawn by chance.
"""


class _Column(NamedTuple):
    title: str
    right: bool = True


def leaderboard_page(results: Results, power: dict[str, Any] | None) -> str:
    """The whole page.

    Args:
        results: of a suite.
        power: operating characteristics of the comparison; their section is left out where there are none.
    """
    parts = [_HEAD.format(suite=results.suite)]
    for home in results.held_out:
        rows = leaderboard(results, home)
        parts += [f"## {home}", "", _lines(in_short(results, home)), _board(rows)]
        if results.held_out[home]:
            parts += ["### Where no policy was trained", "", _held_out_text(results), _held_out(results, home)]
    parts += ["## Over all scenarios", "", _AGGREGATE, _aggregate(aggregate(results))]
    parts += ["## What training on a measure does", "", _GOODHART, _goodhart(goodhart_table(results))]
    parts += ["## What pairing saves", "", _pairing(results)]
    if power is not None:
        parts += ["## What a comparison can see", "", characteristics.markdown(power)]
    return "\n".join([*parts, "## Where it comes from", "", _origin(results)])


def readme_part(results: Results) -> str:
    """The findings of the first home, and a narrow table."""
    home = next(iter(results.held_out))
    columns = ("policy", "trained on", "loyalty (95 %)", "against the best fixed scheme", "recorded conversion")
    rows = [
        (_name(row.policy), row.reward or "", _told(row.loyalty), _over(row.over_static), f"{row.conversion:.3f}",
         f"{100 * row.gaming:.0f} %", _told(row.gap))
        for row in leaderboard(results, home)
    ]  # fmt: skip
    table = _table([*_columns(columns, left=2), _Column("calls gamed"), _Column("Goodhart gap")], rows)
    return f"{_lines(in_short(results, home))}\n{table}"


def in_short(results: Results, home: str) -> list[str]:
    """What the suite shows, each as a sentence with its figures; what it did not run is left out."""
    rows = leaderboard(results, home)
    told = [_against_static(rows), *_against_flat(rows), *_measured_and_true(results, rows, home)]
    if results.held_out[home]:
        told.append(_abroad(results, rows, home))
    return [sentence for sentence in told if sentence]


def _against_static(rows: Sequence[LeaderboardRow]) -> str:
    learned = [row for row in rows if row.kind == "learned" and row.over_static is not None]
    if not learned:
        return ""
    best = learned[0]
    assert best.over_static is not None
    static = next(row for row in rows if row.over_static is None)
    sure = "above" if best.over_static.low > 0.0 else "not surely above"
    text = (
        f"The best learned policy, {_full_name(best)} ({best.seeds} training seeds), ends {_over(best.over_static)} "
        f"points against the best fixed scheme, {_full_name(static)}: {sure} it."
    )
    if best.over_oracle is not None:
        text += f" Against the oracle, which sees the true state, it ends {_over(best.over_oracle)}."
    return text


def _against_flat(rows: Sequence[LeaderboardRow]) -> list[str]:
    return [
        f"{_full_name(row)} records {row.conversion:.3f} and ends {_over(row.over_flat)} points of loyalty against a "
        f"flat salary, with {100 * row.gaming:.0f} % of calls gamed."
        for row in rows
        if row.reward == "conversion" and row.over_flat is not None
    ]


def _measured_and_true(results: Results, rows: Sequence[LeaderboardRow], home: str) -> list[str]:
    flat = next((row for row in rows if row.policy == "flat_salary"), None)
    if flat is None:
        return []
    return [
        f"{_full_name(row)} moves the measured NPS by {row.nps - flat.nps:+.1f} points and true loyalty by "
        f"{_over(row.over_flat)}: a Goodhart gap of {_told(row.gap, '+')}, in standard deviations over floors."
        for row in rows
        if row.reward == "survey"
    ]


def _abroad(results: Results, rows: Sequence[LeaderboardRow], home: str) -> str:
    best = next((row for row in rows if row.kind == "learned" and row.over_static is not None), None)
    if best is None:
        return ""
    told = []
    for on in results.held_out[home]:
        there = next(row for row in leaderboard(results, home, on) if _key(row) == _key(best))
        told.append(f"{_name(on)} {_over(there.over_static)}")
    return f"Where it was not trained, its lead over that fixed scheme is: {'; '.join(told)}."


def _board(rows: Sequence[LeaderboardRow]) -> str:
    titles = (
        "policy", "trained on", "kind", "seeds", "loyalty", "IQM over seeds", "against a flat salary",
        "against the best fixed scheme", "against the oracle", "recorded conversion", "measured NPS", "profit, €/week",
        "calls gamed", "Goodhart gap",
    )  # fmt: skip
    cells = [
        (_name(row.policy), row.reward or "", row.kind, str(row.seeds), _told(row.loyalty), _told(row.iqm),
         _over(row.over_flat), _over(row.over_static), _over(row.over_oracle), f"{row.conversion:.3f}",
         f"{row.nps:.1f}", f"{row.profit:,.0f}", f"{100 * row.gaming:.0f} %", _told(row.gap))
        for row in rows
    ]  # fmt: skip
    return _table(_columns(titles, left=3), cells)


def _held_out_text(results: Results) -> str:
    floors = results.floors["held_out"].count
    return (
        f"The same policies, as trained at home, on {floors} floors of each scenario that none of them met. In "
        "brackets: against the best fixed scheme of home, on the same floors.\n"
    )


def _held_out(results: Results, home: str) -> str:
    others = results.held_out[home]
    there = {on: {_key(row): row for row in leaderboard(results, home, on)} for on in others}
    cells = [
        (_name(row.policy), row.reward or "", f"{row.loyalty.value:.1f}",
         *(_with_lead(there[on][_key(row)]) for on in others))
        for row in leaderboard(results, home)
    ]  # fmt: skip
    return _table(_columns(("policy", "trained on", "at home", *map(_name, others)), left=2), cells)


def _with_lead(row: LeaderboardRow) -> str:
    lead = "" if row.over_static is None else f" ({_over(row.over_static)})"
    return f"{row.loyalty.value:.1f}{lead}"


_AGGREGATE = """Interquartile mean of loyalty over runs and scenarios (Agarwal et al. 2021), home and held out alike,
with a bootstrap over training seeds; and how probably a run beats the best fixed scheme.
"""


def _aggregate(rows: Sequence[AggregateRow]) -> str:
    cells = [
        (_name(row.policy), row.reward or "", row.scenario, str(row.seeds), _told(row.iqm),
         "" if row.improvement is None else _told(row.improvement, digits=2))
        for row in rows
    ]  # fmt: skip
    titles = ("policy", "trained on", "home", "seeds", "IQM of loyalty", "probability of improvement")
    return _table(_columns(titles, left=3), cells)


_GOODHART = """Along training, on the same floors at each checkpoint: where true loyalty peaked, how far it had fallen
at the end (in points, and as a share of the range over all policies and checkpoints: the normalised drop height of
Karwowski et al. 2024), and how proxy and truth went together (Pearson and Spearman over checkpoints). The gap is that
of the finished policy against a flat salary: how many standard deviations over floors the proxy moved further than the
truth.
"""


def _goodhart(rows: Sequence[GoodhartRow]) -> str:
    cells = [
        (_name(row.policy), str(row.reward), row.proxy, str(row.seeds), f"{row.peak_step.value:,.0f}", _told(row.drop),
         _told(row.normalised_drop, digits=2), _mean_of(row.pearson), _mean_of(row.spearman),
         _told(row.gap))
        for row in rows
    ]  # fmt: skip
    titles = (
        "policy", "trained on", "proxy", "seeds", "truth peaked at", "drop, points", "normalised drop", "Pearson",
        "Spearman", "gap",
    )  # fmt: skip
    return _table(_columns(titles, left=3), cells)


def _pairing(results: Results) -> str:
    saved = [
        row.over_static.variance_saved
        for home in results.held_out
        for row in leaderboard(results, home)
        if row.over_static is not None
    ]
    if not saved:
        return "Nothing was compared.\n"
    return (
        "All policies meet the same floors, with the same luck. Of the variance that a difference to the best fixed "
        f"scheme would have on floors drawn apart, that saves {100 * float(np.median(saved)):.0f} % in the middle of "
        f"the policies ({100 * min(saved):.0f} % to {100 * max(saved):.0f} %).\n"
    )


def _origin(results: Results) -> str:
    made = results.provenance
    floors = ", ".join(
        f"{use.replace('_', ' ')} {one.first} to {one.first + one.count - 1}" for use, one in results.floors.items()
    )
    versions = ", ".join(f"{name} {number}" for name, number in made.get("versions", {}).items() if number)
    machine = made.get("machine", {})
    hours = sum(results.times.get("seconds", {}).values()) / 3600.0
    lines = (
        f"suite `{results.suite}` ({results.suite_hash}), {len(results.cells)} cells, digest `{results.digest}`",
        f"commit `{str(made.get('commit'))[:12]}`{', with changes' if made.get('changed') else ''}; {versions}",
        f"{machine.get('cores')} cores of {machine.get('cpu') or machine.get('architecture')}, {machine.get('system')}"
        f"; {hours:.1f} core-hours",
        f"seeds of the floors: {floors}; training: {', '.join(_seed_counts(results))}",
    )
    return _lines(lines)


def _seed_counts(results: Results) -> list[str]:
    counts = sorted({len(cells) for cells in cells_by_group(results).values() if cells[0].reward is not None})
    return [f"{count} seeds" for count in counts]


def _key(row: LeaderboardRow) -> tuple[str, str | None]:
    return row.policy, row.reward


def _full_name(row: LeaderboardRow) -> str:
    return _name(row.policy) if row.reward is None else f"{_name(row.policy)} on {row.reward}"


def _name(policy: str) -> str:
    return policy.replace("_", " ").replace("|", "\\|")


def _told(told: Estimate | None, sign: str = "", digits: int = 1) -> str:
    if told is None:
        return ""
    form = f"{sign}.{digits}f"
    span = "" if told.low is None else f" ({told.low:{form}} … {told.high:{form}})"
    return f"{told.value:{form}}{span}"


def _mean_of(told: Estimate | None) -> str:
    return "" if told is None else f"{told.value:.2f}"


def _over(told: Difference | None) -> str:
    return "" if told is None else f"{told.mean:+.1f} ({told.low:+.1f} … {told.high:+.1f})"


def _columns(titles: Iterable[str], left: int) -> list[_Column]:
    return [_Column(title, number >= left) for number, title in enumerate(titles)]


def _table(columns: Sequence[_Column], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        f"| {' | '.join(column.title for column in columns)} |",
        f"|{''.join('---:|' if column.right else '---|' for column in columns)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _lines(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences) + "\n"
