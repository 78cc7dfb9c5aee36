"""PPO on a proxy that stops where the truth might begin to fall, as `agents.hacking.stopping_rule` says.

At every check the policy manages the same floors as before. It is accepted if, since the last accepted policy, every
reward within the assumed angle of the proxy has gained. After a number of policies in a row that are not, the run goes
back to the last accepted policy and learns no more: the rest of its budget is not used. Karwowski et al. (ICLR 2024)
stop at the first; where steps are estimated and PPO's path trembles, a few are waited for, and the bound holds
for the policy that is kept all the same.
"""

from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from agents.algorithms.hacking import EarlyStoppingPlan
from agents.hacking.episodes import Episodes, term_columns, watch, watch_safe
from agents.hacking.guarded import GuardedPPO
from agents.hacking.max_min import MEASURES
from agents.hacking.stopping_rule import Geometry, holds
from agents.training.checkpoints import moments_of
from incentive_env.support.seeds import ANCHOR_SEEDS

_MOMENTS = ("mean", "var", "count")


class EarlyStoppingPPO(GuardedPPO):
    """PPO that checks every few updates whether it may go on."""

    plan: EarlyStoppingPlan

    @property
    def stopped(self) -> bool:
        """Whether the run has gone back to its last accepted policy."""
        return bool(self.kept.get("stopped", False))

    def prepare(self) -> None:
        """Measure rewards and steps by the safe policy's data, and accept the first policy."""
        if self.plan.strength == 0.0:
            return
        env = self.floors.env
        assert self.safe_action is not None
        seen = watch_safe(env.config, env.reward, self.plan.safe, self.safe_action)
        features = features_of(seen)
        geometry = Geometry.of(features.reshape(-1, features.shape[-1]), self.plan.shrinkage)
        self.kept = {
            **geometry._asdict(), "stopped": np.array(False), "failed": np.array(0), "updates": np.array(0),
            "looked_at": np.array(0),
        }  # fmt: skip
        self._accept(self._occupancy())

    def learn(self, *arguments: Any, **keywords: Any) -> Self:
        """Learn as PPO does; what is left in the end is the last accepted policy."""
        super().learn(*arguments, **keywords)
        if self.kept and not self.stopped and not self._check():
            self._go_back()
        return self

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Check first, where it is due; a run that has stopped lets its budget pass without using it."""
        if self.kept and not self.stopped:
            self._check_if_due()
        if not self.stopped:
            return super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps)
        callback.on_rollout_start()
        self.num_timesteps += n_rollout_steps * env.num_envs
        callback.on_rollout_end()
        return True

    def train(self) -> None:
        """Update as PPO does, unless the run has stopped."""
        if not self.stopped:
            super().train()

    def _check_if_due(self) -> None:
        if self.kept["looked_at"] == self.num_timesteps:
            return  # before the checkpoint that this run was resumed from
        self.kept["looked_at"], self.kept["updates"] = np.array(self.num_timesteps), self.kept["updates"] + 1
        if self.kept["updates"] % self.plan.check_every != 0:
            return
        self.kept["failed"] = np.array(0) if self._check() else self.kept["failed"] + 1
        if self.kept["failed"] >= self.plan.patience:
            self._go_back()
            self.kept["stopped"] = np.array(True)
            self.logger.record("early_stopping/stopped_at", self.num_timesteps)

    def _check(self) -> bool:
        """Accept the policy as it is now, if the truth cannot have fallen since the last accepted one."""
        occupancy = self._occupancy()
        step = Geometry(*(self.kept[name] for name in Geometry._fields)).step(self.kept["occupancy"], occupancy)
        angle = self.plan.strength * np.pi / 2.0
        self.logger.record("early_stopping/cosine", step.cosine)
        self.logger.record("early_stopping/worst_gain", step.worst(angle))
        if not holds(step, angle):
            return False
        self._accept(occupancy)
        return True

    def _occupancy(self) -> NDArray[np.float64]:
        """Mean features ``[floors, features]`` of an episode under the most likely actions of the policy as it is."""
        env = self.floors.env
        assert isinstance(self.env, VecNormalize)
        normaliser = self.env

        def act(seen: NDArray[np.float32]) -> NDArray[np.floating]:
            return self.policy.predict(normaliser.normalize_obs(seen), deterministic=True)[0]

        floors = ANCHOR_SEEDS[self.plan.safe.floors : self.plan.safe.floors + self.plan.check_floors]
        occupancy: NDArray[np.float64] = features_of(watch(env.config, env.reward, act, floors)).mean(axis=0)
        return occupancy

    def _accept(self, occupancy: NDArray[np.float64]) -> None:
        moments = moments_of(self._normaliser)
        self.kept["occupancy"] = occupancy
        self.kept |= {f"weights_{name}": part.numpy().copy() for name, part in self.policy.state_dict().items()}
        self.kept |= {f"seen_{name}": np.array(getattr(moments, name)) for name in _MOMENTS}

    def _go_back(self) -> None:
        moments = moments_of(self._normaliser)
        weights = {name: torch.as_tensor(self.kept[f"weights_{name}"]) for name in self.policy.state_dict()}
        self.policy.load_state_dict(weights)
        moments.mean, moments.var = self.kept["seen_mean"].copy(), self.kept["seen_var"].copy()
        moments.count = float(self.kept["seen_count"])

    @property
    def _normaliser(self) -> VecNormalize:
        assert isinstance(self.env, VecNormalize)
        return self.env


def features_of(seen: Episodes) -> NDArray[np.float64]:
    """What rewards are linear in ``[decisions, floors, features]``: proxy, measured reward terms, measured figures."""
    return np.concatenate([seen.rewards[..., None], seen.terms[..., term_columns(MEASURES)], seen.figures], axis=-1)
