"""Gymnasium's CartPole in a SyncVectorEnv: a loop in Python over single environments, as most environments get."""

from functools import partial

import _clock
from cartpole import build

BATCHES = (1, 16, 64, 256)

if __name__ == "__main__":
    sync = partial(build, mode="sync")
    _clock.run(sync, BATCHES, peer="Gymnasium CartPole-v1, SyncVectorEnv", package="gymnasium", what=_clock.CARTPOLE)
