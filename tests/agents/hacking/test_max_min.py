"""Max-min: which rewards fit, and that policy and adversary meet at the saddle point of a game with a known one."""

import numpy as np
import pytest
from bandit import Bandit, choice, learner

from agents.hacking.max_min import answer, chosen, fitting
from incentive_env.floors.reward import TERM_NAMES

UNRELATED = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])  # two measures that do not correlate


def test_the_rewards_that_fit_are_those_within_the_tolerance_of_the_proxy():
    """The mixture with a share s of an unrelated measure is s√2 standard deviations away."""
    for tolerance, largest in ((0.0, 0.0), (0.3, 0.2), (0.75, 0.5), (2.0, 1.0)):
        members = fitting(UNRELATED, tolerance, parts=10)
        np.testing.assert_allclose(np.sort(members[:, 1]), np.arange(0.0, largest + 0.01, 0.1), atol=1e-12)
        np.testing.assert_allclose(members.sum(axis=1), 1.0)


def test_a_measure_that_moves_with_the_proxy_always_fits_and_its_opposite_never():
    same, opposite = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert len(fitting(same, 0.0, parts=10)) == 11
    assert len(fitting(opposite, 0.1, parts=10)) == 1
    assert len(fitting(np.random.default_rng(0).normal(size=(99, 4)), 9.0, parts=10)) == 286  # 13 over 3


def test_mean_play_converges_to_the_saddle_point_of_a_matrix_game():
    """Arms worth (1, −1), (−1, 1) and (0.2, 0.3) by two rewards: 1/21 of the first, 20/21 of the third, worth 5/21."""
    arms, members = np.array([[1.0, -1.0], [-1.0, 1.0], [0.2, 0.3]]), np.eye(2)
    policy, adversary = np.zeros(3), np.zeros(2)
    played, paid, rounds = np.zeros(3), np.zeros(2), 20_000
    for _ in range(rounds):
        drawn = np.exp(policy - policy.max())
        drawn /= drawn.sum()
        reward = chosen(adversary, members)
        played, paid = played + drawn / rounds, paid + reward / rounds
        policy = policy + 0.02 * arms @ reward
        adversary = answer(adversary, members @ (drawn @ arms), 0.02)
    np.testing.assert_allclose(played, [1 / 21, 0.0, 20 / 21], atol=0.02)
    assert (arms @ paid).max() == pytest.approx(5 / 21, abs=0.02)
    assert (played @ arms).min() == pytest.approx(5 / 21, abs=0.02)


@pytest.mark.parametrize(("tolerance", "best"), [(0.0, 0.8), (0.3, 0.56), (2.0, 0.2)])
def test_the_learner_takes_the_choice_that_is_best_under_the_worst_reward_that_fits(tolerance, best):
    """The proxy is −(a − 0.8)², the other measure −(a + 0.4)². They meet at 0.2, where half of each is worst; with at
    most a fifth of the other, that fifth is, and a = 0.8 − 1.2/5 is best.
    """
    model = learner("max_min", Bandit(lambda a, *_: -((a - 0.8) ** 2), lambda a: {"survey": -((a + 0.4) ** 2)}))
    model.plan = model.plan.model_copy(update={"strength": tolerance})
    model.consider(UNRELATED, [TERM_NAMES.index("survey")])
    model.learn(50 * 256)
    assert choice(model) == pytest.approx(best, abs=0.05)
