"""Who is ahead, by how much, and over what."""

import numpy as np
import pytest

from agents.benchmark.analysis.leaderboard import aggregate, best_static, leaderboard
from agents.benchmark.analysis.statistics import (
    aggregate_interval,
    iqm_interval,
    paired_difference,
    probability_of_improvement,
)
from agents.benchmark.results import ResultsError

FLAT, STATIC, STATE = [1.0, 2.0, 3.0], [4.0, 6.0, 5.0], [9.0, 9.0, 12.0]
RUNS = np.array([[5.0, 7.0, 9.0], [4.0, 6.0, 8.0], [8.0, 10.0, 12.0]])


@pytest.fixture(scope="module")
def cells(make_cell):
    return [
        make_cell("flat_salary", {"home": FLAT, "away": FLAT}, conversion=[0.1, 0.2, 0.3]),
        make_cell("best_static", {"home": STATIC, "away": [0.0, 0.0, 0.0]}, kind="searched"),
        make_cell("ppo_state", {"home": STATE}, kind="true_state"),
        *(
            make_cell("ppo", {"home": run, "away": run - 8.0}, reward="loyalty", seed=seed, profit=[10.0, 20.0, 60.0])
            for seed, run in enumerate(RUNS)
        ),
    ]


@pytest.fixture(scope="module")
def results(cells, make_results):
    return make_results(cells)


def test_rows_are_best_first_with_their_references(results):
    rows = leaderboard(results, "home")
    assert [row.policy for row in rows] == ["ppo_state", "ppo", "best_static", "flat_salary"]
    ppo, flat = rows[1], rows[3]
    assert (ppo.reward, ppo.kind, ppo.seeds, ppo.profit) == ("loyalty", "learned", 3, 30.0)
    assert ppo.loyalty.value == np.median(RUNS.mean(axis=1))
    assert ppo.worst == RUNS.mean(axis=1).min()
    assert ppo.iqm == iqm_interval(RUNS.mean(axis=1))
    for difference, reference in ((ppo.over_flat, FLAT), (ppo.over_static, STATIC), (ppo.over_state, STATE)):
        assert difference == paired_difference(RUNS, [reference])
    assert (flat.over_flat, flat.iqm, flat.gap.value) == (None, (2.0, None, None), 0.0)


def test_held_out_rows_compare_on_the_floors_held_out(results):
    rows = leaderboard(results, "home", "away")
    assert [row.policy for row in rows] == ["flat_salary", "best_static", "ppo"]  # the true state was not there
    assert rows[2].over_static == paired_difference(RUNS - 8.0, [[0.0, 0.0, 0.0]])
    assert rows[2].over_state is None


def test_the_best_static_policy_is_chosen_at_home_among_those_with_one_scheme_for_all_floors(
    results, cells, make_cell, make_results
):
    assert best_static(results, "home") == ("best_static", None, "home")
    lucky = make_cell("floor_by_floor", {"home": [99.0, 99.0, 99.0]}, kind="luck_known")  # its mean scheme stands still
    lucky = lucky.model_copy(update={"sees": "luck"})
    assert best_static(make_results([*cells, lucky]), "home") == ("best_static", None, "home")
    with pytest.raises(ResultsError, match="no policy was run in home whose scheme never changes"):
        best_static(make_results(cells[2:]), "home")


def test_the_aggregate_is_over_all_that_a_run_meets(results):
    rows = {row.policy: row for row in aggregate(results)}
    ppo = rows["ppo"]
    means = RUNS.mean(axis=1)
    assert ppo.scenarios == ("home", "away")
    both = np.stack([means, means - 8.0], axis=1)
    assert ppo.iqm == aggregate_interval(both)
    assert ppo.improvement == probability_of_improvement(both, [[5.0, 0.0]])
    assert rows["best_static"].improvement is None
    assert rows["ppo_state"].improvement == (1.0, None, None)  # at home, where both were
    assert next(iter(rows)) == "ppo_state"
