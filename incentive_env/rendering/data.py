"""A film as compact data, as `floor.js` paints it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.rendering import phrases
from incentive_env.rendering.frame import Frame
from incentive_env.rendering.layout import USUAL_WIDTH, layout
from incentive_env.rendering.palette import slot_codes

FULL = 1.5  # strain and motivation that fill their bar


def film_data(frames: Sequence[Frame], *, width: int = USUAL_WIDTH) -> dict[str, Any]:
    """A film as JSON-serialisable data: about 1.5 kB a frame for twelve reps with fifty slots.

    Args:
        frames: of one floor.
        width: that of the `incentive_env.rendering.svg` that it is shown on, for which text is broken into lines.

    Returns:
        ``scenario``; ``schemes``, each as lines of text; and ``frames``, each with

        * ``week``, ``news``, ``description``, and ``figures`` in the order of `phrases.FIGURE_NAMES`: text;
        * ``values``: week and figures as numbers, rounded, by name;
        * ``progress``: share of the episode, ‰; ``scheme``: index into ``schemes``; ``closed``;
        * ``notes``: text, by rep;
        * ``bars``: by rep, or ``null`` for an empty seat: ‰ of strain, of motivation, and where stretches of calls end;
        * ``slots``: a letter a slot, rep after rep: ``a`` … ``t`` for loyalty, ``u`` vacant, ``v`` left wronged.

    Raises:
        ValueError: there is no frame, or the width is out of range.
    """
    if not frames:
        raise ValueError("frames: at least one is needed")
    place = layout(*frames[0].customers.shape, width)
    schemes: list[list[str]] = []
    entries = []
    for frame in frames:
        *lines, news = phrases.header_lines(frame, place.lines[0].characters, len(place.lines))
        if lines not in schemes:
            schemes.append(lines)
        entries.append({**_entry(frame, narrow=place.tiles[0].narrow), "scheme": schemes.index(lines), "news": news})
    return {"scenario": frames[0].scenario, "schemes": schemes, "frames": entries}


def bars(frame: Frame) -> list[list[int] | None]:
    """By rep how far each bar goes, ‰: strain, motivation, ends of the stretches of calls; none for an empty seat."""
    levels = np.column_stack([frame.strain, frame.motivation]) / FULL
    done = np.cumsum(frame.conduct, axis=1)
    ends = done / np.maximum(done[:, -1:], 1.0)
    filled = np.rint(1000.0 * np.clip(np.column_stack([levels, ends]), 0.0, 1.0)).astype(int)
    return [row if there else None for row, there in zip(filled.tolist(), frame.present.tolist(), strict=True)]


def letters(codes: NDArray[np.uint8]) -> str:
    """Slot codes as text, a letter each."""
    return (codes + np.uint8(ord("a"))).tobytes().decode("ascii")


def progress(frame: Frame) -> float:
    """Share of the episode that has passed."""
    return min(frame.week / frame.episode_weeks, 1.0)


def _entry(frame: Frame, *, narrow: bool) -> dict[str, Any]:
    return {
        "week": phrases.week_words(frame),
        "description": phrases.description(frame),
        "figures": phrases.figure_words(frame),
        "values": {
            "week": frame.week,
            "loyalty": round(frame.loyalty, 2),
            "conversion": None if frame.conversion is None else round(frame.conversion, 4),
            "gaming_share": None if frame.gaming_share is None else round(frame.gaming_share, 4),
            "cash": round(frame.cash),
        },
        "progress": round(1000 * progress(frame)),
        "closed": frame.closed,
        "notes": [phrases.rep_words(frame, rep, narrow=narrow) for rep in range(len(frame.present))],
        "bars": bars(frame),
        "slots": letters(
            slot_codes(frame.customers, frame.left_wronged, frame.detractor_below, frame.promoter_from)
        ),
    }  # fmt: skip
