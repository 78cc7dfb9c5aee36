"""Work shared among processes gives the same results, and a worker may die."""

import asyncio
import os

import numpy as np
import pytest
from worlds import N_LEVERS

from incentive_env import Scheme
from incentive_env.model.scheme import scheme_to_action
from incentive_env.playground import work
from incentive_env.playground.experiment import Experiment, scenario_of
from incentive_env.playground.figures import figures_of
from incentive_env.playground.work import LostWorkerError, Workers, judge_game, pieces_of
from incentive_env.policies import load_policy
from incentive_env.studies.evaluate import evaluate
from incentive_env.studies.explain import explain
from incentive_env.studies.simulate import roll_out

EXPERIMENT = Experiment("small", floors=7, seed=3)


@pytest.fixture
def workers():
    there = Workers(2, threads=True)
    yield there
    there.close()


@pytest.mark.parametrize(("floors", "count"), [(1, 2), (7, 2), (16, 2), (64, 3), (5, 8)])
def test_pieces_are_all_floors_in_their_order(floors, count):
    pieces = pieces_of(range(10, 10 + floors), count)
    assert [seed for piece in pieces for seed in piece] == list(range(10, 10 + floors))
    assert max(map(len, pieces)) <= 8


def test_floors_shared_out_are_the_floors_in_one_piece(workers):
    shared, _ = asyncio.run(work.run(EXPERIMENT, EXPERIMENT.second, workers))
    alone = figures_of(roll_out(EXPERIMENT.config, EXPERIMENT.second, EXPERIMENT.seeds), EXPERIMENT.config)
    for mine, theirs in zip(shared, alone, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_reasons_shared_out_are_those_of_all_floors_and_sum_to_the_whole(workers):
    _, shared = asyncio.run(work.run(EXPERIMENT, EXPERIMENT.second, workers))
    whole = explain(EXPERIMENT.config, EXPERIMENT.second, EXPERIMENT.seeds)
    np.testing.assert_allclose(shared.parts, whole.parts.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(shared.parts.sum(axis=2), np.diff(shared.wholes, axis=0), atol=1e-9)


def test_a_player_is_judged_like_a_policy_on_the_same_floor():
    config = scenario_of("small", ())
    scheme = Scheme(base_pay=650, coaching=2.0)
    rivals, reasons = judge_game("small", (), 5, np.tile(scheme_to_action(scheme, config), (26, 1)))
    assert [rival.score for rival in rivals] == sorted((rival.score for rival in rivals), reverse=True)
    scores = {rival.name: rival.score for rival in rivals}
    assert {"you", "flat_salary", "quota_with_threat"} <= set(scores)
    for name in ("flat_salary", "retention_first"):
        assert scores[name] == pytest.approx(float(evaluate(config, load_policy(name, config), [5]).loyalty[0]))
    net = explain(config, scheme, [5])
    assert reasons.parts == pytest.approx(net.parts[0])


@pytest.mark.parametrize("scenario", ["telesales", "decent_team", "small"])
def test_the_rivals_hold_a_trained_policy_and_none_that_sees_the_truth(scenario):
    names = [rival.name for rival in judge_game(scenario, (), 1, np.zeros((26, N_LEVERS)))[0]]
    assert "ppo_report" in names
    assert not any(name == "ppo_state" for name in names)


def test_a_process_that_dies_is_told_and_replaced():
    workers = Workers(1)
    try:
        with pytest.raises(LostWorkerError, match="has ended unexpectedly"):
            asyncio.run(workers.run(os._exit, 1))
        assert asyncio.run(workers.run(sum, [1, 2])) == 3
    finally:
        workers.close()
