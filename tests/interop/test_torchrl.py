"""TorchRL: its own check of specs, and roll-outs with Gymnasium's rewards."""

import gymnasium as gym
import numpy as np
import pytest
from worlds import SMALL, small_config

pytest.importorskip("torchrl")

import torch
from torchrl.collectors import Collector
from torchrl.envs import GymEnv, GymWrapper, PettingZooWrapper, check_env_specs

from incentive_env import parallel_env

pytestmark = [
    pytest.mark.interop,
    pytest.mark.filterwarnings("ignore:PettingZoo in TorchRL is tested using version"),
]

TELESALES = "incentive_env/Telesales-v1"
ENDS = SMALL["horizon.decisions"]


@pytest.fixture(autouse=True)
def _same_draws():
    torch.manual_seed(0)


def single() -> GymWrapper:
    return GymWrapper(gym.make(TELESALES, **SMALL))


def by_name() -> GymEnv:
    """TorchRL tries a keyword ``frameskip`` out, and leaves it away where it is none."""
    return GymEnv(TELESALES, **SMALL)


def batch() -> GymWrapper:
    """TorchRL opens ended floors by itself."""
    return GymWrapper(gym.make_vec(TELESALES, num_envs=4, autoreset_mode="Disabled", **SMALL))


@pytest.mark.parametrize("make", [single, by_name, batch, lambda: GymWrapper(gym.make("incentive_env/LEN-v0"))])
def test_specs_hold(make):
    check_env_specs(make())


def test_a_roll_out_is_gymnasiums():
    env = single()
    env.set_seed(3)
    seen = env.rollout(ENDS)
    floor = gym.make(TELESALES, **SMALL)
    floor.reset(seed=3)  # TorchRL opens a floor to seed it, and the next one to begin
    observation, _ = floor.reset()
    for number, action in enumerate(seen["action"].numpy()):
        np.testing.assert_array_equal(seen["observation"][number], observation)
        observation, reward, _, truncated, _ = floor.step(action)
        assert seen["next", "reward"][number].item() == pytest.approx(reward, rel=1e-6)
    assert (bool(seen["next", "truncated"][-1]), truncated) == (True, True)


def test_a_native_batch_goes_on_after_its_episodes():
    seen = batch().rollout(2 * ENDS, break_when_any_done=False)
    assert seen.batch_size == (4, 2 * ENDS)
    ends = seen["next", "done"].squeeze(-1)
    assert ends.nonzero()[:, 1].tolist() == [ENDS - 1, 2 * ENDS - 1] * 4
    assert torch.isfinite(seen["next", "reward"]).all()


def test_a_collector_hands_out_as_many_decisions_as_asked_for():
    collector = Collector(batch(), None, frames_per_batch=8 * ENDS, total_frames=16 * ENDS)
    pieces = list(collector)
    collector.shutdown()
    assert [piece.numel() for piece in pieces] == [8 * ENDS] * 2
    assert all(piece["next", "done"].sum() == 8 for piece in pieces)


def test_agents_of_the_floor_are_two_groups():
    env = PettingZooWrapper(parallel_env(small_config()))
    assert {group: len(agents) for group, agents in env.group_map.items()} == {"manager": 1, "rep": 3}
    check_env_specs(env)
    env.set_seed(3)
    seen = env.rollout(ENDS)
    floor = parallel_env(small_config())
    floor.reset(seed=3)
    floor.reset()
    for number in range(ENDS):
        actions = {"manager": seen["manager", "action"][number, 0].numpy()}
        actions |= {f"rep_{seat}": seen["rep", "action"][number, seat].numpy() for seat in range(3)}
        _, rewards, *_ = floor.step(actions)
        output = [seen["next", "manager", "reward"][number, 0].item()]
        output += seen["next", "rep", "reward"][number, :, 0].tolist()
        assert output == pytest.approx(list(rewards.values()), rel=1e-5)
