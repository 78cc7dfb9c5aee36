"""The tables of a study for a page, between marks."""

from typing import Any

from incentive_env.support.tables import between_marks, markdown_table, with_interval

OPEN = "<!-- figures: written by `python scripts/offline.py page` from docs/results/offline.json -->"
CLOSE = "<!-- /figures -->"


def with_study(text: str, study: dict[str, Any]) -> str:
    """A page's text with the study's figures between the marks.

    Raises:
        ValueError: the marks are missing, or the JSON does not hold a study.
    """
    try:
        return between_marks(text, OPEN, CLOSE, lambda: f"\n{_datasets(study)}\n{_rows(study)}\n")
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a study of offline learning: {error} is missing") from None


def _datasets(study: dict[str, Any]) -> str:
    headings = (
        "dataset", "behaviors", "episodes", "decisions", "decisions per episode, below and above the median return",
        "ended early", "MB",
    )  # fmt: skip
    rows = (
        (f"`{found['id']}`", str(found["behaviours"]), f"{found['episodes']:,}", f"{found['decisions']:,}",
         f"{found['decisions_below_median']:.1f}, {found['decisions_above_median']:.1f}",
         f"{100 * found['ended_early']:.0f} %", f"{found['megabytes']:.1f}")
        for found in study["datasets"].values()
    )  # fmt: skip
    return markdown_table(headings, rows)


def _rows(study: dict[str, Any]) -> str:
    scored = f"{study['floors']} floors and {study['seeds']} seeds of learning"
    headings = ("dataset", "manager", "loyalty", "against the behavior", "against the best policy in it")
    rows = (
        (row["dataset"], row["learner"] if row["kind"] == "learned" else f"*{row['learner'].replace('_', ' ')}*",
         with_interval((row["loyalty"], row["loyalty_low"], row["loyalty_high"])),
         with_interval(row["over_behaviour"], "+.1f"), with_interval(row["over_best"], "+.1f"))
        for row in study["rows"]
    )  # fmt: skip
    return f"Loyalty in points, {scored}; 95 % intervals over both.\n\n{markdown_table(headings, rows, left=2)}"
