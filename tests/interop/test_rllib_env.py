"""What RLlib's env runners step: the same floors as Gymnasium's, native, and none of them twice."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from worlds import SMALL, random_actions

pytest.importorskip("ray.rllib", exc_type=ImportError)

import gymnasium as gym
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module.mean_std_filter import MeanStdFilter
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

from agents.rllib import register
from agents.rllib.registration import make
from agents.rllib.standardise import Moments, Standardise
from incentive_env import SalesFloorVectorEnv
from incentive_env.support.seeds import next_seed

pytestmark = pytest.mark.interop

TELESALES = "incentive_env/Telesales-v1"
ENDS = SMALL["horizon.decisions"]


def env_runner(env_id: str, mode: str, **env_config: object) -> SingleAgentEnvRunner:
    """One in this process, as those of a cluster are."""
    config = (
        PPOConfig()
        .environment(env_id, env_config=env_config)
        .env_runners(num_env_runners=0, num_envs_per_env_runner=3, gym_env_vectorize_mode=mode)
        .debugging(seed=5)
    )
    return SingleAgentEnvRunner(config=config, worker_index=0)


def test_every_id_of_one_reward_is_registered_under_its_own_name():
    assert set(register()) == {f"incentive_env/{name}" for name in ("Telesales-v1", "ContactCenter-v1", "LEN-v0")}
    assert set(register()) <= gym.registry.keys()


def test_nothing_of_the_group_training_is_needed():
    """The group `rllib` is enough: to train and to evaluate, without stable-baselines3."""
    scripts = Path(__file__).resolve().parents[2] / "scripts"
    absent = "sys.modules.update(dict.fromkeys(('stable_baselines3', 'sb3_contrib', 'tensorboard', 'cma')))"
    used = "agents.rllib.train, agents.rllib.module, agents.rllib.standardise, train_rllib, evaluate"
    command = [sys.executable, "-c", f"import sys; {absent}; sys.path.insert(0, {str(scripts)!r}); import {used}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
def test_an_env_runner_meets_what_gymnasium_meets(mode):
    register()
    runner = env_runner(TELESALES, mode, reward="profit", **SMALL)
    assert isinstance(runner.env.unwrapped, SalesFloorVectorEnv) == (mode == "vector_entry_point")
    episodes = runner.sample(num_episodes=3, random_actions=True)
    assert [len(episode) for episode in episodes] == [ENDS] * 3
    firsts = [next_seed(5) + i if mode == "vector_entry_point" else next_seed(5 + i) for i in range(3)]
    for episode in episodes:
        env = gym.make(TELESALES, reward="profit", **SMALL)
        starts = [env.reset(seed=first)[0] for first in firsts]
        floor = next(i for i, start in enumerate(starts) if (start == episode.get_observations(0)).all())
        env.reset(seed=firsts[floor])
        for number in range(ENDS):
            observation, reward, _, truncated, info = env.step(episode.get_actions(number))
            assert (observation == episode.get_observations(number + 1)).all()
            assert reward == episode.get_rewards(number)
            assert info["truth"] == episode.get_infos(number + 1)["truth"]
        assert (truncated, episode.is_truncated) == (True, True)


def test_an_id_needs_no_registration_when_its_module_is_named():
    runner = env_runner(f"incentive_env:{TELESALES}", "vector_entry_point", **SMALL)
    assert isinstance(runner.env.unwrapped, SalesFloorVectorEnv)
    assert all(np.isfinite(episode.get_return()) for episode in runner.sample(num_episodes=3, random_actions=True))


def test_env_runners_with_seeds_in_a_row_share_no_floor():
    """RLlib seeds runner *r* with ``seed + r``, and a batch its floor *i* with ``seed + i``."""
    context = {"num_envs": 8, **SMALL}
    plain = [gym.make_vec(TELESALES, **context).reset(seed=seed)[0] for seed in (5, 6)]
    spread = [make(TELESALES, context).reset(seed=seed)[0] for seed in (5, 6)]
    assert len(np.unique(np.concatenate(plain), axis=0)) == 9
    assert len(np.unique(np.concatenate(spread), axis=0)) == 16


@pytest.mark.parametrize("batched", [True, False])
def test_an_episode_is_cut_off_by_time_so_that_the_critic_values_what_follows(batched):
    env = make(TELESALES, {"reward": "loyalty", "infos": False, **({"num_envs": 1} if batched else {}), **SMALL})
    env.reset(seed=1)
    for action in random_actions(ENDS, 1) if batched else random_actions(ENDS, 1)[:, 0]:
        *_, terminated, truncated, infos = env.step(action)
    assert (bool(np.all(terminated)), bool(np.all(truncated))) == (False, True)
    assert infos == {}


def test_merged_moments_are_those_of_all_reports():
    assert merged(Standardise, lambda piece: piece.moments.mean) == pytest.approx(TRUE_MEAN, abs=1e-6)


def test_rllibs_own_filter_is_wrong_from_the_second_merge_on():
    """When this fails it is right, and agents/rllib/standardise.py can go."""
    assert abs(merged(MeanStdFilter, lambda piece: piece._filters[None].running_stats.mean) - TRUE_MEAN) > 1.0


def test_moments_of_parts_are_those_of_the_whole():
    values = np.random.default_rng(0).normal(1e3, [1.0, 5.0], (100, 2))
    parts = Moments.none()
    for part in np.split(values, [1, 30, 31]):
        parts = parts.with_more(Moments.of(part))
    np.testing.assert_allclose(parts.mean, values.mean(axis=0))
    np.testing.assert_allclose(parts.deviation, values.std(axis=0), rtol=1e-6)


ROUNDS = np.random.default_rng(0).normal(5.0, 2.0, (3, 2, 50)).astype(np.float32)
TRUE_MEAN = float(ROUNDS.mean())


class Floor:
    """As much of an episode as a connector that standardises needs."""

    agent_id = None

    def __init__(self, value: float) -> None:
        self.report = np.array([value], np.float32)

    def get_observations(self, indices: int) -> np.ndarray:
        return self.report

    def set_observations(self, at_indices: int, new_data: np.ndarray) -> None:
        self.report = new_data


def merged(kind: type, mean_of) -> float:
    """The mean that two env runners share after three rounds of reports."""
    space = gym.spaces.Box(-100.0, 100.0, (1,), np.float32)
    shared, *runners = (kind(input_observation_space=None, input_action_space=None) for _ in range(3))
    for piece in (shared, *runners):
        piece.single_agent_episode_iterator = lambda episodes: episodes
        piece.input_observation_space = space
    for reports in ROUNDS:
        for runner, values in zip(runners, reports, strict=True):
            for value in values:
                runner(rl_module=None, batch={}, episodes=[Floor(value)], explore=True)
        state = shared.merge_states([runner.get_state() for runner in runners])
        for piece in (shared, *runners):
            piece.set_state(state)
    return float(mean_of(shared)[0])
