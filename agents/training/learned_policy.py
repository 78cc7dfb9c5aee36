"""A trained model as a policy: its checkpoint, and the normalisation of observations that it was trained with."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.running_mean_std import RunningMeanStd

from agents.training.checkpoints import latest_checkpoint, read_network
from incentive_env.floors.observation import observation_space
from incentive_env.policies.contract import Context, Policy
from incentive_env.policies.history import WIDTHS, with_memory
from incentive_env.policies.network import (
    CLIP,
    HistoryNetwork,
    Layer,
    NetworkPolicy,
    StackNetwork,
    StateNetwork,
    layers_of,
)

_NETWORKS = {"report": NetworkPolicy, "history": HistoryNetwork, "stack": StackNetwork, "state": StateNetwork}


class LearnedPolicy(Policy):
    """A network of stable-baselines3, and how observations were normalised for it."""

    def __init__(self, module: BasePolicy, statistics: RunningMeanStd) -> None:
        self.module = module
        widths: dict[Any, str] = {(width,): remembers for remembers, width in WIDTHS.items()}
        widths[observation_space().shape] = "report"
        self._trained_on = widths.get(module.observation_space.shape, "state")
        self.sees = "state" if self._trained_on == "state" else "report"
        self._statistics = statistics

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load the newest checkpoint of a run: its plan and its weights, nothing that could run code.

        Raises:
            CheckpointError: there is none, it cannot be read, or it was trained on another observation space.
            ConfigError: its plan cannot be used.
        """
        return cls(*read_network(latest_checkpoint(path)))

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """Normalise as in training, then ask the model; one that learned from past reports remembers them."""
        if self._trained_on not in WIDTHS:
            return self._act(seen, context)
        wide, memory, inner = with_memory(self._trained_on, seen, context)
        actions, state = self._act(wide, inner)
        return actions, (memory, state)

    def _act(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        standard = (seen - self._statistics.mean) / np.sqrt(self._statistics.var + 1e-8)
        actions, state = self.module.predict(np.clip(standard, -CLIP, CLIP).astype(np.float32), *context)
        return np.asarray(actions, np.float32), state

    def network(self) -> NetworkPolicy:
        """The same policy without torch, which always takes the most likely action.

        Raises:
            ValueError: the network is not that of a PPO without a memory of its own.
        """
        if type(self.module) is not ActorCriticPolicy:
            raise ValueError(
                f"{type(self.module).__name__}: only the network of a PPO without a memory can be exported"
            )
        deviation = np.sqrt(self._statistics.var + 1e-8)
        layers = linear_layers(self.module)
        form = _NETWORKS[self._trained_on]
        return form(self._statistics.mean.astype(np.float32), deviation.astype(np.float32), layers)


def linear_layers(module: ActorCriticPolicy) -> tuple[Layer, ...]:
    """The layers from observation to the most likely action, with tanh between them."""
    return layers_of((*module.mlp_extractor.policy_net, module.action_net))
