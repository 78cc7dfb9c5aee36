"""Gymnasium's CartPole in a SyncVectorEnv: a loop in Python over single environments, as most environments get."""

import _clock
import gymnasium as gym
import numpy as np

BATCHES = (1, 16, 64, 256)
ROWS = 32
WHAT = (
    "An entity is a cart with its pole: one Euler step of four state variables (float64), one sine and one cosine, "
    "no random draw but the four uniforms of a reset; the step that only resets a fallen pole counts as an update."
)


def build(batch: int) -> _clock.Loop:
    """Makes a batch of single environments, stepped one after the other."""
    envs = gym.make_vec("CartPole-v1", num_envs=batch, vectorization_mode="sync")
    envs.reset(seed=0)
    actions = np.random.default_rng(0).integers(2, size=(ROWS, batch))

    def play() -> None:
        for row in actions:
            envs.step(row)

    return _clock.Loop(play, steps=ROWS * batch, batch=batch)


if __name__ == "__main__":
    _clock.run(build, BATCHES, peer="Gymnasium CartPole-v1, SyncVectorEnv", package="gymnasium", what=WHAT)
