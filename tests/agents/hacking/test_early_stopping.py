"""Early stopping: the rule on constructed occupancies, its bound by many rewards, and what a run keeps."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from agents.hacking.stopping_rule import Geometry, Step, holds
from agents.loading import load
from agents.training.learned_policy import LearnedPolicy
from agents.training.train import train

PLAIN = Geometry(np.ones(2), np.eye(2), np.ones(()))  # two features that do not correlate, the proxy first
SMALL = {
    "total_timesteps": 48, "num_envs": 4, "checkpoint_every": 12, "policy": {"net_arch": [8]},
    "hyper_parameters": {"n_steps": 3, "batch_size": 6, "n_epochs": 2, "learning_rate": 0.05},
}  # fmt: skip
CHECKS = {"safe": {"floors": 4}, "check_every": 1, "check_floors": 4, "patience": 1}


def _path(degrees):
    """Occupancies on one floor, each a step of length 1 from the last, in these directions from the proxy's."""
    steps = [[np.cos(np.radians(angle)), np.sin(np.radians(angle))] for angle in degrees]
    return [np.array([point]) for point in np.cumsum([[0.0, 0.0], *steps], axis=0)]


def _accepted(degrees, right_angles):
    path = _path(degrees)
    steps = [PLAIN.step(before, after) for before, after in pairwise(path)]
    return [holds(step, right_angles * np.pi / 2) for step in steps].index(False)


@pytest.mark.parametrize(("right_angles", "steps"), [(0.1, 8), (0.5, 4), (0.9, 0)])
def test_a_path_that_bends_away_from_the_proxy_is_followed_up_to_the_assumed_angle(right_angles, steps):
    """Directions of 10°, 20° and so on from the proxy: good for all rewards within 90° minus the direction."""
    assert _accepted(range(10, 100, 10), right_angles) == steps


def test_a_step_is_accepted_exactly_if_no_reward_within_the_angle_loses():
    random = np.random.default_rng(0)
    features = random.normal(size=(500, 4)) @ random.normal(size=(4, 4))
    geometry, angle = Geometry.of(features, shrinkage=0.01), np.radians(50.0)
    lengths = np.linalg.inv(geometry.inverse)
    rewards = random.normal(size=(200_000, 4))
    rewards /= np.sqrt(np.einsum("ri,ij,rj->r", rewards, lengths, rewards))[:, None]
    within = rewards[rewards @ lengths[0] / geometry.unit >= np.cos(angle)]
    for _ in range(20):
        before, after = random.normal(size=(2, 1, 4))
        step = geometry.step(before, after)
        least = geometry.unit * (within @ ((after - before)[0] / geometry.deviation)).min()
        assert least >= step.worst(angle) - 1e-9
        assert least == pytest.approx(step.worst(angle), abs=0.12 * step.length)
        assert holds(step, angle) == (step.worst(angle) >= 0.0)


def test_the_angle_between_proxy_and_truth_is_that_of_their_correlation_under_the_safe_policy():
    random = np.random.default_rng(0)
    proxy, other = random.normal(size=(2, 100_000))
    truth = 0.6 * proxy + 0.8 * other
    lengths = np.linalg.inv(Geometry.of(np.column_stack([proxy, truth, other]), shrinkage=1e-6).inverse)
    assert lengths[0, 1] == pytest.approx(np.corrcoef(proxy, truth)[0, 1], abs=1e-4)


def test_luck_of_the_floors_makes_no_step_look_longer():
    """Each floor moves by (1, 0) and luck of deviation 3; the mean of the estimates over many draws is about 1."""
    random = np.random.default_rng(0)
    before = np.zeros((16, 2))
    squares = []
    for _ in range(3000):
        each = random.normal([1.0, 0.0], 3.0, (16, 2))
        mean, spread = each.mean(axis=0), each.var(axis=0, ddof=1).sum() / 16
        squares.append(mean @ mean - spread)
        assert PLAIN.step(before, each).length == pytest.approx(max(np.sqrt(max(squares[-1], 0)), abs(mean[0])))
    assert np.mean(squares) == pytest.approx(1.0, abs=0.1)


def test_where_nothing_has_moved_nothing_is_lost():
    assert holds(PLAIN.step(np.ones((3, 2)), np.ones((3, 2))), np.pi / 2)
    assert Step(-1.0, 1.0, -1.0).worst(0.0) == -1.0


def _weights(run):
    return LearnedPolicy.load(run).module.state_dict()


def _same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_without_an_angle_it_is_plain_ppo_to_the_bit(small, tmp_path):
    train(small, "conversion", load("training", "ppo", SMALL), tmp_path / "plain", quiet=True)
    plan = load("training", "early_stopping", {**SMALL, **CHECKS, "strength": 0.0})
    train(small, "conversion", plan, tmp_path / "free", quiet=True)
    assert _same(_weights(tmp_path / "plain"), _weights(tmp_path / "free"))


def test_a_run_that_nothing_can_satisfy_ends_with_its_first_policy_and_shows_it_to_the_end(
    small, tmp_path, monkeypatch
):  # fmt: skip
    monkeypatch.setattr("agents.hacking.early_stopping.holds", lambda step, angle: False)
    shown = []

    def look(policy, step):
        shown.append((step, {name: part.clone() for name, part in policy.module.state_dict().items()}))

    plan = load("training", "early_stopping", {**SMALL, **CHECKS})
    train(small, "conversion", plan, tmp_path, quiet=True, watch=look)
    assert [step for step, _ in shown] == [0, 12, 24, 36, 48]
    assert all(_same(weights, shown[0][1]) for _, weights in shown)
    assert _same(_weights(tmp_path), shown[0][1])
    longer = plan.model_copy(update={"total_timesteps": 72})
    train(small, "conversion", longer, tmp_path, resume=True, quiet=True)
    assert _same(_weights(tmp_path), shown[0][1])  # a run that has stopped stays so
