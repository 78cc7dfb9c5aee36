"""PPO on a proxy, kept near the conduct of a safe policy, where the proxy still means something.

A proxy correlates with the goal where it was observed: under a trusted policy. The further a learner moves away from
that policy's conduct, the less the proxy says. What is maximised is::

    J(π, proxy) − λ · D(π, safe)

D is one of five, by the plan's ``divergence`` and ``over``:

* ``kl`` over ``action``: mean KL of the actions in the states that π meets, the penalty of learning from human feedback
  (Stiennon et al., NeurIPS 2020). The safe policy is a normal around a scheme, so the log ratio is known exactly.
* ``chi_square`` or ``kl`` over ``state_action``: between the distributions of states and actions. Laidlaw, Singhal and
  Dragan ("Correlated proxies: a new definition and improved mitigation for reward hacking", ICLR 2025) show that the
  loss is bounded by the root of χ² over states *and* actions; they compare it with KL.
* ``chi_square`` or ``kl`` over ``state``: the same over states alone.

The log ratio d of the two distributions is the logit of a discriminator between them. The gradient of KL = E_π[d] is
that of a reward ``−d``; of the root of χ² = E_π[exp(d)] − 1 it is that of a reward ``−exp(d) / √χ²``.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import create_mlp
from stable_baselines3.common.utils import obs_as_tensor
from stable_baselines3.common.vec_env import VecEnv, VecNormalize
from torch import nn
from torch.distributions import Normal

from agents.algorithms.hacking import AnchoredPPOPlan
from agents.hacking.episodes import watch_safe
from agents.hacking.guarded import GuardedPPO
from incentive_env.floors.batch import Floors

_LEAST_DIVERGENCE = 0.05  # below it the root's slope would only amplify what the discriminator gets wrong


class AnchoredPPO(GuardedPPO):
    """PPO with a penalty on decisions that lead away from a safe scheme."""

    plan: AnchoredPPOPlan

    def _setup_model(self) -> None:
        super()._setup_model()
        assert self.observation_space.shape is not None
        assert self.action_space.shape is not None
        inputs = self.observation_space.shape[0] + (self.action_space.shape[0] if self._looks_at_actions else 0)
        form = self.plan.discriminator
        self.discriminator = nn.Sequential(*create_mlp(inputs, 1, list(form.net_arch)))
        self.discriminator_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=form.learning_rate)

    @property
    def _looks_at_actions(self) -> bool:
        return self.plan.over == "state_action"

    def _get_torch_save_params(self) -> tuple[list[str], list[str]]:
        modules, tensors = super()._get_torch_save_params()
        return [*modules, "discriminator", "discriminator_optimizer"], tensors

    def prepare(self) -> None:
        """Watch where the safe policy leads: reports ``[decisions × floors, entries]`` and actions likewise."""
        if self.plan.over == "action":
            return
        reports: list[NDArray[np.float32]] = []
        actions: list[NDArray[np.float32]] = []

        def look(_: Floors, seen: NDArray[np.float32], done: NDArray[np.float32]) -> None:
            reports.append(seen.copy())
            actions.append(done.copy())

        env = self.floors.env
        assert self.safe_action is not None
        watch_safe(env.config, env.reward, self.plan.safe, self.safe_action, before=look)
        self.kept = {"safe_reports": np.concatenate(reports), "safe_actions": np.concatenate(actions)}

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Collect decisions as PPO does, then charge those that lead away from the safe policy."""
        if not super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps):
            return False
        if self.plan.over == "action":
            ratios = self._log_ratio_of_actions(rollout_buffer)
        else:
            assert isinstance(env, VecNormalize)
            taken = self._pairs(rollout_buffer.observations, rollout_buffer.actions)
            self._fit_discriminator(taken, env)
            ratios = self._log_ratio(taken)
        rollout_buffer.rewards -= self._charges(ratios).reshape(rollout_buffer.rewards.shape)
        with torch.no_grad():
            values = self.policy.predict_values(obs_as_tensor(self._last_obs, self.device))  # type: ignore[arg-type]
        rollout_buffer.compute_returns_and_advantage(values, self._last_episode_starts)  # type: ignore[arg-type]
        return True

    def _pairs(self, reports: NDArray[np.floating], actions: NDArray[np.floating]) -> torch.Tensor:
        """Rows ``[decisions, entries (+ levers)]`` of what the discriminator is shown."""
        seen = torch.as_tensor(reports.reshape(-1, reports.shape[-1]), dtype=torch.float32)
        if not self._looks_at_actions:
            return seen
        done = torch.as_tensor(actions.reshape(-1, actions.shape[-1]), dtype=torch.float32).clamp(-1.0, 1.0)
        return torch.cat([seen, done], dim=1)

    def _log_ratio_of_actions(self, buffer: RolloutBuffer) -> torch.Tensor:
        """Log of how much likelier each action is under the policy than under the safe one, ``[decisions]``."""
        assert self.safe_action is not None
        safe = Normal(torch.as_tensor(self.safe_action), self.plan.safe.spread)
        done = torch.as_tensor(buffer.actions.reshape(-1, buffer.actions.shape[-1]))
        ratio: torch.Tensor = torch.as_tensor(buffer.log_probs.reshape(-1)) - safe.log_prob(done).sum(dim=1)
        return ratio

    def _fit_discriminator(self, taken: torch.Tensor, env: VecNormalize) -> None:
        """Fit the discriminator's logit to log(μ_π / μ_safe); equal numbers of each, so that the odds are the ratio."""
        safe = self._pairs(env.normalize_obs(self.kept["safe_reports"]), self.kept["safe_actions"])  # type: ignore[arg-type]
        for _ in range(self.plan.discriminator.n_epochs):
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

    def _log_ratio(self, taken: torch.Tensor) -> torch.Tensor:
        """The discriminator's logit ``[decisions]``, clipped."""
        most = self.plan.discriminator.clip
        with torch.no_grad():
            logit: torch.Tensor = self.discriminator(taken).squeeze(1).clamp(-most, most)
        return logit

    def _charges(self, log_ratio: torch.Tensor) -> NDArray[np.float32]:
        """What each decision costs ``[decisions]``, in normalised reward.

        The mean is subtracted: a charge on every further decision would reward closing a floor early.
        """
        if self.plan.divergence == "kl":
            self.logger.record("anchor/kl", float(log_ratio.mean()))
            charges = log_ratio
        else:
            ratio = log_ratio.exp()
            divergence = float(ratio.mean()) - 1.0
            self.logger.record("anchor/chi_square", divergence)
            charges = ratio / max(divergence, _LEAST_DIVERGENCE) ** 0.5
        paid: NDArray[np.float32] = (self.plan.strength * (charges - charges.mean())).numpy()
        return paid
