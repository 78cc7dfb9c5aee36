"""One loader for every kind of file, and one table of algorithms: a row is all that a further algorithm needs."""

import pickle
import re

import numpy as np
import pytest
import yaml

from agents.algorithms.table import ALGORITHMS, Algorithm, algorithm_table, cost_of
from agents.algorithms.training import OnPolicyPlan, PPOPlan
from agents.learners import Task, learn
from agents.loading import KINDS, find, load, shipped_names
from agents.sweep.changes import changed_plan, keys_of
from incentive_env import ConfigError
from incentive_env.config import config_directory, merge, read_yaml
from incentive_env.studies.simulate import roll_out

SHIPPED = [(kind, name) for kind in KINDS if kind not in ("training", "search") for name in shipped_names(kind)]
TRPO = {"algorithm": "trpo", "num_envs": 4, "total_timesteps": 12, "hyper_parameters": {"n_steps": 3, "batch_size": 6}}


def _write(folder, name, content):
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_every_shipped_file_equals_what_it_says_in_full(kind, name, tmp_path):
    content = read_yaml(find(kind, name))
    while (parent := content.pop("extends", None)) is not None:
        content = merge(read_yaml(find(kind, parent)), content)
    flat, loaded = load(kind, _write(tmp_path, name, content)), load(kind, name)
    assert flat == (loaded._replace(path=flat.path) if kind == "sweep" else loaded)


def test_a_file_says_only_what_differs_and_changes_say_it_once_more(tmp_path):
    _write(tmp_path, "mine", {"extends": "ppo_long", "hyper_parameters": {"gamma": 0.5}})
    own = _write(tmp_path, "own", {"extends": "mine.yaml", "policy": {"net_arch": [8]}})
    plan, long = load("training", own, {"hyper_parameters": {"n_steps": 13}}), load("training", "ppo_long")
    assert (plan.hyper_parameters.gamma, plan.hyper_parameters.n_steps, plan.policy.net_arch) == (0.5, 13, (8,))
    numbers = long.hyper_parameters.model_copy(update={"gamma": 0.5, "n_steps": 13})
    assert plan == long.model_copy(
        update={"hyper_parameters": numbers, "policy": long.policy.model_copy(update={"net_arch": (8,)})}
    )


def test_what_cannot_be_extended_is_one_clear_error(tmp_path):
    for name, parent in (("own", "own.yaml"), ("one", "two.yaml"), ("two", "one.yaml"), ("lost", "pppo"), ("odd", [1])):
        _write(tmp_path, name, {"extends": parent})
    for name, message in (
        ("own", r"own\.yaml: extends = 'own.yaml': goes in a circle: .*own.yaml -> .*own.yaml"),
        ("one", r"two\.yaml: extends = 'one.yaml': goes in a circle: .*one.yaml -> .*two.yaml -> .*one.yaml"),
        ("lost", r"lost\.yaml: extends = 'pppo': no training file 'pppo'; .*nearest valid name: ppo"),
        ("odd", r"odd\.yaml: extends = \[1\]: must be a name or a path"),
    ):
        with pytest.raises(ConfigError, match=message) as error:
            load("training", tmp_path / f"{name}.yaml")
        assert len(str(error.value).splitlines()) == 1
    with pytest.raises(ConfigError, match=r"kind 'trainin': must be one of .*; nearest valid name: training"):
        load("trainin", "ppo")


@pytest.fixture
def trpo(monkeypatch, tmp_path):
    """The row and the file of an algorithm that the project does not have."""
    row = Algorithm(PPOPlan, "sb3_contrib:TRPO", "TRPO (Schulman et al. 2015)", cost=1.5)
    monkeypatch.setitem(ALGORITHMS, "trpo", row)
    return _write(tmp_path, "trpo", TRPO)


def test_a_row_of_the_table_is_trained_swept_costed_and_listed(trpo, small, tmp_path):
    plan = load("learner", trpo)
    assert isinstance(plan, OnPolicyPlan)
    assert plan == pickle.loads(pickle.dumps(plan))
    assert cost_of(plan, 26) == 1.5 * 12
    assert "| `trpo` | TRPO (Schulman et al. 2015) | 1.5 |" in algorithm_table()
    assert {"hyper_parameters.cg_damping", "hyper_parameters.n_steps"} <= keys_of(str(trpo))
    swept, used = changed_plan(str(trpo), {"hyper_parameters.cg_damping": 0.2}, frozenset())
    assert (swept.hyper_parameters.cg_damping, used) == (0.2, ["hyper_parameters.cg_damping"])
    steps = []
    policy = learn(plan, Task(small, "loyalty", 1, 2, tmp_path / "run"), lambda policy, step: steps.append(step))
    assert steps == [0, 12]
    assert np.isfinite(roll_out(small, policy, range(2)).actions).all()


def test_hyper_parameters_are_the_keywords_of_the_algorithms_class_within_bounds(trpo, tmp_path):
    """Those of PPO that TRPO lacks are unknown; those that they share keep their bounds."""
    wrong = {"cg_dampin": 0.2, "clip_range": 0.2, "gamma": 2, "cg_max_steps": "many", "verbose": 1}
    with pytest.raises(ConfigError) as error:
        load("training", _write(tmp_path, "wrong", merge(TRPO, {"hyper_parameters": wrong})))
    lines = str(error.value).splitlines()
    assert len(lines) == len(wrong)
    for message in (
        "cg_dampin = 0.2 in .*: unknown key; nearest valid name: hyper_parameters.cg_damping", "clip_range = 0.2 in ",
        "gamma = 2 in .*: must be less than or equal to 1", "cg_max_steps = 'many' in ", "verbose = 1 in .*: unknown",
    ):  # fmt: skip
        assert any(re.search(f"^hyper_parameters.{message}", line) for line in lines)


def test_the_page_of_the_benchmark_has_a_place_for_the_table():
    assert "<!-- algorithms -->" in (config_directory().parent / "docs" / "benchmark.md").read_text(encoding="utf-8")
