"""Networks that are fitted to a few labels: several, each from its own start and its own draw of the episodes."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.torch_layers import create_mlp
from torch import nn

from agents.algorithms.hacking import Fit

_LEAST = 1e-6  # a standard deviation below it is none: the input never moved, and a network is not shown it


class Fitted:
    """Networks from standardised inputs to a number.

    Args:
        members: how many.
        inputs: of each.
        fit: their shape, and how they are fitted.
    """

    def __init__(self, members: int, inputs: int, fit: Fit) -> None:
        self.fit_plan = fit
        self.mean, self.deviation = np.zeros(inputs), np.ones(inputs)
        self.networks = nn.ModuleList(nn.Sequential(*create_mlp(inputs, 1, list(fit.net_arch))) for _ in range(members))

    def fit(self, inputs: NDArray[np.floating], labels: NDArray[np.floating]) -> None:
        """Fit each network to episodes drawn with replacement, by torch's luck (bagging, Breiman 1996).

        Args:
            inputs: ``[decisions, episodes, inputs]``.
            labels: ``[decisions, episodes]``.
        """
        rows = inputs.reshape(-1, inputs.shape[-1])
        self.mean, self.deviation = rows.mean(axis=0), rows.std(axis=0)
        self.deviation[self.deviation < _LEAST] = np.inf
        standard, wanted = self._standard(inputs), torch.as_tensor(labels, dtype=torch.float32)
        episodes = inputs.shape[1]
        for network in self.networks:
            drawn = torch.randint(episodes, (episodes,)) if len(self.networks) > 1 else torch.arange(episodes)
            self._fit_one(network, standard[:, drawn].flatten(0, 1), wanted[:, drawn].flatten())

    def __call__(self, inputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """What each network says ``[members, rows]`` of inputs ``[rows, inputs]``."""
        standard = self._standard(inputs)
        with torch.no_grad():
            return torch.stack([network(standard).squeeze(-1) for network in self.networks]).numpy().astype(np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of its numbers, by name."""
        weights = {f"network_{name}": part.numpy() for name, part in self.networks.state_dict().items()}
        return {"input_mean": self.mean, "input_deviation": self.deviation, **weights}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what `arrays` returned."""
        self.mean, self.deviation = arrays["input_mean"], arrays["input_deviation"]
        weights = {name: torch.as_tensor(arrays[f"network_{name}"]) for name in self.networks.state_dict()}
        self.networks.load_state_dict(weights)

    def _standard(self, inputs: NDArray[np.floating]) -> torch.Tensor:
        return torch.as_tensor((inputs - self.mean) / self.deviation, dtype=torch.float32)

    def _fit_one(self, network: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> None:
        optimizer = torch.optim.Adam(network.parameters(), lr=self.fit_plan.learning_rate)
        for _ in range(self.fit_plan.n_epochs):
            for rows in torch.randperm(len(inputs)).split(self.fit_plan.batch_size):
                loss = nn.functional.mse_loss(network(inputs[rows]).squeeze(-1), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
