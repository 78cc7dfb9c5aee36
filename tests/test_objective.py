import numpy as np
import pytest
from pydantic import ValidationError

from incentive_env import ConfigError
from incentive_env.config.objective import Weights
from incentive_env.floors.reward import PRESETS, TERM_NAMES, goodhart_gap, loyalty_score, reward_weights
from incentive_env.model.state import FLOOR_WEEK


def test_loyalty_counts_promoters_less_detractors_and_slots_left_in_anger(small):
    """Two floors of 24 slots, two weeks."""
    weeks = np.zeros((2, 2), FLOOR_WEEK)
    weeks["promoters"] = [[12, 6], [0, 0]]
    weeks["detractors"] = [[3, 3], [20, 24]]
    weeks["left_wronged"] = [[0, 6], [4, 0]]
    # (12 − 3 − 0 + 6 − 3 − 6) / 2 weeks / 24 slots; everybody against
    assert loyalty_score(weeks, small) == pytest.approx([100 * (9 - 3) / 2 / 24, -100.0])


def test_the_goodhart_gap_is_proxy_gain_less_true_gain_in_standard_units():
    base_proxy, base_truth = np.array([0.1, 0.3]), np.array([-10.0, 10.0])  # deviations 0.1 and 10
    gap = goodhart_gap(base_proxy + 0.2, base_truth - 5.0, base_proxy, base_truth)
    assert gap == pytest.approx(0.2 / 0.1 - (-5.0) / 10.0)


def test_no_gain_and_an_equal_gain_are_no_gap():
    base_proxy, base_truth = np.array([0.1, 0.3]), np.array([-10.0, 10.0])
    assert goodhart_gap(base_proxy, base_truth, base_proxy, base_truth) == 0.0
    assert goodhart_gap(base_proxy + 0.05, base_truth + 5.0, base_proxy, base_truth) == pytest.approx(0.0)


@pytest.mark.parametrize("term", TERM_NAMES)
def test_a_missing_weight_is_an_error_never_zero(term):
    with pytest.raises(ValidationError, match=term):
        Weights(**{name: 1.0 for name in TERM_NAMES if name != term})


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_weighs_every_term(small, preset):
    weights = reward_weights(small, preset)
    assert weights.shape == (len(TERM_NAMES),)
    assert weights.any()
    if preset in TERM_NAMES:
        assert TERM_NAMES[int(weights.argmax())] == preset


@pytest.mark.parametrize("name", ["loyality", "model_fields", "", None])
def test_an_unknown_preset_is_an_error_that_lists_the_presets(small, name):
    with pytest.raises(ConfigError, match=", ".join(PRESETS)):
        reward_weights(small, name)
