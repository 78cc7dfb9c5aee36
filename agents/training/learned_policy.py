"""A trained model as a policy: its checkpoint, and the normalisation of observations that it was trained with."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.running_mean_std import RunningMeanStd

from agents.training.checkpoints import latest_checkpoint, read_model
from incentive_env.floors.observation import observation_space
from incentive_env.policies.contract import Context, Policy
from incentive_env.policies.history import WIDTH, with_history
from incentive_env.policies.network import (
    CLIP,
    HistoryNetwork,
    Layer,
    NetworkPolicy,
    StateNetwork,
    layers_of,
)

_NETWORKS = {"report": NetworkPolicy, "history": HistoryNetwork, "state": StateNetwork}


class LearnedPolicy(Policy):
    """A stable-baselines3 model, and how observations were normalised for it."""

    def __init__(self, model: BaseAlgorithm, statistics: RunningMeanStd) -> None:
        self.model = model
        widths: dict[Any, str] = {observation_space().shape: "report", (WIDTH,): "history"}
        self._trained_on = widths.get(model.observation_space.shape, "state")
        self.sees = "state" if self._trained_on == "state" else "report"
        self._statistics = statistics

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load the newest checkpoint of a run.

        Raises:
            CheckpointError: there is none, it cannot be read, or it was trained on another observation space.
        """
        model, statistics, _ = read_model(latest_checkpoint(path))
        return cls(model, statistics)

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """Normalise as in training, then ask the model; one that learned from a history remembers it."""
        if self._trained_on != "history":
            return self._act(seen, context)
        wide, memory, inner = with_history(seen, context)
        actions, state = self._act(wide, inner)
        return actions, (memory, state)

    def _act(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        standard = (seen - self._statistics.mean) / np.sqrt(self._statistics.var + 1e-8)
        actions, state = self.model.predict(np.clip(standard, -CLIP, CLIP).astype(np.float32), *context)
        return np.asarray(actions, np.float32), state

    def network(self) -> NetworkPolicy:
        """The same policy without torch, which always takes the most likely action.

        Raises:
            ValueError: the model is not a PPO without a memory of its own.
        """
        if type(self.model) is not PPO:
            raise ValueError(f"{type(self.model).__name__}: only a PPO can be exported")
        deviation = np.sqrt(self._statistics.var + 1e-8)
        layers = linear_layers(self.model)
        form = _NETWORKS[self._trained_on]
        return form(self._statistics.mean.astype(np.float32), deviation.astype(np.float32), layers)


def linear_layers(model: PPO) -> tuple[Layer, ...]:
    """The layers from observation to the most likely action, with tanh between them."""
    return layers_of((*model.policy.mlp_extractor.policy_net, model.policy.action_net))
