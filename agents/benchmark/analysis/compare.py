"""Two runs of one suite: what became worse or better from BASE to HEAD, and what may be chance."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from agents.benchmark.analysis.rows import ComparisonRow, Verdict, rows_of
from agents.benchmark.results import Results, ResultsError, cells_by_group

_MOST_LISTED = 8  # differences of a kind that a message names, before it only counts them


class Comparison(NamedTuple):
    """All rows of two results files."""

    suite: str
    base: str  # digest
    head: str
    margin: float  # points of loyalty that do not matter
    level: float  # of the intervals of loyalty
    rows: tuple[ComparisonRow, ...]  # worst first

    @property
    def regressions(self) -> tuple[ComparisonRow, ...]:
        """What fails the comparison."""
        return tuple(row for row in self.rows if row.verdict is Verdict.REGRESSION)


def compare(base: Results, head: Results, margin: float) -> Comparison:
    """Compare loyalty, worst run and spread, for each group on each scenario it was scored on.

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
    level, rows = rows_of(cells_by_group(base), cells_by_group(head), margin)
    return Comparison(base.suite, base.digest, head.digest, margin, level, tuple(rows))


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
