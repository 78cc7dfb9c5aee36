"""Verdicts on gates, as a table and as plain data."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agents.benchmark.analysis.thresholds import Threshold
from agents.studies.gates.contract import Figure, Verdict
from incentive_env.support.tables import number, rich_table, span

if TYPE_CHECKING:
    from rich.table import Table


def verdict_table(verdicts: Sequence[Verdict], title: str) -> "Table":
    """A row for each figure of each gate; figures without a threshold decide nothing."""
    rows: list[tuple[str, ...]] = []
    for verdict in verdicts:
        word = "holds" if verdict.holds else "FALLS SHORT"
        rows.append((verdict.gate.id, verdict.gate.claim, "", "", "", word, "", f"{verdict.seconds:.0f}"))
        if verdict.trouble is not None:
            rows.append(("", f"cannot be measured: {verdict.trouble}", *6 * [""]))
        rows += [_row(figure) for figure in verdict.figures]
        rows.append(())
    headings = ("gate", "figure", "measured", "95 %", "threshold", "", "floors", "s")
    return rich_table(headings, rows, title, left=(0, 1, 4, 5))


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many gates hold, and which do not."""
    short = [verdict.gate.id for verdict in verdicts if not verdict.holds]
    holding = len(verdicts) - len(short)
    return f"{holding} of {len(verdicts)} gates hold" + (f"; falls short: {', '.join(short)}" if short else "")


def as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain data, exact; numbers that are not known are null."""
    return {
        "id": verdict.gate.id, "claim": verdict.gate.claim, "holds": verdict.holds, "trouble": verdict.trouble,
        "seconds": round(verdict.seconds, 1), "figures": [_figure(figure) for figure in verdict.figures],
        "data": verdict.data,
    }  # fmt: skip


def _row(figure: Figure) -> tuple[str, ...]:
    known = math.isfinite(figure.estimate.mean)
    measured = number(figure.estimate.mean, figure.spec) if known else "not measured"
    within = span(figure.estimate, figure.spec) if known and figure.estimate.low < figure.estimate.high else ""
    word = {True: "yes", False: "no", None: ""}[figure.holds]
    floors = str(figure.floors) if figure.floors else ""
    return "", figure.name, measured, within, str(figure.threshold or ""), word, floors, ""


def _figure(figure: Figure) -> dict[str, Any]:
    estimate = {name: _finite(value) for name, value in figure.estimate._asdict().items()}
    return {
        "name": figure.name, **estimate, "threshold": _threshold(figure.threshold), "holds": figure.holds,
        "floors": figure.floors, "spec": figure.spec,
    }  # fmt: skip


def _threshold(threshold: Threshold | None) -> dict[str, float] | None:
    if threshold is None:
        return None
    return {name: value for name, value in threshold._asdict().items() if math.isfinite(value)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
