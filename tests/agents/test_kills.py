"""Work that is killed at any moment and started again comes to the same bytes, but for times."""

import json
import multiprocessing
import os
import shutil
import signal
import time
from contextlib import ExitStack, contextmanager, suppress
from zipfile import ZipFile

import numpy as np
import pytest
import yaml
from worlds import SMALL, small_config

from agents.benchmark.runner import run_suite
from agents.jobs.engine import engine_named
from agents.jobs.local import LocalEngine
from agents.jobs.store import open_store
from agents.learning_reps.contrast import run_contrast
from agents.learning_reps.plan import Contrast
from agents.loading import load
from agents.offline.behaviours import Behaviour
from agents.offline.collection import collect
from agents.offline.datasets import recording_env, write_dataset
from agents.search.evolution import SearchBudget, Start, search
from agents.search.objective import FloorObjective
from agents.search.static import StaticForm
from agents.sweep.runner import plan_sweep, run_sweep
from agents.training.train import train
from incentive_env.support.files import write_json, write_text
from incentive_env.support.locks import locked

LEARNING = {"n_steps": 3, "batch_size": 6, "n_epochs": 4, "learning_rate": 0.01}
PLAN = {
    "total_timesteps": 96, "num_envs": 4, "checkpoint_every": 24, "hyper_parameters": LEARNING,
    "policy": {"net_arch": [8]},
}  # fmt: skip
REPS = {
    "total_timesteps": 72, "num_floors": 4, "hyper_parameters": {"n_steps": 3, "batch_size": 12}, "seats": 3,
    "policy": {"net_arch": [8]},
}  # fmt: skip
CONTRAST = {
    "description": "", "scenario": "telesales", "overrides": dict(SMALL), "schemes": ["flat_salary"],
    "learners": {"all": REPS}, "seeds": 2, "floors": 2, "curve_floors": 1,
}  # fmt: skip

ID = "incentive_env/killed-v0"


def _train(place):
    config = small_config({"horizon.decisions": 5})
    train(config, "loyalty", load("training", "ppo", PLAN), place / "run", seed=1, resume=True, quiet=True)


def _train_off_policy(place):
    hyper = {"batch_size": 8, "gradient_steps": 2, "buffer_size": 40, "learning_rate": 0.01}
    plan = load("training", "sac", {**PLAN, "hyper_parameters": hyper})
    train(small_config({"horizon.decisions": 5}), "loyalty", plan, place / "run", seed=1, resume=True, quiet=True)


def _search(place):
    form = StaticForm()
    starts = [Start(name, np.full(form.size, value), 0.3) for name, value in (("low", -0.5), ("high", 0.5))]
    found = search(
        FloorObjective(small_config(), form, "loyalty"), starts, SearchBudget(12, 6, 8, 8, bounds=form.bounds),
        checkpoint_path=place / "search.json", resume=True, quiet=True,
    )  # fmt: skip
    write_json(place / "found.json", [[each.point.tolist(), each.values.tolist()] for each in found.finalists])


def _let_reps_learn(place):
    store, engine = open_store(place / "store"), engine_named("local", workers=1)
    write_json(place / "figures.json", run_contrast(Contrast.model_validate(CONTRAST), store, engine, plain=True))


def _suite(place):
    """A cell of each kind: fixed, trained, searched."""
    tiny = {"extends": "telesales", "name": "tiny", **_nested(SMALL)}
    searcher = {"algorithm": "cma_static", "generations": 2, "population": 4, "floors": 2, "validation_floors": 3}
    learner = str(_file(place, "learner", {**PLAN, "algorithm": "ppo"}))
    return load("suite", _file(place, "quick", {
        "description": "quick", "scenarios": {str(_file(place, "tiny", tiny)): []},
        "floors": {"home": 3, "held_out": 2, "curve": 2}, "points": 3,
        "entries": [
            {"policies": ["flat_salary", "random"]},
            {"policies": [learner, str(_file(place, "searcher", searcher))], "rewards": ["loyalty"], "seeds": 2},
        ],
    }))  # fmt: skip


def _run_benchmark(place):
    run_suite(_suite(place), place / "store", workers=1, plain=True)


def _run_sweep(place):
    tiny = {"extends": "telesales", "name": "tiny", **_nested(SMALL)}
    learner = str(_file(place, "learner", {**PLAN, "algorithm": "ppo"}))
    sweep = load("sweep", _file(place, "quick", {
        "floors": 20, "seeds": 2, "fixed": {"scenario": str(_file(place, "tiny", tiny)), "reward": "loyalty"},
        "vary": {"policy": ["flat_salary", "piece_rate", learner], "config.calls.trust": [4.0, 5.0]},
    }))  # fmt: skip
    run_sweep(plan_sweep(sweep), open_store(place / "store"), LocalEngine(1), plain=True)


def _collect(place):
    """As the script does, over a dataset that is there already once it was whole."""
    config = small_config()
    with _alone(place):
        episodes = collect(config, "loyalty", [Behaviour("flat_salary"), Behaviour("random")], 40)
        write_dataset(ID, episodes, recording_env(config, config, "loyalty"), root=place, overwrite=True)


@contextmanager
def _alone(place):
    """The lock of the dataset, which the writer of a killed collection holds until it has noticed."""
    with ExitStack() as stack:
        for _ in range(200):
            with suppress(OSError):
                stack.enter_context(locked(place, ID))
                break
            time.sleep(0.01)
        yield


def _nested(values):
    tree = {}
    for key, value in values.items():
        section, name = key.split(".")
        tree.setdefault(section, {})[name] = value
    return tree


def _file(place, name, content):
    """A file beside what is compared, the same for both."""
    path = place.parent / f"{name}.yaml"
    write_text(path, yaml.safe_dump(content))
    return path


def _started(work, place):
    process = multiprocessing.get_context("fork").Process(target=work, args=(place,))
    process.start()
    return process


def _content(place):
    """Bytes of all files by name, without times; of archives those of their parts.

    A hidden file is what a kill left half-written: nothing reads it.
    """
    content = {}
    for file in (path for path in place.rglob("*") if path.is_file()):
        name = str(file.relative_to(place))
        if any(part[0] == "." for part in file.relative_to(place).parts):
            continue
        if file.suffix == ".json":
            kept = json.loads(file.read_bytes())
            content[name] = {key: kept[key] for key in kept if key != "times"} if isinstance(kept, dict) else kept
        elif file.suffix not in (".zip", ".npz"):
            content[name] = file.read_bytes()
        else:
            with ZipFile(file) as archive:
                content |= {f"{name}/{part}": archive.read(part) for part in archive.namelist()}
    return content


QUICK = [(_train, 2), (_search, 2), (_let_reps_learn, 2), (_run_benchmark, 1), (_run_sweep, 1), (_collect, 2)]
LONG = [
    pytest.param(work, 20, marks=pytest.mark.slow)
    for work in (_train, _train_off_policy, _search, _let_reps_learn, _run_benchmark, _run_sweep, _collect)
]


@pytest.mark.parametrize(("work", "kills"), QUICK + LONG)
def test_what_is_killed_comes_to_the_same_end(work, kills, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for place in (tmp_path / "warm", whole, killed):
        place.mkdir()
    work(tmp_path / "warm")  # so that kills meet the work, not the compiler
    begun = time.monotonic()
    assert _ended(_started(work, whole)) == 0
    usual = time.monotonic() - begun
    random = np.random.default_rng()
    for _ in range(kills):
        while not _killed(_started(work, killed), random.uniform(0.0, usual)):  # it came to its end: begin again
            assert _content(killed) == _content(whole)
            shutil.rmtree(killed)
            killed.mkdir()
    assert _ended(_started(work, killed)) == 0
    assert _content(killed) == _content(whole)


def _ended(process):
    process.join()
    return process.exitcode


def _killed(process, moment):
    """Whether the process was killed at the moment, instead of coming to its end before."""
    process.join(moment)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    assert _ended(process) in (0, -signal.SIGKILL)
    return process.exitcode != 0
