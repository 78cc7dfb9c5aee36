"""What a gate is: figures with intervals, what each must reach, and whether the gate holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from agents.benchmark.analysis.thresholds import Threshold
from incentive_env.support.statistics import Interval

if TYPE_CHECKING:
    from agents.studies.gates.bench import Bench


class Figure(NamedTuple):
    """One figure of a gate."""

    name: str
    estimate: Interval
    threshold: Threshold | None = None  # None: reported beside, and decides nothing
    spec: str = "+.2f"  # how it is written
    floors: int = 0  # that it is measured on

    @property
    def holds(self) -> bool | None:
        """Whether it reaches its threshold; ``None`` where it has none."""
        return None if self.threshold is None else self.threshold.holds(self.estimate)


class Outcome(NamedTuple):
    """What the function of a gate measured."""

    figures: list[Figure]
    data: Mapping[str, Any] = {}  # plain data for the JSON file: clouds, schemes, budgets


@dataclass(frozen=True)
class Gate:
    """A gate, and the function that measures it."""

    id: str
    claim: str
    measure: Callable[["Bench"], Outcome]


@dataclass(frozen=True)
class Verdict:
    """A gate, measured."""

    gate: Gate
    figures: list[Figure]
    seconds: float
    data: Mapping[str, Any] = field(default_factory=dict)
    trouble: str | None = None  # why it could not be measured

    @property
    def holds(self) -> bool:
        """A gate holds if it could be measured and every figure with a threshold reaches it."""
        decided = [figure.holds for figure in self.figures if figure.holds is not None]
        return self.trouble is None and bool(decided) and all(decided)
