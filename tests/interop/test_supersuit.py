"""SuperSuit: reps under a policy as rows of one batch, which stable-baselines3 trains as one shared policy."""

import numpy as np
import pytest
from worlds import N_CHOICES, SMALL, small_config

pytest.importorskip("supersuit")

import supersuit
from stable_baselines3 import PPO

from incentive_env import parallel_env

pytestmark = pytest.mark.interop

ENDS = SMALL["horizon.decisions"]


def under_a_quota():
    """SuperSuit's rows need one space for all, so that a policy has to manage."""
    return parallel_env(small_config(), manager="quota_with_threat")


def test_rows_of_the_batch_are_the_reps():
    rows = supersuit.pettingzoo_env_to_vec_env_v1(under_a_quota())
    env = under_a_quota()
    seen, _ = rows.reset(seed=3)
    observations, _ = env.reset(seed=3)
    for actions in np.random.default_rng(0).uniform(-1, 1, (ENDS, 3, N_CHOICES)).astype(np.float32):
        np.testing.assert_array_equal(seen, list(observations.values()))
        seen, rewards, _, truncated, _ = rows.step(actions)
        observations, theirs, *_ = env.step({f"rep_{seat}": actions[seat] for seat in range(3)})
        np.testing.assert_allclose(rewards, list(theirs.values()), rtol=1e-6)
    assert truncated.all()


def test_one_policy_for_all_reps_learns_from_several_floors():
    rows = supersuit.pettingzoo_env_to_vec_env_v1(under_a_quota())
    envs = supersuit.concat_vec_envs_v1(rows, 2, num_cpus=1, base_class="stable_baselines3")
    assert envs.num_envs == 2 * 3
    model = PPO("MlpPolicy", envs, n_steps=2 * ENDS, batch_size=18, n_epochs=1, device="cpu")
    before = [weights.clone() for weights in model.policy.parameters()]
    model.learn(2 * 2 * ENDS * 6)
    assert all((now != was).any() for now, was in zip(model.policy.parameters(), before, strict=True))
