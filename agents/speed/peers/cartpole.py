"""Gymnasium's CartPole written for batches: the whole batch is a few NumPy expressions."""

import _clock
import gymnasium as gym
import numpy as np

ROWS = 32
WHAT = (
    "An entity is a cart with its pole: one Euler step of four state variables (float64), one sine and one cosine, "
    "no random draw but the four uniforms of a reset; the step that only resets a fallen pole counts as an update."
)


def build(batch: int, mode: str = "vector_entry_point") -> _clock.Loop:
    """Makes a batch in one of Gymnasium's modes; the native one if not told otherwise."""
    envs = gym.make_vec("CartPole-v1", num_envs=batch, vectorization_mode=mode)
    envs.reset(seed=0)
    actions = np.random.default_rng(0).integers(2, size=(ROWS, batch))

    def play() -> None:
        for row in actions:
            envs.step(row)

    return _clock.Loop(play, steps=ROWS * batch, batch=batch)


if __name__ == "__main__":
    _clock.run(build, _clock.BATCHES, peer="Gymnasium CartPole-v1, native vector", package="gymnasium", what=WHAT)
