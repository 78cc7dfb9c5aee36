"""Tables for the terminal and for Markdown, and figures with their intervals, as people read them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

# A mean and the ends of its interval, in this order; or read from JSON, by name. The ends are None where unknown.
Estimate = Sequence[float | None] | Mapping[str, Any]
_MEANS = ("mean", "value", "figure")  # names of the mean in JSON


def shapes(values: Any) -> str:
    """A named tuple of arrays for a prompt or a notebook: their shapes, and not their thousands of numbers."""
    parts = (f"{name}={_shape(value)}" for name, value in values._asdict().items())
    return f"{type(values).__name__}({', '.join(parts)})"


def number(value: float, spec: str = ".1f", factor: float = 1.0) -> str:
    """A number by a format specification; what rounds to zero has no minus."""
    text = format(factor * value, spec)
    if not any(digit in text for digit in "123456789"):
        return text.replace("-", "+" if "+" in spec else "")
    return text


def span(estimate: Estimate, spec: str = ".1f", factor: float = 1.0) -> str:
    """The interval alone: ``low … high``; empty where it is unknown."""
    _, low, high = _parts(estimate)
    return "" if low is None or high is None else f"{number(low, spec, factor)} … {number(high, spec, factor)}"


def with_interval(estimate: Estimate | None, spec: str = ".1f", factor: float = 1.0) -> str:
    """A figure with its interval: ``mean (low … high)``; the mean alone where the interval is unknown."""
    if estimate is None:
        return ""
    mean, ends = number(_parts(estimate)[0], spec, factor), span(estimate, spec, factor)
    return f"{mean} ({ends})" if ends else mean


def starred(estimate: Estimate, spec: str = "+.1f", factor: float = 1.0) -> str:
    """The mean, with a star where its interval leaves out 0, else with a space, so that columns align."""
    return f"{number(_parts(estimate)[0], spec, factor)}{'*' if leaves_out_0(estimate) else ' '}"


def leaves_out_0(estimate: Estimate) -> bool:
    """Whether 0 lies outside the interval."""
    _, low, high = _parts(estimate)
    return low is not None and high is not None and bool(low > 0 or high < 0)


def largest(values: Mapping[str, float], count: int, rest: str = "") -> dict[str, float]:
    """The entries of the largest size, the largest first; zeros are left out.

    Args:
        values: by name.
        count: how many entries at most.
        rest: name of a last entry that holds the sum of all others; none where it is empty, or where they sum to 0.
    """
    chosen = dict(sorted(values.items(), key=lambda item: -abs(item[1]))[:count])
    kept = {name: value for name, value in chosen.items() if value != 0.0}
    others = sum(values.values()) - sum(kept.values())
    return {**kept, rest: others} if rest and abs(others) > 1e-12 else kept


def rich_table(
    headings: Iterable[str], rows: Iterable[Sequence[str]], title: str = "", *, caption: str = "",
    left: int | Collection[int] = 1, **options: Any,
) -> "Table":  # fmt: skip
    """A table for the terminal.

    Args:
        headings: of the columns.
        rows: a cell a column; an empty row draws a line.
        title: above it.
        caption: below it.
        left: columns of words: how many of the first ones, or their places. The others stand to the right.
        options: anything else that `rich.table.Table` takes.
    """
    from rich.table import Table

    table = Table(title=title or None, caption=caption or None, **options)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place in _places(left) else "right", overflow="fold")
    for row in rows:
        if row:
            table.add_row(*row)
        else:
            table.add_section()
    return table


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: int | Collection[int] = 1) -> str:
    """A table for a page, with a line break at its end; ``left`` as in `rich_table`."""
    marks = ["---" if place in _places(left) else "---:" for place in range(len(headings))]
    lines = [_line(headings), f"|{'|'.join(marks)}|", *map(_line, rows)]
    return "\n".join(lines) + "\n"


def between_marks(text: str, begin: str, end: str, content: Callable[[], str], where: Path | None = None) -> str:
    """A text with ``content`` between two marks, instead of what stands there; ``where`` it is from, for the error.

    Raises:
        ValueError: the text lacks a mark.
    """
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{where or 'the page'}: holds no place for tables, between {begin} and {end}")
    return f"{before}{begin}\n{content()}{end}{after}"


def _shape(value: Any) -> str:
    if hasattr(value, "shape"):
        return str(list(value.shape))
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _parts(estimate: Estimate) -> tuple[float, float | None, float | None]:
    if isinstance(estimate, Mapping):
        return next(estimate[name] for name in _MEANS if name in estimate), estimate.get("low"), estimate.get("high")
    mean, low, high = estimate[:3]
    assert mean is not None
    return mean, low, high


def _places(left: int | Collection[int]) -> Collection[int]:
    return range(left) if isinstance(left, int) else left


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
