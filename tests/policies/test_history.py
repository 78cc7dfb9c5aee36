"""What a manager remembers of its reports: the same in training and in use."""

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from worlds import N_ENTRIES, random_actions, small_config

from agents.training.vec_adapter import SEEN
from incentive_env.policies.contract import Context
from incentive_env.policies.history import DEPTH, SPEEDS, WIDTHS, nothing, with_memory


def test_the_first_reports_weigh_equally_and_the_latest_ones_more():
    memory = nothing("history", 1)
    for number in range(40):
        memory = memory.after(np.full((1, N_ENTRIES), float(number)), np.array([number == 0]))
        if number + 1 <= 1.0 / max(SPEEDS):
            np.testing.assert_allclose(memory.kept[0, :, 0], number / 2)
    steady = [39.0 - (1.0 - speed) / speed for speed in SPEEDS]  # behind figures that rise by one each time
    np.testing.assert_allclose(memory.kept[0, 0, 0], steady[0], atol=1e-3)
    forgotten = memory.after(np.full((1, N_ENTRIES), 5.0), np.array([True]))
    assert (forgotten.kept == 5.0).all()


def test_a_stack_holds_the_last_reports_the_latest_first():
    memory = nothing("stack", 2)
    for number in range(DEPTH + 3):
        report = np.full((2, N_ENTRIES), float(number))
        memory = memory.after(report, np.array([number == 0, number in (0, DEPTH)]))  # the second floor opens again
    assert memory.kept[:, :, 0].tolist() == [
        [float(DEPTH + 2 - age) for age in range(DEPTH)],
        [float(max(DEPTH + 2 - age, DEPTH)) for age in range(DEPTH)],
    ]
    np.testing.assert_array_equal(memory.beside(report)[:, :N_ENTRIES], report)


@pytest.mark.parametrize("remembers", WIDTHS)
def test_training_remembers_as_a_policy_does(remembers):
    """Episodes end and begin in the same step; an episode's last observation has its history, not the next one's."""
    config = small_config()
    env = SEEN[remembers](3, config, autoreset_mode=AutoresetMode.SAME_STEP)
    seen, _ = env.reset(seed=4)
    state, actions = None, random_actions(7, 3)
    for decision, action in enumerate(actions):
        assert seen.shape == (3, WIDTHS[remembers])
        first = np.full(3, decision % config.horizon.decisions == 0)
        wide, memory, _ = with_memory(remembers, seen[:, :N_ENTRIES], Context(state, first))
        np.testing.assert_allclose(seen, wide, rtol=1e-6)
        state = (memory, None)
        seen, _, _, truncated, infos = env.step(action)
        if truncated.all():
            last = np.stack(infos["final_obs"])
            wide, _, _ = with_memory(remembers, last[:, :N_ENTRIES], Context(state, np.zeros(3, bool)))
            np.testing.assert_allclose(last, wide, rtol=1e-6)
    assert (decision + 1) // config.horizon.decisions == 2
