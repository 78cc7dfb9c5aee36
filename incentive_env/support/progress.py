"""Progress of long work: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar


class Progress:
    """Shows how far a job of known size has come, with rate and time left.

    Args:
        label: name of the job.
        total: its size.
        done: how much was done before.
        plain: lines even on a terminal.
        quiet: nothing at all.
        lines: how many lines, where there is no bar.
    """

    def __init__(
        self, label: str, total: int, *, done: int = 0, plain: bool = False, quiet: bool = False, lines: int = 10
    ) -> None:
        self._label, self._total, self._quiet, self._lines = label, total, quiet, lines
        self._bar: Bar | None = None
        self._started = time.monotonic()
        self._first = done
        self._line = lines * done // total
        if sys.stderr.isatty() and not plain and not quiet:
            pace = TextColumn("{task.fields[pace]}")
            self._bar = Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), pace)
            self._task = self._bar.add_task(label, total=total, completed=done, pace="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def move(self, done: int) -> None:
        """Show how much of the total is done."""
        seconds = max(time.monotonic() - self._started, 1e-9)
        rate = (done - self._first) / seconds
        # Of the whole run so far, and not of its last seconds: some jobs report minutes apart.
        left = max(0.0, (self._total - done) / rate) if rate > 0 else 0.0
        pace = f"{rate:,.0f}/s, {left:.0f} s left"
        if self._bar is not None:
            self._bar.update(self._task, completed=min(done, self._total), pace=pace)
        elif not self._quiet and self._lines * done // self._total > self._line:
            self._line = self._lines * done // self._total
            print(f"{self._label}: {min(done, self._total):,} of {self._total:,}, {pace}", file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Print a message, above the bar if there is one."""
        if self._bar is not None:
            self._bar.console.print(text, highlight=False)
        elif not self._quiet:
            print(text, file=sys.stderr, flush=True)
