"""The table of a study for a page, between marks."""

from typing import Any

OPEN = "<!-- figures: written by `python scripts/offline.py page` from docs/results/offline.json -->"
CLOSE = "<!-- /figures -->"


def with_study(text: str, study: dict[str, Any]) -> str:
    """A page's text with the study's figures between the marks.

    Raises:
        ValueError: there are no marks, or the JSON is of no study.
    """
    before, opened, rest = text.partition(OPEN)
    _, closed, after = rest.partition(CLOSE)
    if not opened or not closed:
        raise ValueError(f"holds no place for figures, between {OPEN} and {CLOSE}")
    try:
        return f"{before}{OPEN}\n\n{_datasets(study)}\n{_rows(study)}\n{CLOSE}{after}"
    except (KeyError, TypeError) as error:
        raise ValueError(f"holds no study of offline learning: {error} is missing") from None


def _datasets(study: dict[str, Any]) -> str:
    lines = [
        "| dataset | behaviors | episodes | decisions | decisions per episode, below and above the median return "
        "| ended early | MB |",
        "|---|" + "---:|" * 6,
    ]
    for found in study["datasets"].values():
        lines.append(
            f"| `{found['id']}` | {found['behaviours']} | {found['episodes']:,} | {found['decisions']:,} | "
            f"{found['decisions_below_median']:.1f}, {found['decisions_above_median']:.1f} | "
            f"{100 * found['ended_early']:.0f} % | {found['megabytes']:.1f} |"
        )
    return "\n".join(lines) + "\n"


def _rows(study: dict[str, Any]) -> str:
    scored = f"{study['floors']} floors and {study['seeds']} seeds of learning"
    lines = [
        f"Loyalty in points, {scored}; 95 % intervals over both.\n",
        "| dataset | manager | loyalty | against the behavior | against the best policy in it |",
        "|---|---|---:|---:|---:|",
    ]
    for row in study["rows"]:
        loyalty = _with_interval(row["loyalty"], row["loyalty_low"], row["loyalty_high"], "")
        over = [_with_interval(*row[key].values(), "+") if row[key] else "" for key in ("over_behaviour", "over_best")]
        name = row["learner"] if row["kind"] == "learned" else f"*{row['learner'].replace('_', ' ')}*"
        lines.append(f"| {row['dataset']} | {name} | {loyalty} | {over[0]} | {over[1]} |")
    return "\n".join(lines) + "\n"


def _with_interval(mean: float, low: float, high: float, sign: str) -> str:
    return f"{mean:{sign}.1f} ({low:{sign}.1f} … {high:{sign}.1f})"
