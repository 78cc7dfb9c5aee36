"""Imitation: what a network can see decides what it can do."""

import numpy as np
from worlds import N_LEVERS, small_config

from agents.studies.imitation import Size, imitate
from incentive_env.floors.observation import NAMES
from incentive_env.policies import Policy
from incentive_env.policies.history import with_memory

SERVICE = NAMES.index("service_level")


class OfTheYear(Policy):
    """Every lever is the mean service level of the last year, which no single report shows."""

    def act_in(self, seen, context):
        wide, memory, _ = with_memory("history", seen, context)
        slow = wide[:, -len(NAMES) :]
        return np.repeat(np.clip(slow[:, SERVICE, None], -1.0, 1.0), N_LEVERS, axis=1), (memory, None)


def test_what_only_the_history_tells_is_learned_from_the_history():
    config = small_config({"horizon.decisions": 8})
    errors = {
        sees: [one.error for one in imitate(config, OfTheYear(), sees, Size(2, 40, 400))]
        for sees in ("report", "history")
    }
    assert max(errors["history"]) < 0.5 * min(errors["report"])


def test_an_imitator_does_not_look_at_what_is_hidden_from_it():
    config = small_config({"horizon.decisions": 4})
    policy = next(imitate(config, OfTheYear(), "figures", Size(1, 6, 5))).policy
    report = np.random.default_rng(0).normal(size=(3, len(NAMES))).astype(np.float32)
    other = report.copy()
    other[:, -N_LEVERS:] += 1.0
    np.testing.assert_array_equal(policy.act(report), policy.act(other))
    other[:, SERVICE] += 1.0
    assert (policy.act(report) != policy.act(other)).any()


def test_an_imitator_is_a_policy_file_and_the_same_for_the_same_seed():
    config = small_config({"horizon.decisions": 4})
    one, same = (next(imitate(config, OfTheYear(), "history", Size(1, 6, 5), seed=3)) for _ in range(2))
    assert one.policy.content() == same.policy.content()
    assert one.error == same.error
