"""The batch behind stable-baselines3's `VecEnv`: same numbers, its conventions at the end of an episode."""

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize
from worlds import BANKRUPT, N_LEVERS, SMALL, random_actions, small_config

from agents.training.vec_adapter import NativeVecEnv
from incentive_env import SalesFloorEnv, SalesFloorVectorEnv

EPISODE = SMALL["horizon.decisions"]
FLOORS = 3


def _venv(config, floors=FLOORS):
    return NativeVecEnv(SalesFloorVectorEnv(floors, config, "profit", autoreset_mode=AutoresetMode.SAME_STEP))


def test_rewards_observations_and_last_observations_are_those_of_each_floor_alone(small):
    venv = _venv(small)
    venv.seed(5)
    seen = [venv.reset()]
    actions = random_actions(EPISODE, FLOORS)
    steps = [venv.step(action) for action in actions]
    for floor in range(FLOORS):
        alone = SalesFloorEnv(small, "profit")
        np.testing.assert_array_equal(seen[0][floor], alone.reset(seed=5 + floor)[0])
        earned = 0.0
        for decision, (observation, rewards, done, infos) in enumerate(steps):
            expected, reward, terminated, truncated, _ = alone.step(actions[decision, floor])
            earned += reward
            assert rewards[floor] == np.float32(reward)
            assert done[floor] == (terminated or truncated) == (decision == EPISODE - 1)
            if done[floor]:
                np.testing.assert_array_equal(infos[floor]["terminal_observation"], expected)
                assert (observation[floor] != expected).any()
                assert infos[floor]["TimeLimit.truncated"] is True
                assert infos[floor]["episode"]["l"] == EPISODE
                assert infos[floor]["episode"]["r"] == pytest.approx(earned)
            else:
                np.testing.assert_array_equal(observation[floor], expected)
                assert infos[floor] == {}


def test_a_second_episode_counts_from_nothing(small):
    venv = _venv(small)
    venv.seed(5)
    venv.reset()
    rewards = []
    for action in random_actions(2 * EPISODE, FLOORS):
        _, reward, done, infos = venv.step(action)
        rewards.append(reward)
    assert done.all()
    second = np.sum(rewards[EPISODE:], axis=0, dtype=np.float64)
    np.testing.assert_allclose([info["episode"]["r"] for info in infos], second, rtol=1e-5)
    assert [info["episode"]["l"] for info in infos] == [EPISODE] * FLOORS


def test_a_floor_that_closes_was_not_cut_off_by_time():
    venv = _venv(small_config({**BANKRUPT, "horizon.decisions": 20}))
    venv.seed(1)
    venv.reset()
    for _ in range(20):
        *_, done, infos = venv.step(np.zeros((FLOORS, N_LEVERS), np.float32))
        if done.any():
            break
    closed = [info for info, over in zip(infos, done, strict=True) if over]
    assert closed
    assert all(info["TimeLimit.truncated"] is False and info["episode"]["l"] < 20 for info in closed)


def test_a_seed_holds_for_one_reset(small):
    venv = _venv(small)
    assert venv.seed(7) == [7, 8, 9]
    first, second = venv.reset(), venv.reset()
    assert (first != second).any()
    venv.seed(7)
    np.testing.assert_array_equal(venv.reset(), first)


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.DISABLED])
def test_another_autoreset_mode_is_refused(small, mode):
    with pytest.raises(ValueError, match=f"autoreset_mode is {mode.value}, must be SameStep"):
        NativeVecEnv(SalesFloorVectorEnv(2, small, autoreset_mode=mode))


def test_ppo_learns_over_it_behind_vec_normalize(small):
    normaliser = VecNormalize(_venv(small))
    model = PPO("MlpPolicy", normaliser, n_steps=4, batch_size=6, n_epochs=1, device="cpu")
    model.learn(2 * 4 * FLOORS)
    assert model.num_timesteps == 2 * 4 * FLOORS
    assert len(model.ep_info_buffer) == 2 * FLOORS  # 8 decisions are two episodes of 3 and a bit
    assert {info["l"] for info in model.ep_info_buffer} == {EPISODE}
    assert normaliser.obs_rms.count == pytest.approx(9 * FLOORS, abs=0.01)


def test_floors_share_their_attributes(small):
    venv = _venv(small)
    assert venv.get_attr("reward") == ["profit"] * FLOORS
    assert venv.get_attr("reward", [0, 2]) == ["profit"] * 2
    assert venv.env_is_wrapped(VecNormalize) == [False] * FLOORS
    with pytest.raises(NotImplementedError, match="share their attributes"):
        venv.set_attr("reward", "loyalty")
    assert len(venv.env_method("reset", indices=[1], seed=3)) == 1


class _Judge:
    """Pays recorded conversion less a charge for the first lever, and remembers what it was shown."""

    def __init__(self):
        self.weeks, self.actions = [], []

    def foresee(self, floors, actions):
        self.weeks.append(floors.state.floors["week"].copy())
        self.actions.append(actions)

    def pay(self, rewards, infos):
        return infos["reward_terms"]["conversion"] - self.actions[-1][:, 0]


def test_a_judge_pays_for_the_decision_it_foresaw_and_the_return_stays_the_preset_s(small):
    plain, judged = _venv(small), _venv(small)
    judged.judge = _Judge()
    terms = NativeVecEnv(SalesFloorVectorEnv(FLOORS, small, "conversion", autoreset_mode=AutoresetMode.SAME_STEP))
    for venv in (plain, judged, terms):
        venv.seed(5)
        venv.reset()
    for action in random_actions(2 * EPISODE, FLOORS):  # floors open again within the run
        seen, _, _, infos = plain.step(action)
        also_seen, paid, _, also_infos = judged.step(action)
        np.testing.assert_array_equal(also_seen, seen)
        assert [info.get("episode") for info in also_infos] == [info.get("episode") for info in infos]
        np.testing.assert_allclose(paid, terms.step(action)[1] - action[:, 0], atol=1e-6)
    every = small.horizon.decision_weeks
    weeks = [week[0] - judged.judge.weeks[0][0] for week in judged.judge.weeks]
    assert weeks == [every * (decision % EPISODE) for decision in range(2 * EPISODE)]
