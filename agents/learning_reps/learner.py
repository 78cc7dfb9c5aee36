"""PPO for seats: a learner that can be resumed, and its network."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecNormalize
from torch import nn

from agents.learning_reps.plan import RepPlan
from agents.learning_reps.vec_env import SeatVecEnv
from agents.training.checkpoints import moments_of
from agents.training.learned_policy import linear_layers
from agents.training.model import Falling
from incentive_env import Config
from incentive_env.policies import PolicyLike
from incentive_env.policies.network import CLIP, SeatNetwork
from incentive_env.support.seeds import REP_TRAINING_SEEDS

_FLOORS_A_SEED = 10**12
# In the order of `CONDUCT_NAMES`: 99 of 100 calls honest, refusals filed, and no other cheating.
HONEST = np.array([0.0, 0.6, -0.6, -0.6, -0.6, -0.6, 0.6, -0.6, -0.6, -1.0, -1.0, -1.0], np.float32)


Watch = Callable[[SeatNetwork, int], None]
"""Called with the reps' network and the number of decisions so far."""


def train_reps(
    config: Config, manager: PolicyLike, plan: RepPlan, *, seed: int = 0, watch: Watch | None = None, looks: int = 10
) -> SeatNetwork:
    """Train reps from scratch under a manager who does not learn.

    Args:
        config: the scenario.
        manager: the policy of the manager.
        plan: the learning seats, and how they learn.
        seed: of networks and floors; the same seed gives the same bits.
        watch: called with the reps before the first decision, and then ``looks`` times until the end.
        looks: see ``watch``.

    Raises:
        ValueError: the plan has more seats than the floor.
    """
    learner = new_learner(config, manager, plan, seed=seed)
    learner.learn(plan.total_timesteps, callback=None if watch is None else _Watcher(watch, plan, looks))
    network = network_of(learner)
    if watch is not None:
        watch(network, learner.num_timesteps)
    return network


def new_learner(config: Config, manager: PolicyLike, plan: RepPlan, *, seed: int, falling: bool = True) -> PPO:
    """An untrained learner with its floors.

    Args:
        config: the scenario.
        manager: the policy of the manager at first.
        plan: the learning seats, and how they learn.
        seed: of networks and floors.
        falling: the learning rate falls to 0 over the training; otherwise it is constant.
    """
    torch.set_num_threads(1)
    venv = SeatVecEnv(config, plan.num_floors, manager, seats=seats_of(config, plan), rep_reward=plan.rep_reward)
    venv.seed(REP_TRAINING_SEEDS.start + _FLOORS_A_SEED * seed)
    numbers: dict[str, Any] = plan.hyper_parameters.model_dump()
    normaliser = VecNormalize(venv, gamma=numbers["gamma"], clip_obs=CLIP)
    set_random_seed(seed)
    if falling:
        numbers["learning_rate"] = Falling(numbers["learning_rate"])
    network = {"net_arch": list(plan.policy.net_arch), "log_std_init": plan.policy.log_std_init}
    learner = PPO("MlpPolicy", normaliser, device="cpu", policy_kwargs=network, **numbers)
    learner.set_logger(Logger(None, []))
    if plan.policy.start == "honest":
        with torch.no_grad():
            cast(nn.Linear, learner.policy.action_net).bias.copy_(torch.as_tensor(HONEST))
    return learner


def seats_of(config: Config, plan: RepPlan) -> NDArray[np.int64]:
    """Numbers of the seats that learn.

    Raises:
        ValueError: the floor has fewer.
    """
    reps = config.salesforce.reps
    if plan.seats is not None and plan.seats > reps:
        raise ValueError(f"seats = {plan.seats}: the floor has {reps}")
    return np.arange(reps if plan.seats is None else plan.seats)


def network_of(learner: PPO) -> SeatNetwork:
    """A learner's policy without torch; it always takes the most likely action."""
    normaliser = learner.get_vec_normalize_env()
    assert normaliser is not None
    met = moments_of(normaliser)
    deviation = np.sqrt(met.var + normaliser.epsilon)
    return SeatNetwork(met.mean.astype(np.float32), deviation.astype(np.float32), linear_layers(learner.policy))


class _Watcher(BaseCallback):
    """Calls ``watch`` between an update and the next rollout."""

    def __init__(self, watch: Watch, plan: RepPlan, looks: int) -> None:
        super().__init__()
        self._watch, self._every, self._next = watch, plan.total_timesteps / looks, 0.0

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        if self.model.num_timesteps >= self._next:
            self._watch(network_of(cast(PPO, self.model)), self.model.num_timesteps)
            self._next += self._every
