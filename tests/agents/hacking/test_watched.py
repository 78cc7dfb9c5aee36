"""Penalties for gaming that is seen: a monitor with known errors, and audits that only count if they are made."""

import numpy as np
import pytest
import torch
from bandit import Bandit, choice, learner

from agents.hacking.watched import flags
from agents.loading import load
from incentive_env.model.report import FIGURES

PLAN = {"num_envs": 3, "strength": 2.0, "hyper_parameters": {"n_steps": 2, "batch_size": 6}}


class Watched(Bandit):
    """A bandit in which a share of the cases is gamed, by the action."""

    def step_wait(self):
        self.gamed = np.clip(self.actions[:, 0].astype(float), 0.0, 1.0) ** 2
        return super().step_wait()


class Monitored(Watched):
    def __setattr__(self, name, value):
        if name == "judge" and value is not None:
            pay = value.pay
            value.pay = lambda rewards, infos: pay(rewards, {**infos, "truth": {"gaming_share": self.gamed}})
        super().__setattr__(name, value)


def test_a_monitor_flags_at_its_rates():
    plan = load("training", "monitored", {"true_positives": 0.9, "false_positives": 0.2, "cases": 1000})
    torch.manual_seed(0)
    flagged = flags(np.array([np.zeros(200), np.full(200, 0.5), np.ones(200)]), plan)
    np.testing.assert_allclose(flagged.mean(axis=1), [0.2, 0.55, 0.9], atol=0.01)
    assert flagged.std(axis=1)[1] == pytest.approx((0.55 * 0.45 / 1000) ** 0.5, rel=0.2)


@pytest.mark.parametrize(
    ("strength", "rates", "best"), [(1.0, (1.0, 0.0), 0.5), (1.0, (0.9, 0.1), 0.625), (0.0, (1.0, 0.0), 1.0)]
)
def test_the_learner_games_as_far_as_the_monitor_lets_it(strength, rates, best):
    """The proxy pays a, of which a² is gamed: a − λ (t − f) a² − λ f is best at 1 / (2 λ (t − f))."""
    model = learner(
        "monitored", Monitored(lambda a, *_: a), strength=strength, true_positives=rates[0], false_positives=rates[1]
    )
    model.learn(60 * 256)
    assert choice(model) == pytest.approx(best, abs=0.07)


def test_what_is_not_looked_at_counts_as_gamed(small):
    from gymnasium.vector import AutoresetMode
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import VecNormalize

    from agents.training.model import new_model
    from agents.training.vec_adapter import NativeVecEnv
    from incentive_env import SalesFloorVectorEnv
    from incentive_env.config.levers import LEVER_NAMES

    venv = NativeVecEnv(SalesFloorVectorEnv(3, small, "conversion", autoreset_mode=AutoresetMode.SAME_STEP))
    model = new_model(load("training", "audited", PLAN), VecNormalize(venv), small)
    model.set_logger(Logger(None, []))
    actions = np.zeros((3, len(LEVER_NAMES)))
    actions[:, LEVER_NAMES.index("audit")] = (-1.0, 1.0, 1.0)
    model.foresee(venv.env.floors, actions)
    figures = {name: np.zeros(3) for name in FIGURES.names} | {"audit_findings": np.array([0.0, 0.0, 30.0])}
    np.testing.assert_allclose(model.pay(np.ones(3), {"figures": figures}), [-1.0, 1.0, 0.4])
