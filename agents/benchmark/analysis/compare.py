"""Two runs of one suite: what became worse or better from BASE to HEAD, and what may be chance."""

from typing import NamedTuple

from agents.benchmark.analysis.changes import Change, check_comparable
from agents.benchmark.analysis.rows import ComparisonRow, Verdict, rows_of
from agents.benchmark.results import Results, cells_by_group


class Comparison(NamedTuple):
    """All rows of two results files."""

    suite: str
    base: str  # digest
    head: str
    margin: float  # points of loyalty that do not matter
    level: float  # of the intervals of loyalty
    rows: tuple[ComparisonRow, ...]  # worst first
    changes: tuple[Change, ...] = ()  # settings that differ

    @property
    def regressions(self) -> tuple[ComparisonRow, ...]:
        """What fails the comparison."""
        return tuple(row for row in self.rows if row.verdict is Verdict.REGRESSION)


def compare(base: Results, head: Results, margin: float, *, across_changes: bool = False) -> Comparison:
    """Compare loyalty, worst run and spread, for each group on each scenario it was scored on.

    Args:
        base: before the change.
        head: after it.
        margin: how many points of loyalty do not matter; at least 0.
        across_changes: compare also where settings of suite, scenarios or plans differ.

    Raises:
        NotComparableError: the two do not hold the same cells on the same floors, or settings differ that may not.
    """
    if margin < 0.0:
        raise ValueError(f"margin {margin:g}: must not be negative")
    changes = check_comparable(base, head, across_changes=across_changes)
    level, rows = rows_of(cells_by_group(base), cells_by_group(head), margin)
    return Comparison(base.suite, base.digest, head.digest, margin, level, tuple(rows), changes)
