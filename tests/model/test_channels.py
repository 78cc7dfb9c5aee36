"""Switches of the config: each gaming channel, and how well reps reason."""

import numpy as np
import pytest
from worlds import small_config

from incentive_env import Config, Scheme
from incentive_env.config.channels import CHANNEL_NAMES, TACTICS
from incentive_env.studies.simulate import Rollout, roll_out

# Who has next to no conscience, and is paid for everything that can be gamed.
SHAMELESS = {"decision.conscience": 0.01, "recording.survey_unease": 0.0, "recording.survey_gain": 1.0}
TEMPTING = Scheme(
    base_pay=600.0, commission=10.0, target=0.3, pressure=1.0, activity_pay=0.3, survey_bonus=300.0, autonomy=1.0
)


def _play(config: Config) -> Rollout:
    return roll_out(config, TEMPTING, range(6), weeks=12, keep_reps=True)


def _gamed(**overrides: object) -> np.ndarray:
    """Cases of each channel under a tempting scheme."""
    return _play(small_config({**SHAMELESS, **overrides})).floor_weeks["gamed"].sum(axis=(0, 1))


def test_every_channel_is_used_where_it_is_open():
    assert (_gamed() > 0).all()


@pytest.mark.parametrize("channel", CHANNEL_NAMES)
def test_a_channel_switched_off_is_not_used_at_all(channel):
    gamed = dict(zip(CHANNEL_NAMES, _gamed(**{f"channels.{channel}": False}), strict=True))
    assert gamed.pop(channel) == 0
    assert all(count > 0 for count in gamed.values())


def test_with_all_channels_off_everybody_is_honest_and_the_record_is_true():
    weeks = _play(small_config({**SHAMELESS, **{f"channels.{name}": False for name in CHANNEL_NAMES}})).floor_weeks
    assert weeks["gamed"].sum() == weeks["gamed_calls"].sum() == weeks["unlogged"].sum() == 0
    assert (weeks["recorded_refusals"] == weeks["refusals"]).all()
    assert weeks["calls"].sum() > 0


def _favourite(mode: str) -> float:
    """Share of the tactic that a rep uses most, over reps."""
    rows = _play(small_config({"rationality.mode": mode})).rep_weeks
    calls, manipulative = rows["calls"].sum(axis=1), rows["gamed"][..., : len(TACTICS) - 1].sum(axis=1)
    tactics = np.concatenate([(calls - manipulative.sum(axis=-1))[..., None], manipulative], axis=-1)
    worked = calls > 0
    return float((tactics.max(axis=-1)[worked] / calls[worked]).mean())


def test_best_response_is_more_extreme_than_logit():
    assert _favourite("best_response") > _favourite("logit")


def test_naive_reps_learn_nothing_and_do_not_fear_the_quota():
    naive = _play(small_config({"rationality.mode": "naive"}))
    same = _play(small_config({"rationality.mode": "naive", "rationality.learning": False, "decision.stake": 0.0}))
    assert (naive.floor_weeks["gamed"] == same.floor_weeks["gamed"]).all()
    assert (naive.floor_weeks["sales"] == same.floor_weeks["sales"]).all()
