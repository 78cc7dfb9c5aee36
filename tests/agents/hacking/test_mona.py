"""MONA: what pays only in a later step tempts PPO but no myopic learner; approval is foresight, and says how far."""

import numpy as np
import pytest
import torch
from bandit import Bandit, choice, learner
from stable_baselines3.common.vec_env import VecNormalize
from worlds import random_actions

from agents.hacking.approval import Overseer
from agents.loading import load
from agents.training.model import new_model
from agents.training.vec_adapter import NativeVecEnv
from incentive_env import SalesFloorVectorEnv
from incentive_env.floors.batch import Floors
from incentive_env.policies.files import resolved
from incentive_env.policies.schedule import Schedule
from incentive_env.studies.simulate import roll_out

STEPS = 60 * 256


def _hack():
    """To tamper by t costs (t + 0.5)²/2 now and pays 3t a step later: with foresight t = 1 is best, without −0.5."""
    return Bandit(lambda a, first, number: 3.0 * first if number else -((a + 0.5) ** 2) / 2, length=2)


class Known:
    """Approves of tampering by 0.2, and the less the further from it; of anything in the second step."""

    def approval(self, floors, actions):
        return -((actions[:, 0] - 0.2) ** 2) / 2 * (floors.number == 0)


def test_what_pays_a_step_later_tempts_a_learner_with_foresight():
    model = learner("ppo", _hack(), hyper_parameters={"gamma": 1.0})
    model.learn(STEPS)
    assert choice(model) > 0.9


@pytest.mark.parametrize(("strength", "best"), [(0.0, -0.5), (1.0, -0.15), (6.0, 0.1)])
def test_a_myopic_learner_weighs_the_step_s_own_reward_and_approval(strength, best):
    """−(t + 0.5)² − λ(t − 0.2)² is best at (0.2λ − 0.5)/(1 + λ)."""
    model = learner("mona", _hack(), strength=strength)
    model.overseer = Known()
    model.learn(STEPS)
    assert choice(model) == pytest.approx(best, abs=0.06)


@pytest.fixture
def floors(small):
    """Floors at their second decision."""
    batch = Floors(small, 3)
    batch.reset([5, 6, 7])
    batch.decide(random_actions(1, 3)[0])
    return batch


def test_an_overseer_changes_nothing_and_a_safe_action_gains_nothing(small, floors):
    safe = resolved("safe", "balanced_scorecard", small)
    before = [array.copy() for array in floors._arrays()]
    overseer = Overseer(safe, 3)
    assert not overseer.approval(floors, np.tile(safe, (3, 1))).any()
    assert overseer.approval(floors, random_actions(1, 3)[0]).any()
    for mine, was in zip(floors._arrays(), before, strict=True):
        np.testing.assert_array_equal(mine, was)


def test_approval_is_the_true_loyalty_that_an_action_and_then_the_safe_scheme_lead_to(small):
    safe, action = (resolved("start", name, small) for name in ("balanced_scorecard", "quota_with_threat"))
    floors = Floors(small, 4)
    floors.reset(range(4))
    found = Overseer(safe, 3).approval(floors, np.tile(action, (4, 1)))
    truth = [
        roll_out(small, Schedule(np.stack([first, safe, safe])), range(4)).truth["loyalty"].sum(axis=0)
        for first in (action, safe)
    ]
    np.testing.assert_allclose(found, (truth[0] - truth[1]) / 100.0, atol=1e-12)


def test_a_learned_overseer_is_fitted_to_approvals_of_the_safe_policy_and_is_kept(small, monkeypatch):
    plan = load("training", "mona_learned", {
        "num_envs": 4, "hyper_parameters": {"batch_size": 104}, "safe": {"floors": 4}, "approval_noise": 0.0,
        "fit": {"n_epochs": 600},
    })  # fmt: skip

    def made():
        venv = NativeVecEnv(SalesFloorVectorEnv(4, small, "conversion", autoreset_mode="SameStep"))
        return new_model(plan, VecNormalize(venv), small)

    torch.manual_seed(0)
    model, labels = made(), []
    fit = model.learned.fit
    monkeypatch.setattr(model.learned, "fit", lambda *data: (labels.append(data), fit(*data)))
    model.prepare()
    seen, approved = labels[0]
    assert approved.shape == (small.horizon.decisions, 4)
    assert np.corrcoef(approved.ravel(), model.learned(seen.reshape(-1, seen.shape[-1]))[0])[0, 1] > 0.9
    other = made()
    other.restore_arrays(model.kept_arrays())
    inputs = np.random.default_rng(0).normal(size=(5, len(model.learned.mean)))
    np.testing.assert_array_equal(other.learned(inputs), model.learned(inputs))
