"""The valid name that was probably meant, for the end of an error message."""

import difflib
from collections.abc import Iterable


def nearest(word: object, known: Iterable[str]) -> str:
    """The valid name that looks most like a word, as ``"; nearest valid name: ..."``; empty where none does."""
    name = nearest_name(word, known)
    return f"; nearest valid name: {name}" if name is not None else ""


def nearest_name(word: object, known: Iterable[str]) -> str | None:
    """The name that looks most like a word, whether in capitals or not; ``None`` where none does."""
    by_lower_case = {name.lower(): name for name in known}
    close = difflib.get_close_matches(str(word).lower(), by_lower_case, n=1, cutoff=0.5)
    return by_lower_case[close[0]] if close else None
