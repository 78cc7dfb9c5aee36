"""From a training plan to a model of stable-baselines3."""

from typing import Any

import torch
from sb3_contrib import TQC, RecurrentPPO
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecNormalize

from agents.training.anchored_ppo import AnchoredPPO
from agents.training.plans import AnchoredPPOPlan, GradientPlan, SACPlan
from incentive_env import Config
from incentive_env.policies.files import resolved

_CLASSES: dict[str, type[BaseAlgorithm]] = {
    "ppo": PPO, "recurrent_ppo": RecurrentPPO, "anchored_ppo": AnchoredPPO, "sac": SAC, "tqc": TQC,
}  # fmt: skip
_MEMORY = "MlpLstmPolicy"
_FURTHEST = 0.995  # a squashed action never reaches an end of the box; this is where it starts for a lever at one
_SMALL = 0.01  # gain of the last layer, as PPO has it: the first actions hang on the bias, not on what is seen


def algorithm_class(name: str) -> type[BaseAlgorithm]:
    """The class of an algorithm.

    Raises:
        KeyError: there is none of that name.
    """
    return _CLASSES[name]


def update_size(plan: GradientPlan) -> int:
    """Decisions between two updates, over all floors."""
    each = plan.hyper_parameters.train_freq if isinstance(plan, SACPlan) else plan.hyper_parameters.n_steps
    return plan.num_envs * each


def new_model(plan: GradientPlan, venv: VecNormalize, config: Config) -> BaseAlgorithm:
    """An untrained model whose first actions are those of the plan's initial scheme.

    Raises:
        ConfigError: the plan names a scheme that there is not.
    """
    # A scheme that a floor survives, or the first lessons are all about closing.
    start = torch.as_tensor(resolved("policy.initial_scheme", plan.policy.initial_scheme, config))
    keywords: dict[str, Any] = plan.hyper_parameters.model_dump()
    keywords["learning_rate"] = Falling(keywords["learning_rate"])
    if isinstance(plan, SACPlan):
        model = _CLASSES[plan.algorithm](
            "MlpPolicy", venv, device="cpu", policy_kwargs={"net_arch": list(plan.policy.net_arch)}, **keywords
        )
        _start_squashed(model, start, plan.policy.log_std_init)
        return model
    network = plan.policy.model_dump(exclude={"initial_scheme"}) | {"net_arch": list(plan.policy.net_arch)}
    policy = _MEMORY if plan.algorithm == "recurrent_ppo" else "MlpPolicy"
    if isinstance(plan, AnchoredPPOPlan):
        safe = torch.as_tensor(resolved("anchor.scheme", plan.anchor.scheme, config))
        keywords |= {"anchor": plan.anchor, "safe_action": safe}
    model = _CLASSES[plan.algorithm](policy, venv, device="cpu", policy_kwargs=network, **keywords)
    with torch.no_grad():
        model.policy.action_net.bias.copy_(start)  # type: ignore[operator, union-attr]
    return model


def _start_squashed(model: BaseAlgorithm, action: torch.Tensor, log_std: float) -> None:
    actor = model.policy.actor
    with torch.no_grad():
        for head in (actor.mu, actor.log_std):  # type: ignore[union-attr]
            head.weight.mul_(_SMALL)  # type: ignore[operator, union-attr]
        actor.mu.bias.copy_(torch.atanh(action.clamp(-_FURTHEST, _FURTHEST)))  # type: ignore[operator, union-attr]
        actor.log_std.bias.fill_(log_std)  # type: ignore[operator, union-attr]


class Falling:
    """A learning rate that falls linearly to 0 (picklable, unlike a closure)."""

    def __init__(self, first: float) -> None:
        self._first = first

    def __call__(self, remaining: float) -> float:
        """The rate when so much of the training remains."""
        return self._first * max(remaining, 0.0)
