"""The comparison's own error rates, where the truth is known."""

import json

import numpy as np
import pytest

from agents.benchmark.analysis.characteristics import (
    LOSSES,
    characteristics,
    components_of,
    halves_alarm_rate,
    markdown,
)
from agents.benchmark.analysis.compare import FALSE_ALARMS, compare
from agents.benchmark.results import cells_by_group


@pytest.fixture(scope="module")
def measured(draw_results):
    return characteristics(draw_results(0), 0.0)


def test_components_are_those_the_figures_were_drawn_with(draw_results):
    groups = cells_by_group(draw_results(0, seeds=200, floors=200))
    trained = components_of(groups["ppo", "loyalty", "home"], "home")
    assert (trained.seed, trained.luck) == pytest.approx((1.0, 1.0), rel=0.25)
    assert trained.floor == pytest.approx(9.0, rel=0.25)
    assert trained.unit**2 == pytest.approx(trained.floor + trained.luck, rel=0.02)
    single = components_of(groups["flat_salary", None, "home"], "home")
    assert (single.seed, single.luck, single.floor) == (0.0, 0.0, pytest.approx(10.0, rel=0.25))


def test_components_by_hand(make_cell):
    rows = ([0.0, 2.0], [4.0, 8.0])
    cells = [make_cell("ppo", {"home": row}, reward="loyalty", seed=seed) for seed, row in enumerate(rows)]
    # residuals ±0.5: luck 1; variance of the seeds' means 1 and 6, less 1/2; of the floors' means 2 and 5, less 1/2
    part = components_of(cells, "home")
    assert (part.luck, part.seed, part.floor) == pytest.approx((1.0, 12.0, 4.0))
    assert part.unit == pytest.approx(np.sqrt((2 + 8) / 2))


def test_false_alarms_are_as_rare_as_promised(measured):
    alarms = measured["false_alarms"]
    assert alarms["luck_redrawn"] <= FALSE_ALARMS


def test_power_grows_with_the_loss_and_a_margin_takes_of_it(measured, draw_results):
    slack = characteristics(draw_results(0), 1.0, comparisons=500)
    for strict, loose in zip(measured["loss_in_one_group"], slack["loss_in_one_group"], strict=True):
        assert strict["rate"] == sorted(strict["rate"])
        assert loose["rate"][5] < strict["rate"][5]
        assert strict["found"] == next(
            (loss for loss, rate in zip(LOSSES, strict["rate"], strict=True) if rate >= 0.8), None
        )
    assert measured["loss_in_all_trained"][3] > measured["loss_in_one_group"][2]["rate"][3]


def test_what_floors_keep_makes_losses_easier_to_find(measured, draw_results):
    kept = characteristics(draw_results(0), 0.0, shared=0.9, comparisons=500)
    assert kept["loss_in_one_group"][0]["rate"][2] > measured["loss_in_one_group"][0]["rate"][2]


def test_files_that_differ_in_luck_alone_seldom_differ(draw_results):
    alarms = [len(compare(draw_results(2 * n), draw_results(2 * n + 1), 0.0).regressions) > 0 for n in range(150)]
    assert np.mean(alarms) <= FALSE_ALARMS


def test_halves_of_the_same_seeds_seldom_differ(draw_results):
    assert halves_alarm_rate(draw_results(0, seeds=3), 0.0) is None
    # Of one file the rate can be greater, as its runs are few; files differ, and their mean is what is promised.
    assert np.mean([halves_alarm_rate(draw_results(luck, seeds=8), 0.0, splits=200) for luck in range(40)]) <= 0.05


def test_content_is_json_and_a_table(measured):
    assert json.loads(json.dumps(measured, allow_nan=False)) == measured
    lines = markdown(measured).strip().split("\n")
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + 4 + 1
    assert {line.count("|") for line in table} == {14}
    assert table[-1].startswith("| all trained policies |  |  | 0.")
