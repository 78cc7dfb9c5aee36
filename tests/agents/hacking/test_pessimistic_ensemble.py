"""The pessimistic ensemble: networks agree where they saw labels, and their disagreement is charged."""

import numpy as np
import pytest
import torch
from bandit import Bandit, choice, learner

from agents.algorithms.hacking import Fit
from agents.hacking.fitted import Fitted
from agents.hacking.pessimistic_ensemble import pessimistic
from incentive_env.model.report import MEASURED


def test_mean_and_deviation_of_known_members_are_paid():
    said = np.array([[1.0, 0.0], [3.0, 0.0]])
    np.testing.assert_array_equal(pessimistic(said, 0.0), [2.0, 0.0])
    np.testing.assert_array_equal(pessimistic(said, 2.0), [0.0, 0.0])


def test_members_know_a_reward_where_they_saw_it_and_disagree_elsewhere():
    """Labels are 2x₀ − x₁ with noise, for x from −1 to 1; the third input never moves."""
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    seen = np.append(random.uniform(-1, 1, (40, 16, 2)), np.full((40, 16, 1), 7.0), axis=-1)
    ensemble = Fitted(5, 3, Fit(net_arch=(32,), learning_rate=0.01, n_epochs=60))
    ensemble.fit(seen, 2 * seen[..., 0] - seen[..., 1] + random.normal(0.0, 0.1, (40, 16)))
    near, far = random.uniform(-0.9, 0.9, (200, 3)), random.uniform(4.0, 6.0, (200, 3))
    said = ensemble(near)
    np.testing.assert_allclose(said.mean(axis=0), 2 * near[:, 0] - near[:, 1], atol=0.15)
    assert ensemble(far).std(axis=0).mean() > 4 * said.std(axis=0).mean()
    again = Fitted(5, 3, Fit(net_arch=(32,)))
    again.restore(ensemble.arrays())
    np.testing.assert_array_equal(again(near), said)


@pytest.mark.parametrize(("strength", "answer"), [(0.0, 1.0), (1.0, 0.5), (2.0, 0.25)])
def test_the_learner_goes_as_far_as_the_disagreement_is_worth(strength, answer):
    """The proxy pays a, two members correct it by ±a²: a − λa² is best at 1/(2λ)."""
    model = learner("pessimistic_ensemble", Bandit(lambda a, *_: a, figures=MEASURED), strength=strength)
    model.ensemble = lambda inputs: np.stack([inputs[:, -1] ** 2, -(inputs[:, -1] ** 2)])
    model.learn(60 * 256)
    assert choice(model) == pytest.approx(answer, abs=0.06)
