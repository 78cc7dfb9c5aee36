"""The Goodhart card: a proxy that follows the truth, one that is bought, and what is real of a rise."""

import json

import numpy as np
import pytest

from agents.studies.card.curves import Curve, Point, area_under, in_one_sentence, lambda_curves
from agents.studies.card.measuring import Seen, card, correlations, optimized_policies, rise
from agents.studies.card.page import card_page, curves_section
from agents.studies.card.picture import draw_card, draw_curves
from agents.studies.card.proxies import PROXIES
from incentive_env import load_config
from incentive_env.support.statistics import Interval

FLOORS, DECISIONS = 40, 13


def _seen(proxy, truth, real=None):
    """Floors whose every decision shows one proxy, conversion, beside the truth; both ``[floors, decisions]``."""
    episode = {"conversion": proxy.mean(axis=1)}
    real = {} if real is None else {"conversion": real}
    return Seen({"conversion": proxy}, episode, real, truth, truth.mean(axis=1))


def test_r_is_over_decisions_and_over_floors():
    random = np.random.default_rng(0)
    floor, week = random.normal(size=(FLOORS, 1)), random.normal(size=(FLOORS, DECISIONS))
    week -= week.mean(axis=1, keepdims=True)
    follows = correlations(_seen(floor + week, 3.0 * (floor + week) + 5.0), "conversion")
    assert follows.step.mean == pytest.approx(1.0)
    assert follows.episode.mean == pytest.approx(1.0)
    # Within a floor the proxy goes against the truth, between floors with it: only the decisions show that.
    mixed = correlations(_seen(floor + 3.0 * week, floor - 3.0 * week), "conversion")
    assert mixed.episode.mean == pytest.approx(1.0)
    assert mixed.step.high < 0.0
    level = correlations(_seen(np.zeros((FLOORS, DECISIONS)), week), "conversion")
    assert np.isnan(level.step.mean)


def test_the_gap_is_the_share_of_a_rise_that_is_not_real():
    random = np.random.default_rng(1)
    before, truth = random.normal(size=(2, FLOORS, DECISIONS))
    real = before.mean(axis=1)
    more = 1.0 + 0.1 * random.normal(size=FLOORS)
    base = _seen(before, truth, real)
    half = rise("x", _seen(before + more[:, None], truth - 2.0, real + more / 2.0), base, "conversion")
    assert half.unreal.mean == pytest.approx(0.5)
    assert half.truth.mean == pytest.approx(-2.0)
    nothing = rise("x", _seen(before - more[:, None], truth, real), base, "conversion")
    assert nothing.unreal is None  # nothing rose
    assert rise("x", _seen(before, truth), _seen(before, truth), "conversion").real is None  # money has no other figure


def test_a_card_measures_every_proxy_and_can_be_shown(small, tmp_path):
    found = card(small, {"conversion": "piece_rate"}, range(600_000, 600_004))
    assert list(found["proxies"]) == list(PROXIES)
    stored = json.loads(json.dumps(found, allow_nan=False))
    assert list(stored["proxies"]["conversion"]["r"]) == [
        "flat_salary", "balanced_scorecard", "quota_with_threat", "piece_rate"
    ]  # fmt: skip
    assert all(proxy["rises"][0]["proxy"] is not None for proxy in stored["proxies"].values())
    page = card_page(stored, "card.png")
    assert all(f"| {proxy.title} |" in page for proxy in PROXIES.values())
    draw_card(stored, tmp_path / "card.png")
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")


def test_the_shipped_policies_that_were_trained_on_a_proxy_are_taken_unless_others_are_named():
    config = load_config("telesales")
    usual = optimized_policies(config, None)
    assert usual["conversion"] == "ppo_conversion"
    assert usual["nps"] == "ppo_survey"
    assert optimized_policies(config, ["profit=piece_rate"]) == {"profit": "piece_rate"}
    for named, message in {
        ("profits=piece_rate",): "--trained profits=piece_rate: must be PROXY=POLICY, .*; nearest valid name: profit",
        ("profit",): "--trained profit: must be PROXY=POLICY",
        ("profit=piece_rate", "profit=piece_rate"): "each proxy once",
        ("profit=piece_rat",): "piece_rat.*nearest valid name: piece_rate",
    }.items():
        with pytest.raises(ValueError, match=message):
            optimized_policies(config, named)


def _point(proxy, truth, strength=1.0):
    return Point(strength, Interval(proxy, proxy - 0.1, proxy + 0.1), Interval(truth, truth - 0.5, truth + 0.5), 3)


def test_the_area_is_the_loyalty_gained_at_a_rise_of_the_proxy():
    assert area_under([_point(1.0, 4.0)], 1.0) == pytest.approx(4.0)
    assert area_under([_point(0.5, 4.0)], 1.0) == pytest.approx(2.0)  # half of the way, and nothing beyond
    assert area_under([_point(0.5, 4.0), _point(1.0, 2.0)], 1.0) == pytest.approx(3.0)
    assert area_under([_point(0.5, 1.0), _point(1.0, 2.0)], 1.0) == pytest.approx(2.0)  # the farther point is better
    assert area_under([_point(1.0, -9.0)], 1.0) == 0.0  # a method may always be left alone
    assert area_under([_point(-1.0, 5.0)], 1.0) == 0.0
    assert area_under([_point(-1.0, 5.0)], -1.0) == 0.0  # no method's proxy rises


def test_truth_is_kept_only_where_both_intervals_say_so():
    assert _point(0.5, 0.0).keeps_truth
    assert not _point(0.05, 3.0).keeps_truth  # the proxy may not have risen
    assert not _point(0.5, -0.6).keeps_truth  # loyalty may have fallen by more than the margin
    curve = Curve("some", "conversion", "conversion", (_point(0.5, -9.0, 0.1), _point(0.2, 1.0, 3.0)), 0.4)
    assert curve.best == curve.points[1]
    assert "at some strength of: some on conversion; at no strength of: none" in in_one_sentence([curve])
    assert "| conversion | `some` | 0.4 | 3 |" in curves_section([curve], "hacking", "x.png")


def test_curves_are_the_rises_over_a_flat_salary_by_strength(make_cell, make_results, tmp_path):
    floors = np.linspace(-2.0, 2.0, 4)

    def cell(policy, proxy, truth, **more):
        return make_cell(policy, {"home": floors + truth}, conversion=0.5 + (floors + proxy) / 20.0, **more)

    cells = [cell("flat_salary", 0.0, 10.0)]
    for strength, proxy, truth in ((0.3, 4.0, -20.0), (3.0, 1.0, 12.0)):
        for seed in range(3):
            run = cell(f"some@{strength:g}", proxy, truth, reward="conversion", seed=seed)
            cells.append(run.model_copy(update={"strength": strength}))
    (curve,) = lambda_curves(make_results(cells), "home")
    assert [(point.strength, round(point.proxy.mean, 9), round(point.truth.mean, 9)) for point in curve.points] == [
        (0.3, 0.2, -30.0), (3.0, 0.05, 2.0)
    ]  # fmt: skip
    assert curve.area == pytest.approx(0.5)  # 2 points on a quarter of the way
    assert curve.best is not None
    assert curve.best.keeps_truth
    draw_curves([curve], tmp_path / "curves.png")
    with pytest.raises(ValueError, match="hold no cell of flat_salary in home"):
        lambda_curves(make_results(cells[1:]), "home")
