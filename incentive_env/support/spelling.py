"""The valid name that was probably meant, for the end of an error's line."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The valid name that looks most like a word, as ``"; nearest valid name: ..."``; nothing where none does."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; nearest valid name: {close[0]}" if close else ""
