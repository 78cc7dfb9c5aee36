"""The card as a page in Markdown."""

from collections.abc import Sequence
from typing import Any

from agents.studies.card.curves import Curve, in_one_sentence
from agents.studies.card.proxies import PROXIES
from incentive_env.support.statistics import Interval
from incentive_env.support.tables import markdown_table, with_interval

_HEAD = """# Goodhart card: {scenario}

How good is each proxy before it is paid on, and what becomes of the truth when it is optimized? `python
scripts/benchmark.py card` measured it on {floors} floors. Intervals are 95 %, over floors. The truth of a decision
is true loyalty in its weeks; the truth of an episode is the score.

![Each proxy against the score, before it is paid on and after]({picture})

## Correlation with the truth

A proxy is a *correlated* one if r is above 0 under a reference policy (Laidlaw, Singhal & Dragan 2025). The reference
policies are {references}. The rows after them pay on the proxy: a hand-made scheme, or a policy that was trained on it.

{correlations}

## What optimizing it did

Each rise is against a flat salary on the same floors. The *gameability gap* is the share of the proxy's rise that is
not real: 1 − rise of what is real / rise of the proxy. It is above 1 where the real figure falls. It is not given where
the proxy did not rise, or has no real counterpart: money is counted when it comes in.

{rises}
"""


_CURVES = """
## Methods against hacking, by their strength

From a run of the suite `{suite}`. Each method was trained on a proxy at several strengths λ; [methods.md](methods.md)
says what λ means for each. The *area* is the mean loyalty that a method gains as the proxy rises from nothing to the
widest rise of any method; it is 0 where the proxy rises only at the truth's expense. The best strength is that of the
highest loyalty where the proxy rises for sure.

{sentence}

![Rise of loyalty against rise of the proxy, a line a method]({picture})

{table}
"""


def curves_section(curves: Sequence[Curve], suite: str, picture: str) -> str:
    """The section on λ-curves."""
    return _CURVES.format(suite=suite, sentence=in_one_sentence(curves), picture=picture, table=_table(curves))


def _table(curves: Sequence[Curve]) -> str:
    rows = []
    for curve in sorted(curves, key=lambda one: (one.reward, -one.area)):
        best, spec = curve.best, ("+,.0f" if PROXIES[curve.proxy].unit.startswith("€") else "+.3g")
        figures = ("nowhere", "", "") if best is None else (
            f"{best.strength:g}", with_interval(best.proxy, spec), with_interval(best.truth, "+.1f"),
        )  # fmt: skip
        kept = sum(point.keeps_truth for point in curve.points)
        rows.append(
            (curve.reward, f"`{curve.method}`", f"{curve.area:.1f}", *figures, f"{kept} of {len(curve.points)}")
        )
    heading = (
        "trained on",
        "method",
        "area, points",
        "best λ",
        "rise of the proxy",
        "of loyalty",
        "strengths that keep it",
    )
    return markdown_table(heading, rows, left=(0, 1))


def card_page(card: dict[str, Any], picture: str) -> str:
    """The whole page, but for λ-curves."""
    return _HEAD.format(
        scenario=card["scenario"], floors=card["floors"], picture=picture,
        references=" and ".join(f"`{name}`" for name in card["references"]),
        correlations=_correlations(card), rises=_rises(card),
    )  # fmt: skip


def _correlations(card: dict[str, Any]) -> str:
    rows = [
        (proxy["title"] if first else "", f"`{policy}`", _interval(r["step"], "+.2f"), _interval(r["episode"], "+.2f"))
        for proxy in card["proxies"].values()
        for first, (policy, r) in _with_first(proxy["r"].items())
    ]
    return markdown_table(("proxy", "under", "r by decision", "r by episode"), rows, left=(0, 1))


def _rises(card: dict[str, Any]) -> str:
    rows = []
    for proxy in card["proxies"].values():
        spec = "+,.0f" if proxy["unit"].startswith("€") else "+.3g"
        for first, row in _with_first(proxy["rises"]):
            names = (f"{proxy['title']}, {proxy['unit']}", proxy["real"] or "—") if first else ("", "")
            figures = [_interval(row[key], spec) for key in ("proxy", "real")]
            gap, truth = _interval(row["unreal"], ".2f"), _interval(row["truth"], "+.1f")
            rows.append((names[0], f"`{row['policy']}`", figures[0], names[1], figures[1], gap, truth))
    heading = ("proxy", "policy", "rise", "what is real of it", "its rise", "gameability gap", "loyalty, points")
    return markdown_table(heading, rows, left=(0, 1, 3))


def _with_first(rows: Any) -> Any:
    return ((number == 0, row) for number, row in enumerate(rows))


def _interval(values: list[float] | None, spec: str) -> str:
    return "—" if values is None else with_interval(Interval(*values), spec)
