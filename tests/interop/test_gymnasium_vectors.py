"""Gymnasium's three ways to a batch make one and the same trajectory."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from worlds import SMALL, random_actions

import incentive_env  # noqa: F401  (registers the environments)

pytestmark = pytest.mark.interop

NATIVE = "incentive_env.envs.vector:SalesFloorVectorEnv"
IDS = sorted(name for name, spec in gym.registry.items() if spec.vector_entry_point == NATIVE)
FLOORS, STEPS = 3, 2 * SMALL["horizon.decisions"]  # into the second episode


def trajectory(envs: gym.vector.VectorEnv) -> list:
    met = [envs.reset(seed=11)]
    met += [envs.step(actions) for actions in random_actions(STEPS, FLOORS)]
    envs.close()
    return met


@pytest.mark.parametrize(("env_id", "other"), [*((name, "sync") for name in IDS), (IDS[-1], "async")])
def test_a_batch_is_the_same_in_one_call_in_a_loop_and_in_processes(env_id, other):
    native = trajectory(gym.make_vec(env_id, num_envs=FLOORS, vectorization_mode="vector_entry_point", **SMALL))
    looped = trajectory(gym.make_vec(env_id, num_envs=FLOORS, vectorization_mode=other, **SMALL))
    assert data_equivalence(native[0], looped[0])
    for mine, theirs in zip(native[1:], looped[1:], strict=True):
        for ours, others in zip(mine[:4], theirs[:4], strict=True):
            np.testing.assert_array_equal(ours, others)
        np.testing.assert_equal(*(lived(infos) for infos in (mine[4], theirs[4])))


def lived(infos: dict) -> dict:
    """Infos of the floors that have some: what stands at the others is not meant to be read."""
    output = {}
    for key, value in infos.items():
        if not key.startswith("_") and infos[f"_{key}"].any():
            output[key] = lived(value) if isinstance(value, dict) else value[infos[f"_{key}"]]
    return output
