"""The shipped suites load, hold what they promise, and score on floors that nothing else meets."""

import pytest

from agents.algorithms.table import ALGORITHMS
from agents.benchmark.settings import settings_of
from agents.loading import load
from incentive_env.config import config_directory
from incentive_env.support.seeds import BENCHMARK_SEEDS

SUITES = sorted(path.stem for path in (config_directory() / "suites").glob("*.yaml"))


@pytest.fixture(scope="module", params=SUITES)
def benchmark(request):
    return load("suite", request.param)


def test_there_are_a_small_a_usual_and_a_large_suite():
    assert SUITES == ["full", "hacking", "smoke", "standard"]
    sizes = {name: len(load("suite", name).jobs) for name in SUITES}
    assert sizes["smoke"] < sizes["standard"] < sizes["full"]


@pytest.mark.parametrize("name", ["smoke", "standard", "full"])
def test_every_kind_of_policy_takes_part(name):
    jobs = load("suite", name).jobs
    plans = {job.plan.algorithm for job in jobs if job.plan is not None}
    assert plans >= {
        "ppo", "recurrent_ppo", "anchored_ppo", "sac", "cma_static", "cma_feedback", "cma_open_loop", "random_search",
    }  # fmt: skip
    assert {job.reward for job in jobs} >= {None, "loyalty", "conversion", "survey"}
    assert any(job.plan is not None and getattr(job.plan, "sees", "") == "state" for job in jobs)
    assert any(job.held_out for job in jobs)


def test_the_usual_suite_has_five_training_seeds_everywhere_but_for_what_knows_the_luck_of_a_floor():
    groups = {}
    for job in load("suite", "standard").jobs:
        if job.plan is not None and job.name != "floor_by_floor":
            groups.setdefault((job.name, job.reward), set()).add(job.seed)
    assert all(seeds >= set(range(5)) for seeds in groups.values())


def test_the_suite_of_curves_runs_every_method_over_five_strengths():
    curves = {}
    for job in load("suite", "hacking").jobs:
        if job.strength is not None:
            curves.setdefault((job.plan.algorithm, job.reward), set()).add((job.strength, job.seed))
    methods = {name for name, row in ALGORITHMS.items() if row.where.startswith("agents.hacking.")}
    assert {method for method, _ in curves} == methods
    assert len(methods) >= 8
    for cells in curves.values():
        assert len({strength for strength, _ in cells}) >= 5
        assert {seed for _, seed in cells} == {0, 1, 2}


def test_floors_of_scoring_are_those_of_the_benchmark(benchmark):
    for use, floors in benchmark.suite.floor_ranges().items():
        assert floors.first == BENCHMARK_SEEDS[use].start
        assert floors.count <= len(BENCHMARK_SEEDS[use])


def test_the_hash_changes_with_a_training_file(benchmark):
    job = next(job for job in benchmark.jobs if job.policy == "ppo")
    other = job._replace(plan=load("learner", "ppo", {"num_envs": 32}))
    changed = benchmark._replace(jobs=tuple(other if each is job else each for each in benchmark.jobs))
    hashes = [settings_of(one).suite_hash for one in (changed, benchmark, load("suite", benchmark.name))]
    assert hashes[0] != hashes[1] == hashes[2]
