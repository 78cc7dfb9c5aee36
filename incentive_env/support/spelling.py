"""Words of other people in error messages: shown within limits, and the valid name that was probably meant."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_MOST_LETTERS = 80
_MOST_ERRORS = 20  # that one message lists


def shown(value: object, most: int = _MOST_LETTERS) -> str:
    """A value as Python writes it, on one line, cut where it is long."""
    text = repr(value[: 2 * most] if isinstance(value, str) else value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shown_key(key: str) -> str:
    """A key as it stands, or as `shown` where it is long or would move the cursor."""
    return key if key.isprintable() and len(key) <= _MOST_LETTERS else shown(key)


def listed(errors: Sequence[Any], line: Callable[[Any], str]) -> str:
    """A line for each error; of very many only the first."""
    lines = list(dict.fromkeys(line(error) for error in errors[:_MOST_ERRORS]))
    more = len(errors) - _MOST_ERRORS
    return "\n".join([*lines, f"and {more} more errors"] if more > 0 else lines)


def nearest(word: object, known: Iterable[str]) -> str:
    """The valid name that looks most like a word, as ``"; nearest valid name: ..."``; empty where none does."""
    name = nearest_name(word, known)
    return f"; nearest valid name: {name}" if name is not None else ""


def nearest_name(word: object, known: Iterable[str]) -> str | None:
    """The name that looks most like a word, whether in capitals or not; ``None`` where none does."""
    by_lower_case = {name.lower(): name for name in known}
    close = difflib.get_close_matches(str(word)[:_MOST_LETTERS].lower(), by_lower_case, n=1, cutoff=0.5)
    return by_lower_case[close[0]] if close else None
