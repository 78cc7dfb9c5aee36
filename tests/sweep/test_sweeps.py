"""Sweeps as their users meet them: a file is checked before any work, and its cells are made once, wherever."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from sweeping import error_of, without_times

from agents.jobs.errors import StoreError
from agents.jobs.local import LocalEngine
from agents.jobs.store import open_store, probed
from agents.loading import load
from agents.sweep.runner import plan_sweep, run_sweep
from agents.sweep.table import groups_of

ROOT = Path(__file__).resolve().parents[2]
PPO = {
    "algorithm": "ppo", "total_timesteps": 36, "num_envs": 4, "checkpoint_every": 12,
    "hyper_parameters": {"n_steps": 3, "batch_size": 6, "n_epochs": 1}, "policy": {"net_arch": [8]},
}  # fmt: skip
SEARCHER = {"algorithm": "random_search", "candidates": 2, "finalists": 1, "floors": 2, "validation_floors": 2}


def _planned(tmp_path, content):
    path = tmp_path / "planned.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return plan_sweep(load("sweep", path))


def _grid(tiny, **changes):
    return {
        "floors": 2, "fixed": {"scenario": tiny},
        "vary": {"policy": ["flat_salary", "piece_rate"], "scheme.audit": [0.0, 0.05, 0.1]},
    } | changes  # fmt: skip


def test_a_grid_is_every_setting_the_last_name_fastest(tiny, tmp_path):
    planned = _planned(tmp_path, _grid(tiny))
    assert [(one.setting["policy"], one.setting["scheme.audit"]) for one in planned.batch] == [
        ("flat_salary", 0.0), ("flat_salary", 0.05), ("flat_salary", 0.1),
        ("piece_rate", 0.0), ("piece_rate", 0.05), ("piece_rate", 0.1),
    ]  # fmt: skip
    assert planned.batch[-1].content["scheme"]["commission"] == 14.0  # the lever of the scheme that is named
    assert planned.batch[-1].content["scheme"]["audit"] == 0.1


def test_what_is_not_trained_runs_once_and_training_keys_reach_the_plans_that_have_them(tiny, tmp_path):
    for name, content in {"learner": PPO, "searcher": SEARCHER}.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content))
    policies = [str(tmp_path / "learner.yaml"), str(tmp_path / "searcher.yaml"), "flat_salary"]
    planned = _planned(tmp_path, {
        "floors": 2, "seeds": 3, "fixed": {"scenario": tiny, "training.candidates": 3},
        "vary": {"policy": policies, "reward": ["conversion", "loyalty"], "training.policy.net_arch": [[4], [8]]},
    })  # fmt: skip
    # PPO: 2 rewards × 2 networks × 3 seeds; the search has no networks: 2 rewards × 3 seeds; the scheme has no rewards.
    assert planned.cells == 12 + 6 + 1
    plans = {one.policy: one.plan for one in planned.batch}
    assert plans["searcher"].candidates == 3
    assert plans["learner"].policy.net_arch == (8,)
    assert plans["flat_salary"] is None


def test_draws_lie_in_their_ranges_and_are_whole_where_the_key_is(tiny, tmp_path):
    content = {
        "floors": 2, "search": {"method": "random", "trials": 40, "seed": 3}, "fixed": {"scenario": tiny},
        "vary": {
            "config.salesforce.reps": {"low": 2, "high": 4}, "scheme.coaching": {"low": 0, "high": 4},
            "scheme.research": {"low": 1, "high": 1000, "log": True},
            "scheme.audit": {"low": 0, "high": 0.1, "step": 0.05},
        },
    }  # fmt: skip
    drawn = [one.setting for one in _planned(tmp_path, content).batch]
    assert {type(one["config.salesforce.reps"]) for one in drawn} == {int}
    assert {one["config.salesforce.reps"] for one in drawn} == {2, 3, 4}
    assert {one["scheme.audit"] for one in drawn} == {0.0, 0.05, 0.1}
    assert all(0 <= one["scheme.coaching"] <= 4 for one in drawn)
    assert sum(one["scheme.research"] < 32 for one in drawn) in range(12, 29)  # half of the orders of magnitude
    assert [one.setting for one in _planned(tmp_path, content).batch] == drawn


@pytest.mark.parametrize(("name", "cells"), [("schemes", 27), ("levers", 32), ("search", 32), ("learners", 13)])
def test_the_sweeps_that_are_shipped_can_be_run(name, cells):
    assert plan_sweep(load("sweep", name)).cells == cells


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flors": 3}, "mine.yaml: unknown key; nearest valid name: floors"),
        ({"floors": 1}, "floors = 1 in "),
        ({"search": {"methode": "grid"}}, "mine.yaml: unknown key; nearest valid name: search.method"),
        ({"search": {"method": "random"}}, "trials: random needs to know how many"),
        ({"vary": {"polcy": ["flat_salary"]}}, "vary.polcy: unknown name; nearest valid name: policy"),
        ({"vary": {"policy": ["flat_sallary"]}}, "no policy 'flat_sallary'; nearest valid name: flat_salary"),
        ({"vary": {"scheme.audits": [0.1]}}, "unknown lever 'audits' (set to 0.1); nearest valid name: audit"),
        ({"vary": {"scheme.audit": [0.0, 0.2]}}, "scheme lever audit = 0.2 is outside its range 0 to 0.15"),
        ({"vary": {"scheme.audit": {"low": 0, "high": 0.1}}}, "a grid takes a list of values, or a range with a step"),
        ({"vary": {"scheme.audit": {"low": 0.2, "high": 0.1}}}, "low must be below high"),
        ({"vary": {"scheme.audit": []}}, "vary.scheme.audit: holds no value"),
        (
            {"vary": {"config.salesforce.rep": [2], "policy": ["flat_salary"]}},
            "salesforce.rep: unknown key (set to 2 in an override); nearest valid name: salesforce.reps",
        ),
        ({"vary": {"config.salesforce.reps": [[2, 3]], "policy": ["random"]}}, "salesforce.reps = [2, 3]"),
        ({"fixed": {"scenario": ["telesales"]}}, "scenario"),
        ({"fixed": {"policy": 3}, "vary": {"scheme.audit": [0.0]}}, "policy = 3: must be a name or a path"),
        ({"vary": ["policy"]}, "vary = ['policy']"),
        ({"vary": {"policy": "flat_salary"}}, "vary.policy = 'flat_salary' in mine.yaml: must be a"),
        ({"seeds": [1, 1]}, "seeds = [1, 1]: must be one or more, and none twice"),
        ({"objective": "loyality"}, "nearest valid name: loyalty"),
        ({"vary": {"config.salesforce.reps": [2, 0], "policy": ["random"]}}, "salesforce.reps = 0"),
        ({"vary": {"policy": ["random"], "scheme.audit": [0.1]}}, "policy random is not a fixed scheme"),
        ({"vary": {"policy": ["ppo"]}}, "so the sweep must say on which reward"),
        ({"vary": {"policy": ["ppo"], "reward": ["loyalti"]}}, "nearest valid name: loyalty"),
        (
            {"vary": {"policy": ["ppo"], "reward": ["loyalty"], "training.num_env": [8]}},
            "training.num_env: unknown key (set to 8); nearest valid name: num_envs",
        ),
        (
            {"vary": {"policy": ["ppo"], "reward": ["loyalty"], "training.num_envs": [8, 0]}},
            "num_envs = 0",
        ),
        ({"vary": {"policy": ["random"], "reward": ["loyalty"]}}, "reward: no policy is trained"),
        ({"seeds": 2}, "seeds: no policy is trained"),
        ({"fixed": {"scenario": "telesale"}}, "nearest valid name: telesales"),
        (
            {"search": {"method": "optuna", "trials": 3}, "vary": {"scheme.audit": {"low": 0, "high": 0.2}}},
            "scheme lever audit = 0.2 is outside its range 0 to 0.15",
        ),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be_run_is_refused_before_any_work(sweep, tiny, change, message):
    error = error_of(sweep(_grid(tiny, **change), "--store", "out"))
    assert message in error
    assert "mine.yaml" in error
    assert not Path("out").exists()


def test_no_such_sweep_engine_or_store_is_told(sweep, tiny):
    Path("file").write_text("not a folder")
    for arguments, message in (
        (
            ("schemas",),
            "no sweep 'schemas'; sweeps: learners, levers, schemes, search, or a path; nearest valid name: schemes",
        ),
        ((_grid(tiny), "--engine", "rya"), "engine 'rya': must be one of local, ray"),
        ((_grid(tiny), "--address", "10.0.0.1:6379"), "use --engine ray with it"),
        ((_grid(tiny), "--store", "file"), "cannot be written"),
        ((_grid(tiny), "--store", "file/out"), "cannot be written"),
        ((_grid(tiny), "--store", "s4://bucket/out"), "store s4://bucket/out: cannot be opened"),
        ((_grid(tiny), "--store", "memory://refused", "--workers", 2), "only this process sees it"),
    ):
        assert message in error_of(sweep(*arguments))


def test_a_store_holds_files_whole_and_is_probed_before_use(tmp_path):
    for store in (open_store(tmp_path / "store"), open_store("memory://store")):
        assert store.read("cells/one.json") is None
        store.write("cells/one.json", b"first")
        store.write("cells/one.json", b"second")
        assert store.read("cells/one.json") == b"second"
        with probed(store) as probe:
            assert store.read(probe) == probe.encode()
        assert store.read(probe) is None
        with store.folder("models") as models:
            (models / "deep").mkdir(parents=True)
            (models / "deep/weights").write_bytes(b"1 2 3")
        assert store.read("models/deep/weights") == b"1 2 3"
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"), probed(open_store(tmp_path / "file/store")):
        pass
    assert [path.name for path in (tmp_path / "store/cells").iterdir()] == ["one.json"]


def test_a_url_holds_the_same_bytes_as_a_folder_models_too(tiny, tmp_path):
    (tmp_path / "searcher.yaml").write_text(yaml.safe_dump(SEARCHER))
    policies = ["flat_salary", str(tmp_path / "searcher.yaml")]
    content = {"floors": 2, "seeds": 2, "fixed": {"scenario": tiny, "reward": "loyalty"}, "vary": {"policy": policies}}
    planned = _planned(tmp_path, content)
    folder, memory = open_store(tmp_path / "out"), open_store("memory://out")
    results = [run_sweep(planned, store, LocalEngine(1)) for store in (folder, memory)]
    assert len(results[0]["cells"]) == 3
    assert results[0].pop("times")["cells"].keys() == results[1].pop("times")["cells"].keys()
    assert results[0] == results[1]
    files = [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")]
    models = [name for name in files if name.startswith("models/")]
    assert len(models) == 2
    for name in (*models, "results.csv"):
        assert memory.read(name) == folder.read(name)


def test_any_number_of_workers_gives_the_same_bytes_and_optuna_the_same_trials(sweep, tiny):
    content = _grid(
        tiny, search={"method": "optuna", "trials": 12, "batch": 4}, objective="profit",
        vary={"policy": ["flat_salary", "piece_rate"], "scheme.base_pay": {"low": 450, "high": 650}},
    )  # fmt: skip
    for workers in (1, 2):
        result = sweep(content, "--store", f"out{workers}", "--workers", workers)
        assert result.exit_code == 0, result.output
    assert without_times(Path("out1")) == without_times(Path("out2"))
    results = json.loads(Path("out1/results.json").read_text())
    profits = [group.objective.value for group in groups_of(results)]
    assert len(profits) == 12
    assert profits == sorted(profits, reverse=True)
    rows = list(csv.DictReader(Path("out1/results.csv").read_text().splitlines()))
    assert [float(row["profit"]) for row in rows] == [cell["mean"]["profit"] for cell in results["cells"]]


def test_a_cell_is_made_again_only_where_it_was_made_otherwise(sweep, tiny):
    assert sweep(_grid(tiny), "--store", "out", "--workers", 1).exit_code == 0
    before = without_times(Path("out"))
    made = {path.name: path.stat().st_mtime_ns for path in Path("out/cells").iterdir()}
    (first, second, *_) = sorted(made)
    Path("out/cells", first).write_text('{"setup": "cut o')
    other = json.loads(Path("out/cells", second).read_text()) | {"code": "0" * 16}
    Path("out/cells", second).write_text(json.dumps(other))
    result = sweep(_grid(tiny), "--store", "out", "--workers", 1)
    assert "6 cells, 4 of them done already" in result.stderr
    again = {path.name for path in Path("out/cells").iterdir() if path.stat().st_mtime_ns != made[path.name]}
    assert again == {first, second}
    assert without_times(Path("out")) == before


def test_a_sweep_that_is_killed_goes_on_to_the_same_bytes(sweep, tiny, tmp_path):
    slow = _grid(tiny, floors=600)
    assert sweep(slow, "--store", "whole", "--workers", 1).exit_code == 0
    command = [sys.executable, ROOT / "scripts/sweep.py", "mine.yaml", "--store", "killed", "--workers", "1"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, env={**os.environ})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list(Path("killed").glob("cells/[!.]*.json"))) < 2:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = {path: path.stat().st_mtime_ns for path in Path("killed").glob("cells/[!.]*.json")}
    assert 2 <= len(done) < 6
    assert not Path("killed/results.json").exists()
    assert sweep(slow, "--store", "killed", "--workers", 1).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert without_times(Path("killed")) == without_times(Path("whole"))


def test_a_second_run_in_the_same_store_is_refused(sweep, tiny, tmp_path):
    with open_store(tmp_path / "out").alone():
        assert "another run is under way" in error_of(sweep(_grid(tiny), "--store", "out", "--workers", 1))
