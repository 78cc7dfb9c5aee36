"""Random search over fixed schemes: the lower bound for every search method."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from agents.algorithms.search import RandomSearchPlan
from agents.search.evolution import Objective
from incentive_env.config.levers import LEVERS
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS


def search_randomly(
    objective: Objective, first: NDArray[np.float64], plan: RandomSearchPlan, *, seed: int, looks: int,
    watch: Callable[[NDArray[np.float64], int], None],
) -> NDArray[np.float64]:  # fmt: skip
    """Draw schemes evenly from the box, and keep the best one on fresh floors.

    Args:
        objective: what to maximize.
        first: ``[levers]`` a scheme that is always among the finalists, so that the result is never worse there.
        plan: how many candidates, on how many floors.
        seed: of candidates and floors.
        looks: how often ``watch`` is called.
        watch: called with the best scheme so far, and the number of episodes simulated.

    Returns:
        The action ``[levers]`` of the winner.
    """
    random = np.random.default_rng([seed, plan.candidates])
    drawn = random.uniform(-1.0, 1.0, (plan.candidates - 1, len(LEVERS)))
    candidates = np.concatenate([first[None], drawn])
    seeds = [SEARCH_SEEDS[int(number)] for number in random.choice(len(SEARCH_SEEDS), plan.floors, replace=False)]
    means = np.full(plan.candidates, -np.inf)
    watch(first, 0)
    for rows in np.array_split(np.arange(plan.candidates), min(looks, plan.candidates)):
        means[rows] = objective(candidates[rows], seeds).mean(axis=1)
        watch(candidates[means.argmax()], int(rows[-1] + 1) * plan.floors)
    finalists = np.concatenate([first[None], candidates[np.argsort(-means, kind="stable")[: plan.finalists]]])
    values = objective(finalists, VALIDATION_SEEDS[: plan.validation_floors]).mean(axis=1)
    best: NDArray[np.float64] = finalists[values.argmax()]
    return best
