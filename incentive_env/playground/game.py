"""Be the manager, without the page: a floor, the reports so far, and nothing that a learner would not see."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.floors.batch import Floors
from incentive_env.floors.observation import FIGURES, Figure
from incentive_env.model.scheme import Scheme, scheme_to_action
from incentive_env.playground.experiment import Changes, scenario_of


class Line(NamedTuple):
    """A figure of the report, and how it has moved."""

    figure: Figure
    value: float
    before: float | None  # on the report before


class Game:
    """A player's floor.

    Args:
        scenario: a shipped scenario's name.
        changes: of its keys.
        seed: of the floor.
    """

    def __init__(self, scenario: str, changes: Changes, seed: int) -> None:
        self.scenario, self.changes, self.seed = scenario, changes, seed
        self.config = scenario_of(scenario, changes)
        self._floors = Floors(self.config, 1)
        self._floors.reset([seed])
        self.reports: list[NDArray[np.float32]] = [self._floors.observation()[0]]  # [entries] each
        self.actions: list[NDArray[np.float32]] = []  # [levers] each

    @property
    def decisions(self) -> int:
        """How many decisions have been made."""
        return len(self.actions)

    @property
    def over(self) -> bool:
        """Whether there is nothing left to decide: the episode is over, or the floor is closed."""
        return self.decisions >= self.config.horizon.decisions or self.closed

    @property
    def closed(self) -> bool:
        """Whether client or bank has closed the floor."""
        return bool(self._floors.closed[0])

    @property
    def week(self) -> int:
        """Weeks that have passed."""
        return self.decisions * self.config.horizon.decision_weeks

    def decide(self, scheme: Scheme) -> None:
        """Put a scheme in force until the next decision.

        Raises:
            ValueError: there is nothing left to decide, or a lever is out of its range.
        """
        if self.over:
            raise ValueError("the game is over: begin another one")
        action = scheme_to_action(scheme, self.config)
        self._floors.decide(action[None])
        self.actions.append(action)
        self.reports.append(self._floors.observation()[0])

    def report(self) -> list[Line]:
        """The newest report, figure by figure, as a learner sees it."""
        newest = self.reports[-1]
        before = self.reports[-2] if len(self.reports) > 1 else None
        return [
            Line(figure, float(newest[number]), None if before is None else float(before[number]))
            for number, figure in enumerate(FIGURES)
        ]

    def history(self, name: str) -> list[float]:
        """One figure on all reports so far."""
        number = [figure.name for figure in FIGURES].index(name)
        return [float(report[number]) for report in self.reports]
