"""skrl: reports and rewards of the native batch as its tensors."""

import gymnasium as gym
import numpy as np
import pytest
from worlds import SMALL, random_actions

pytest.importorskip("skrl")

import torch
from skrl import config
from skrl.envs.wrappers.torch import wrap_env

import incentive_env  # noqa: F401  (registers the environments)

pytestmark = pytest.mark.interop


def make() -> gym.vector.VectorEnv:
    return gym.make_vec("incentive_env/Telesales-v1", num_envs=4, autoreset_mode="SameStep", **SMALL)


def test_a_wrapped_batch_hands_on_reports_and_rewards():
    config.torch.key = 3  # from which it seeds
    wrapped, batch = wrap_env(make(), verbose=False), make()
    np.testing.assert_array_equal(wrapped.reset()[0].numpy(), batch.reset(seed=3)[0])
    for actions in random_actions(2 * SMALL["horizon.decisions"], 4):
        reports, rewards, terminated, truncated, _ = wrapped.step(torch.as_tensor(actions))
        theirs = batch.step(actions)
        np.testing.assert_array_equal(reports.numpy(), theirs[0])
        np.testing.assert_allclose(rewards.flatten().numpy(), theirs[1], rtol=1e-6)
        np.testing.assert_array_equal((terminated | truncated).flatten().numpy(), theirs[2] | theirs[3])
