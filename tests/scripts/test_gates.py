"""The gates: what a figure must reach, where a lead comes from, and that nothing holds that could not be measured."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from worlds import N_LEVERS, small_config

from agents.benchmark.analysis.thresholds import Threshold
from agents.search.leaning import SurfaceBudget, optimum, surest
from agents.search.static import OpenLoopForm
from agents.studies.gates import measuring, trainings
from agents.studies.gates.bench import Bench
from agents.studies.gates.budget import Budget, Search
from agents.studies.gates.contract import Figure, Gate, Outcome, Verdict
from agents.studies.gates.good_measure import Cloud
from agents.studies.gates.keeping import keep_policies
from agents.studies.gates.searches import Best, best_of
from agents.studies.gates.survival import explained
from agents.studies.gates.wear import Gains, given_back, left
from agents.studies.gates.workers import Workers
from incentive_env import load_config
from incentive_env.policies import Policy, load_policy
from incentive_env.policies.schedule import Schedule
from incentive_env.studies.managed import Managed, manage, mean_schedule, own_means
from incentive_env.support.statistics import UNKNOWN, Interval, correlation

_ONE = Search(1, 1, 3, 2)
TINY = Budget(
    4, 4, 2, _ONE, Search(2, 1, 3, 2), Search(2, 1, 3, 2), SurfaceBudget(1, 4, 2), _ONE, _ONE, _ONE, _ONE, 0, 0
)


class Alternating(Policy):
    """Floor by floor another scheme, which changes its sign with every decision after the first."""

    def act_in(self, seen, context):
        decision = context.state or 0
        rows = np.linspace(0.2, 0.8, len(seen))[:, None] * (-1.0) ** max(decision - 1, 0)
        return np.repeat(rows, N_LEVERS, axis=1), decision + 1


def test_a_threshold_takes_the_mean_and_the_interval():
    lead = Threshold(least=8.0, above=5.0)
    assert str(lead) == "at least 8, interval above 5"
    assert lead.holds(Interval(8.5, 6.0, 11.0))
    assert not lead.holds(Interval(8.5, 4.0, 13.0))
    assert not lead.holds(Interval(7.5, 7.0, 8.0))
    assert not any(threshold.holds(UNKNOWN) for threshold in (lead, Threshold(), Threshold(most=0.3)))


def test_a_gate_that_cannot_be_measured_does_not_hold():
    gate = Gate("G0", "none", lambda bench: Outcome([]))
    good, beside = Figure("a", Interval(1, 1, 1), Threshold(least=0)), Figure("b", Interval(1, 1, 1))
    assert Verdict(gate, [good, beside], 0.0).holds
    assert not Verdict(gate, [good, good._replace(estimate=UNKNOWN)], 0.0).holds
    assert not Verdict(gate, [good], 0.0, trouble="broke down").holds
    assert not Verdict(gate, [beside], 0.0).holds


def test_the_schedules_tell_state_from_time():
    config = small_config()
    managed = manage(config, Alternating(), range(3))
    values = np.array([0.2, 0.5, 0.8])
    np.testing.assert_allclose(managed.actions[:, :, 0], [values, values, -values])
    np.testing.assert_allclose(mean_schedule(managed).actions[:, 0], [0.5, 0.5, -0.5])
    np.testing.assert_allclose(own_means(managed).actions[0, :, 0], values / 3)
    replayed = manage(config, Schedule(managed.actions), range(3))
    np.testing.assert_array_equal(replayed.score, managed.score)


def test_closed_floors_leave_the_schedules():
    """Two decisions of two floors; the second floor closes after the first decision."""
    actions = np.array([[[0.0], [1.0]], [[0.4], [-1.0]], [[0.9], [0.9]]])
    was_open = np.array([[True, True], [True, False], [False, False]])
    managed = Managed(np.zeros(2), np.array([True, True]), actions, was_open)
    np.testing.assert_allclose(mean_schedule(managed).actions[:, 0], [0.5, 0.4, 0.4])
    np.testing.assert_allclose(own_means(managed).actions[0, :, 0], [0.2, 1.0])


def test_phases_share_the_decisions():
    form, point = OpenLoopForm(3, 7), np.repeat([-1.0, 0.0, 3.0], N_LEVERS)
    np.testing.assert_array_equal(form.actions(point[None])[:, 0, 0], [-1, -1, -1, 0, 0, 1, 1])
    assert [scheme["periods"] for scheme in form.content(point, load_config(None))["schemes"]] == [3, 2, 2]


def test_correlation_and_explained_variance():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert correlation(x, -x).mean == pytest.approx(-1.0)
    assert correlation(x, np.array([1.0, 3.0, 2.0, 4.0])).mean == pytest.approx(0.8)
    assert math.isnan(correlation(x, np.ones(4)).mean)
    closed = np.array([True, True, False, False])
    assert explained(Cloud(np.array([0.0, 2.0, 2.0, 4.0]), closed, {}, x)).mean == pytest.approx(0.5)
    assert explained(Cloud(x, np.zeros(4, bool), {}, x)) == (0.0, 0.0, 0.0)


def test_a_pause_gives_back_what_was_lost():
    first, later, again = np.full(3, 4.0), np.full(3, 1.0), np.full(3, 3.0)
    gains = Gains(first, later, again, first, first)
    assert left(gains).mean == pytest.approx(0.25)
    assert given_back(gains, first - later).mean == pytest.approx(2 / 3)
    assert given_back(gains, later - first) is UNKNOWN  # nothing was lost
    assert left(gains._replace(first=-first)) is UNKNOWN


def test_a_surface_has_its_optimum_where_it_was_put():
    drawn = np.random.default_rng(0)
    change, seen = drawn.normal(size=(400, 2)), drawn.normal(size=(400, 3))
    bias, weights = np.array([0.2, -0.1]), np.array([[0.3, 0.0, 0.0], [0.0, -0.2, 0.1]])
    optimal = bias + seen @ weights.T
    gain = 5.0 * (2.0 * optimal * change - change**2).sum(axis=1)  # a curvature of 10 points a squared half-range
    found = optimum(change, gain, seen, 1e-9)
    np.testing.assert_allclose(found[0], bias, atol=1e-6)
    np.testing.assert_allclose(found[1], weights, atol=1e-6)
    timid = optimum(change, gain, seen, 1.0)[1]
    assert (np.abs(timid[weights != 0]) < np.abs(weights[weights != 0])).all()


def test_a_lucky_step_is_not_taken():
    still, lucky, sure = np.zeros(16), np.tile([13.0, -10.0], 8), np.full(16, 1.0)
    assert surest(np.stack([still, lucky, sure])) == 2
    assert surest(np.stack([still, lucky])) == 0


def test_restarts_meet():
    ends = {"a": 30.0, "b": 36.0, "c": 35.5}
    best = best_of([Best("k", Schedule(np.zeros((1, 1))), np.zeros(1), end, {name: end}) for name, end in ends.items()])
    assert (best.value, dict(best.restarts), best.apart) == (36.0, ends, 0.5)


def test_the_same_with_any_number_of_processes():
    config = small_config({"horizon.decisions": 2})
    figures = []
    for processes in (1, 2):
        with Workers(processes) as workers:
            verdicts = measuring.measure(Bench(config, TINY, workers), list(measuring.GATES.values()))
        assert not any(verdict.trouble for verdict in verdicts)
        figures.append(repr([verdict.figures for verdict in verdicts]))
        for verdict in verdicts:
            if verdict.gate.id in ("G4", "G5"):  # nothing was trained
                assert (verdict.figures[0].estimate, verdict.holds) == (UNKNOWN, False)
    assert figures[0] == figures[1]


def test_trainings_differ_in_what_is_seen_alone(monkeypatch, tmp_path):
    small = {"n_steps": 3, "batch_size": 6}
    monkeypatch.setattr(trainings, "CHANGES", {"num_envs": 4, "hyper_parameters": small})
    bench = Bench(small_config(), TINY._replace(decisions=24, trainings=2), Workers())
    verdicts = measuring.measure(bench, [measuring.GATES[name] for name in ("G3", "G4", "G5", "G6")])
    assert not any(verdict.trouble for verdict in verdicts)
    assert all(math.isfinite(verdict.figures[0].estimate.mean) for verdict in verdicts)
    kinds = {
        sees: [type(one.policy).__name__ for one in bench.trained(sees)] for sees in ("report", "history", "state")
    }
    assert kinds == {
        "report": ["NetworkPolicy"] * 2, "history": ["HistoryNetwork"] * 2, "state": ["StateNetwork"] * 2,
    }  # fmt: skip
    for path in keep_policies(tmp_path, bench):
        best, config = bench.found()[path.stem]
        assert type(load_policy(str(path), config)) is type(best.policy)
    assert {path.stem for path in tmp_path.iterdir()} >= {"fixed", "fixed_closing_off", "feedback", "ppo_history"}
    assert [one.kind for one in bench.learned()] == ["linear feedback", "PPO on the report"]


def test_the_script_says_whether_gates_hold(run, scenario, refused, monkeypatch):
    from validation_page import gates_section  # a script's folder is known once a fixture of scripts is used

    held = Outcome([Figure("a figure", Interval(1.0, 0.5, 1.5), Threshold(above=0.0), floors=4)], {"cloud": [1.0]})
    known = {"G1": held, "G2": held._replace(figures=[Figure("another", UNKNOWN, Threshold(above=0.0))])}

    def broken(bench):
        raise ArithmeticError("out of numbers")

    for name, gate in measuring.GATES.items():
        measure = broken if name not in known else lambda bench, name=name: known[name]
        monkeypatch.setitem(measuring.GATES, name, Gate(gate.id, gate.claim, measure))
    monkeypatch.setenv("COLUMNS", "160")  # so that no words of the table are broken
    short = ("gates", "--config", scenario, "--processes", 1)
    good = run(*short, "--only", "g1", "--out", "g.json")
    assert (good.exit_code, "1 of 1 gates hold" in good.output) == (0, True), good.output
    content = json.loads(Path("g.json").read_text())
    assert content["gates"][0]["data"] == {"cloud": [1.0]}
    assert content["gates"][0]["figures"][0] == {
        "name": "a figure", "mean": 1.0, "low": 0.5, "high": 1.5, "threshold": {"above": 0.0}, "holds": True,
        "floors": 4, "spec": "+.2f",
    }  # fmt: skip
    bad = run(*short, "--only", "G1,G2,G3", "--out", "g.json")
    assert (bad.exit_code, "falls short: G2, G3" in bad.output) == (1, True), bad.output
    assert "out of numbers" in json.loads(Path("g.json").read_text())["gates"][2]["trouble"]
    assert "not measured" in bad.output
    page = gates_section(json.loads(Path("g.json").read_text()))
    assert "| a figure | +1.00 (+0.50 … +1.50) | interval above 0 | yes |" in page
    assert "`python scripts/gates.py --decisions 100000 --trainings 1 --out ...`" in page
    assert "| another | not measured | interval above 0 | **no** |" in page
    Path("g.json").unlink()
    assert "--only G0: must be one of G1, G2" in refused(*short, "--only", "G0")
    assert "only one of them" in refused(*short, "--quick", "--at-length")
