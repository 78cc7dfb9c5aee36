"""Results as Markdown: the leaderboard page with its picture, and the README's figures."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.benchmark.analysis import characteristics
from agents.benchmark.analysis.goodhart import GoodhartRow, goodhart_table
from agents.benchmark.analysis.leaderboard import AggregateRow, LeaderboardRow, aggregate
from agents.benchmark.analysis.twins import gate_rows, twin_rows
from agents.benchmark.report import main_tables, tables
from agents.benchmark.report.headlines import Home, highlights, homes_of, in_short, over
from agents.benchmark.results import Results, cells_by_group
from agents.provenance import version_note
from incentive_env.support.files import written_whole
from incentive_env.support.sealed import read_sealed
from incentive_env.support.tables import between_marks, markdown_table, with_interval

OPEN = "<!-- figures: written by `make pages` from docs/results/benchmark.json -->"
CLOSE = "<!-- /figures -->"
PICTURE = "goodhart.png"

_HEAD = """# Leaderboard

`make pages` writes this page from [results/benchmark.json](results/benchmark.json), a run of
`python scripts/benchmark.py run --suite {suite}`. The [benchmark page](benchmark.md) describes the suites and how the
figures are computed. Loyalty is true loyalty, in points, in the last year of an episode of three years, of the median
training run. Differences are paired by floor. [Intervals cover](benchmark.md#do-the-intervals-cover) at least 93 %.
Those of loyalty and of differences treat floors and training seeds as random; those of the IQM and of Goodhart gaps are
over training seeds only. A policy with two training runs has no interval.
"""

_MISSING = """The standard suite has not been run on this version yet: see
`python scripts/benchmark.py run --suite standard`. Its results, as `docs/results/benchmark.json`, fill
this place with `make pages`.
"""


def write_pages(results: Results | None, power: Path, page: Path, readme: Path) -> None:
    """Write the leaderboard and its picture, and the part of the README between marks.

    Args:
        results: of a suite; where there are none, the pages say so.
        power: JSON file of the operating characteristics; need not exist.
        page: the leaderboard; the picture stands beside it.
        readme: file with the marks.

    Raises:
        ValueError: the README has no marks, or the JSON file was not written by `power`.
    """
    new_readme = with_figures(readme.read_text(encoding="utf-8"), results, readme)
    new_page = leaderboard_page(results, read_power(power), str(power))
    if results is not None:
        from agents.benchmark.report.goodhart_picture import draw_goodhart  # loads matplotlib

        with written_whole(page.parent / PICTURE) as partial:
            draw_goodhart(results, partial)
    for path, text in ((page, new_page), (readme, new_readme)):
        with written_whole(path) as partial:
            partial.write_text(text, encoding="utf-8")


def with_figures(text: str, results: Results | None, where: Path) -> str:
    """The README's text with its figures as the results have them."""
    return between_marks(text, OPEN, CLOSE, lambda: _MISSING if results is None else readme_part(results), where)


def read_power(path: Path) -> dict[str, Any] | None:
    """The operating characteristics; ``None`` where the file is missing."""
    if not path.exists():
        return None
    content = read_sealed(path)
    if not isinstance(content, dict) or "false_alarms" not in content:
        raise ValueError(f"{path}: holds no figures of `benchmark.py power`")
    return content


def leaderboard_page(results: Results | None, power: dict[str, Any] | None, where: str = "FILE") -> str:
    """The whole page.

    Args:
        results: of a suite; where there are none, the page says so.
        power: operating characteristics of the comparison; those of other results are not shown.
        where: the file that `power` is to write.
    """
    if results is None:
        return f"# Leaderboard\n\n{_MISSING}"
    parts = [_HEAD.format(suite=results.suite), version_note(results.provenance)]
    homes = homes_of(results)
    for home in homes:
        parts += [f"## {home.name}", "", _lines(in_short(home)), *_board(results, home)]
        if home.abroad:
            parts += ["### Where no policy was trained", "", _held_out_text(results), _held_out(home)]
    parts += ["## Over all scenarios", "", _AGGREGATE, _aggregate(aggregate(results))]
    parts += ["## What training on a measure does", "", _GOODHART, _goodhart(goodhart_table(results))]
    parts += ["## What pairing gains", "", _pairing(homes)]
    parts += ["## What a comparison can detect", "", _power(results, power, where)]
    return "\n".join([*parts, "## Provenance", "", _origin(results)])


def readme_part(results: Results) -> str:
    """The highlights of the first home as a narrow table."""
    rows = [
        (role, _name(row.policy), row.reward or "", with_interval(row.loyalty), f"{row.conversion:.3f}",
         f"{100 * row.gaming:.0f} %")
        for role, row in highlights(homes_of(results)[0])
    ]  # fmt: skip
    titles = ("", "policy", "trained on", "loyalty (95 %)", "recorded conversion", "calls gamed")
    return markdown_table(titles, rows, left=3)


def _board(results: Results, home: Home) -> list[str]:
    """The tables of a home: the main one, what differs apart, diagnostics folded, twins and gates."""
    found, gates = home.outcomes, gate_rows(results, home.name)
    apart = main_tables.apart_table(home.rows, home.name, found)
    twins = [main_tables.twins_table(rows) for rows in twin_rows(results, home.name)]
    parts = [tables.markdown(main_tables.main_table(home.rows, home.name, found, results.main))]
    if apart is not None:
        parts += ["### Other budgets and starts", "", tables.markdown(apart)]
    diagnostics = tables.markdown(main_tables.diagnostics_table(home.rows, home.name, found))
    parts += [f"<details><summary>Where a lead comes from, and other figures</summary>\n\n{diagnostics}\n</details>\n"]
    if twins or gates:
        seen = [*twins, *([main_tables.gates_table(gates)] if gates else [])]
        parts += ["### What is seen, and what it is worth", "", *map(tables.markdown, seen)]
    return parts


def _held_out_text(results: Results) -> str:
    floors = results.floors["held_out"].count
    return (
        f"The same policies, trained at home, on {floors} floors of each scenario that no policy was trained on. In "
        "parentheses: the difference to the home's best fixed scheme on the same floors.\n"
    )


def _held_out(home: Home) -> str:
    there = {on: {(row.policy, row.reward): row for row in rows} for on, rows in home.abroad.items()}
    cells = [
        (_name(row.policy), row.reward or "", f"{row.loyalty.value:.1f}",
         *(_with_lead(rows[row.policy, row.reward]) for rows in there.values()))
        for row in home.rows
    ]  # fmt: skip
    return markdown_table(("policy", "trained on", "at home", *map(_name, there)), cells, left=2)


def _with_lead(row: LeaderboardRow) -> str:
    lead = "" if row.over_static is None else f" ({over(row.over_static)})"
    return f"{row.loyalty.value:.1f}{lead}"


_AGGREGATE = """The interquartile mean of loyalty over scenarios, both home and held out, of the median run. The last
column is the probability that a run beats the best fixed scheme, with Clopper and Pearson's interval.
"""


def _aggregate(rows: Sequence[AggregateRow]) -> str:
    cells = [
        (_name(row.policy), row.reward or "", row.scenario, str(row.seeds), with_interval(row.iqm),
         with_interval(row.improvement, ".2f"))
        for row in rows
    ]  # fmt: skip
    titles = ("policy", "trained on", "home", "seeds", "IQM of loyalty", "probability of improvement")
    return markdown_table(titles, cells, left=3)


_GOODHART = """![The proxy and true loyalty along training](goodhart.png)

Each checkpoint of training is scored on the same floors. The table shows where true loyalty peaked, how far it had
fallen by the end (in points, and as a share of the range over all policies and checkpoints: the normalized drop height
of Karwowski et al. 2024), and how proxy and truth are correlated over checkpoints (Pearson and Spearman). The gap
compares the final policy with a flat salary: by how many standard deviations over floors the proxy moved further than
the truth. The drop from the peak to the end is never negative and checkpoints are noisy, so some drop appears even
without a Goodhart effect. These intervals are over training seeds, on these floors.
"""


def _goodhart(rows: Sequence[GoodhartRow]) -> str:
    cells = [
        (_name(row.policy), str(row.reward), row.proxy, str(row.seeds), f"{row.peak_step.value:,.0f}",
         with_interval(row.drop), with_interval(row.normalised_drop, ".2f"), with_interval(row.pearson, ".2f"),
         with_interval(row.spearman, ".2f"), with_interval(row.gap))
        for row in rows
    ]  # fmt: skip
    titles = (
        "policy", "trained on", "proxy", "seeds", "truth peaked at", "drop, points", "normalized drop", "Pearson",
        "Spearman", "gap",
    )  # fmt: skip
    return markdown_table(titles, cells, left=3)


def _pairing(homes: Sequence[Home]) -> str:
    saved = [row.over_static.variance_saved for home in homes for row in home.rows if row.over_static is not None]
    if not saved:
        return "No policies were compared.\n"
    return (
        "All policies meet the same floors with the same luck. Compared with floors drawn independently for each "
        "policy, this reduces the variance of the difference to the best fixed scheme by "
        f"{100 * float(np.median(saved)):.0f} % (median over policies; range {100 * min(saved):.0f} % to "
        f"{100 * max(saved):.0f} %).\n"
    )


def _power(results: Results, power: dict[str, Any] | None, where: str) -> str:
    if power is not None and power.get("digest") == results.digest:
        return characteristics.markdown(power)
    return (
        "Not measured for these results yet: "
        f"`python scripts/benchmark.py power docs/results/benchmark.json --out {where}` does.\n"
    )


def _origin(results: Results) -> str:
    made = results.provenance
    floors = ", ".join(f"{use.replace('_', ' ')} {seeds}" for use, seeds in results.floors.items())
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
    others = sum(made.get("cells_of_other_code", {}).values())
    note = [f"{others} of the cells were made by earlier code from the same numbers (`--any-code`)"] if others else []
    return _lines([*lines, *note])


def _seed_counts(results: Results) -> list[str]:
    counts = sorted({len(cells) for cells in cells_by_group(results).values() if cells[0].reward is not None})
    return [f"{count} seeds" for count in counts]


def _name(policy: str) -> str:
    return policy.replace("_", " ")


def _lines(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences) + "\n"
