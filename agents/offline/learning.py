"""From recorded decisions to a manager: behaviour cloning, cloning of the best episodes, and AWR.

On one torch thread, the same dataset, plan and seed give the same numbers to the bit.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from agents.offline.decisions import Decisions
from agents.offline.plans import AWRPlan, BestPlan, CloningPlan, OfflinePlan
from incentive_env.policies.network import CLIP, NetworkPolicy, layers_of

_STILL = 1e-6  # an entry of the report with a smaller deviation is constant in the dataset, and is not divided by it


class Learned(NamedTuple):
    """A manager, and how learning went."""

    policy: NetworkPolicy
    epochs: int  # until the best held-out loss
    loss: float  # held out; squared error summed over levers, weighted as in learning
    episodes: int  # learned from, including held-out ones
    decisions: int


class _Rows(NamedTuple):
    """Training data of a network, a row per decision."""

    seen: NDArray[np.float32]  # [rows, entries] standardised
    target: NDArray[np.float32]  # [rows, outputs]
    weights: NDArray[np.float64]  # [rows]
    held_out: NDArray[np.bool_]  # [rows] used for early stopping only


def learn(
    decisions: Decisions, plan: OfflinePlan, *, seed: int = 0, watch: Callable[[int], None] = lambda epoch: None
) -> Learned:
    """Learn a manager from decisions alone, without the environment.

    Args:
        decisions: of a dataset, with returns to go discounted as in the plan.
        plan: the algorithm and its hyperparameters.
        seed: of networks, minibatches and held-out episodes.
        watch: called with the number of epochs done.

    Raises:
        ValueError: fewer than two episodes, or a learning rate at which the loss is not finite.
    """
    torch.set_num_threads(1)
    if isinstance(plan, BestPlan):
        decisions = decisions.of_episodes(best_episodes(decisions.returns, plan.best))
    held_out = _held_out(decisions, plan, seed)
    mean, deviation = _scale(decisions.observations[~held_out])
    seen = np.clip((decisions.observations - mean) / deviation, -CLIP, CLIP).astype(np.float32)
    weights = np.ones(len(seen))
    if isinstance(plan, AWRPlan):
        weights = _advantage_weights(seen, decisions.to_go, held_out, plan, seed)
    network, epochs, loss = _fitted(_Rows(seen, decisions.actions, weights, held_out), plan, seed, watch)
    policy = NetworkPolicy(mean, deviation, layers_of(network))
    return Learned(policy, epochs, loss, len(np.unique(decisions.episode)), len(seen))


def best_episodes(returns: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """Which episodes ``[episodes]`` have the greatest returns: at least two; of equal ones the first."""
    count = min(max(round(share * len(returns)), 2), len(returns))
    chosen = np.zeros(len(returns), np.bool_)
    chosen[np.argsort(-returns, kind="stable")[:count]] = True
    return chosen


def discount_of(plan: OfflinePlan) -> float:
    """The discount of a plan's returns to go."""
    return plan.gamma if isinstance(plan, AWRPlan) else 1.0


def _held_out(decisions: Decisions, plan: CloningPlan, seed: int) -> NDArray[np.bool_]:
    """Decisions of whole episodes, since decisions on the same floor are too similar to test each other."""
    episodes = np.unique(decisions.episode)
    if len(episodes) < 2:
        raise ValueError(f"{len(episodes)} episode to learn from: needs at least 2, of which one is held out")
    count = min(max(round(plan.held_out * len(episodes)), 1), len(episodes) - 1)
    chosen = np.random.default_rng([seed, 1]).choice(episodes, count, replace=False)
    return np.isin(decisions.episode, chosen)


def _scale(observations: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    mean, deviation = observations.mean(axis=0, dtype=np.float64), observations.std(axis=0, dtype=np.float64)
    return mean.astype(np.float32), np.where(deviation > _STILL, deviation, 1.0).astype(np.float32)


def _advantage_weights(
    seen: NDArray[np.float32], to_go: NDArray[np.float64], held_out: NDArray[np.bool_], plan: AWRPlan, seed: int
) -> NDArray[np.float64]:
    """exp(advantage / β) over the return predicted from the report, scaled to a mean of 1."""
    target = ((to_go - to_go[~held_out].mean()) / max(to_go[~held_out].std(), _STILL)).astype(np.float32)[:, None]
    rows = _Rows(seen, target, np.ones(len(seen)), held_out)
    value, _, _ = _fitted(rows, plan, seed + 1_000_003, lambda epoch: None)
    with torch.no_grad():
        expected = value(torch.from_numpy(seen)).numpy()[:, 0]
    advantage = target[:, 0] - expected
    scaled = advantage / (plan.temperature * max(float(advantage[~held_out].std()), _STILL))
    weights = np.minimum(np.exp(np.minimum(scaled, 700.0), dtype=np.float64), plan.max_weight)
    return np.asarray(weights / weights[~held_out].mean())


def _fitted(
    data: _Rows, plan: CloningPlan, seed: int, watch: Callable[[int], None]
) -> tuple[nn.Sequential, int, float]:
    """Weighted least squares with Adam; the network at its least held-out loss, with the epoch and the loss."""
    generator = torch.Generator().manual_seed(seed)
    network = _network((data.seen.shape[1], *plan.net_arch, data.target.shape[1]), generator)
    optimiser = torch.optim.Adam(network.parameters(), lr=plan.learning_rate)
    columns = (data.seen, data.target, data.weights[:, None])
    kept, held_out = (
        [torch.from_numpy(np.ascontiguousarray(column[rows], np.float32)) for column in columns]
        for rows in (~data.held_out, data.held_out)
    )
    best, when, least = {}, 0, float("inf")
    for epoch in range(1, plan.epochs + 1):
        for rows in torch.randperm(len(kept[0]), generator=generator).split(plan.batch_size):
            loss = _loss(network, *(x[rows] for x in kept))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            tested = float(_loss(network, *held_out))
        watch(epoch)
        if tested < least:
            best, when, least = {name: value.clone() for name, value in network.state_dict().items()}, epoch, tested
        elif epoch - when >= plan.patience:
            break
    if not best:
        raise ValueError(f"learning_rate = {plan.learning_rate:g}: too large, the loss is not finite after an epoch")
    network.load_state_dict(best)
    return network, when, least


def _loss(network: nn.Module, seen: torch.Tensor, target: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    squares: torch.Tensor = weights * (network(seen) - target) ** 2
    return squares.sum(dim=1).mean()


def _network(sizes: tuple[int, ...], generator: torch.Generator) -> nn.Sequential:
    """Layers of tanh and a linear last one, as in `NetworkPolicy`, with torch's initial distribution."""
    parts: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        linear = nn.Linear(inputs, outputs)
        with torch.no_grad():
            for parameter in (linear.weight, linear.bias):
                parameter.uniform_(-(inputs**-0.5), inputs**-0.5, generator=generator)
        parts += [linear, nn.Tanh()]
    return nn.Sequential(*parts[:-1])
