"""Random search: draws evenly, keeps the best on fresh floors, and never ends below where it began."""

import numpy as np
import pytest
from worlds import N_LEVERS

from agents.algorithms.search import RandomSearchPlan
from agents.search.random import search_randomly
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS

PLAN = RandomSearchPlan(candidates=40, finalists=3, floors=2, validation_floors=5)
PEAK = np.linspace(-0.5, 0.5, N_LEVERS)


def hill(candidates, seeds):
    return -((candidates - PEAK) ** 2).sum(axis=1)[:, None] + np.zeros(len(seeds))


def _search(objective=hill, first=None, seed=0, looks=4):
    seen = []
    point = search_randomly(
        objective, np.ones(N_LEVERS) if first is None else first, PLAN, seed=seed, looks=looks,
        watch=lambda best, episodes: seen.append((episodes, best.copy())),
    )  # fmt: skip
    return point, seen


def test_the_best_of_those_drawn_wins_and_the_watcher_sees_it_come():
    point, seen = _search()
    assert [episodes for episodes, _ in seen] == [0, 20, 40, 60, 80]
    values = [hill(best[None], [0])[0, 0] for _, best in seen]
    assert values == sorted(values)
    np.testing.assert_array_equal(point, seen[-1][1])
    assert (np.abs(point) <= 1.0).all()


def test_nothing_worse_than_the_start_is_found_however_lucky_it_was():
    def luck(candidates, seeds):
        noise = np.random.default_rng(0).normal(0.0, 50.0, len(candidates))[:, None]
        return hill(candidates, seeds) + (noise if set(seeds) <= set(SEARCH_SEEDS) else 0.0)

    np.testing.assert_array_equal(_search(luck, first=PEAK)[0], PEAK)


def test_the_same_seed_draws_the_same_schemes():
    np.testing.assert_array_equal(_search(seed=1)[0], _search(seed=1)[0])
    assert (_search(seed=1)[0] != _search(seed=2)[0]).any()


def test_the_winner_is_chosen_on_floors_that_the_finalists_were_not_chosen_by():
    asked = []

    def luck(candidates, seeds):
        asked.append((len(candidates), set(seeds)))
        return hill(candidates, seeds) if set(seeds) <= set(SEARCH_SEEDS) else -hill(candidates, seeds)

    point, seen = _search(luck)
    assert asked[-1] == (4, set(VALIDATION_SEEDS[:5]))
    assert all(floors <= set(SEARCH_SEEDS) and len(floors) == 2 for _, floors in asked[:-1])
    assert hill(point[None], [0]) < hill(seen[-1][1][None], [0])  # the worst of the finalists, for here it counts most


@pytest.mark.parametrize("looks", [1, 7, 1000])
def test_any_number_of_looks_finds_the_same(looks):
    np.testing.assert_array_equal(_search(looks=looks)[0], _search()[0])
