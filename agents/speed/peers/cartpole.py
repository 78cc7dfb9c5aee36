"""Gymnasium's CartPole written for batches: the whole batch is a few NumPy expressions."""

import _clock
import gymnasium as gym
import numpy as np

ROWS = 32


def build(batch: int, mode: str = "vector_entry_point") -> _clock.Loop:
    """Makes a batch in one of Gymnasium's modes; the native one by default."""
    envs = gym.make_vec("CartPole-v1", num_envs=batch, vectorization_mode=mode)
    envs.reset(seed=0)
    actions = np.random.default_rng(0).integers(2, size=(ROWS, batch))
    return _clock.rows(envs, actions, batch)


if __name__ == "__main__":
    peer = "Gymnasium CartPole-v1, native vector"
    _clock.run(build, _clock.BATCHES, peer=peer, package="gymnasium", what=_clock.CARTPOLE)
