"""The bench: searches and runs that several gates need, each made once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numpy as np

from agents.search.evolution import SearchBudget, Start
from agents.search.leaning import SurfaceBudget
from agents.search.objective import SCORE, FloorObjective
from agents.search.starts import starting_points
from agents.search.static import StaticForm
from agents.studies.gates.budget import Budget, Search
from agents.studies.gates.searches import Best, best_of, search_feedback, search_fixed, search_phases
from agents.studies.gates.trainings import train_ppo
from agents.studies.gates.workers import Workers
from incentive_env import Config, load_config
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.policies import Policy
from incentive_env.studies.managed import Managed, manage
from incentive_env.support.seeds import GATE_SEEDS
from incentive_env.validation.lab import OPEN

T = TypeVar("T")
_SPREAD = 0.03  # first spread of linear feedback
_NEAR = 0.15  # first spread of a search that begins at a scheme which was searched for already
_PHASES = 3
_TURNING = ("audit", "autonomy")  # what honest teams want little or much of, and opportunists the other way round
_INSIDE = 0.7  # of the half range: what a change of three tenths still reaches the end from


class Bench:
    """A scenario, and what was found in it so far.

    Args:
        config: the scenario.
        budget: floors and searches.
        workers: who does the jobs.
        thorough: whether a gate needs the best policies, so that others look at these too.
        seed: of all searches.
    """

    def __init__(
        self, config: Config, budget: Budget, workers: Workers, *, thorough: bool = True, seed: int = 0
    ) -> None:
        self.config, self.budget, self.workers, self.thorough, self.seed = config, budget, workers, thorough, seed
        self._made: dict[str, Any] = {}

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What ``make()`` gives, made when it is first asked for."""
        if key not in self._made:
            self._made[key] = make()
        return cast(T, self._made[key])

    def keep(self, key: str, made: Any) -> None:
        """Keep what was made together with others."""
        self._made[key] = made

    def knows(self, key: str) -> bool:
        """Whether it was made."""
        return key in self._made

    def known(self, key: str) -> Any:
        """What was made."""
        return self._made[key]

    def found(self) -> dict[str, tuple[Best, Config]]:
        """Everything that was searched or trained, by name, and the scenario that it is for."""
        found = {}
        for name, made in list(self._made.items()):
            restarts = made if isinstance(made, list) else [made]
            if all(isinstance(one, Best) for one in restarts):
                found[name] = best_of(restarts), self.scenario(closing=not name.endswith(_where(False)))
        return found

    def scenario(self, *, closing: bool = True) -> Config:
        """The scenario; or the same, where neither client nor bank closes a floor."""
        return self.config if closing else self.once("open", lambda: load_config(self.config, OPEN))

    def fixed(self, *, closing: bool = True) -> Best:
        """The best fixed scheme; if no gate needs the best one, a good one."""
        return self.once(f"fixed{_where(closing)}", lambda: self._fixed(closing))

    def feedback(self, *, closing: bool = True) -> Best:
        """The best linear feedback on the report."""
        return self.once(f"feedback{_where(closing)}", lambda: self._feedback(closing))

    def roots(self) -> list[Start]:
        """Schemes that feedback grows from: the best one, drawn into the box so that every lever can lean both ways.

        Where kinds of team want opposite schemes, the best one for all may stand at an end; so a second root has the
        levers that turn their sign in the middle.
        """
        inside = np.clip(self.fixed().point, -_INSIDE, _INSIDE)
        between = np.clip(self.fixed().point, -1.0, 1.0)
        between[[LEVER_NAMES.index(lever) for lever in _TURNING]] = 0.0
        roots = [Start("the middle of " + " and ".join(_TURNING), between, _SPREAD), Start("inside", inside, _SPREAD)]
        return roots[: self.budget.feedback.restarts]

    def phases(self) -> Best:
        """The best three schemes, each for a third of the decisions, from the best fixed scheme."""
        return self.once("phases", self._phases)

    def learned(self, *, closing: bool = True) -> list[Best]:
        """The policies that see the report."""
        trained = [best_of(self.trained("report", closing=closing))] if self.budget.decisions else []
        return [self.feedback(closing=closing), *trained]

    def trained(self, sees: str, *, closing: bool = True) -> list[Best]:
        """Trainings by PPO, one for each seed, from the first root of feedback; all of equal length."""
        return self.once(f"ppo_{sees}{_where(closing)}", lambda: self._trained([sees], closing)[sees])

    def train(self, *sees: str) -> None:
        """Train for what policies see, at the same time."""
        new = [one for one in sees if not self.knows(f"ppo_{one}")]
        for one, trained in self._trained(new, True).items():
            self.keep(f"ppo_{one}", trained)

    def best(self, *, closing: bool = True) -> Best:
        """The best of them on validation floors; the best fixed scheme, if none is better."""
        return max((self.fixed(closing=closing), *self.learned(closing=closing)), key=lambda one: one.value)

    def managed(self, *policies: Policy, closing: bool = True) -> list[Managed]:
        """The unseen floors under each of some policies."""
        seeds = GATE_SEEDS[: self.budget.unseen]
        config = self.scenario(closing=closing)
        return self.workers.run(manage, [(config, policy, seeds) for policy in policies])

    def _fixed(self, closing: bool) -> Best:
        """The best end of the restarts; the two best of them are searched on, on more floors."""
        ends = self._fixed_ends(closing)
        size = self.budget.polish
        if not (closing and self.thorough):
            return best_of(ends)
        ends.sort(key=lambda one: -one.value)
        starts = [Start(name, one.point, _NEAR) for one in ends[: size.restarts] for name in one.restarts]
        config, what = self.scenario(), "fixed scheme on more floors"
        return best_of(
            [
                *ends[size.restarts :],
                *self._ends(search_fixed, config, size, starts, what, closing, bounds=StaticForm.bounds),
            ]
        )

    def _fixed_ends(self, closing: bool) -> list[Best]:
        config, budget = self.scenario(closing=closing), self.budget
        size = (budget.fixed if closing else budget.fixed_open) if self.thorough else budget.brief
        first = [] if closing else [Start("the best where floors close", self.fixed().point, _NEAR)]
        plan = self._plan(size, 0, bounds=StaticForm.bounds)
        objective = FloorObjective(config, StaticForm(), SCORE)
        others = size.restarts - len(first)
        starts = [*first, *(starting_points(objective, others, plan) if others else ())]
        return self._ends(search_fixed, config, size, starts, "fixed scheme", closing, bounds=StaticForm.bounds)

    def _feedback(self, closing: bool) -> Best:
        size = self.budget.feedback if closing else self.budget.feedback_open
        starts = self.roots() if closing else [Start("the best where floors close", self.feedback().point, _SPREAD)]
        config = self.scenario(closing=closing)
        return self._search(
            search_feedback, config, size, starts, "linear feedback", closing, self.budget.surface, diagonal=True
        )

    def _trained(self, sees: Sequence[str], closing: bool) -> dict[str, list[Best]]:
        budget, config, point = self.budget, self.scenario(closing=closing), self.roots()[0].point
        seeds = [1000 * self.seed + number for number in range(budget.trainings)]
        rows = [(config, point, one, budget.decisions, seed, budget.validation) for one in sees for seed in seeds]
        made = self.workers.run(train_ppo, rows)
        return {one: made[number * len(seeds) : (number + 1) * len(seeds)] for number, one in enumerate(sees)}

    def _phases(self) -> Best:
        size = self.budget.phases
        assert size is not None
        point = np.tile(self.fixed().point, _PHASES)
        starts = [Start(f"spread {spread:g}", point, spread) for spread in _spreads(_NEAR, size.restarts)]
        return self._search(
            search_phases, self.config, size, starts, "three schemes in turn", True, bounds=StaticForm.bounds
        )

    def _search(self, *arguments: Any, **shape: Any) -> Best:
        """The best of what `_ends` finds."""
        return best_of(self._ends(*arguments, **shape))

    def _ends(
        self, job: Callable[..., Best], config: Config, size: Search, starts: list[Start], what: str, closing: bool,
        *surfaces: SurfaceBudget, **shape: Any,
    ) -> list[Best]:  # fmt: skip
        where = "" if closing else ", closing off"
        rows = [
            (
                config,
                start,
                self._plan(size, number, **shape),
                f"{what}{where}, from {start.name}",
                *(one._replace(seed=1000 * self.seed + number) for one in surfaces),
            )
            for number, start in enumerate(starts)
        ]
        return self.workers.run(job, rows)

    def _plan(self, size: Search, number: int, **shape: Any) -> SearchBudget:
        """The plan of a restart; each draws its own floors."""
        return SearchBudget(
            size.generations, size.population, size.floors, self.budget.validation, 1000 * self.seed + number, **shape
        )


def _where(closing: bool) -> str:
    return "" if closing else "_closing_off"


def _spreads(first: float, count: int) -> list[float]:
    """First spreads of restarts, each twice the one before."""
    return [first * 2.0**number for number in range(count)]
