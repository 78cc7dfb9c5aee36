"""What the script for RLlib refuses, before RLlib is loaded."""

import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--reward", "loyality"), "'loyality'; nearest valid name: loyalty"),
        (("--config", "telesails"), "nearest valid name: telesales"),
        (
            ("--training", "pppo"),
            "no RLlib training file 'pppo'; RLlib training files: ppo, or a path; nearest",
        ),
        (("--set", "salesforce.rep=3"), "salesforce.rep: unknown key"),
    ],
)
def test_a_mistake_is_one_line(refused, arguments, says):
    assert says in refused("train_rllib", "--run", "run", *arguments)


def test_a_scheme_to_start_from_that_there_is_not(refused, tmp_path):
    (tmp_path / "plan.yaml").write_text("policy: {initial_scheme: flat_celery}")
    said = refused("train_rllib", "--run", "run", "--training", "plan.yaml")
    assert "policy.initial_scheme = 'flat_celery'" in said
    assert "nearest valid name: flat_salary" in said


def test_a_checkpoint_of_rllib_needs_trust(refused, tmp_path):
    pytest.importorskip("ray.rllib")
    (tmp_path / "run" / "checkpoint-0000000001" / "algorithm").mkdir(parents=True)
    said = refused("train_rllib", "--run", "run", "--resume")
    assert "checkpoint-0000000001: RLlib keeps its state in pickles, and reading a pickle can run any code" in said
    assert "Give --trust to resume a run of your own" in said


def test_without_rllib_the_group_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray.rllib", None)
    assert "pip install --group rllib" in refused("train_rllib", "--run", "run")
