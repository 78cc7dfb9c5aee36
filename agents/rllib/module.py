"""The manager's networks as an RLModule, simple enough to be used without RLlib."""

from itertools import pairwise
from typing import Any, cast

import torch
from gymnasium.spaces import Box
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from torch import Tensor, nn

_SMALL = 0.01  # gain of the last layer of the policy: the first actions depend on its bias, not on the report


class ManagerModule(TorchRLModule, ValueFunctionAPI):
    """Policy and value, each with its own hidden layers of tanh; the spread of the actions ignores the report.

    ``model_config`` holds ``net_arch`` (widths of the hidden layers), ``initial_action`` (one entry a lever) and
    ``log_std_init``.
    """

    def setup(self) -> None:
        """Build the networks; the first actions are drawn around ``initial_action``."""
        seen, settings = cast(Box, self.observation_space), cast(dict[str, Any], self.model_config)
        widths = [seen.shape[0], *settings["net_arch"]]
        action = torch.as_tensor(settings["initial_action"], dtype=torch.float32)
        self.actor = _network([*widths, len(action)], last_gain=_SMALL)
        self.critic = _network([*widths, 1], last_gain=1.0)
        self.log_std = nn.Parameter(torch.full_like(action, float(settings["log_std_init"])))
        with torch.no_grad():
            cast(nn.Linear, self.actor[-1]).bias.copy_(action)

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        mean = self.actor(batch[Columns.OBS])
        return {Columns.ACTION_DIST_INPUTS: torch.cat([mean, self.log_std.expand_as(mean)], dim=-1)}

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> Tensor:
        """Value of each observation of a batch."""
        values: Tensor = self.critic(batch[Columns.OBS]).squeeze(-1)
        return values


def _network(sizes: list[int], *, last_gain: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for number, (into, out) in enumerate(pairwise(sizes)):
        last = number == len(sizes) - 2
        linear = nn.Linear(into, out)
        nn.init.orthogonal_(linear.weight, last_gain if last else 2.0**0.5)
        nn.init.zeros_(linear.bias)
        layers += [linear] if last else [linear, nn.Tanh()]
    return nn.Sequential(*layers)
