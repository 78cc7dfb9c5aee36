"""Myopic optimisation with non-myopic approval: PPO that looks one period ahead, and an overseer that looks further.

A hack that takes several steps pays only a learner that plans several steps. Farquhar et al. ("MONA: Myopic
Optimization with Non-myopic Approval Can Mitigate Multi-step Reward Hacking", ICML 2025) optimise each action for its
own reward alone, with a discount of 0, and add what an overseer with foresight thinks of it::

    paid = proxy of the period + λ · approval(state, action)

Approval is given before the action has had effects: *exact* by an overseer that knows the model and its true loyalty
(`agents.hacking.approval`); *noisy*, the same with errors; *learned*, by a network that was fitted to noisy approvals
of a safe policy's decisions and sees only the report and the action. The exact and the noisy see the truth all through
training, the learned in its labels only. At λ = 0 the proxy is optimised myopically, which is not plain PPO.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from agents.algorithms.hacking import MonaPlan
from agents.hacking.approval import Overseer
from agents.hacking.episodes import watch_safe
from agents.hacking.fitted import Fitted
from agents.hacking.guarded import Arrays, GuardedPPO
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.floors.observation import NAMES


class MonaPPO(GuardedPPO):
    """PPO that is paid the proxy and an overseer's approval."""

    plan: MonaPlan

    def _setup_model(self) -> None:
        super()._setup_model()
        assert self.safe_action is not None
        self.overseer = Overseer(self.safe_action, self.plan.foresight)
        self.learned = Fitted(1, len(NAMES) + len(LEVERS), self.plan.fit) if self.plan.approval == "learned" else None
        self._approved = np.zeros(0)

    def prepare(self) -> None:
        """Fit the learned overseer to approvals of the safe policy's decisions."""
        if self.learned is None:
            return
        inputs: list[NDArray[np.floating]] = []
        labels: list[NDArray[np.floating]] = []

        def look(floors: Floors, seen: NDArray[np.float32], actions: NDArray[np.float32]) -> None:
            inputs.append(np.concatenate([seen, actions], axis=1))
            labels.append(self._with_noise(self.overseer.approval(floors, actions)))

        env = self.floors.env
        assert self.safe_action is not None
        watch_safe(env.config, env.reward, self.plan.safe, self.safe_action, before=look)
        self.learned.fit(np.stack(inputs), np.stack(labels))
        self.kept = self.learned.arrays()

    def restore_arrays(self, arrays: Arrays) -> None:
        """Restore the learned overseer."""
        super().restore_arrays(arrays)
        if self.learned is not None:
            self.learned.restore(self.kept)

    def foresee(self, floors: Floors, actions: NDArray[np.floating]) -> None:
        """Approve of the actions, before they are in force."""
        clipped = np.clip(actions, -1.0, 1.0)
        if self.plan.strength == 0.0:
            self._approved = np.zeros(floors.num_floors)
        elif self.learned is not None:
            self._approved = self.learned(np.concatenate([floors.observation(), clipped], axis=1))[0]
        else:
            exact = self.overseer.approval(floors, clipped)
            self._approved = self._with_noise(exact) if self.plan.approval == "noisy" else exact
        self.logger.record_mean("mona/approval", float(self._approved.mean()))

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """Proxy and approval ``[floors]``."""
        return rewards + self.plan.strength * self._approved

    def _with_noise(self, approval: NDArray[np.float64]) -> NDArray[np.float64]:
        noisy: NDArray[np.float64] = approval + self.plan.approval_noise * torch.randn(len(approval)).numpy()
        return noisy
