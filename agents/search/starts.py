"""Where searches for a fixed scheme begin: at hand-made schemes, and at random ones."""

import numpy as np

from agents.search.evolution import SearchBudget, Start, generation_seeds
from agents.search.objective import FloorObjective
from agents.search.static import hand_made

_SIGMA = 0.3  # of the first candidates, in half-ranges of a lever
_DRAWN = 8  # random schemes are drawn for each restart from one, and the best is taken


def starting_points(objective: FloorObjective, restarts: int, plan: SearchBudget) -> list[Start]:
    """The hand-made schemes that do best on a generation's floors, and as many of the better random ones."""
    known = hand_made(objective.config)
    by_hand = min((restarts + 1) // 2, len(known))
    at_random = restarts - by_hand
    drawn = np.random.default_rng([plan.seed, 1]).uniform(-1.0, 1.0, (_DRAWN * at_random, objective.form.size))
    random = {f"random {number}": point for number, point in enumerate(drawn)}
    return [*_best(objective, known, by_hand, plan), *_best(objective, random, at_random, plan)]


def _best(objective: FloorObjective, points: dict[str, np.ndarray], count: int, plan: SearchBudget) -> list[Start]:
    if count == 0:
        return []
    means = objective(np.stack(list(points.values())), generation_seeds(plan, 0)).mean(axis=1)
    order = np.argsort(-means, kind="stable")[:count]
    names: list[str] = list(points)
    return [Start(names[place], points[names[place]], _SIGMA) for place in order]
