"""Evaluations as rows: for JSON, and for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from incentive_env.config.channels import CHANNELS
from incentive_env.studies.evaluate import BASE, Evaluation, gap
from incentive_env.support.statistics import interval
from incentive_env.support.tables import rich_table


def result_rows(evaluations: Mapping[str, Evaluation], trained: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """One object a policy.

    ``loyalty`` is the score in points with its 95 % interval over floors; ``conversion`` (recorded), ``profit``
    (€/week), ``gaming_share`` and the rest are means over the episode; differences are paired, floor by floor.
    ``loyalty_year_five`` is there where it was asked for.
    """
    base = evaluations[BASE]
    return [_row(name, evaluation, base, trained.get(name)) for name, evaluation in evaluations.items()]


def result_table(rows: list[dict[str, Any]], title: str) -> Table:
    """The rows as a table, best loyalty first."""
    headings = (
        "policy", "trained on", "loyalty", "95 %", "against flat salary", "conversion", "profit €/wk", "gaming", "gap",
    )  # fmt: skip
    later = any("loyalty_year_five" in row for row in rows)
    cells = (
        (
            Path(row["policy"]).name, row["trained_on"] or "",
            f"{row['loyalty']:.1f}", f"{row['loyalty_low']:.1f} … {row['loyalty_high']:.1f}",
            f"{row['loyalty_gain']:+.1f} ({row['loyalty_gain_low']:+.1f} … {row['loyalty_gain_high']:+.1f})",
            f"{row['conversion']:.3f}", f"{row['profit']:,.0f}",
            f"{row['gaming_share']:.2f}", f"{row['goodhart_gap']:+.1f}",
            *((f"{row['loyalty_year_five']:.1f}",) if later else ()),
        )
        for row in sorted(rows, key=lambda row: -row["loyalty"])
    )  # fmt: skip
    return rich_table((*headings, *(("year five",) if later else ())), cells, title, left=2)


def _row(name: str, evaluation: Evaluation, base: Evaluation, trained_on: str | None) -> dict[str, Any]:
    loyalty = interval(evaluation.loyalty)
    gain = interval(evaluation.loyalty - base.loyalty)
    more = interval(evaluation.conversion - base.conversion)
    later = evaluation.loyalty_year_five
    return {
        "policy": name,
        "trained_on": trained_on,
        "loyalty": loyalty.mean,
        "loyalty_low": loyalty.low,
        "loyalty_high": loyalty.high,
        "conversion": float(evaluation.conversion.mean()),
        "profit": float(evaluation.profit.mean()),
        "gaming_share": float(evaluation.gaming.mean()),
        "goodhart_gap": gap(evaluation, base, trained_on),
        "floors": len(evaluation.loyalty),
        "loyalty_gain": gain.mean,
        "loyalty_gain_low": gain.low,
        "loyalty_gain_high": gain.high,
        "conversion_gain": more.mean,
        "conversion_gain_low": more.low,
        "conversion_gain_high": more.high,
        "measured_nps": float(evaluation.nps.mean()),
        "wellbeing": float(evaluation.wellbeing.mean()),
        "volume_left": float(evaluation.survived.mean()),
        "gaming_by_channel": dict(zip(CHANNELS, evaluation.channels.mean(axis=0).tolist(), strict=True)),
        **({} if later is None else {"loyalty_year_five": float(later.mean())}),
    }
