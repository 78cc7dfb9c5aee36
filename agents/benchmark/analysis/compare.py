"""Two runs of one suite: what became worse or better from BASE to HEAD, and what may be chance."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from agents.benchmark.analysis.statistics import Difference, paired_difference
from agents.benchmark.results import Cell, Results, ResultsError, cells_by_group, figures, name_of

FALSE_ALARMS = 0.05  # share of comparisons with a false regression, where nothing changed but luck; at most

_MOST_LISTED = 8  # differences of a kind that a message names, before it only counts them


class Verdict(StrEnum):
    """The verdict on a row; the worst first."""

    REGRESSION = "regression"  # the whole interval lies below −margin
    UNJUDGED = "one seed: not judged"  # trained once: how much training itself varies is not known
    UNCLEAR = "no clear change"
    BETTER = "better"  # the whole interval lies above the margin
    SAME = "same"  # every figure is, bit for bit


class ComparisonRow(NamedTuple):
    """A group on one scenario."""

    policy: str
    reward: str | None
    scenario: str  # at home
    on: str  # where it is scored: at home, or held out
    base: float  # mean loyalty in BASE, points
    difference: Difference  # loyalty HEAD − BASE, points; its interval is adjusted for the number of rows
    verdict: Verdict

    @property
    def name(self) -> str:
        """Its name in tables and test reports."""
        policy = name_of(self.policy, self.reward)
        return f"{policy}, {self.scenario}" if self.on == self.scenario else f"{policy}, {self.scenario} → {self.on}"


class Comparison(NamedTuple):
    """All rows of two results files."""

    suite: str
    base: str  # digest
    head: str
    margin: float  # points of loyalty that do not matter
    level: float  # of the intervals
    rows: tuple[ComparisonRow, ...]  # worst first

    @property
    def regressions(self) -> tuple[ComparisonRow, ...]:
        """What fails the comparison."""
        return tuple(row for row in self.rows if row.verdict is Verdict.REGRESSION)


def compare(base: Results, head: Results, margin: float) -> Comparison:
    """Compare loyalty, for each group on each scenario it was scored on.

    Args:
        base: before the change.
        head: after it.
        margin: how many points of loyalty do not matter; at least 0.

    Raises:
        ResultsError: the two do not hold the same cells of the same suite.
    """
    if margin < 0.0:
        raise ValueError(f"margin {margin:g}: must not be negative")
    check_comparable(base, head)
    befores, afters = cells_by_group(base), cells_by_group(head)
    pairs = [(befores[group], afters[group], on) for group, cells in befores.items() for on in cells[0].scored]
    level = adjusted_level(sum(_is_judged(*pair) and not _is_same(*pair) for pair in pairs))
    rows = (_row(*pair, margin, level) for pair in pairs)
    order = list(Verdict)
    worst_first = sorted(rows, key=lambda row: (order.index(row.verdict), row.difference.mean))
    return Comparison(base.suite, base.digest, head.digest, margin, level, tuple(worst_first))


def check_comparable(base: Results, head: Results) -> None:
    """Check that two files hold the same cells of the same suite.

    Raises:
        ResultsError: they do not; the message names every difference.
    """
    parts: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("", _suite(base), _suite(head)),
        ("config hash of scenario ", base.scenarios, head.scenarios),
        ("held out from ", _held_out(base), _held_out(head)),
        ("floors ", base.floors, head.floors),
        ("cell ", _cells(base), _cells(head)),
    ]
    differences = [line for part in parts for line in _differences(*part)]
    if differences:
        raise ResultsError("these results cannot be compared:\n" + "\n".join(differences))


def adjusted_level(rows: int) -> float:
    """Level of each interval, so that a false regression in any row is as rare as `FALSE_ALARMS` says.

    Bonferroni's, one-sided, as a fall alone is an alarm: a false ``better`` is as rare, counted on its own. Rows of one
    group over scenarios rise and fall together, as do groups on common floors; that makes false alarms rarer still.
    Rows that are the same bit for bit cannot raise one and are not counted, so that a change that reaches few rows is
    measured with a finer scale.
    """
    return 1.0 - 2.0 * FALSE_ALARMS / max(rows, 2)  # never less than 95 %


def is_regression(high: Any, margin: float) -> Any:
    """Whether intervals that end at ``high`` lie wholly below −margin; of one, or of an array."""
    return high < -margin


def _differences(what: str, base: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    sides = [(name, name in base, name in head) for name in dict.fromkeys([*base, *head])]
    lonely = [
        f"{what}{name}: only in {'BASE' if before else 'HEAD'}" for name, before, after in sides if before != after
    ]
    common = [name for name, before, after in sides if before and after]
    lines = lonely + [f"{what}{name}: {base[name]} against {head[name]}" for name in common if base[name] != head[name]]
    more = [f"{what}… and {len(lines) - _MOST_LISTED} more"] if len(lines) > _MOST_LISTED else []
    return lines[:_MOST_LISTED] + more


def _suite(results: Results) -> dict[str, str]:
    return {"suite": results.suite, "hash of the suite and its training files": results.suite_hash}


def _held_out(results: Results) -> dict[str, str]:
    return {home: ", ".join(others) or "nothing" for home, others in results.held_out.items()}


def _cells(results: Results) -> dict[str, str]:
    """Cells by name; one that was not scored wherever it should have been says so."""
    expected = {home: {home, *others} for home, others in results.held_out.items()}
    return {
        cell.key: "whole" if set(cell.scored) == expected.get(cell.scenario) else f"scored on {sorted(cell.scored)}"
        for cell in results.cells
    }


def _is_judged(base: list[Cell], head: list[Cell], on: str) -> bool:
    return base[0].reward is None or len(base) > 1


def _is_same(base: list[Cell], head: list[Cell], on: str) -> bool:
    return all(before.scored[on] == after.scored[on] for before, after in zip(base, head, strict=True))


def _row(base: list[Cell], head: list[Cell], on: str, margin: float, level: float) -> ComparisonRow:
    before, after = figures(base, on), figures(head, on)
    difference = paired_difference(after, before, level, same_spread=True)
    verdict = Verdict.UNCLEAR
    if _is_same(base, head, on):
        verdict = Verdict.SAME
    elif not _is_judged(base, head, on):
        verdict = Verdict.UNJUDGED
    elif is_regression(difference.high, margin):
        verdict = Verdict.REGRESSION
    elif difference.low > margin:
        verdict = Verdict.BETTER
    return ComparisonRow(*base[0].group, on, float(before.mean()), difference, verdict)
