"""An upper reference: the best scheme of each single floor, found on its own seed, so that its luck is known."""

from collections.abc import Sequence
from typing import Any

import cma
import numpy as np
from numpy.typing import NDArray

from agents.algorithms.search import FloorByFloorPlan
from agents.search.evolution import Start, new_strategy
from agents.search.objective import SCORE, FloorObjective
from agents.search.static import OpenLoopForm
from incentive_env import Config, ConfigError
from incentive_env.policies.files import resolved
from incentive_env.policies.schedule import Schedule
from incentive_env.support.seeds import floor_seeds


def search_floors(plan: FloorByFloorPlan, config: Config, seeds: Sequence[int], seed: int = 0) -> Schedule:
    """Search on each floor alone for the schemes with the highest score there.

    Args:
        plan: length of each search.
        config: the scenario.
        seeds: of the floors.
        seed: of the searches.

    Returns:
        Actions ``[decisions, floors, levers]`` for these floors in this order; on none is the score below the start's.
    """
    form = OpenLoopForm(plan.phases, config.horizon.decisions)
    first = np.tile(resolved("start", plan.start, config).astype(np.float64), plan.phases)
    objective, numbers = FloorObjective(config, form, SCORE), floor_seeds(seeds, len(seeds))
    searches = [_strategy(plan, form, first, [seed, int(number)]) for number in numbers]
    best = np.tile(first, (len(seeds), 1))
    reached = objective.each(best, numbers)
    for _ in range(plan.generations):
        candidates = np.array([search.ask() for search in searches])  # [floors, population, size]
        values = objective.each(candidates.reshape(-1, form.size), np.repeat(numbers, plan.population))
        values = values.reshape(len(seeds), plan.population)
        for search, tried, value in zip(searches, candidates, values, strict=True):
            search.tell(list(tried), (-value).tolist())
        leader = values.argmax(axis=1)
        better = values.max(axis=1) > reached
        best[better] = candidates[better, leader[better]]
        reached = np.maximum(reached, values.max(axis=1))
    return Schedule(form.actions(best))


def only_in_suites(*_: Any) -> Any:
    """What asks for a policy of this plan elsewhere gets an error.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(
        "floor_by_floor is optimised for the floors that it is scored on and manages no others: name it in a suite"
    )


def _strategy(
    plan: FloorByFloorPlan, form: OpenLoopForm, first: NDArray[np.float64], luck: list[int]
) -> cma.CMAEvolutionStrategy:
    return new_strategy(Start(plan.start, first, plan.sigma), plan.population, luck, bounds=form.bounds)
