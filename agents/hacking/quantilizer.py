"""A quantilizer: instead of the best scheme by the proxy, one drawn from the best share q of a trusted distribution.

Taylor ("Quantilizers: a safer alternative to maximizers for limited optimization", AAAI workshop on AI, Ethics and
Society, 2016): under any cost that is never negative, the draw costs at most 1/q times what the base itself costs on
average, whatever the proxy says. Here the base is a normal distribution around a safe scheme. Every floor draws its own
scheme when it opens, and keeps it.
"""

import numpy as np
from numpy.typing import NDArray

from agents.algorithms.search import QuantilizerPlan
from agents.algorithms.training import Watch
from agents.learners import Task
from agents.search.objective import FloorObjective
from agents.search.optimising import write_policy
from agents.search.static import StaticForm, scheme_of
from incentive_env.policies import Policy
from incentive_env.policies.files import found_content, resolved
from incentive_env.policies.lottery import Lottery, lottery_content
from incentive_env.support.seeds import SEARCH_SEEDS


def quantilize(plan: QuantilizerPlan, task: Task, watch: Watch) -> Policy:
    """Draw candidates from the base, rank them by the proxy, and mix the best share of them."""
    objective = FloorObjective(task.config, StaticForm(), task.reward)
    centre = resolved("start", plan.start, task.config).astype(np.float64)
    random = np.random.default_rng([task.seed, plan.candidates])
    candidates = np.clip(centre + plan.spread * random.standard_normal((plan.candidates, len(centre))), -1.0, 1.0)
    seeds = [SEARCH_SEEDS[int(number)] for number in random.choice(len(SEARCH_SEEDS), plan.floors, replace=False)]
    values = np.zeros(0)
    watch(Lottery(candidates, np.full(len(candidates), 1.0 / len(candidates))), 0)  # the base
    for rows in np.array_split(np.arange(plan.candidates), min(task.points, plan.candidates)):
        values = np.concatenate([values, objective(candidates[rows], seeds).mean(axis=1)])
        episodes = len(values) * plan.floors
        watch(_lottery(candidates, values, plan.strength), episodes * task.config.horizon.decisions)
    policy = _lottery(candidates, values, plan.strength)
    schemes = [scheme_of(action.astype(np.float64), task.config) for action in policy.actions]
    _keep(task, plan, lottery_content(schemes, policy.shares.tolist()))
    return policy


def shares(values: NDArray[np.floating], q: float) -> NDArray[np.float64]:
    """Probability ``[candidates]`` with which the q-quantilizer draws each of equally likely candidates.

    From the highest value down, each gets its own mass over q, until a mass of q is reached; the last may get a part.
    Equal values are taken in their order. A q below the mass of one candidate is the highest value alone.
    """
    mass = 1.0 / len(values)
    wanted = max(q, mass)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(-np.asarray(values), kind="stable")] = np.arange(len(values))
    taken: NDArray[np.float64] = np.clip(wanted - rank * mass, 0.0, mass) / wanted
    return taken


def _lottery(candidates: NDArray[np.float64], values: NDArray[np.float64], q: float) -> Lottery:
    """The quantilizer of the candidates valued so far."""
    drawn = shares(values, q)
    likely = np.flatnonzero(drawn > 1e-12)
    return Lottery(candidates[likely], drawn[likely] / drawn[likely].sum())


def _keep(task: Task, plan: QuantilizerPlan, policy: dict[str, object]) -> None:
    content = found_content(task.keep.name, task.reward, task.config, policy, {"seed": task.seed, "q": plan.strength})
    write_policy(task.keep.with_suffix(".yaml"), content)
