"""MO-Gymnasium's resource gathering, without wrappers: a vector of them is slower, being a loop in Python too."""

import _clock
import mo_gymnasium
import numpy as np

STEPS = 1000
ENTITIES = 5
WHAT = (
    "An entity is anything on the grid, a favourable count: the agent (two coordinates), gold and diamond (a flag "
    "each) and two enemies that never move; no transcendental function, one uniform when the agent meets an enemy."
)


def build(entities: int) -> _clock.Loop:
    """Makes the environment; its grid has only one size."""
    env = mo_gymnasium.make("resource-gathering-v0").unwrapped
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(4, size=STEPS).tolist()
    return _clock.episodes(env, actions, entities)


if __name__ == "__main__":
    _clock.run(build, [ENTITIES], peer="MO-Gymnasium resource-gathering-v0", package="mo-gymnasium", what=WHAT)
