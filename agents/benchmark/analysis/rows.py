"""The rows of a comparison: for each group on each scenario its loyalty, its worst run, and its spread over runs."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from agents.benchmark.analysis.luck import FEWEST_RUNS, MEMORY, Floats, limits_of, spread_of
from agents.benchmark.analysis.spread import difference_spread
from agents.benchmark.results import Cell, Group, figures, name_of

FALSE_ALARMS = 0.05  # share of comparisons with a false regression, where nothing changed but luck; at most
_OF_LOYALTY = 0.025  # part of it for the rows of loyalty; worst runs and spreads have the rest


class Measure(StrEnum):
    """What a row compares."""

    LOYALTY = "loyalty"  # mean over runs and floors
    WORST = "worst run"  # mean over floors of the run with the lowest
    SPREAD = "spread over runs"  # standard deviation of the runs' means over floors; more is worse


class Verdict(StrEnum):
    """The verdict on a row; the worst first."""

    REGRESSION = "regression"  # the whole interval lies on the wrong side of the margin
    SUSPECT = "beyond luck, but too few runs to judge"  # the same, in a suite that shows too little of its own luck
    UNJUDGED = "one seed: not judged"  # trained once: how much training itself varies is not known
    UNCLEAR = "no clear change"
    BETTER = "better"  # the whole interval lies on the right side of the margin
    SAME = "same"  # every figure is, bit for bit


class Shift(NamedTuple):
    """HEAD − BASE, and what luck leaves open."""

    value: float
    low: float
    high: float
    seeds: int  # of training


class ComparisonRow(NamedTuple):
    """A measure of a group on one scenario."""

    policy: str
    reward: str | None
    scenario: str  # at home
    on: str  # where it is scored: at home, or held out
    measure: Measure
    base: float  # in BASE, points
    difference: Shift  # points
    verdict: Verdict

    @property
    def name(self) -> str:
        """Its name in tables and test reports."""
        policy = name_of(self.policy, self.reward)
        where = self.scenario if self.on == self.scenario else f"{self.scenario} → {self.on}"
        which = "" if self.measure is Measure.LOYALTY else f": {self.measure}"
        return f"{policy}, {where}{which}"


class _Pair(NamedTuple):
    """A group on one scenario, in BASE and in HEAD."""

    base: list[Cell]
    head: list[Cell]
    on: str

    @property
    def is_judged(self) -> bool:
        return self.base[0].reward is None or len(self.base) > 1

    @property
    def is_same(self) -> bool:
        cells = zip(self.base, self.head, strict=True)
        return all(before.scored[self.on] == after.scored[self.on] for before, after in cells)

    @property
    def has_spread(self) -> bool:
        return self.base[0].reward is not None and len(self.base) >= FEWEST_RUNS

    def runs(self, side: str) -> Floats:
        runs: Floats = figures(getattr(self, side), self.on).mean(axis=1)
        return runs


def rows_of(
    base: Mapping[Group, list[Cell]], head: Mapping[Group, list[Cell]], margin: float
) -> tuple[float, list[ComparisonRow]]:
    """The level of the rows of loyalty, and all rows, the worst first.

    Args:
        base: cells by group, before the change.
        head: the same groups after it.
        margin: points that do not matter.
    """
    pairs = [_Pair(cells, head[group], on) for group, cells in base.items() for on in cells[0].scored]
    level = adjusted_level(sum(pair.is_judged and not pair.is_same for pair in pairs))
    rows = [_loyalty_row(pair, margin, level) for pair in pairs]
    for on in dict.fromkeys(pair.on for pair in pairs):
        rows += _rows_about_runs([pair for pair in pairs if pair.on == on and pair.has_spread], margin)
    order = list(Verdict)
    return level, sorted(rows, key=lambda row: (order.index(row.verdict), list(Measure).index(row.measure), _rise(row)))


def adjusted_level(rows: int) -> float:
    """Level of the interval of each row of loyalty, so that a false regression in any of them is rare enough.

    Bonferroni's, one-sided, as a fall alone is an alarm: a false ``better`` is as rare, counted on its own. Rows of one
    group over scenarios rise and fall together, as do groups on common floors; that makes false alarms rarer still.
    Rows that are the same bit for bit cannot raise one and are not counted, so that a change that reaches few rows is
    measured with a finer scale.
    """
    return 1.0 - 2.0 * _OF_LOYALTY / max(rows, 1)


def is_regression(high: Any, margin: float) -> Any:
    """Whether intervals that end at ``high`` lie wholly below −margin; of one, or of an array."""
    return high < -margin


def _rise(row: ComparisonRow) -> float:
    return -row.difference.value if row.measure is Measure.SPREAD else row.difference.value


def _loyalty_row(pair: _Pair, margin: float, level: float) -> ComparisonRow:
    before, after = figures(pair.base, pair.on), figures(pair.head, pair.on)
    spread = difference_spread(after, before, same_spread=True)
    mean, half = float(spread.mean), float(spread.half_width(level))
    verdict = _verdict(mean - half, mean + half, margin, True) if pair.is_judged else Verdict.UNJUDGED
    return _row(pair, Measure.LOYALTY, float(before.mean()), (mean, mean - half, mean + half), verdict)


def _rows_about_runs(pairs: Sequence[_Pair], margin: float) -> Iterator[ComparisonRow]:
    """Rows of all groups on one scenario: the limits of each come from all."""
    if not pairs:
        return
    befores, afters = [pair.runs("base") for pair in pairs], [pair.runs("head") for pair in pairs]
    is_known = sum(map(len, befores)) >= MEMORY
    sides = zip(pairs, befores, afters, limits_of(befores), limits_of(afters), strict=True)
    for pair, before, after, limits, limits_back in sides:
        slack, slack_back = before.min() - limits.floor, after.min() - limits_back.floor
        worst = _shift(before.min(), after.min(), slack_back, slack)
        yield _row(pair, Measure.WORST, float(before.min()), worst, _verdict(worst[1], worst[2], margin, is_known))
        wide, wide_back = spread_of(before), spread_of(after)
        wider = _shift(wide, wide_back, limits.spread - wide, limits_back.spread - wide_back)
        verdict = _verdict(-wider[2], -wider[1], margin, is_known)
        yield _row(pair, Measure.SPREAD, float(wide), wider, verdict)


def _shift(before: Any, after: Any, down: Any, up: Any) -> tuple[float, float, float]:
    """Change from BASE to HEAD, and how far luck leaves it open.

    One way it is as far as HEAD may go before it is beyond the limit of BASE, the other as far as BASE may before it is
    beyond that of HEAD.
    """
    change = float(after - before)
    return change, change - float(down), change + float(up)


def _verdict(low: float, high: float, margin: float, is_known: bool) -> Verdict:
    if is_regression(high, margin):
        return Verdict.REGRESSION if is_known else Verdict.SUSPECT
    return Verdict.BETTER if low > margin and is_known else Verdict.UNCLEAR


def _row(
    pair: _Pair, measure: Measure, base: float, interval: tuple[float, float, float], verdict: Verdict
) -> ComparisonRow:
    shift = Shift(*interval, seeds=max(len(pair.base), len(pair.head)))
    return ComparisonRow(*pair.base[0].group, pair.on, measure, base, shift, Verdict.SAME if pair.is_same else verdict)
