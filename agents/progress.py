"""Progress of long work: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


class Progress:
    """Shows how far a job of known size has come."""

    def __init__(self, label: str, total: int, *, done: int = 0, plain: bool = False, quiet: bool = False) -> None:
        self._label, self._total, self._quiet = label, total, quiet
        self._bar: Bar | None = None
        self._started = time.monotonic()
        self._first = done
        self._tenth = 10 * done // total
        if sys.stderr.isatty() and not plain and not quiet:
            rate = TextColumn("{task.fields[rate]}")
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            self._bar = Bar(*columns)
            self._task = self._bar.add_task(label, total=total, rate="")

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
        """Say that so much of the total is done."""
        seconds = max(time.monotonic() - self._started, 1e-9)
        rate = (done - self._first) / seconds
        if self._bar is not None:
            self._bar.update(self._task, completed=min(done, self._total), rate=f"{rate:,.0f}/s")
        elif not self._quiet and 10 * done // self._total > self._tenth:
            self._tenth = 10 * done // self._total
            left = max(0.0, (self._total - done) / rate) if rate > 0 else 0.0
            print(
                f"{self._label}: {min(done, self._total):,} of {self._total:,}, {rate:,.0f}/s, {left:.0f} s left",
                file=sys.stderr, flush=True,
            )  # fmt: skip

    def note(self, text: str) -> None:
        """Say something besides, above the bar if there is one."""
        if self._bar is not None:
            self._bar.console.print(text, highlight=False)
        elif not self._quiet:
            print(text, file=sys.stderr, flush=True)
