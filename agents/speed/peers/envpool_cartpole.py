"""EnvPool's CartPole, in C++ behind a queue: one worker thread, every step waits for the whole batch."""

import _clock
import envpool
import numpy as np

ROWS = 8


def build(batch: int) -> _clock.Loop:
    """Makes a synchronous pool with one worker."""
    envs = envpool.make("CartPole-v1", env_type="gymnasium", num_envs=batch, num_threads=1, seed=0)
    envs.reset()
    actions = np.random.default_rng(0).integers(2, size=(ROWS, batch), dtype=np.int32)
    return _clock.rows(envs, actions, batch)


if __name__ == "__main__":
    _clock.run(build, _clock.BATCHES, peer="EnvPool CartPole-v1", package="envpool", what=_clock.CARTPOLE)
