"""A fact is a band and a measured figure; the figure's interval is worked out over floors."""

import math

import numpy as np
import pytest
from scipy import stats

from incentive_env import load_config
from incentive_env.config.mechanisms import MECHANISMS
from incentive_env.support.statistics import Interval, jackknife
from incentive_env.validation import CONTACT_CENTER, DEFAULTS, FACTS, Band, facts_for
from incentive_env.validation.contract import Fact, Outcome, Picture, fact

NEW = [
    "goodhart", "wears_out", "residual", "empty_threat", "ratchet", "success_stays", "pay_cut", "small_pay",
    "strain_games",
]  # fmt: skip
PUBLISHED = [
    "gallen", "lazear", "agarwal", "larkin", "kim", "nagin", "deci", "grip", "bloom", "godfrey", "schmitt", "jacob",
    "wells", "survey", "karwowski", *NEW,
]  # fmt: skip


def test_all_published_facts_are_there():
    assert sorted(FACTS) == sorted(PUBLISHED)


def test_each_fact_says_what_it_is_and_where_it_comes_from():
    for one in (*FACTS.values(), *DEFAULTS.values(), *CONTACT_CENTER.values()):
        assert one.claim
        assert one.setup
        assert one.published
        assert one.source
        assert one.bands


def test_the_jackknife_of_a_mean_is_students_interval():
    values = np.random.default_rng(0).normal(3.0, 2.0, 20)
    figure, low, high = jackknife(lambda mean: mean, values)
    half = stats.sem(values) * stats.t.ppf(0.975, 19)
    assert (figure, low, high) == pytest.approx((values.mean(), values.mean() - half, values.mean() + half))


def test_what_two_samples_share_cancels_in_their_ratio():
    luck = np.random.default_rng(0).uniform(1.0, 9.0, 30)
    figure, low, high = jackknife(lambda t, c: t / c, 1.3 * luck, luck)
    assert figure == pytest.approx(1.3)
    assert high - low < 1e-9


def test_the_jackknife_covers_the_truth_of_a_ratio():
    random, covered = np.random.default_rng(1), 0
    for _ in range(300):
        bottom = random.normal(10.0, 2.0, 40)
        top = 0.5 * bottom + random.normal(0.0, 1.0, 40)
        _, low, high = jackknife(lambda t, b: t / b, top, bottom)
        covered += low <= 0.5 <= high
    assert 0.91 <= covered / 300 <= 0.99


@pytest.mark.parametrize(
    ("band", "estimate", "holds"),
    [
        (Band(1.0, 2.0), Interval(1.5, 0.0, 3.0), True),
        (Band(1.0, 2.0), Interval(2.1, 1.9, 2.3), False),
        (Band(0.0), Interval(1.0, 0.1, 1.9), True),
        (Band(0.0), Interval(1.0, -0.1, 2.1), False),
        (Band(-math.inf, 1.0), Interval(0.8, 0.7, 0.9), True),
        (Band(-math.inf, 1.0), Interval(0.8, 0.5, 1.1), False),
        (Band(0.0, 1.0), Interval(math.nan, math.nan, math.nan), False),
    ],
)
def test_a_band_holds_a_size_and_a_direction_must_be_sure(band, estimate, holds):
    assert band.holds(estimate) is holds


def test_a_fact_takes_twenty_lines_and_holds_when_all_its_parts_do():
    book: dict[str, Fact] = {}

    @fact(claim="c", setup="s", published="p", source="q", bands={"a": Band(0, 1), "b": Band(0, 1)}, book=book)
    def invented(lab):
        figures = {"a": Interval(0.5, 0.5, 0.5), "b": Interval(*3 * [lab])}
        return Outcome(figures, Picture("bars", ["x"], {"y": [1.0]}, "", ""))

    assert book["invented"].check(0.7).holds
    verdict = book["invented"].check(1.7)
    assert not verdict.holds
    assert verdict.weakest.name == "b"


def test_a_scenario_is_asked_for_its_own_facts():
    assert set(facts_for(load_config("telesales"))) == {*FACTS, *DEFAULTS}
    assert set(facts_for(load_config("contact_center"))) == set(CONTACT_CENTER)


def test_a_fact_names_the_mechanisms_it_lacks():
    config = load_config(None, {"mechanisms.audit_beliefs": False, "mechanisms.care": True, "calls.trust": 3.0})
    assert FACTS["empty_threat"].missing(config) == ("audit_beliefs",)
    assert FACTS["goodhart"].missing(config) == ()  # one value of good_measure differs from where it is off
    assert FACTS["goodhart"].missing(load_config(config, MECHANISMS["good_measure"].off)) == ("good_measure",)
    assert FACTS["gallen"].missing(config) == ()
