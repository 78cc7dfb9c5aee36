"""Reps that learn: what a row of the batch is, the same bits from the same seed, and that gaming is learned."""

import json
from pathlib import Path

import numpy as np
import pytest
from worlds import N_CHOICES, SMALL

from agents.jobs.engine import engine_named
from agents.jobs.store import open_store
from agents.learning_reps.contrast import run_contrast
from agents.learning_reps.learner import HONEST, network_of, new_learner, train_reps
from agents.learning_reps.measured import measure
from agents.learning_reps.plan import Contrast, RepPlan, TwoLevelPlan
from agents.learning_reps.report import with_tables
from agents.learning_reps.two_level import rounds, train_two_level
from agents.learning_reps.vec_env import SeatVecEnv
from agents.loading import load
from agents.training.checkpoints import CheckpointError
from incentive_env import ConfigError, load_config, parallel_env
from incentive_env.policies.files import PolicyError, read_seat_network
from incentive_env.policies.fixed import FIXED, FixedPolicy
from incentive_env.policies.network import SeatNetwork

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"num_floors": 2, "total_timesteps": 300, "hyper_parameters": {"n_steps": 3, "batch_size": 9, "n_epochs": 2}}
MANAGER = {
    "total_timesteps": 24, "num_envs": 4, "hyper_parameters": {"n_steps": 3, "batch_size": 6},
    "policy": {"net_arch": [8]},
}  # fmt: skip
LEVELS = {
    "overrides": dict(SMALL), "rounds": 2, "first_rep_timesteps": 60, "reps": {**QUICK, "total_timesteps": 30},
    "manager": MANAGER,
}  # fmt: skip


@pytest.fixture(scope="module")
def small():
    return load_config("telesales", SMALL)


def _under(scheme, config):
    return FixedPolicy(FIXED[scheme].scheme, config)


def _numbers(network: SeatNetwork) -> np.ndarray:
    return np.concatenate([part.ravel() for layer in network.layers for part in layer])


def test_a_row_of_the_batch_is_a_seat_of_the_parallel_env(small):
    venv = SeatVecEnv(small, 2, _under("quota_with_threat", small))
    venv.seed(5)
    seen = venv.reset()
    env = parallel_env(small, manager="quota_with_threat")
    observations, _ = env.reset(seed=6)  # the second floor
    generator = np.random.default_rng(0)
    for _ in range(small.horizon.decisions - 1):
        assert np.array_equal(seen[3:], np.stack(list(observations.values())))
        actions = generator.uniform(-1.0, 1.0, (6, N_CHOICES)).astype(np.float32)
        seen, rewards, *_ = venv.step(actions)
        observations, paid, *_ = env.step(dict(zip(env.agents, actions[3:], strict=True)))
        assert rewards[3:] == pytest.approx(list(paid.values()), rel=1e-6)


def test_a_person_that_leaves_ends_an_episode_and_time_only_cuts_it_off(small):
    leaving = load_config(small, {"workforce.quit_log_hazard": -1.0})
    venv = SeatVecEnv(leaving, 8, _under("flat_salary", leaving))
    venv.reset()
    left = 0
    for period in range(leaving.horizon.decisions):
        here = venv.floors.state.reps["present"].ravel() != 0
        _, _, done, infos = venv.step(np.tile(HONEST, (24, 1)))
        if period < leaving.horizon.decisions - 1:
            assert not done[~here].any()
            assert not any(infos[row]["TimeLimit.truncated"] for row in np.flatnonzero(done))
            left += int(done.sum())
    assert left > 0
    assert done.all()
    assert any(info["TimeLimit.truncated"] for info in infos)


def test_the_same_seed_makes_the_same_reps_and_another_others(small):
    plan, manager = RepPlan.model_validate(QUICK), _under("flat_salary", small)
    once, again, other = (train_reps(small, manager, plan, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(_numbers(once), _numbers(again))
    assert not np.array_equal(_numbers(once), _numbers(other))


def test_reps_begin_honest_or_even_as_the_plan_says(small):
    manager = _under("flat_salary", small)
    gaming = {}
    for start in ("honest", "even"):
        plan = RepPlan.model_validate({**QUICK, "policy": {"start": start}})
        network = network_of(new_learner(small, manager, plan, seed=0))
        gaming[start] = measure(small, manager, range(8), network, np.arange(3))["gaming"].mean()
    assert gaming["honest"] < 0.1 < 0.6 < gaming["even"]


@pytest.mark.slow
def test_reps_learn_to_game_under_a_quota_and_not_under_a_salary():
    """From honesty, without instruction: a minute of what docs/learning_reps.md shows at full length."""
    contrast = load("learning_reps", "quota_or_salary")
    config = load_config(contrast.scenario, contrast.overrides)
    plan = contrast.learners["all"].model_copy(update={"total_timesteps": 500_000})
    gaming = {}
    for scheme in contrast.schemes:
        network = train_reps(config, _under(scheme, config), plan, seed=100)
        seen = measure(config, _under(scheme, config), range(10_000, 10_008), network, np.arange(12))
        gaming[scheme] = seen["gaming"].mean()
    assert gaming["flat_salary"] < 0.03
    assert gaming["quota_with_threat"] > 0.1


def test_a_comparison_resumes_with_the_same_result(tmp_path):
    plan = {"description": "", "scenario": "telesales", "overrides": dict(SMALL), "schemes": ["flat_salary"]}
    contrast = Contrast.model_validate({**plan, "learners": {"all": QUICK}, "seeds": 2, "floors": 2, "curve_floors": 1})
    once = run_contrast(contrast, open_store(tmp_path / "a"), engine_named("local", workers=1), plain=True)
    assert set(once["figures"]["flat_salary"]) == {"model_all", "all"}
    assert len(once["figures"]["flat_salary"]["all"]["gaming"]["each"]) == 2
    cells = sorted((tmp_path / "a" / "cells").iterdir())
    cells[0].unlink()
    kept = cells[1].stat().st_mtime_ns
    again = run_contrast(contrast, open_store(tmp_path / "a"), engine_named("local", workers=1), plain=True)
    assert again == once
    assert cells[1].stat().st_mtime_ns == kept
    stored = read_seat_network(tmp_path / "a" / "reps" / "flat_salary-all-1.yaml")
    assert np.array_equal(_numbers(stored), _numbers(train_reps(
        load_config("telesales", SMALL), _under("flat_salary", load_config("telesales", SMALL)),
        RepPlan.model_validate(QUICK), seed=1,
    )))  # fmt: skip


def test_two_levels_that_were_cut_off_go_on_bit_for_bit(tmp_path):
    plan = TwoLevelPlan.model_validate(LEVELS)
    whole = train_two_level(plan, tmp_path / "whole", range(2), plain=True)
    assert [row["round"] for row in whole] == [0, 1, 2]
    cut = plan.model_copy(update={"rounds": 1})
    train_two_level(cut, tmp_path / "cut", range(2), plain=True)
    with pytest.raises(CheckpointError, match="holds a run already"):
        train_two_level(plan, tmp_path / "cut", range(2), plain=True)
    assert train_two_level(plan, tmp_path / "cut", range(2), resume=True, plain=True) == whole
    for name in ("reps.yaml", "two_level.json"):
        assert (rounds(tmp_path / "cut")[-1] / name).read_bytes() == (
            rounds(tmp_path / "whole")[-1] / name
        ).read_bytes()
    other = plan.model_copy(update={"exploration": 0.1})
    with pytest.raises(CheckpointError, match="another plan"):
        train_two_level(other, tmp_path / "cut", range(2), resume=True, plain=True)


def test_a_plan_that_is_wrong_names_key_value_and_the_way_out(tmp_path):
    path = tmp_path / "plan.yaml"
    for content, says in (
        ("rouns: 3", r"rouns = 3 in .*unknown key; nearest valid name: rounds"),
        (
            "reps: {num_flors: 3}",
            r"reps.num_flors = 3 in .*unknown key; nearest valid name: reps.num_floors; keys there: ",
        ),
        ("manger: {num_envs: 3}", r"manger in .*unknown key; nearest valid name: manager; keys there: scenario"),
        ("rounds: 0", "rounds = 0 in .*greater than or equal to 1"),
        ("reps: {rep_reward: utilty}", "unknown rep_reward 'utilty'; nearest valid name: utility"),
        ("reps: {policy: {start: honset}}", "reps.policy.start = 'honset'"),
    ):
        path.write_text(content)
        with pytest.raises(ConfigError, match=says):
            load("two_level", path)
    with pytest.raises(
        ConfigError, match=r"no two-level plan 'telesale'; two-level plans: .*; nearest valid name: telesales"
    ):
        load("two_level", "telesale")
    with pytest.raises(ConfigError, match="comparisons: quota_or_salary, true_records, or a path"):
        load("learning_reps", "nothing")


def test_more_seats_than_there_are_and_a_file_of_something_else_are_refused(small, tmp_path):
    with pytest.raises(ValueError, match="seats = 9: the floor has 3"):
        new_learner(small, _under("flat_salary", small), RepPlan.model_validate({**QUICK, "seats": 9}), seed=0)
    (tmp_path / "p.yaml").write_text("kind: network\n")
    with pytest.raises(PolicyError, match="holds no reps that learned: kind 'network', not 'seat_network'"):
        read_seat_network(tmp_path / "p.yaml")


def test_shipped_plans_can_be_read():
    assert json.loads(load("learning_reps", "quota_or_salary").model_dump_json())["learners"]["alone"]["seats"] == 1
    assert load("two_level", "telesales").rounds >= 5


@pytest.mark.parametrize(
    ("contrast", "results"), [("quota_or_salary", "learned_gaming"), ("true_records", "learned_true_records")]
)
def test_the_page_has_the_tables_of_its_results(contrast, results):
    page = (ROOT / "docs" / "learning_reps.md").read_text(encoding="utf-8")
    stored = json.loads((ROOT / "docs" / "results" / f"{results}.json").read_text(encoding="utf-8"))
    assert stored["contrast"] == load("learning_reps", contrast).model_dump(mode="json")
    assert f"<!-- {contrast}: all -->\n\n|  |" in page
    assert with_tables(page, contrast, stored) == page


@pytest.mark.parametrize("reward", ["loyalty", "conversion"])
def test_the_page_has_the_last_round_of_both_managers(reward):
    page = (ROOT / "docs" / "learning_reps.md").read_text(encoding="utf-8").replace("−", "-")
    stored = json.loads((ROOT / "docs" / "results" / f"two_level_{reward}.json").read_text(encoding="utf-8"))
    assert stored["plan"] == load("two_level", "telesales", {"reward": reward}).model_dump(mode="json")
    last = stored["rounds"][-1]
    figures = (last["loyalty"], last["model_loyalty"])
    loyalty, own = (f"{figure:.1f}" for figure in figures)
    row = f"| {reward} | {last['round']} | {loyalty} | {last['conversion']:.2f} | {own} | {last['model_gaming']:.2f} |"
    assert row in page
