"""Robust means and intervals against hand numbers, another implementation, a public package, and known truths."""

import numpy as np
import pytest
from scipy import stats

from agents.benchmark.analysis.statistics import (
    bootstrap_interval,
    difference_spread,
    interquartile_mean,
    mean_interval,
    paired_difference,
    performance_profile,
    probability_of_improvement,
    two_way_interval,
)

# [runs, tasks]
X = np.array([[3.1, 7.4, -2.0, 5.5], [4.7, 6.1, 0.3, 9.2], [2.2, 8.8, -1.1, 4.1], [5.9, 7.0, 1.4, 6.6],
              [3.8, 5.2, -0.7, 8.3]])  # fmt: skip
Y = np.array([[2.9, 6.0, -1.5, 5.5], [3.3, 7.7, -2.2, 6.0], [4.7, 5.1, -0.9, 4.4], [2.5, 6.6, -3.0, 7.1]])


def test_the_interquartile_mean_cuts_a_quarter_at_each_end():
    assert interquartile_mean([1, 2, 3, 4, 5, 6, 7, 80]) == 4.5
    assert interquartile_mean([0, 1, 5]) == 2.0  # a quarter of three is none
    np.testing.assert_array_equal(interquartile_mean([[0, 1, 3, 90], [2, 2, 2, 2]], axis=1), [2.0, 2.0])


def test_figures_are_those_of_rliable():
    # rliable 1.2.0 (arch 7.2.0, 50 000 and 20 000 resamples); the last digit of its intervals depends on its seed.
    assert bootstrap_interval(X.T, resamples=20_000) == pytest.approx((4.72, 4.02, 5.58), abs=0.04)
    assert probability_of_improvement(X.T, Y.T, resamples=20_000) == pytest.approx((0.6875, 0.5, 0.8625), abs=0.01)
    profile = performance_profile(X[:, 0], [3.0, 4.0, 5.0])
    np.testing.assert_allclose(profile[1:], [[0.8, 0.4, 0.2], [0.4, 0.0, 0.0], [1.0, 0.8, 0.6]])


@pytest.mark.parametrize("jointly", [False, True])
def test_the_bootstrap_is_that_of_plain_indexing(jointly):
    rng = np.random.default_rng(1)
    rows = np.broadcast_to(rng.integers(5, size=(20_000, 5, 1 if jointly else 4)), (20_000, 5, 4))
    drawn = np.sort(X[rows, np.arange(4)].reshape(-1, 20))[:, 5:15].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    ours = bootstrap_interval(X.T, jointly=jointly, resamples=20_000)
    assert ours == pytest.approx((4.72, low, high), abs=0.07)  # its values lie 0.06 apart


def test_joint_resampling_keeps_a_run_together():
    lucky = [[0.0, 10.0]] * 4  # one run is good at all tasks, the other at none
    assert bootstrap_interval(lucky, np.mean, jointly=True)[1:] == (0.0, 10.0)
    low, high = bootstrap_interval(lucky, np.mean)[1:]
    assert 0.0 < low < high < 10.0


def test_the_same_scores_have_the_same_interval():
    assert bootstrap_interval(X.T) == bootstrap_interval(X.T)
    assert bootstrap_interval(X.T) != bootstrap_interval(X.T, seed=1)


def test_no_interval_comes_from_one_run_and_a_point_from_constant_ones():
    assert bootstrap_interval([[4.0]]) == mean_interval([4.0]) == (4.0, None, None)
    assert bootstrap_interval([[4.0, 4.0, 4.0]]) == mean_interval([4.0, 4.0]) == (4.0, 4.0, 4.0)
    assert probability_of_improvement([[4.0]], [[4.0, 5.0]]) == (0.25, None, None)
    alone = performance_profile([4.0], [3.0, 4.0])
    assert (alone.share.tolist(), alone.low, alone.high) == ([1.0, 0.0], None, None)


def test_improvement_over_a_policy_that_needs_no_training():
    estimate = probability_of_improvement([[1.0, 3.0, 2.0], [1.0, 1.0, 0.0]], [[2.0], [0.0]], jointly=True)
    assert estimate.value == pytest.approx(((0 + 1 + 0.5) / 3 + (1 + 1 + 0.5) / 3) / 2)
    assert 0.25 <= estimate.low < estimate.value < estimate.high <= 1.0


def test_improvement_is_the_mann_whitney_statistic():
    u = stats.mannwhitneyu(X[:, 0], Y[:, 0]).statistic
    assert probability_of_improvement([X[:, 0]], [Y[:, 0]]).value == pytest.approx(u / 20)


def test_a_paired_difference_by_hand():
    head, base = np.array([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]]), np.array([[0.0, 2.0, 4.0]])
    # seeds: means 3 and 5, variance of their mean 2/2; floors: differences 2, 1, 3, variance of their mean 1/3
    difference = paired_difference(head, base)
    assert difference.mean == 2.0
    assert difference.error == pytest.approx(np.sqrt(1 + 1 / 3))
    half = np.sqrt(stats.t.ppf(0.975, 1) ** 2 * 1 + stats.t.ppf(0.975, 2) ** 2 / 3)
    assert (difference.low, difference.high) == pytest.approx((2.0 - half, 2.0 + half))
    # apart, the floors' parts are 7/3 (of 2, 3, 7) and 4/3 (of 0, 2, 4)
    assert difference.variance_saved == pytest.approx(1 - (1 + 1 / 3) / (1 + 7 / 3 + 4 / 3))
    assert two_way_interval(head)[0] == 4.0
    assert difference.seeds == 2


def test_of_one_seed_it_is_the_paired_t_test():
    low, high = stats.ttest_rel(X[:, 0], X[:, 1]).confidence_interval(0.99)
    difference = paired_difference(X[:, :1].T, X[:, 1:2].T, 0.99)
    assert (difference.low, difference.high) == pytest.approx((low, high))


def test_with_seeds_alone_it_is_the_t_test_of_equal_variance():
    flat = np.zeros(3)
    difference = paired_difference(X[:, :1] + flat, Y[:, :1] + flat, same_spread=True)
    low, high = stats.ttest_ind(X[:, 0], Y[:, 0]).confidence_interval(0.95)
    assert (difference.low, difference.high) == pytest.approx((low, high))


def test_identical_arrays_differ_by_nothing():
    assert paired_difference(X[:1], X[:1])[:5] == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert paired_difference(np.ones((2, 3)), np.ones((2, 3)))[:5] == (0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("base", [X[:, :3], X[:, 0], np.ones((5, 1))])
def test_what_does_not_pair_is_refused(base):
    head = np.ones((5, 1)) if base.shape == (5, 1) else X
    with pytest.raises(ValueError, match="the same floors, two or more"):
        paired_difference(head, base)


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("seed_sd", [0.0, 0.2, 1.0])
def test_the_interval_covers_what_it_says(seeds, seed_sd):
    rng = np.random.default_rng(0)
    floor = rng.standard_normal((6000, 1, 24))
    sides = [
        own * floor + seed_sd * rng.standard_normal((6000, seeds, 1)) + 0.5 * rng.standard_normal((6000, seeds, 24))
        for own in (1.0, 0.3)
    ]
    for same_spread in (False, True):
        spread = difference_spread(*sides, same_spread=same_spread)
        for level, at_least in ((0.95, 0.945), (0.998, 0.9965)):  # less thrice the error of 6000 draws
            covered = (abs(spread.mean) <= spread.half_width(level)).mean()
            assert covered >= at_least
