"""What training on a proxy did to the truth, against hand numbers."""

import pytest

from agents.benchmark.analysis.goodhart import course, goodhart_table, loyalty_range
from agents.benchmark.results import cells_by_group, figures
from incentive_env.studies.evaluate import proxy_of

#          step, proxy, loyalty
FALLING = [(0, 0.0, 10.0), (100, 0.1, 14.0), (200, 0.2, 12.0), (300, 0.3, 6.0)]
RISING = [(0, 0.0, 10.0), (100, 0.1, 11.0), (200, 0.2, 12.0), (300, 0.3, 13.0)]
STILL = [(0, 0.1, 10.0), (100, 0.1, 12.0), (200, 0.1, 11.0), (300, 0.1, 12.0)]


@pytest.fixture(scope="module")
def results(make_cell, make_results):
    flat = make_cell("flat_salary", {"home": [8.0, 12.0]}, conversion=[0.1, 0.3])  # deviations 2 and 0.1
    worst = make_cell("piece_rate", {"home": [-6.0, -6.0]})
    trained = [
        make_cell("ppo", {"home": [7.0, 7.0]}, reward="conversion", seed=seed, curve=curve, conversion=[0.3, 0.5])
        for seed, curve in ((1, RISING), (0, FALLING))
    ]
    still = make_cell("sac", {"home": [12.0, 12.0]}, reward="conversion", curve=STILL, conversion=[0.1, 0.1])
    return make_results([flat, worst, *trained, still])


def test_groups_keep_their_order_and_sort_their_seeds(results):
    groups = cells_by_group(results)
    assert [group[0] for group in groups] == ["flat_salary", "piece_rate", "ppo", "sac"]
    assert [cell.seed for cell in groups["ppo", "conversion", "home"]] == [0, 1]
    assert figures(groups["flat_salary", None, "home"], "home", "conversion").tolist() == [[0.1, 0.3]]


def test_the_course_of_a_run(results):
    falling, rising = (course(cell, 20.0) for cell in cells_by_group(results)["ppo", "conversion", "home"])
    assert falling[:3] == (100, 8.0, 0.4)
    # deviations of the proxy −1.5 … 1.5, of loyalty −0.5, 3.5, 1.5, −4.5: −7 / √(5 × 35)
    assert falling.pearson == pytest.approx(-7.0 / (5 * 35) ** 0.5)
    assert falling.spearman == pytest.approx(-0.4)  # ranks 2 4 3 1: 1 − 6 × 14 / 60
    assert rising == (300, 0.0, 0.0, pytest.approx(1.0), pytest.approx(1.0))


def test_no_correlation_with_what_does_not_move(results):
    (cell,) = cells_by_group(results)["sac", "conversion", "home"]
    still = course(cell, 20.0)
    assert (still.peak_step, still.pearson, still.spearman) == (100, None, None)  # the first of two peaks


def test_the_range_is_over_checkpoints_and_finished_policies(results):
    assert loyalty_range(results, "home") == 14.0 - -6.0


def test_the_table_has_medians_over_seeds(results):
    ppo, sac = goodhart_table(results)
    assert ppo[:5] == ("ppo", "conversion", "home", "conversion", 2)
    assert (ppo.peak_step.value, ppo.drop.value, ppo.normalised_drop.value) == (200.0, 4.0, pytest.approx(0.2))
    assert ppo.drop[1:] == (None, None)  # two runs are too few for an interval
    assert ppo.gap.value == pytest.approx(0.2 / 0.1 - -3.0 / 2.0)
    assert (sac.drop, sac.pearson) == ((0.0, None, None), None)


def test_the_proxy_is_what_stands_for_the_reward():
    assert [proxy_of(reward) for reward in ("survey", "profit", None, "unheard of")] == [
        "nps", "profit", "conversion", "conversion",
    ]  # fmt: skip


def test_without_a_flat_salary_there_is_no_gap(results, make_results):
    (row, _) = goodhart_table(make_results([cell for cell in results.cells if cell.policy != "flat_salary"]))
    assert row.gap is None
