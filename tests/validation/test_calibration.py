"""A calibration is a point in a box; what the facts leave open follows from how figures move."""

import numpy as np
import pytest

from incentive_env import load_config
from incentive_env.config import value_at
from incentive_env.support.statistics import Interval
from incentive_env.validation import Band
from incentive_env.validation.calibration import (
    KEYS,
    PARAMETERS,
    Fit,
    band_of,
    coefficients,
    distance,
    point_of,
    posterior_spread,
    proposed,
    sensitivities,
    smallest_move,
    unit_of,
)
from incentive_env.validation.contract import Part


def test_a_point_and_its_coefficients_are_the_same_thing():
    config = load_config()
    values = coefficients(point_of(config))
    assert list(values) == list(KEYS)
    for key, value in values.items():
        assert value == pytest.approx(value_at(config, key), rel=1e-3)
    assert point_of(load_config(config, values)) == pytest.approx(point_of(config), abs=1e-3)


def test_shipped_coefficients_lie_inside_their_ranges():
    config = load_config()
    for key, low, high in PARAMETERS:
        assert low <= value_at(config, key) <= high, key


@pytest.mark.parametrize(
    ("figure", "half_width", "band", "expected"),
    [
        (5.0, 1.0, Band(0, 10), 0.0),
        (9.5, 0.5, Band(0, 10), 0.05),  # a tenth of the band is margin
        (12.0, 1.0, Band(0, 10), 0.3),
        (3.0, 1.0, Band(0), 0.0),  # a direction that is sure
        (1.0, 1.0, Band(0), 0.5),  # one that is just sure
        (1.0, 2.0, Band(0), 1.0),
        (99.0, 1.0, Band(0, 10), 3.0),
        (float("nan"), 1.0, Band(0), 3.0),
    ],
)
def test_the_loss_counts_distance_from_the_inside_of_a_band(figure, half_width, band, expected):
    part = Part("x", Interval(figure, figure - half_width, figure + half_width), band)
    assert distance(figure, unit_of(part), band) == pytest.approx(expected)


def test_a_step_brings_figures_that_move_in_straight_lines_into_their_bands():
    outside, inside = "schmitt: churn, %", "deci: output, %"
    band = band_of(outside)
    width = band.high - band.low
    fit = Fit(
        0.0, {outside: band.high + 0.1 * width, inside: sum(band_of(inside)) / 2}, {}, {outside: width, inside: 1.0}
    )
    point = np.full(len(KEYS), 0.5)
    moves = {outside: np.eye(len(KEYS))[3] * -2.0, inside: np.eye(len(KEYS))[7]}
    found = proposed(fit, moves, point, 0.2)
    moved = found - point
    assert fit.figures[outside] + width * moves[outside] @ moved <= band.high
    assert moved[3] == pytest.approx(0.1, abs=0.01)  # half a width a range: no farther than the margin asks
    assert np.abs(np.delete(moved, 3)).max() < 1e-3  # what moves nothing stays
    assert proposed(fit, moves, point, 0.02)[3] == pytest.approx(0.52)  # and none goes beyond what is trusted


def test_the_smallest_move_clears_the_ends_of_bands_and_leaves_what_is_far_out():
    edge, far = "deci: motivation, d", "pay_cut: effort of stayers, %"
    band = band_of(edge)
    parts = {
        edge: Part("d", Interval(band.high - 0.001, band.high - 0.011, band.high + 0.009), band),
        far: Part("effort", Interval(-4.6, -4.8, -4.4), band_of(far)),
    }
    moves = {edge: -0.5 * np.eye(len(KEYS))[3], far: np.eye(len(KEYS))[5]}
    point = np.full(len(KEYS), 0.5)
    moved = smallest_move(parts, moves, point, 0.1) - point
    assert moved[3] == pytest.approx(0.008, abs=0.001)  # half of a half-width is 0.005: 0.004 more, at half a range
    assert np.abs(np.delete(moved, 3)).max() < 1e-6


def test_what_no_figure_sees_keeps_the_spread_of_the_box():
    moves = np.array([[4.0, 0.0, 0.0], [0.0, 1.0, 1.0]])  # only the sum of the last two is seen
    spread, precision, directions = posterior_spread(moves, np.array([1.0, 1.0]))
    uniform = 12.0**-0.5
    assert spread[0] == pytest.approx((12.0 + 16.0**2) ** -0.5)
    assert precision[0] == pytest.approx(12.0)
    assert abs(directions[:, 0]) == pytest.approx([0.0, 0.5**0.5, 0.5**0.5], abs=1e-9)
    assert 0.5 * uniform < spread[1] < uniform


def test_sensitivities_of_a_linear_model_are_its_coefficients():
    def measure(point):
        return {"sum": point.sum(), "twice the second": 2.0 * point[1]}

    names, moves = sensitivities(measure, np.array([0.5, 0.95]), 0.1)
    assert names == ("sum", "twice the second")
    assert moves == pytest.approx(np.array([[1.0, 1.0], [0.0, 2.0]]))
