"""Through which intervals a sensitivity analysis moves the coefficients of the model."""

import pytest

from agents.studies.coefficients import coefficients
from incentive_env import load_config
from incentive_env.validation.calibration import PARAMETERS


def test_every_interval_holds_the_value_within_its_bounds(small):
    found = {one.key: one for one in coefficients(small)}
    assert len(found) > 250
    for one in found.values():
        assert one.low <= one.value <= one.high
        assert one.low < one.high
    load_config(small, {one.key: one.low for one in found.values()})
    load_config(small, {one.key: one.high for one in found.values()})
    sections = {key.split(".")[0] for key in found}
    assert not sections & {"horizon", "levers", "neutral_scheme", "rewards", "channels", "rationality"}
    assert not found.keys() & {"salesforce.reps", "loyalty.promoter", "loyalty.detractor", "market.slots"}


@pytest.mark.parametrize(
    ("key", "value", "low", "high"),
    [
        ("decision.stake", 100.0, 80.0, 120.0),
        ("customers.debt_cancels", 0.9, 0.72, 1.0),  # clipped
        ("customers.irritation_kept", 0.9, 0.88, 0.92),  # of what is lost
        ("tactics.disparage.trust_gain", 0.0, 0.0, 0.2 * 0.05),  # of the most that a tactic does
        ("recording.notes_tedium", 0.0, 0.0, 0.2 * 5.0),  # of its bounds
    ],
)
def test_how_far_a_coefficient_moves(small, key, value, low, high):
    scenario = load_config(small, {"tactics.honest.trust_gain": 0.05, key: value})
    (one,) = coefficients(scenario, [key])
    assert one.key == key
    assert one[1:] == pytest.approx((value, low, high))


def test_a_place_on_a_scale_moves_by_its_plausible_range(small):
    fitted = {parameter.key: parameter.high - parameter.low for parameter in PARAMETERS}
    for key in ("loyalty.level", "calls.intercept", "workforce.quit_log_hazard"):
        (one,) = coefficients(small, [key], spread=0.1)
        assert (one.value - one.low, one.high - one.value) == pytest.approx((0.1 * fitted[key], 0.1 * fitted[key]))


def test_only_takes_sections_and_keys(small):
    keys = [one.key for one in coefficients(small, ["learning", "tactics.pressure", "reporting.noise"])]
    assert {key.rpartition(".")[0] for key in keys} == {"learning", "tactics.pressure", "reporting"}
    assert keys.count("reporting.noise") == 1
