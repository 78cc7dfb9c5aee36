"""From a training plan to an untrained model of stable-baselines3."""

from typing import Any, cast

import numpy as np
import torch
from gymnasium.spaces import Box
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.vec_env import VecNormalize
from torch import nn

from agents.algorithms.table import ALGORITHMS
from agents.algorithms.training import TrainingPlan
from agents.loading import imported
from incentive_env import Config
from incentive_env.floors.observation import action_space, observation_space
from incentive_env.floors.true_state import NAMES as TRUE_NAMES
from incentive_env.policies.files import resolved
from incentive_env.policies.history import WIDTHS

SEEN_SHAPES: dict[str, tuple[int, ...] | None] = {"report": observation_space().shape, "state": (len(TRUE_NAMES),)}
SEEN_SHAPES |= {remembers: (width,) for remembers, width in WIDTHS.items()}
"""Shape of what a policy is shown, by the plan's ``sees``."""

_FURTHEST = 0.995  # a squashed action never reaches an end of the box; a lever at one starts here
_SMALL = 0.01  # gain of the last layer, as PPO has it: the first actions depend on the bias, not on what is seen


def algorithm_class(name: str) -> type[BaseAlgorithm]:
    """The class of an algorithm.

    Raises:
        KeyError: no such algorithm.
    """
    found: type[BaseAlgorithm] = imported(ALGORITHMS[name].where)
    return found


def new_model(plan: TrainingPlan, venv: VecNormalize, config: Config) -> BaseAlgorithm:
    """An untrained model whose first actions are those of the plan's initial scheme.

    Raises:
        ConfigError: the plan names a scheme that does not exist.
    """
    # A scheme that a floor survives, or training begins with nothing but closures.
    start = torch.as_tensor(resolved("policy.initial_scheme", plan.policy.initial_scheme, config))
    keywords = plan.keywords(config)
    keywords["learning_rate"] = Falling(keywords["learning_rate"])
    network = ALGORITHMS[plan.algorithm].network
    model = algorithm_class(plan.algorithm)(network, venv, device="cpu", policy_kwargs=plan.network(), **keywords)
    with torch.no_grad():
        if hasattr(model.policy, "actor"):
            _start_squashed(model.policy.actor, start, plan.policy.log_std_init)
        else:
            cast(nn.Linear, model.policy.action_net).bias.copy_(start)
    return model


def new_network(plan: TrainingPlan) -> BasePolicy:
    """The untrained network of a plan alone: what is needed to act, but not to learn."""
    algorithm = algorithm_class(plan.algorithm)
    seen = Box(-np.inf, np.inf, SEEN_SHAPES[plan.sees], np.float32)
    form = algorithm.policy_aliases[ALGORITHMS[plan.algorithm].network]
    return form(seen, action_space(), Falling(0.0), **plan.network())


def _start_squashed(actor: Any, action: torch.Tensor, log_std: float) -> None:
    for head in (actor.mu, actor.log_std):
        head.weight.mul_(_SMALL)
    actor.mu.bias.copy_(torch.atanh(action.clamp(-_FURTHEST, _FURTHEST)))
    actor.log_std.bias.fill_(log_std)


class Falling:
    """A learning rate that falls linearly to 0."""

    def __init__(self, first: float) -> None:
        self._first = first

    def __call__(self, remaining: float) -> float:
        """The rate when this share of the training remains."""
        return self._first * max(remaining, 0.0)
