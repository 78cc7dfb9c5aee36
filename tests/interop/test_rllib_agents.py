"""RLlib with several agents: a policy of the manager's, and one that all reps share."""

import shutil

import numpy as np
import pytest
from worlds import SMALL, small_config

pytest.importorskip("ray.rllib", exc_type=ImportError)

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.rllib.utils.pre_checks.env import check_multiagent_environments
from ray.tune.registry import register_env

from incentive_env import parallel_env

pytestmark = pytest.mark.interop


def make(context: dict) -> ParallelPettingZooEnv:
    return ParallelPettingZooEnv(parallel_env(small_config(), **context))


def role(agent: str, episode: object, **_: object) -> str:
    return agent.partition("_")[0]


def test_rllibs_check_has_nothing_to_say():
    check_multiagent_environments(make({}))


def test_manager_and_reps_learn_side_by_side(cluster):
    register_env("agents_of_a_floor", make)
    config = (
        PPOConfig()
        .environment("agents_of_a_floor")
        .env_runners(num_env_runners=0)
        .multi_agent(policies={"manager", "rep"}, policy_mapping_fn=role)
        .training(train_batch_size_per_learner=8 * SMALL["horizon.decisions"], minibatch_size=12, num_epochs=1)
        .debugging(seed=0, log_level="ERROR")
    )
    algorithm = config.build_algo()
    before = {name: algorithm.get_module(name).get_state() for name in ("manager", "rep")}
    result = algorithm.train()
    after = {name: algorithm.get_module(name).get_state() for name in ("manager", "rep")}
    algorithm.stop()
    shutil.rmtree(algorithm.logdir)
    assert result["env_runners"]["num_env_steps_sampled"] == 8 * SMALL["horizon.decisions"]
    steps = result["env_runners"]["num_module_steps_sampled"]
    assert steps["rep"] == 3 * steps["manager"]
    assert np.isfinite(list(result["env_runners"]["module_episode_returns_mean"].values())).all()
    for name in ("manager", "rep"):
        assert any((after[name][key] != before[name][key]).any() for key in before[name])
