"""Two runs of one suite: what became worse or better from BASE to HEAD, and what may be chance."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from xml.etree import ElementTree

from agents.benchmark.analysis.statistics import Difference, paired_difference
from agents.benchmark.results import Cell, Results, ResultsError, cells_by_group, figures, name_of
from incentive_env.support.tables import markdown_table, with_interval

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


def markdown(comparison: Comparison) -> str:
    """The comparison as a comment on a pull request."""
    regressions = len(comparison.regressions)
    found = {0: "no regression", 1: "1 regression"}.get(regressions, f"{regressions} regressions")
    count = Counter(row.verdict for row in comparison.rows)
    clear = [row for row in comparison.rows if row.verdict in (Verdict.REGRESSION, Verdict.BETTER)]
    unclear = [row for row in comparison.rows if row.verdict in (Verdict.UNJUDGED, Verdict.UNCLEAR)]
    lines = [
        f"### Benchmark `{comparison.suite}`: {found}",
        "",
        ", ".join(f"{count[verdict]} × {verdict}" for verdict in Verdict),
        "",
        *([_table(clear, comparison.level)] if clear else []),
        *(_folded(unclear, comparison.level) if unclear else []),
        f"Loyalty in points, `{comparison.base}` → `{comparison.head}`, on the same floors. A row is a regression "
        f"where its whole interval lies below −{comparison.margin:g}. Intervals are adjusted for the number of rows: "
        f"without a change, at most {FALSE_ALARMS:.0%} of comparisons show a regression.",
    ]
    return "\n".join(lines) + "\n"


def junit_xml(comparison: Comparison) -> str:
    """The comparison as a test report, for what reads JUnit's format; one test a row."""
    unjudged = sum(row.verdict is Verdict.UNJUDGED for row in comparison.rows)
    suite = ElementTree.Element(
        "testsuite", name=f"benchmark {comparison.suite}", tests=str(len(comparison.rows)), errors="0",
        failures=str(len(comparison.regressions)), skipped=str(unjudged), time="0",
    )  # fmt: skip
    properties = ElementTree.SubElement(suite, "properties")
    for name in ("base", "head", "margin", "level"):
        ElementTree.SubElement(properties, "property", name=name, value=str(getattr(comparison, name)))
    for row in comparison.rows:
        case = ElementTree.SubElement(suite, "testcase", classname=comparison.suite, name=row.name, time="0")
        if row.verdict is Verdict.REGRESSION:
            ElementTree.SubElement(case, "failure", message=f"loyalty {_change(row)}", type="regression")
        elif row.verdict is Verdict.UNJUDGED:
            ElementTree.SubElement(case, "skipped", message=str(row.verdict))
    content: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return content.decode("utf-8")


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


def _folded(rows: list[ComparisonRow], level: float) -> list[str]:
    summary = f"<details><summary>{len(rows)} rows without a clear change</summary>"
    return [summary, "", _table(rows, level), "</details>", ""]


def _table(rows: list[ComparisonRow], level: float) -> str:
    cells = (
        (row.name, str(row.difference.seeds), f"{row.base:.1f}", _change(row),
         "**regression**" if row.verdict is Verdict.REGRESSION else row.verdict)
        for row in rows
    )  # fmt: skip
    headings = ("policy", "seeds", "loyalty in BASE", f"change, {100 * level:.4g} % interval", "verdict")
    return markdown_table(headings, cells, left=(0, 4))


def _change(row: ComparisonRow) -> str:
    return with_interval(row.difference, "+.2f")
