"""PPO on a proxy, kept near the conduct of a safe policy, where the proxy still means something.

A proxy correlates with the goal where it was observed: under a trusted policy. The further a learner moves the floor
away from that policy's, the less the proxy says. Laidlaw, Singhal and Dragan ("Correlated
proxies: a new definition and improved mitigation for reward hacking", ICLR 2025) show that the loss is bounded by the
χ² divergence between the two policies' distributions over states *and* actions, and maximise::

    J(π, proxy) − λ √χ²(μ_π ‖ μ_safe)

The ratio μ_π / μ_safe is the odds of a discriminator between the two (d below is its logit), the gradient of
the root is that of a reward ``−λ exp(d) / √χ²``, and ``χ² = E_π[exp(d)] − 1``.
"""

from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import create_mlp
from stable_baselines3.common.utils import obs_as_tensor
from stable_baselines3.common.vec_env import VecEnv, VecNormalize
from torch import nn

from agents.algorithms.training import Anchor
from incentive_env import Config
from incentive_env.studies.simulate import roll_out
from incentive_env.support.seeds import ANCHOR_SEEDS

_LEAST_DIVERGENCE = 0.05  # below it the root's slope would only amplify what the discriminator gets wrong


class AnchoredPPO(PPO):
    """PPO with a penalty on decisions that lead away from a safe scheme.

    Args:
        *arguments: of PPO.
        anchor: the safe policy, and how strongly it binds.
        safe_action: ``[levers]`` the action of its scheme.
        **keywords: of PPO.
    """

    def __init__(
        self, *arguments: Any, anchor: Anchor | None = None, safe_action: np.ndarray | None = None, **keywords: Any
    ) -> None:
        self.anchor = anchor
        self.safe_action = None if safe_action is None else torch.as_tensor(safe_action)
        self.safe_reports: np.ndarray | None = None  # [decisions × floors, entries] seen under the safe policy
        self.safe_actions: torch.Tensor | None = None  # [decisions × floors, levers] and done
        super().__init__(*arguments, **keywords)

    def _setup_model(self) -> None:
        super()._setup_model()
        assert self.anchor is not None
        assert self.observation_space.shape is not None
        assert self.action_space.shape is not None
        inputs = self.observation_space.shape[0] + self.action_space.shape[0]
        self.discriminator = nn.Sequential(*create_mlp(inputs, 1, list(self.anchor.net_arch)))
        self.discriminator_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=self.anchor.learning_rate)

    def kept_arrays(self) -> dict[str, np.ndarray]:
        """What was seen under the safe policy, for a run that is resumed."""
        if self.safe_reports is None or self.safe_actions is None:
            return {}
        return {"safe_reports": self.safe_reports, "safe_actions": self.safe_actions.numpy()}

    def restore_arrays(self, arrays: dict[str, np.ndarray]) -> None:
        """Restore what `kept_arrays` returned."""
        if arrays:
            self.safe_reports, self.safe_actions = arrays["safe_reports"], torch.as_tensor(arrays["safe_actions"])

    def _get_torch_save_params(self) -> tuple[list[str], list[str]]:
        modules, tensors = super()._get_torch_save_params()
        return [*modules, "discriminator", "discriminator_optimizer"], tensors

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Collect decisions as PPO does, then charge those that lead away from the safe policy."""
        assert isinstance(env, VecNormalize)
        if self.safe_reports is None:
            self._watch_the_safe_policy(env.venv.env.config)  # type: ignore[attr-defined]
        if not super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps):
            return False
        taken = _pairs(rollout_buffer.observations, rollout_buffer.actions)
        self._fit_discriminator(taken, env)
        rollout_buffer.rewards -= self._charges(taken).reshape(rollout_buffer.rewards.shape)
        with torch.no_grad():
            values = self.policy.predict_values(obs_as_tensor(self._last_obs, self.device))  # type: ignore[arg-type]
        rollout_buffer.compute_returns_and_advantage(values, self._last_episode_starts)  # type: ignore[arg-type]
        return True

    def _watch_the_safe_policy(self, config: Config) -> None:
        anchor, centre = self.anchor, self.safe_action
        assert anchor is not None
        assert centre is not None

        def act(seen: np.ndarray) -> np.ndarray:
            noise = torch.randn(len(seen), len(centre))
            return (centre + anchor.spread * noise).clamp(-1.0, 1.0).numpy()

        weeks = config.horizon.episode_weeks
        seen = roll_out(config, act, ANCHOR_SEEDS[: anchor.floors], weeks)
        self.safe_reports = seen.observations.reshape(-1, seen.observations.shape[-1])
        self.safe_actions = torch.as_tensor(seen.actions.reshape(-1, seen.actions.shape[-1]), dtype=torch.float32)

    def _fit_discriminator(self, taken: torch.Tensor, env: VecNormalize) -> None:
        """Fit the discriminator's logit to log(μ_π / μ_safe); equal numbers of each, so that the odds are the ratio."""
        assert self.anchor is not None
        assert self.safe_actions is not None
        reports = torch.as_tensor(env.normalize_obs(self.safe_reports), dtype=torch.float32)  # type: ignore[arg-type]
        safe = torch.cat([reports, self.safe_actions], dim=1)
        for _ in range(self.anchor.n_epochs):
            for rows in torch.randperm(len(taken)).split(self.batch_size):
                others = torch.randint(len(safe), (len(rows),))
                softplus = nn.functional.softplus
                loss = (
                    softplus(-self.discriminator(taken[rows])).mean()
                    + softplus(self.discriminator(safe[others])).mean()
                )
                self.discriminator_optimizer.zero_grad()
                loss.backward()
                self.discriminator_optimizer.step()

    def _charges(self, taken: torch.Tensor) -> np.ndarray:
        """What each decision costs, in normalised reward: λ exp(d) / √χ².

        The mean is subtracted: a charge on every further decision would reward closing a floor early.
        """
        assert self.anchor is not None
        with torch.no_grad():
            ratio = self.discriminator(taken).squeeze(1).clamp(-self.anchor.clip, self.anchor.clip).exp()
        divergence = float(ratio.mean()) - 1.0
        self.logger.record("anchor/chi_square", divergence)
        charges: torch.Tensor = self.anchor.weight * (ratio - ratio.mean()) / max(divergence, _LEAST_DIVERGENCE) ** 0.5
        return charges.numpy()


def _pairs(observations: np.ndarray, actions: np.ndarray) -> torch.Tensor:
    """Rows ``[steps × floors, entries + levers]`` of what was seen and done."""
    seen = torch.as_tensor(observations.reshape(-1, observations.shape[-1]))
    done = torch.as_tensor(actions.reshape(-1, actions.shape[-1])).clamp(-1.0, 1.0)
    return torch.cat([seen, done], dim=1)
