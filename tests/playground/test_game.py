"""Be the manager: what a player sees is what a learner sees, and nothing of the truth."""

import numpy as np
import pytest
from worlds import N_LEVERS, SMALL

from incentive_env import SalesFloorEnv, Scheme
from incentive_env.floors.observation import FIGURES
from incentive_env.model.scheme import scheme_to_action
from incentive_env.playground.game import Game

CHANGES = tuple(sorted(SMALL.items()))
THREAT = Scheme(base_pay=520, commission=8, target=0.3, pressure=0.8)


def test_reports_are_the_observations_of_the_environment_on_the_same_floor():
    game, env = Game("telesales", CHANGES, 11), SalesFloorEnv("telesales", **dict(CHANGES))
    reports = [env.reset(seed=11)[0]]
    while not game.over:
        game.decide(THREAT)
        reports.append(env.step(scheme_to_action(THREAT, env.config))[0])
    np.testing.assert_array_equal(np.stack(game.reports), np.stack(reports))
    assert (game.decisions, game.week) == (3, 12)


def test_a_report_has_the_figures_of_a_report_and_no_others():
    game = Game("telesales", CHANGES, 1)
    assert [line.before for line in game.report()] == [None] * len(FIGURES)
    game.decide(THREAT)
    lines = game.report()
    assert [line.figure for line in lines] == list(FIGURES)
    assert [line.before for line in lines] == [pytest.approx(value) for value in game.reports[0][: len(FIGURES)]]
    assert game.history("nps") == [pytest.approx(report[6]) for report in game.reports]


def test_after_the_last_decision_there_is_none():
    game = Game("telesales", CHANGES, 1)
    for _ in range(3):
        game.decide(Scheme())
    with pytest.raises(ValueError, match="the game is over"):
        game.decide(Scheme())
    assert np.stack(game.actions).shape == (3, N_LEVERS)


def test_a_lever_out_of_range_is_refused_and_no_week_passes():
    game = Game("telesales", CHANGES, 1)
    with pytest.raises(ValueError, match="commission = 99"):
        game.decide(Scheme(commission=99.0))
    assert (game.decisions, len(game.reports)) == (0, 1)
