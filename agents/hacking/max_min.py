"""PPO against the worst of the rewards that fit: an adversary chooses what is paid, among those that agree where seen.

Several measures, and mixtures of them, agree with the paid one on decisions of a safe policy; nothing there says which
of them is meant. The policy maximises the gain over the safe policy under the worst of them::

    max_π min_{w ∈ W} E_π[w · z],   W = {w ≥ 0, Σ w = 1, RMS_safe(w · z − z_paid) ≤ λ}

where z are the measures in standard deviations under the safe policy. Max-min over rewards that are linear in known
features and correlate with the proxy under a reference policy: Liu, Sun and Zheng ("Robust optimization for mitigating
reward hacking with correlated proxies", 2026, arXiv:2604.12086). The adversary plays multiplicative weights over a grid
of W, as in Syed and Schapire ("A game-theoretic approach to apprenticeship learning", NeurIPS 2007): its mean play and
the policy's converge to the saddle point at a rate of √(log |W| / updates).
"""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from agents.algorithms.hacking import MaxMinPlan
from agents.hacking.episodes import watch_safe
from agents.hacking.guarded import GuardedPPO, columns
from incentive_env.floors.reward import TERM_NAMES, reward_weights

MEASURES = ("conversion", "survey", "service", "profit")  # reward terms that the firm can measure

_LEAST = 1e-9  # a standard deviation below it is none: the measure never moves


class MaxMinPPO(GuardedPPO):
    """PPO whose reward is chosen by an adversary, after every update anew."""

    plan: MaxMinPlan

    def prepare(self) -> None:
        """Find the rewards that fit the safe policy's data."""
        env = self.floors.env
        assert self.safe_action is not None
        seen = watch_safe(env.config, env.reward, self.plan.safe, self.safe_action)
        others = _others(reward_weights(env.config, env.reward))
        terms = seen.terms.reshape(-1, len(TERM_NAMES))[:, others]
        self.consider(np.column_stack([seen.rewards.ravel(), terms]), others)

    def consider(self, measures: NDArray[np.float64], others: list[int]) -> None:
        """Take the rewards that fit the safe policy's measures, the paid one first ``[decisions, measures]``.

        Args:
            measures: as they were under the safe policy.
            others: places in `TERM_NAMES` of all but the first.
        """
        mean, deviation = measures.mean(axis=0), measures.std(axis=0)
        deviation[deviation < _LEAST] = np.inf  # such a measure is worth 0 whatever happens
        members = fitting((measures - mean) / deviation, self.plan.strength, self.plan.parts)
        self.kept = {
            "mean": mean, "deviation": deviation, "members": members, "others": np.array(others, np.int64),
            "log_weights": np.zeros(len(members)), "gains": np.zeros(len(mean)), "steps": np.zeros(()),
        }  # fmt: skip

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """The adversary's reward ``[floors]``; measures are not centred, so going on costs nothing by itself."""
        terms = columns(infos, "reward_terms", TERM_NAMES)[:, self.kept["others"]]
        standard = np.column_stack([rewards, terms]) / self.kept["deviation"]
        self.kept["gains"] += (standard - self.kept["mean"] / self.kept["deviation"]).mean(axis=0)
        self.kept["steps"] += 1.0
        paid: NDArray[np.float64] = standard @ chosen(self.kept["log_weights"], self.kept["members"])
        return paid

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Collect decisions under one reward; then the adversary sees what was gained, and answers."""
        if not super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps):
            return False
        gains = self.kept["members"] @ (self.kept["gains"] / self.kept["steps"])
        self.kept["log_weights"] = answer(self.kept["log_weights"], gains, self.plan.adversary_rate)
        self.kept["gains"], self.kept["steps"] = np.zeros_like(self.kept["gains"]), np.zeros(())
        self.logger.record("max_min/worst_gain", float(gains.min()))
        self.logger.record("max_min/members", len(gains))
        return True


def fitting(standard: NDArray[np.float64], tolerance: float, parts: int) -> NDArray[np.float64]:
    """The grid of rewards that fit: weights ``[members, measures]``, the first measure alone among them.

    Args:
        standard: ``[decisions, measures]`` in standard deviations; the first is the paid one.
        tolerance: largest root mean square of a member minus the paid measure.
        parts: weights are multiples of one over it.
    """
    count = standard.shape[1]
    cuts = np.array(list(combinations(range(parts + count - 1), count - 1)), np.int64).reshape(-1, count - 1)
    ends = np.full((len(cuts), 1), parts + count - 1)
    grid = (np.diff(np.hstack([np.full_like(ends, -1), cuts, ends]), axis=1) - 1) / parts  # stars and bars
    away = grid - np.eye(count)[0]
    second = standard.T @ standard / len(standard)
    distance = np.sqrt(np.maximum(np.einsum("mi,ij,mj->m", away, second, away), 0.0))
    members: NDArray[np.float64] = grid[distance <= tolerance + _LEAST]
    return members


def answer(log_weights: NDArray[np.float64], gains: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """The adversary's log weights ``[members]`` after a policy with these gains: the less gained, the likelier."""
    after = log_weights - rate * gains
    normal: NDArray[np.float64] = after - after.max()
    return normal


def chosen(log_weights: NDArray[np.float64], members: NDArray[np.float64]) -> NDArray[np.float64]:
    """The adversary's mean reward: weights ``[measures]``."""
    weights = np.exp(log_weights - log_weights.max())
    mixed: NDArray[np.float64] = (weights / weights.sum()) @ members
    return mixed


def _others(weights: NDArray[np.float64]) -> list[int]:
    """Places of the measures that are not the preset's own: what pays for one alone is that one."""
    own = [name for name in MEASURES if weights[TERM_NAMES.index(name)] > 0.0 and np.count_nonzero(weights) == 1]
    return [TERM_NAMES.index(name) for name in MEASURES if name not in own]
