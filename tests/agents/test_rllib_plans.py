"""Plans of RLlib, and the error without it: neither needs RLlib."""

import sys

import pytest

from agents.loading import load
from agents.rllib.registration import RLlibError, register
from incentive_env import ConfigError


def test_rllib_and_stable_baselines3_get_the_same_numbers():
    """So that their results are comparable: the libraries name the same numbers differently."""
    ours, theirs = load("rllib", "ppo"), load("training", "ppo")
    mine, its = ours.hyper_parameters, theirs.hyper_parameters
    assert ours.policy == theirs.policy
    assert ours.total_timesteps == theirs.total_timesteps
    assert ours.num_env_runners * ours.num_envs_per_env_runner == theirs.num_envs
    assert mine.train_batch_size == theirs.num_envs * its.n_steps
    assert (mine.minibatch_size, mine.num_epochs, mine.lr) == (its.batch_size, its.n_epochs, its.learning_rate)
    assert (mine.gamma, mine.lambda_, mine.clip_param) == (its.gamma, its.gae_lambda, its.clip_range)
    assert (mine.vf_loss_coeff, mine.grad_clip, mine.entropy_coeff) == (its.vf_coef, its.max_grad_norm, its.ent_coef)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"num_env_runner": 2}, "num_env_runner = 2 in .*: unknown key; nearest valid name: num_env_runners"),
        ({"hyper_parameters": {"learning_rate": 1.0}}, "hyper_parameters.learning_rate = 1.0 in .*: unknown key"),
        ({"num_env_runners": -1}, "num_env_runners = -1 in .*: must be greater than or equal to 0"),
        ({"algorithm": "impala"}, "algorithm = 'impala' in .*: must be one of ppo"),
        ({"hyper_parameters": {"minibatch_size": 4000}}, "minibatch_size = 4000: must not be above .* = 3328"),
        ({"num_envs_per_env_runner": 4000}, "train_batch_size = 3328: must be at least .* = 8000 floors"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(changes, says):
    with pytest.raises(ConfigError, match=says):
        load("rllib", "ppo", changes)


def test_an_unknown_plan_is_an_error_that_lists_the_known_ones():
    with pytest.raises(
        ConfigError, match="no RLlib training file 'pp'; RLlib training files: ppo, or a path; nearest valid name: ppo"
    ):
        load("rllib", "pp")


@pytest.mark.parametrize("missing", ["ray", "torch"])
def test_without_rllib_the_group_is_named(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, "ray.rllib", None)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(RLlibError, match=r"needs RLlib .*: pip install --group rllib"):
        register()
