"""Intervals against hand numbers, other implementations, and known truths."""

import numpy as np
import pytest
from scipy import stats

from agents.benchmark.analysis.spread import difference_spread
from agents.benchmark.analysis.statistics import (
    Estimate,
    aggregate_interval,
    interquartile_mean,
    iqm_interval,
    median_interval,
    normalised,
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


def test_points_are_those_of_rliable():
    # rliable 1.2.0, of all scores pooled; its intervals are a percentile bootstrap, which covers too little
    assert interquartile_mean(X.ravel()) == pytest.approx(4.72)
    assert probability_of_improvement(X, Y).value == pytest.approx(0.6875)


def test_the_interval_of_five_runs_is_from_the_least_to_the_greatest():
    assert median_interval([3.0, 9.0, 1.0, 4.0, 5.0]) == (4.0, 1.0, 9.0)
    assert iqm_interval([3.0, 9.0, 1.0, 4.0, 5.0]) == (4.0, 1.0, 9.0)
    assert median_interval([4.0] * 5) == (4.0, 4.0, 4.0)


def test_the_range_of_fewer_runs_is_stretched_and_two_have_no_interval():
    assert median_interval([1.0, 4.0, 2.0]) == (2.0, 1.0 - 3.0, 4.0 + 3.0)
    assert median_interval([1.0, 4.0, 2.0], (0.0, 5.0)) == (2.0, 0.0, 5.0)
    assert median_interval([3.0, 9.0, 1.0, 4.0]) == pytest.approx((3.5, 1.0 - 2.4, 9.0 + 2.4))
    assert median_interval([1.0, 4.0]) == (2.5, None, None)


def test_the_interval_of_ten_runs_is_between_order_statistics():
    # coverage of the 2nd and 9th is 1 − 22/1024, of the 3rd and 8th 1 − 112/1024
    share = (1002 - 972.8) / (1002 - 912)
    weight = 8 * share / (2 + 6 * share)
    assert median_interval(np.arange(10.0)) == pytest.approx((4.5, 1.0 + weight, 8.0 - weight))


def test_a_run_has_one_figure_over_all_tasks():
    runs = [interquartile_mean(run) for run in X]
    assert aggregate_interval(X) == (np.median(runs), min(runs), max(runs))


def test_a_profile_is_of_the_median_run():
    profile = performance_profile(X, [3.0, 5.0])
    np.testing.assert_allclose(profile[1:], [[0.75, 0.5], [0.5, 0.25], [0.75, 0.75]])
    alone = performance_profile([4.0], [3.0, 4.0])
    assert (alone.share.tolist(), alone.low, alone.high) == ([1.0, 0.0], None, None)


def test_improvement_over_a_policy_that_needs_no_training_is_a_proportion():
    five = probability_of_improvement([1.0, 3.0, 2.0, 4.0, 5.0], [1.5])
    exact = stats.binomtest(4, 5).proportion_ci(0.95, "exact")
    assert five == pytest.approx((0.8, exact.low, exact.high))
    assert probability_of_improvement([2.0] * 5, [1.0]) == pytest.approx((1.0, 0.025**0.2, 1.0))  # never a point
    assert probability_of_improvement([4.0], [4.0]) == (0.5, None, None)


def test_improvement_is_the_mann_whitney_statistic():
    u = stats.mannwhitneyu(X[:, 0], Y[:, 0]).statistic
    assert probability_of_improvement(X[:, 0], Y[:, 0]).value == pytest.approx(u / 20)


def test_a_difference_adds_what_runs_and_floors_vary():
    runs, floors = np.array([2.0, 0.0, 1.0, 7.0, 3.0])[:, None], np.array([0.0, 3.0, 6.0])
    half = stats.t.ppf(0.975, 2) * np.sqrt(9.0 / 3)
    head = runs + floors
    difference = paired_difference(head, [floors])  # what the floors share cancels
    assert difference[:3] == (2.0, 0.0, 7.0)
    assert two_way_interval(head) == pytest.approx((5.0, 5.0 - np.hypot(2.0, half), 5.0 + np.hypot(5.0, half)))
    both = paired_difference(head, runs + np.zeros(3))
    reach = np.sqrt(2.0**2 + 5.0**2 + half**2)
    assert both[:3] == pytest.approx((3.0, 3.0 - reach, 3.0 + reach))
    assert paired_difference(head[:2], [floors])[1:3] == (None, None)


def test_pairing_saves_what_the_floors_share():
    head, base = np.array([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]]), np.array([[0.0, 2.0, 4.0]])
    # seeds: means 3 and 5, variance of their mean 1; floors: differences 2, 1, 3, variance of their mean 1/3;
    # apart, the floors' parts are 7/3 (of 2, 3, 7) and 4/3 (of 0, 2, 4)
    assert paired_difference(head, base).variance_saved == pytest.approx(1 - (1 + 1 / 3) / (1 + 7 / 3 + 4 / 3))
    assert paired_difference(X[:1], X[:1]) == (0.0, 0.0, 0.0, 1.0, 1)
    assert paired_difference(np.ones((1, 3)), np.ones((1, 3))) == (0.0, 0.0, 0.0, 0.0, 1)


def test_of_one_seed_it_is_the_paired_t_test():
    low, high = stats.ttest_rel(X[:, 0], X[:, 1]).confidence_interval(0.95)
    difference = paired_difference(X[:, :1].T, X[:, 1:2].T)
    assert (difference.low, difference.high) == pytest.approx((low, high))


def test_scores_are_normalised_by_two_references():
    assert normalised(Estimate(5.0, 4.0, 7.0), 3.0, 7.0) == (0.5, 0.25, 1.0)
    assert normalised(Estimate(5.0, 4.0, 7.0), 7.0, 3.0) == (0.5, 0.0, 0.75)
    assert normalised(Estimate(5.0), 3.0, 7.0) == (0.5, None, None)
    with pytest.raises(ValueError, match="the same: 3"):
        normalised(Estimate(5.0), 3.0, 3.0)


def test_the_spread_of_a_mean_by_hand():
    head, base = np.array([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]]), np.array([[0.0, 2.0, 4.0]])
    spread = difference_spread(head, base)
    assert (spread.mean, spread.error) == pytest.approx((2.0, np.sqrt(1 + 1 / 3)))
    half = np.sqrt(stats.t.ppf(0.975, 1) ** 2 * 1 + stats.t.ppf(0.975, 2) ** 2 / 3)
    assert spread.half_width(0.95) == pytest.approx(half)


def test_with_seeds_alone_it_is_the_t_test_of_equal_variance():
    spread = difference_spread(X[:, :1] + np.zeros(3), Y[:, :1] + np.zeros(3), same_spread=True)
    low, high = stats.ttest_ind(X[:, 0], Y[:, 0]).confidence_interval(0.95)
    half = spread.half_width(0.95)
    assert (spread.mean - half, spread.mean + half) == pytest.approx((low, high))


@pytest.mark.parametrize("base", [X[:, :3], X[:, 0], np.ones((5, 1))])
def test_what_does_not_pair_is_refused(base):
    head = np.ones((5, 1)) if base.shape == (5, 1) else X
    with pytest.raises(ValueError, match="the same floors, two or more"):
        paired_difference(head, base)


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("seed_sd", [0.0, 0.2, 1.0])
def test_the_interval_of_a_mean_covers_what_it_says(seeds, seed_sd):
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
