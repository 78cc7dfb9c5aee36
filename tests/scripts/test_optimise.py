"""The scripts that search for policies and say what looking is worth: results, resumption, and a user's mistakes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from agents.registry import load_policy
from incentive_env import load_config
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.policies.fixed import FIXED

SMALL = ("--config", "tiny.yaml", "--set", "horizon.decisions=2", "--generations", 2, "--population", 4)
QUICK = (*SMALL, "--floors", 2, "--validation", 4, "--restarts", 2)


@pytest.fixture
def best(run, scenario):
    """A fixed scheme that was found."""
    result = run("optimise_static", *QUICK, "--objective", "profit", "--out", "best.yaml")
    assert result.exit_code == 0, result.output
    return Path("best.yaml")


def test_a_found_scheme_is_a_policy_with_its_history(run, best):
    content = yaml.safe_load(best.read_text())
    assert list(content) == ["name", "objective", "scenario", "fingerprint", "scheme", "found"]
    assert (content["name"], content["objective"], content["scenario"]) == ("best", "profit", "tiny")
    assert list(content["scheme"]) == list(LEVER_NAMES)
    found = content["found"]
    assert found["command"].startswith("python scripts/optimise_static.py --config tiny.yaml --objective profit ")
    assert found["command"].endswith(" --seed 0 --set horizon.decisions=2 --out FILE.yaml")
    for name in ("value", "loyalty", "conversion", "profit"):
        assert found[name]["low"] <= found[name]["mean"] <= found[name]["high"]
    result = run("evaluate", "best.yaml", "--config", "tiny.yaml", "--floors", 2, "--out", "r.json")
    assert result.exit_code == 0, result.output
    assert json.loads(Path("r.json").read_text())[0]["trained_on"] == "profit"


def test_a_search_that_is_taken_up_writes_the_same_file(run, best, tmp_path):
    command = ("optimise_static", *QUICK, "--objective", "profit", "--run", "run")
    assert run(*command, "--out", "first/best.yaml").exit_code == 0
    again = run(*command, "--out", "second/best.yaml", "--resume")
    assert again.exit_code == 0, again.output
    assert Path("first/best.yaml").read_text() == Path("second/best.yaml").read_text() == best.read_text()
    result = run(*command, "--out", "third.yaml")
    assert result.exit_code == 2
    assert "run/search.json: holds a search already; resume it" in result.stderr
    result = run(*command, "--out", "third.yaml", "--resume", "--seed", 1)
    assert "belongs to a search with another seed, starts;" in result.stderr
    assert not Path("third.yaml").exists()


def test_a_table_tells_of_each_restart(run, scenario):
    result = run("optimise_static", *QUICK, "--out", "best.yaml")
    assert result.exit_code == 0, result.output
    assert sum(name in result.output for name in FIXED) >= 1
    assert "random " in result.output
    assert result.output.count("winner") == 1


@pytest.mark.parametrize("kind", ["feedback", "state_feedback"])
def test_feedback_starts_from_the_scheme_and_is_a_policy(run, best, kind):
    result = run("optimise_feedback", *QUICK, "--kind", kind, "--static", best, "--sigma", 0.01, "--out", "f.yaml")
    assert result.exit_code == 0, result.output
    content = yaml.safe_load(Path("f.yaml").read_text())
    assert content["kind"] == kind
    scenario = load_config("tiny.yaml")
    start = load_policy(str(best), scenario).action
    assert np.abs(np.array(list(content["bias"].values())) - start).max() < 0.2
    again = run("evaluate", "f.yaml", "--config", "tiny.yaml", "--floors", 2)
    assert again.exit_code == 0, again.output


def test_worth_compares_floor_by_floor_and_tells_of_situations(run, best):
    for kind in ("feedback", "state_feedback"):
        command = ("optimise_feedback", *QUICK, "--kind", kind, "--static", best, "--out", f"{kind}.yaml")
        assert run(*command).exit_code == 0
    result = run(
        "value_of_information", "--config", "tiny.yaml", "--static", best, "--feedback", "feedback.yaml",
        "--state", "state_feedback.yaml", "--floors", 12, "--out", "worth.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    printed = json.loads(Path("worth.json").read_text())
    assert [row["policy"] for row in printed["worth"]] == ["static", "feedback", "true_state", "hindsight"]
    assert list(printed["worth"][2]["gain_over"]) == ["static", "feedback"]
    gain = printed["worth"][1]["gain_over"]["static"]["mean"]
    assert gain == pytest.approx(printed["worth"][1]["loyalty"]["mean"] - printed["worth"][0]["loyalty"]["mean"])
    assert printed["looked_at"] == "feedback"
    assert {row["name"] for row in printed["situations"]} <= {"rotten team", "campaign", "newcomers", "product fault"}
    assert all(len(row["levers"]) == 3 for row in printed["situations"])


def test_worth_of_a_scheme_alone_is_its_score(run, scenario):
    result = run(
        "value_of_information", "--config", "tiny.yaml", "--static", "flat_salary", "--floors", 2, "--out", "w.json"
    )
    assert result.exit_code == 0, result.output
    assert json.loads(Path("w.json").read_text())["situations"] == []


STATIC = ("optimise_static", *QUICK, "--out", "o.yaml")
FEEDBACK = ("optimise_feedback", *QUICK, "--out", "o.yaml", "--static")
WORTH = ("value_of_information", "--config", "tiny.yaml", "--floors", 2, "--static")


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ((*STATIC, "--objective", "scor"), "unknown reward 'scor'"),
        ((*STATIC, "--set", "salesforce.reps=0"), "salesforce.reps = 0"),
        ((*STATIC, "--resume"), "--resume: needs --run"),
        ((*STATIC, "--out", "o.json"), "--out o.json: must end in .yaml, .yml"),
        ((*STATIC, "--out", "tiny.yaml/o.yaml"), "cannot be written"),
        ((*FEEDBACK, "flat_salry"), "no policy 'flat_salry'; nearest valid name: flat_salary"),
        ((*FEEDBACK, "random"), "--static random: is no fixed scheme"),
        (
            (*FEEDBACK, "flat_salary", "--kind", "oracle"),
            "--kind oracle: is gone; what sees",
        ),
        ((*FEEDBACK, "flat_salary", "--kind", "seer"), "--kind seer: must be one of feedback, state_feedback"),
        ((*WORTH, "random"), "--static: is no fixed scheme"),
        ((*WORTH, "flat_salary", "--state", "flat_salary"), "--state: does not see the true state"),
        ((*WORTH, "flat_salary", "--look-at", "ppo"), "--look-at ppo: must be one of static"),
        ((*WORTH, "flat_salary", "--out", "tiny.yaml/w.json"), "cannot be written"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_nothing(refused, scenario, arguments, printed):
    assert printed in refused(*arguments)


def test_what_sees_the_state_is_not_taken_for_a_policy_that_reads_reports(run, refused, best):
    found = run("optimise_feedback", *QUICK, "--kind", "state_feedback", "--static", best, "--out", "o.yaml")
    assert found.exit_code == 0
    shutil.copy("o.yaml", "again.yaml")
    assert "--feedback: sees the true state" in refused(*WORTH, best, "--feedback", "again.yaml")
