"""What the charts show is what the evaluator says, and intervals are those of Student."""

import numpy as np
import pytest
from scipy import stats

from incentive_env import Scheme
from incentive_env.config.words import OUTCOMES
from incentive_env.playground.figures import Figures, band, compare, figures_of
from incentive_env.policies import FixedPolicy
from incentive_env.studies.evaluate import evaluate
from incentive_env.studies.simulate import roll_out

SCHEME = Scheme(base_pay=520, commission=12)


def _figures(config, scheme, seeds):
    return figures_of(roll_out(config, scheme, seeds), config)


def test_outcomes_are_those_of_the_evaluator(small):
    figures = _figures(small, SCHEME, range(5))
    evaluation = evaluate(small, FixedPolicy(SCHEME, small), range(5))
    for column, (name, outcome) in enumerate(OUTCOMES.items()):
        assert figures.whole[:, column] == pytest.approx(outcome.factor * getattr(evaluation, name), abs=1e-4)


def test_a_period_is_four_weeks(small):
    figures = _figures(small, SCHEME, range(3))
    assert figures.weeks.tolist() == [4, 8, 12]
    weeks = roll_out(small, SCHEME, range(3)).floor_weeks
    judged = weeks["recorded_sales"][:, 4:8].sum(axis=1), weeks["recorded_refusals"][:, 4:8].sum(axis=1)
    assert figures.conversion[:, 1] == pytest.approx(judged[0] / (judged[0] + judged[1]))
    net = weeks["promoters"] - weeks["detractors"] - weeks["left_wronged"]
    assert figures.loyalty[:, 0] == pytest.approx(100 * net[:, :4].mean(axis=1) / (3 * 8))
    assert figures.cash[:, 1] == pytest.approx(weeks["cash"][:, 7] / 1000)


def test_pieces_joined_are_the_whole(small):
    whole = _figures(small, SCHEME, range(5))
    joined = Figures.join([_figures(small, SCHEME, range(2)), _figures(small, SCHEME, range(2, 5))])
    for mine, theirs in zip(joined, whole, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_band_is_students_interval_over_floors_that_have_a_value():
    values = np.array([[1.0, 2.0, np.nan], [3.0, 2.5, np.nan], [8.0, np.nan, np.nan]])
    shown = band(values)
    assert shown.mean[:2] == pytest.approx([4.0, 2.25])
    half = stats.sem([1.0, 3.0, 8.0]) * stats.t.ppf(0.975, 2)
    assert shown.high[0] - shown.mean[0] == pytest.approx(half)
    assert np.isnan(shown.low[1])  # of three floors two are left, which say little of how sure the mean is
    assert np.isnan(shown.mean[2])


def test_differences_are_paired_floor_by_floor(small):
    first, second = (_figures(small, Scheme(commission=pay), range(6)) for pay in (0.0, 20.0))
    compared = compare(first, second)[list(OUTCOMES).index("conversion")]
    more = second.whole[:, 1] - first.whole[:, 1]
    assert compared.more.mean == pytest.approx(more.mean())
    assert compared.more.high - compared.more.mean == pytest.approx(stats.sem(more) * stats.t.ppf(0.975, 5))
    assert compared.second - compared.first == pytest.approx(compared.more.mean)
