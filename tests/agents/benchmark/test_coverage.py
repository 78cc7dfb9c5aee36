"""Every interval that the project prints covers what it claims, in simulation."""

import json

import pytest
from scipy import stats

from agents.benchmark.analysis.coverage import KINDS, OF_FLOORS, covered, markdown
from agents.benchmark.analysis.statistics import COVERS
from agents.benchmark.analysis.worlds import WORLDS

DRAWS = 200
WORST_BY_CHANCE = stats.binom.ppf(0.001, DRAWS, COVERS) / DRAWS
BY_NAME = {world.name: world for world in WORLDS}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("world", ["normal", "one in 5 is bad"])
def test_an_interval_covers_with_five_runs(kind, world):
    assert covered(KINDS[kind], BY_NAME[world], DRAWS) >= WORST_BY_CHANCE


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OF_FLOORS])
def test_an_interval_covers_with_three_runs_of_normal_luck(kind):
    assert covered(KINDS[kind], BY_NAME["3 runs"], DRAWS) >= WORST_BY_CHANCE


def test_a_mean_over_five_runs_would_not_cover_where_one_in_five_is_bad():
    """Why intervals are of the median run: Student's interval of the mean misses the bad runs of a third of suites."""

    def mean_of_runs(world, rng):
        def draw():
            runs = world.luck(rng, world.runs)
            half = stats.sem(runs) * stats.t.ppf(0.975, world.runs - 1)
            return runs.mean(), runs.mean() - half, runs.mean() + half

        return -20.0 * world.bad, draw

    assert covered(mean_of_runs, BY_NAME["one in 5 is bad"], 1_000) < 0.75
    assert covered(mean_of_runs, BY_NAME["normal"], 1_000) > COVERS


def test_the_table_has_a_line_for_each_kind():
    rows = [{"kind": kind, "world": world, "coverage": 0.94} for kind in KINDS for world in BY_NAME]
    lines = markdown({"rows": json.loads(json.dumps(rows))}).strip().split("\n")
    assert len(lines) == 2 + len(KINDS)
    assert {line.count("|") for line in lines} == {2 + len(WORLDS)}
