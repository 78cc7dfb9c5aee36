"""A vector reward that is the scalar one taken apart, and that MO-Gymnasium's tools take for one of theirs."""

import sys
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from worlds import CLIENT_LEAVES, SMALL, random_actions

from incentive_env import ConfigError, SalesFloorEnv, SalesFloorMOEnv, SalesFloorMOVectorEnv, load_config
from incentive_env.floors.reward_vector import (
    OBJECTIVES,
    REFERENCE_POINTS,
    preset_weights,
    reference_point,
    reward_space,
)
from incentive_env.policies.fixed import FIXED, FixedPolicy

IDS = ("incentive_env/MO-Telesales-v1", "incentive_env/MO-ContactCenter-v1")
EPISODE = SMALL["horizon.decisions"]
CLOSES = CLIENT_LEAVES
WEIGHT = np.array([1.0, 0.5, 0.0, 0.25])

every_id = pytest.mark.parametrize("env_id", IDS)


@pytest.fixture
def mo_gym():
    return pytest.importorskip("mo_gymnasium")


def episode(env, seed=1):
    """Observations, rewards and last info of an episode under random actions."""
    observations, rewards, over = [env.reset(seed=seed)[0]], [], False
    for action in random_actions(100, 1)[:, 0]:
        observation, reward, terminated, truncated, info = env.step(action)
        observations.append(observation)
        rewards.append(reward)
        if over := terminated or truncated:
            break
    assert over
    return np.array(observations), np.array(rewards), info


@pytest.mark.parametrize("preset", ["loyalty", "profit", "conversion", "balanced"])
@pytest.mark.parametrize("ends", [{}, {**CLOSES, "horizon.decisions": 20}], ids=["in time", "early"])
def test_weighed_by_a_preset_the_vector_is_the_scalar_reward_step_by_step(small, preset, ends):
    seen, scalars, _ = episode(SalesFloorEnv(small, reward=preset, **ends))
    vector = SalesFloorMOEnv(small, **ends)
    same, vectors, _ = episode(vector)
    assert (same == seen).all()
    assert len(vectors) == len(scalars)
    np.testing.assert_allclose(vectors @ preset_weights(vector.config, preset), scalars, rtol=1e-6, atol=1e-6)


def test_loyalty_holds_the_rest_of_the_episode_of_a_floor_that_closes_whatever_the_presets_weigh(small):
    blind = {"rewards.loyalty.loyalty": 0.0, "rewards.loyalty.survey": 1.0, **CLOSES, "horizon.decisions": 20}
    _, rewards, info = episode(SalesFloorMOEnv(small, **blind))
    assert len(rewards) < 20
    assert rewards[-1][0] == pytest.approx(info["reward_terms"]["loyalty"])
    assert rewards[-1][0] != pytest.approx(info["truth"]["loyalty"] / 100)  # of the last period alone


@pytest.mark.parametrize(
    ("preset", "says"),
    [("survey", "pays for survey"), ("service", "pays for service"), ("balance", "nearest valid name: balanced")],
)
def test_a_preset_that_pays_for_something_else_has_no_weights(small, preset, says):
    with pytest.raises(ConfigError, match=says):
        preset_weights(small, preset)


def test_bounds_are_those_of_the_terms(small):
    """Three decisions: three periods of loyalty at most, in the last reward of a floor that closes at once."""
    space = reward_space(small)
    assert space.low.tolist() == [-3.0, -np.inf, -2.0, -1.0]
    assert space.high.tolist() == [3.0, np.inf, 8.0, 1.0]
    assert all(reward in space for reward in episode(SalesFloorMOEnv(small))[1])
    env = SalesFloorMOEnv(small, **CLOSES, **{"horizon.decisions": 20})
    assert all(reward in env.reward_space for reward in episode(env)[1])


@pytest.mark.parametrize("make", [SalesFloorMOEnv, lambda **kwargs: SalesFloorMOVectorEnv(2, **kwargs)])
def test_a_preset_cannot_be_chosen(make):
    with pytest.raises(TypeError, match=r"reward 'profit': .*preset_weights\(config, 'profit'\)"):
        make(reward="profit")


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_the_native_batch_has_the_bits_of_each_floor_alone(small, mode):
    actions = random_actions(EPISODE, 2)
    envs = SalesFloorMOVectorEnv(2, small, autoreset_mode=mode)
    envs.reset(seed=1)
    together = np.array([envs.step(batch)[1] for batch in actions])
    for floor in range(2):
        env = SalesFloorMOEnv(small)
        env.reset(seed=1 + floor)
        alone = np.array([env.step(action)[1] for action in actions[:, floor]])
        assert (together[:, floor] == alone).all()
        assert together.dtype == alone.dtype == np.float32


def test_a_floor_that_opens_anew_is_paid_nothing_in_that_step(small):
    envs = SalesFloorMOVectorEnv(2, small)
    envs.reset(seed=1)
    for batch in random_actions(EPISODE, 2):
        rewards = envs.step(batch)[1]
    assert (rewards != 0.0).all()
    assert (envs.step(random_actions(1, 2)[0])[1] == 0.0).all()


@every_id
def test_ids_make_both_forms_without_a_warning(env_id):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gym.make(env_id, **SMALL)
        envs = gym.make_vec(env_id, num_envs=2, **SMALL)
    assert isinstance(env.unwrapped, SalesFloorMOEnv)
    assert isinstance(envs.unwrapped, SalesFloorMOVectorEnv)
    assert env.unwrapped.reward_space == envs.unwrapped.reward_space
    (_, first, _), (_, again, _), (_, other, _) = (episode(env, seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_they_work_where_mo_gymnasium_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "mo_gymnasium", None)
    assert episode(gym.make(IDS[0], **SMALL))[1].shape == (EPISODE, len(OBJECTIVES))


@pytest.mark.parametrize("scenario", REFERENCE_POINTS)
def test_a_reference_point_is_below_what_a_flat_salary_returns(scenario):
    envs = SalesFloorMOVectorEnv(8, scenario)
    envs.reset(seed=1)
    action = FixedPolicy(FIXED["flat_salary"].scheme, envs.config).action
    returns, living = np.zeros((8, len(OBJECTIVES))), np.ones(8, np.bool_)
    while living.any():
        _, rewards, terminated, truncated, _ = envs.step(np.tile(action, (8, 1)))
        returns[living] += rewards[living]
        living &= ~(terminated | truncated)
    assert (envs.reference_point < returns.mean(axis=0)).all()


def test_a_reference_point_counts_the_periods_that_are_paid(small):
    a_period = np.array(REFERENCE_POINTS["telesales"])
    assert reference_point(load_config("telesales")) == pytest.approx(a_period * 39)
    assert SalesFloorMOVectorEnv(2, small).reference_point == pytest.approx(a_period * 3)


def test_a_scenario_without_a_reference_point_says_where_one_comes_from(small):
    env = SalesFloorMOEnv(small, name="telesale")
    with pytest.raises(ConfigError, match=r"'telesale' has no .*nearest valid name: telesales.*pareto\.py reference"):
        _ = env.reference_point


@every_id
def test_weighed_linearly_it_passes_the_public_checker(mo_gym, env_id):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*is different from the unwrapped version")
        check_env(mo_gym.wrappers.LinearReward(mo_gym.make(env_id, **SMALL), weight=WEIGHT), skip_render_check=True)


def test_linear_reward_pays_what_a_preset_pays(mo_gym, small):
    weighed = mo_gym.wrappers.LinearReward(SalesFloorMOEnv(small), weight=preset_weights(small, "balanced"))
    _, rewards, info = episode(weighed)
    assert rewards == pytest.approx(episode(SalesFloorEnv(small, reward="balanced"))[1], rel=1e-6)
    assert info["vector_reward"].shape == (4,)


def test_wrappers_change_the_objective_that_they_are_told_to(mo_gym):
    _, plain, _ = episode(mo_gym.make(IDS[0], **SMALL))
    _, scaled, _ = episode(mo_gym.wrappers.MONormalizeReward(mo_gym.make(IDS[0], **SMALL), idx=1))
    _, clipped, _ = episode(mo_gym.wrappers.MOClipReward(mo_gym.make(IDS[0], **SMALL), idx=1, min_r=-0.1, max_r=0.1))
    assert (scaled[:, [0, 2, 3]] == plain[:, [0, 2, 3]]).all()
    assert (scaled[:, 1] != plain[:, 1]).all()
    assert clipped == pytest.approx(np.column_stack([plain[:, 0], plain[:, 1].clip(-0.1, 0.1), plain[:, 2:]]))


def test_episode_statistics_sum_up_each_objective(mo_gym):
    _, rewards, info = episode(mo_gym.wrappers.MORecordEpisodeStatistics(mo_gym.make(IDS[0], **SMALL), gamma=0.9))
    assert info["episode"]["r"] == pytest.approx(rewards.sum(axis=0), rel=1e-5)
    assert info["episode"]["dr"] == pytest.approx(0.9 ** np.arange(EPISODE) @ rewards, rel=1e-5)


def test_the_native_batch_pays_what_their_batch_of_single_floors_pays(mo_gym):
    theirs = mo_gym.wrappers.vector.MOSyncVectorEnv([lambda: mo_gym.make(IDS[0], **SMALL) for _ in range(2)])
    ours = gym.make_vec(IDS[0], num_envs=2, **SMALL)
    assert ours.unwrapped.reward_space == theirs.reward_space
    both = [mo_gym.wrappers.vector.MORecordEpisodeStatistics(envs) for envs in (theirs, ours)]
    for envs in both:
        envs.reset(seed=1)
    for batch in random_actions(2 * EPISODE + 2, 2):
        (seen, rewards, *_, infos), (same, alike, *_, others) = (envs.step(batch) for envs in both)
        assert (seen == same).all()
        assert (rewards == alike).all()
        assert ("episode" in infos) == ("episode" in others)
        if "episode" in infos:
            assert (infos["episode"]["r"] == others["episode"]["r"]).all()
