"""The tables of a study for a page, between marks."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from agents.records import Amount, Count, Number, Points, Record, Share, as_record
from incentive_env.support.sealed import read_sealed
from incentive_env.support.tables import between_marks, markdown_table, with_interval

OPEN = "<!-- figures: written by `python scripts/offline.py page` from docs/results/offline.json -->"
CLOSE = "<!-- /figures -->"


class Dataset(Record):
    """The size of a dataset."""

    id: str
    behaviours: Count
    episodes: Count
    decisions: Count
    replayed: Count  # decisions whose replay gave the same bits
    megabytes: Amount
    ended_early: Share  # of the episodes
    mean_return: Number
    decisions_below_median: Amount  # an episode, of those whose return is below it
    decisions_above_median: Amount


class Gain(Record):
    """A difference with its interval, in points; of the median run, and in files of version 0.1 of the mean."""

    value: Number | None = None
    mean: Number | None = None
    low: Number | None
    high: Number | None


class Row(Record):
    """A manager, on the study's floors."""

    dataset: str
    learner: str
    kind: Literal["learned", "in the dataset"]
    loyalty: Points
    loyalty_low: Number | None  # of its interval; None, as all ends, where runs are too few to tell
    loyalty_high: Number | None
    by_seed: tuple[Points, ...] = Field(min_length=1)
    over_behaviour: Gain | None  # None for the behaviour itself
    over_best: Gain | None


class StudyFile(Record):
    """What `agents.offline.study.run_study` returns."""

    scenario: str
    fingerprint: str
    reward: str
    seeds: Count
    floors: Count
    first_floor: Count
    datasets: dict[str, Dataset]
    rows: tuple[Row, ...] = Field(min_length=1)
    times: dict[str, dict[str, Amount]]  # seconds, by dataset and step


def read_study(path: Path) -> dict[str, Any]:
    """The content of a study's file.

    Raises:
        RecordError: it is no study, holds a figure that cannot be, or was changed; one line says where.
        TextError: it cannot be read.
    """
    content = read_sealed(path)
    return as_record(StudyFile, content, str(path)).model_dump(exclude_unset=True)


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
