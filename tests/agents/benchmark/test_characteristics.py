"""The comparison's own error rates, where the truth is known."""

import json

import numpy as np
import pytest

from agents.benchmark.analysis.characteristics import characteristics, halves_alarm_rate, markdown
from agents.benchmark.analysis.compare import compare
from agents.benchmark.analysis.redraws import LUCK, components_of
from agents.benchmark.analysis.rows import FALSE_ALARMS, Measure
from agents.benchmark.results import cells_by_group


@pytest.fixture(scope="module")
def whole(draw_results):
    """Results of a suite with 48 trained runs, which judge falls of single runs."""
    return draw_results(0, policies=8, seeds=6, floors=24)


@pytest.fixture(scope="module")
def measured(whole):
    return characteristics(whole, 0.0, comparisons=1_000)


def test_components_are_those_the_figures_were_drawn_with(draw_results):
    groups = cells_by_group(draw_results(0, seeds=200, floors=200))
    trained = components_of(groups["ppo", "loyalty", "home"], "home")
    assert (trained.seed, trained.luck) == pytest.approx((1.0, 1.0), rel=0.25)
    assert trained.floor == pytest.approx(9.0, rel=0.25)
    single = components_of(groups["flat_salary", None, "home"], "home")
    assert (single.seed, single.luck, single.floor) == (0.0, 0.0, pytest.approx(10.0, rel=0.25))


def test_components_by_hand(make_cell):
    rows = ([0.0, 2.0], [4.0, 8.0])
    cells = [make_cell("ppo", {"home": row}, reward="loyalty", seed=seed) for seed, row in enumerate(rows)]
    # residuals ±0.5: luck 1; variance of the seeds' means 1 and 6, less 1/2; of the floors' means 2 and 5, less 1/2
    part = components_of(cells, "home")
    assert (part.luck, part.seed, part.floor) == pytest.approx((1.0, 12.0, 4.0))


def test_false_alarms_are_as_rare_as_promised_whatever_the_luck_of_all_runs(measured):
    for name, luck in LUCK.items():
        if not luck.in_one_group:  # a bad basin of a single group may not have shown itself: no test can know
            assert measured["false_alarms"][name]["any"] <= FALSE_ALARMS


def test_files_that_differ_in_luck_alone_seldom_differ(draw_results):
    for bad in (0.0, 0.2):
        pairs = [[draw_results(2 * n + m, policies=8, floors=4, bad=bad) for m in (0, 1)] for n in range(40)]
        alarms = [len(compare(*pair, 0.0).regressions) > 0 for pair in pairs]
        assert np.mean(alarms) <= FALSE_ALARMS


def test_losses_as_great_as_said_are_found_as_often_as_said(draw_results, whole, measured):
    """A real comparison of files finds the loss that the simulation says four in five comparisons find."""
    (row,) = (row for row in measured["losses"] if row["policy"] == "ppo" and row["reward"] == "loyalty")
    changes = {Measure.LOYALTY: {"shift": -row["loyalty"][1]}, Measure.WORST: {"fall": row["worst"][1]}}
    for measure, change in changes.items():
        found = [
            any(
                regression.measure is measure and regression.policy == "ppo"
                for regression in compare(
                    whole, draw_results(luck, policies=8, seeds=6, floors=24, **change), 0.0
                ).regressions
            )
            for luck in range(1, 31)
        ]
        assert np.mean(found) >= 0.7


def test_a_margin_adds_to_the_loss_that_is_found(measured, whole):
    slack = characteristics(whole, 1.0, comparisons=1_000)
    for strict, loose in zip(measured["losses"], slack["losses"], strict=True):
        assert loose["loyalty"] == pytest.approx([loss + 1.0 for loss in strict["loyalty"]])
        assert strict["loyalty"][0] < strict["loyalty"][1]


def test_what_floors_keep_makes_losses_easier_to_find(measured, whole):
    kept = characteristics(whole, 0.0, shared=0.9, comparisons=500)
    assert kept["losses"][0]["loyalty"][0] < measured["losses"][0]["loyalty"][0]


def test_few_runs_judge_no_fall_of_one(draw_results):
    few = characteristics(draw_results(0), 0.0, comparisons=100)
    assert few["runs"] == 10
    assert {(row["worst"], row["spread"]) for row in few["losses"]} == {(None, None)}
    assert "The suite has 10 runs" in markdown(few)


def test_halves_of_the_same_seeds_seldom_differ(draw_results):
    assert halves_alarm_rate(draw_results(0, seeds=3), 0.0) is None
    # Of one file the rate can be greater, as its runs are few; files differ, and their mean is what is promised.
    assert np.mean([halves_alarm_rate(draw_results(luck, seeds=8), 0.0, splits=200) for luck in range(40)]) <= 0.05


def test_content_is_json_and_tables(measured):
    assert json.loads(json.dumps(measured, allow_nan=False)) == measured
    lines = [line for line in markdown(measured).split("\n") if line.startswith("|")]
    alarms, losses = lines[: 2 + len(LUCK)], lines[2 + len(LUCK) :]
    assert {line.count("|") for line in alarms} == {6}
    assert {line.count("|") for line in losses} == {9}
    assert len(losses) == 2 + 2 + 8 + 1
    assert losses[-1].startswith("| all trained policies |")
