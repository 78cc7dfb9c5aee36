"""A comparison as a comment on a pull request, and as a test report."""

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from agents.benchmark.analysis.changes import NotComparableError
from agents.benchmark.analysis.compare import Comparison
from agents.benchmark.analysis.luck import MEMORY
from agents.benchmark.analysis.rows import FALSE_ALARMS, ComparisonRow, Verdict
from agents.benchmark.results import ResultsError
from incentive_env.support.tables import markdown_table, with_interval

_MOST_LISTED = 50  # settings or differences, before a comment only counts them


def markdown(comparison: Comparison) -> str:
    """The comparison as a comment on a pull request."""
    regressions = len(comparison.regressions)
    found = {0: "no regression", 1: "1 regression"}.get(regressions, f"{regressions} regressions")
    count = Counter(row.verdict for row in comparison.rows)
    clear = [row for row in comparison.rows if row.verdict in (Verdict.REGRESSION, Verdict.SUSPECT, Verdict.BETTER)]
    unclear = [row for row in comparison.rows if row.verdict in (Verdict.UNJUDGED, Verdict.UNCLEAR)]
    lines = [
        f"### Benchmark `{comparison.suite}`: {found}",
        "",
        *_listed("Settings differ between the two; the rows compare them all the same:", comparison.changes),
        ", ".join(f"{count[verdict]} × {verdict}" for verdict in Verdict if count[verdict]),
        "",
        *([_table(clear, comparison.level)] if clear else []),
        *(_folded(unclear, comparison.level) if unclear else []),
        f"Points of loyalty, `{comparison.base}` → `{comparison.head}`, on the same floors. A row is a regression "
        f"where its whole interval lies beyond the margin of {comparison.margin:g}: below it for loyalty and the worst "
        f"run, above it for the spread over runs. Without a change, at most {FALSE_ALARMS:.0%} of comparisons show a "
        f"regression. Worst runs and spreads are judged by what {MEMORY} or more trained runs of BASE did.",
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
    for change in comparison.changes:
        ElementTree.SubElement(properties, "property", name="changed setting", value=str(change))
    for row in comparison.rows:
        case = ElementTree.SubElement(suite, "testcase", classname=comparison.suite, name=row.name, time="0")
        if row.verdict is Verdict.REGRESSION:
            ElementTree.SubElement(case, "failure", message=f"{row.measure} {_change(row)}", type="regression")
        elif row.verdict is Verdict.UNJUDGED:
            ElementTree.SubElement(case, "skipped", message=str(row.verdict))
    return _xml(suite)


def refusal_markdown(error: ResultsError) -> str:
    """Why two files were not compared, as a comment on a pull request."""
    lines = ["### Benchmark: cannot be compared", ""]
    if not isinstance(error, NotComparableError):
        return "\n".join([*lines, f"`{_one_line(error)}`", ""])
    lines += _listed("The two do not hold the same cells on the same floors:", error.differences)
    lines += _listed("Settings differ:", error.changes)
    if not error.differences:
        lines += ["`--across-changes` compares them all the same, and names these settings.", ""]
    return "\n".join(lines)


def refusal_junit_xml(error: ResultsError) -> str:
    """The same as a test report: one test, which ended in an error."""
    suite = ElementTree.Element(
        "testsuite", name="benchmark", tests="1", errors="1", failures="0", skipped="0", time="0"
    )
    case = ElementTree.SubElement(suite, "testcase", classname="benchmark", name="can be compared", time="0")
    found = ElementTree.SubElement(case, "error", message=_one_line(error), type="cannot be compared")
    if isinstance(error, NotComparableError):
        found.text = "\n".join([*error.differences, *map(str, error.changes)])
    return _xml(suite)


def _listed(title: str, entries: Sequence[object]) -> list[str]:
    """A list under a title; nothing where it is empty."""
    if not entries:
        return []
    shown = [f"- `{_one_line(entry)}`" for entry in entries[:_MOST_LISTED]]
    more = len(entries) - _MOST_LISTED
    return [title, "", *shown, *([f"- and {more} more"] if more > 0 else []), ""]


def _one_line(entry: object) -> str:
    return " ".join(str(entry).split()).replace("`", "'")


def _xml(suite: ElementTree.Element) -> str:
    content: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return content.decode("utf-8")


def _folded(rows: list[ComparisonRow], level: float) -> list[str]:
    summary = f"<details><summary>{len(rows)} rows without a clear change</summary>"
    return [summary, "", _table(rows, level), "</details>", ""]


def _table(rows: list[ComparisonRow], level: float) -> str:
    cells = (
        (row.name, str(row.difference.seeds), f"{row.base:.1f}", _change(row),
         "**regression**" if row.verdict is Verdict.REGRESSION else row.verdict)
        for row in rows
    )  # fmt: skip
    headings = ("policy", "seeds", "in BASE", f"change; of loyalty with its {100 * level:.4g} % interval", "verdict")
    return markdown_table(headings, cells, left=(0, 4))


def _change(row: ComparisonRow) -> str:
    return with_interval(row.difference, "+.2f")
