"""Search for linear feedback by response surfaces, which learn more from a floor than evolution does.

Each round runs floors under the policy and under changes of its scheme. A regression says what a change is worth where
features are high and where they are low, so how the scheme should lean with each. Bold and timid steps that way are
tried on other floors, and the best is the policy of the next round (Box & Wilson 1951; the steps are Newton's).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.search.objective import SCORE, FloorObjective
from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.policies.contract import ENTRIES, FunctionPolicy
from incentive_env.policies.features import standardised
from incentive_env.policies.feedback import LinearForm
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import SEARCH_SEEDS

_CHANGE = 0.3  # standard deviation of the changes of each lever, in half-ranges
_RIDGES = (0.3, 1.0, 3.0, 10.0)  # penalties on leaning, in units of the information on it
_STEPS = (0.5, 1.0)  # shares of the way to the surface's optimum
_FLATTEST = 6.0  # least curvature that a lever is taken to have, points a squared half-range


class SurfaceBudget(NamedTuple):
    """The length of a search by response surfaces."""

    rounds: int
    floors: int  # of a round, each run three times: as it is, and with a change one way and the other
    trial_floors: int  # on which the steps of a round are compared
    seed: int = 0


class _Seen(NamedTuple):
    """Floors under a policy each."""

    score: NDArray[np.float64]  # [floors] points
    features: NDArray[np.float64]  # [floors, features] on the mean of all decisions
    actions: NDArray[np.float64]  # [floors, levers] likewise


def lean(
    config: Config, form: LinearForm, point: NDArray[np.float64], budget: SurfaceBudget, *, label: str = "leaning",
    plain: bool = False, quiet: bool = False,
) -> NDArray[np.float64]:  # fmt: skip
    """The best point ``[size]`` found from one of a linear feedback, which may be that of a fixed scheme."""
    objective = FloorObjective(config, form, SCORE)
    count = budget.rounds * (budget.floors + budget.trial_floors)
    drawn = np.random.default_rng([budget.seed, count]).choice(len(SEARCH_SEEDS), count, replace=False)
    rounds = np.split(SEARCH_SEEDS.start + drawn, budget.rounds)
    with Progress(label, budget.rounds, plain=plain, quiet=quiet) as progress:
        for number, seeds in enumerate(rounds):
            steps = _steps(config, form, point, seeds[: budget.floors].tolist(), budget.seed + number)
            tried = np.stack([point, *(point + step for step in steps)])
            point = tried[surest(objective(tried, seeds[budget.floors :].tolist()))]
            progress.move(number + 1)
    return point


def surest(values: NDArray[np.float64]) -> int:
    """Which candidate is surely better than the first, by the most; the first, if none is.

    Args:
        values: ``[candidates, floors]`` on the same floors; of many candidates the luckiest is not the best, so a gain
            counts less one standard error.
    """
    gains = values - values[0]
    return int((gains.mean(axis=1) - gains.std(axis=1) / np.sqrt(values.shape[1])).argmax())


def _steps(
    config: Config, form: LinearForm, point: NDArray[np.float64], seeds: Sequence[int], seed: int
) -> list[NDArray[np.float64]]:
    """Steps ``[size]`` towards the optimum of the surface around a point."""
    levers = len(LEVERS)
    base = _under(config, form, np.tile(point, (len(seeds), 1)), seeds)
    drawn = _CHANGE * np.random.default_rng([seed, 1]).standard_normal((len(seeds), levers))
    changes, gains = [], []
    for sign in (1.0, -1.0):
        changed = np.tile(point, (len(seeds), 1))
        changed[:, :levers] += sign * drawn
        there = _under(config, form, changed, seeds)
        changes.append(there.actions - base.actions)  # less than what was drawn, where levers stand at an end
        gains.append(there.score - base.score)
    mean = base.features.mean(axis=0)
    seen = np.tile(base.features - mean, (2, 1))
    steps = []
    for ridge in _RIDGES:
        bias, weights = optimum(np.concatenate(changes), np.concatenate(gains), seen, ridge)
        whole = np.concatenate([bias - weights @ mean, weights.ravel()])
        leaning = np.concatenate([-weights @ mean, weights.ravel()])
        steps += [step * way for step in _STEPS for way in (leaning, whole)]
    return steps


def optimum(
    change: NDArray[np.float64], gain: NDArray[np.float64], seen: NDArray[np.float64], ridge: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bias ``[levers]`` and weights ``[levers, features]`` that lead to the optimum of a quadratic surface.

    ``gain = change · (slope + leaning @ seen) − ½ curvature · change²``, fitted by least squares with a penalty on
    ``leaning``; a lever's optimum is at ``(slope + leaning @ seen) / curvature``.

    Args:
        change: ``[runs, levers]`` of the scheme.
        gain: ``[runs]`` points.
        seen: ``[runs, features]`` less their mean.
        ridge: the penalty; 1 halves what would be fitted without it.
    """
    levers, features = change.shape[1], seen.shape[1]
    crossed = (change[:, :, None] * seen[:, None, :]).reshape(len(change), -1)
    columns = np.concatenate([crossed, change, change**2, seen], axis=1)
    information = columns.T @ columns
    penalty = np.full(len(information), 1e-9)
    penalty[: crossed.shape[1]] += ridge * np.diag(information)[: crossed.shape[1]].mean()
    found = np.linalg.solve(information + np.diag(penalty), columns.T @ gain)
    leaning, slope, bend = np.split(found[:-features], [levers * features, levers * features + levers])
    curvature = np.maximum(-2.0 * bend, _FLATTEST)
    return slope / curvature, leaning.reshape(levers, features) / curvature[:, None]


def _under(config: Config, form: LinearForm, points: NDArray[np.float64], seeds: Sequence[int]) -> _Seen:
    """Run floors under the policy of a point each."""
    features: list[NDArray[np.float64]] = []
    actions: list[NDArray[np.float32]] = []

    def act(seen: NDArray[np.floating]) -> NDArray[np.float32]:
        features.append(standardised(seen, form.features, ENTRIES[form.sees]))
        actions.append(form.act(points, seen, len(actions)))
        return actions[-1]

    score = evaluate(config, FunctionPolicy(act, form.sees), seeds).loyalty
    return _Seen(score, np.mean(features, axis=0), np.mean(actions, axis=0, dtype=np.float64))
