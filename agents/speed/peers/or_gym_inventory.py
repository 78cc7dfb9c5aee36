"""OR-Gym's inventory management with lost sales: NumPy on a supply chain of a handful of stages."""

import _clock
import numpy as np
from or_gym.envs.supply_chain.inventory_management import InvManagementLostSalesEnv

STEPS = 300
STAGES = 4
WHAT = (
    "An entity is a stage of the supply chain, the unlimited source included: orders, arrivals, sales, lost sales, "
    "stock and pipeline of one period; one Poisson draw (the customers' demand) and one power per step of all stages."
)


def build(stages: int) -> _clock.Loop:
    """Makes InvManagement-v1 as it is registered, by its class: `make` would wrap it into checks."""
    env = InvManagementLostSalesEnv()
    env.reset()
    actions = list(np.random.default_rng(0).integers(env.supply_capacity, size=(STEPS, stages - 1), endpoint=True))
    return _clock.episodes(env, actions, stages)


if __name__ == "__main__":
    _clock.run(build, [STAGES], peer="OR-Gym InvManagement-v1", package="or-gym", what=WHAT)
