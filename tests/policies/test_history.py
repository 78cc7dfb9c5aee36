"""What a manager remembers of its reports: the same in training and in use."""

import numpy as np
from gymnasium.vector import AutoresetMode
from worlds import N_ENTRIES, random_actions, small_config

from agents.training.vec_adapter import HistoryVectorEnv
from incentive_env.policies.contract import Context
from incentive_env.policies.history import SPEEDS, WIDTH, nothing, with_history


def test_the_first_reports_weigh_equally_and_the_latest_ones_more():
    memory = nothing(1)
    for number in range(40):
        memory = memory.after(np.full((1, N_ENTRIES), float(number)), np.array([number == 0]))
        if number + 1 <= 1.0 / max(SPEEDS):
            np.testing.assert_allclose(memory.means[0, :, 0], number / 2)
    steady = [39.0 - (1.0 - speed) / speed for speed in SPEEDS]  # behind figures that rise by one each time
    np.testing.assert_allclose(memory.means[0, 0, 0], steady[0], atol=1e-3)
    forgotten = memory.after(np.full((1, N_ENTRIES), 5.0), np.array([True]))
    assert (forgotten.means == 5.0).all()


def test_training_remembers_as_a_policy_does():
    """Episodes end and begin in the same step; an episode's last observation has its history, not the next one's."""
    config = small_config()
    env = HistoryVectorEnv(3, config, autoreset_mode=AutoresetMode.SAME_STEP)
    seen, _ = env.reset(seed=4)
    state, actions = None, random_actions(7, 3)
    for decision, action in enumerate(actions):
        assert seen.shape == (3, WIDTH)
        first = np.full(3, decision % config.horizon.decisions == 0)
        wide, memory, _ = with_history(seen[:, :N_ENTRIES], Context(state, first))
        np.testing.assert_allclose(seen, wide, rtol=1e-6)
        state = (memory, None)
        seen, _, _, truncated, infos = env.step(action)
        if truncated.all():
            last = np.stack(infos["final_obs"])
            wide, _, _ = with_history(last[:, :N_ENTRIES], Context(state, np.zeros(3, bool)))
            np.testing.assert_allclose(last, wide, rtol=1e-6)
    assert (decision + 1) // config.horizon.decisions == 2
