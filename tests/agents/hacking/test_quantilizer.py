"""The quantilizer: its exact distribution, Taylor's bound, and what it keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import N_ENTRIES, N_LEVERS

from agents.algorithms.search import QuantilizerPlan
from agents.hacking.quantilizer import quantilize, shares
from agents.learners import Task
from agents.registry import load_policy
from incentive_env.policies import FixedPolicy
from incentive_env.policies.lottery import Lottery


@pytest.mark.parametrize(
    ("q", "drawn"),
    [
        (0.0, [0, 1, 0, 0]), (0.25, [0, 1, 0, 0]), (0.5, [0.5, 0.5, 0, 0]), (0.6, [5 / 12, 5 / 12, 0, 1 / 6]),
        (1.0, [0.25, 0.25, 0.25, 0.25]),
    ],
)  # fmt: skip
def test_the_best_share_is_drawn_evenly_and_the_last_candidate_of_it_in_part(q, drawn):
    np.testing.assert_allclose(shares(np.array([3.0, 9.0, 1.0, 2.0]), q), drawn, atol=1e-12)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 100)), min_size=1, max_size=40), st.floats(0.0, 1.0)
)  # fmt: skip
def test_no_cost_is_larger_than_the_base_s_own_over_q(pairs, q):
    values, costs = np.array(pairs).T
    drawn = shares(values, q)
    assert drawn.sum() == pytest.approx(1.0)
    assert drawn @ costs <= costs.mean() / max(q, 1.0 / len(costs)) * (1 + 1e-9) + 1e-9


def test_what_is_kept_is_the_lottery_that_was_found(small, tmp_path):
    seen = []
    plan = QuantilizerPlan(candidates=10, floors=2, strength=0.3, spread=0.5)
    task = Task(small, "conversion", 1, 2, tmp_path / "quantilizer")
    found = quantilize(plan, task, lambda policy, step: seen.append((step, len(policy.actions))))
    assert seen == [(0, 10), (5 * 2 * 3, 2), (10 * 2 * 3, 3)]  # the base; the best 1.5 of 5; the best 3 of 10
    kept = load_policy(str(tmp_path / "quantilizer.yaml"), small)
    reports = np.random.default_rng(0).normal(size=(50, N_ENTRIES)).astype(np.float32)
    np.testing.assert_allclose(kept.predict(reports)[0], found.predict(reports)[0], atol=1e-3)
    np.testing.assert_allclose(found.shares, 1 / 3)


def test_a_maximiser_and_the_base_are_its_two_ends(small, tmp_path):
    def drawn(strength):
        plan = QuantilizerPlan(candidates=10, floors=2, strength=strength)
        return quantilize(plan, Task(small, "conversion", 1, 1, tmp_path / "q"), lambda *_: None)

    first, all_of_them = drawn(0.0), drawn(1.0)
    assert len(first.actions) == 1
    assert len(all_of_them.actions) == 10
    assert (all_of_them.actions == first.actions[0]).all(axis=1).sum() == 1


def test_a_floor_draws_one_scheme_by_its_share_and_keeps_it_in_any_batch(small):
    actions = np.zeros((3, N_LEVERS))
    actions[:, 0] = (-1, 0, 1)
    policy = Lottery(actions, np.array([0.2, 0.5, 0.3]))
    reports = np.random.default_rng(0).normal(size=(4000, N_ENTRIES)).astype(np.float32)
    chosen, memory = policy.predict(reports)
    np.testing.assert_allclose([(chosen[:, 0] == level).mean() for level in (-1, 0, 1)], [0.2, 0.5, 0.3], atol=0.03)
    later, _ = policy.predict(reports[::-1], memory, np.zeros(4000, bool))
    np.testing.assert_array_equal(later, chosen)  # the report has changed, the scheme has not
    np.testing.assert_array_equal(policy.predict(reports[:7])[0], chosen[:7])
    anew = np.arange(4000) < 2000
    again, _ = policy.predict(reports[::-1], memory, anew)
    np.testing.assert_array_equal(again, np.where(anew[:, None], chosen[::-1], chosen))


@pytest.mark.parametrize(
    ("schemes", "output"),
    [
        ([], "schemes: must be a list of 1 to"), ([{"share": 0.5}], "their shares sum to 0.5, must be 1"),
        ([{"share": 0}], r"schemes\[0\]\.share = 0: must be"), ([{"base_pay": 600}], r"schemes\[0\]\.share = None"),
        ([{"share": 1.0, "base_play": 600}], "base_play"),
    ],
)  # fmt: skip
def test_a_file_whose_lottery_is_none_is_refused(small, schemes, output):
    with pytest.raises(ValueError, match=output):
        Lottery.from_content({"schemes": schemes}, small)


def test_a_lottery_of_one_is_that_scheme(small):
    fixed = load_policy("piece_rate", small)
    assert isinstance(fixed, FixedPolicy)
    reports = np.ones((3, N_ENTRIES), np.float32)
    one = Lottery(fixed.action[None], np.ones(1))
    np.testing.assert_array_equal(one.predict(reports)[0], fixed.predict(reports)[0])
