"""`collect.py` and `offline.py`: from floors to a dataset to a policy file and a table, or one clear line."""

import json

import pytest
import yaml

pytest.importorskip("minari")
ID = "incentive_env/tests/tiny-v0"


@pytest.fixture
def collected(run, scenario, tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "datasets"))
    result = run("collect", ID, "--config", scenario, "--behaviour", "mixed", "--episodes", 8)
    assert result.exit_code == 0, result.output
    return result


def test_a_collection_is_replayed_and_can_be_checked_again(run, collected):
    assert "replayed 8 of 8 episodes, 24 decisions: the same to the bit" in collected.output
    again = run("collect", ID, "--check")
    assert again.exit_code == 0, again.output
    assert "replayed 8 of 8 episodes" in again.output


def test_policies_can_be_named_with_noise(run, scenario, tmp_path):
    options = ("--noise", 0, "--noise", 0.2, "--held", "--format", "arrow", "--root", "there", "--config", scenario)
    result = run("collect", ID, "piece_rate", "random", "--episodes", 3, *options)
    assert result.exit_code == 0, result.output
    metadata = json.loads((tmp_path / "there" / ID / "data" / "metadata.json").read_text())
    assert metadata["behaviours"] == [
        {"policy": "piece_rate", "noise": 0.0, "held": False},
        {"policy": "piece_rate", "noise": 0.2, "held": True},
        {"policy": "random", "noise": 0.0, "held": False},
    ]
    assert (metadata["scenario"], metadata["reward"]) == ("tiny", "loyalty")


def test_a_manager_learned_from_a_dataset_is_evaluated_by_its_file(run, collected, scenario, tmp_path):
    result = run("offline", "train", ID, "--plan", "awr", "--epochs", 2, "--out", "awr.yaml")
    assert result.exit_code == 0, result.output
    content = yaml.safe_load((tmp_path / "awr.yaml").read_text(encoding="utf-8"))
    assert (content["kind"], content["objective"], content["scenario"]) == ("network", "loyalty", "tiny")
    found = content["found"]
    assert (found["dataset"], found["method"], found["episodes"], found["decisions"]) == (ID, "awr", 8, 24)
    evaluated = run("evaluate", "awr.yaml", "--config", scenario, "--floors", 2)
    assert evaluated.exit_code == 0, evaluated.output


def test_a_study_scores_learners_against_the_behaviour_and_fills_a_page(run, scenario, tmp_path):
    sizes = ("--episodes", 7, "--seeds", 2, "--floors", 2, "--behaviour", "fixed", "--plan", "bc")
    result = run("offline", "study", "--config", scenario, *sizes, "--out", "study.json", "--root", "datasets")
    assert result.exit_code == 0, result.output
    study = json.loads((tmp_path / "study.json").read_text())
    assert study["datasets"]["fixed"]["replayed"] == study["datasets"]["fixed"]["decisions"] == 21
    learned, behaviour, best = study["rows"]
    assert (learned["learner"], behaviour["learner"], learned["kind"]) == ("bc", "behaviour", "learned")
    assert learned["over_behaviour"]["value"] == pytest.approx(learned["loyalty"] - behaviour["loyalty"])
    assert best["loyalty"] + learned["over_best"]["value"] == pytest.approx(learned["loyalty"])

    from agents.offline.page import CLOSE, OPEN

    (tmp_path / "page.md").write_text(f"before\n{OPEN}\nold\n{CLOSE}\nafter\n")
    assert run("offline", "page", "study.json", "--page", "page.md").exit_code == 0
    text = (tmp_path / "page.md").read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert f"| fixed | bc | {learned['loyalty']:.1f} | " in text  # of two seeds, which are too few for an interval


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("mine/b-v0", "flat_salry"), "no policy 'flat_salry'; nearest valid name: flat_salary"),
        (("mine/b-v0", "ppo_state"), "sees the true state"),
        (("mine/b-v0", "--behaviour", "fixd"), "nearest valid name: fixed"),
        (("mine/b-v0", "piece_rate", "--behaviour", "fixed"), "give one of them, not both"),
        (("mine/b-v0", "--noise", 0.1), "none is named"),
        (("b",), "must read NAMESPACE/NAME-vVERSION"),
        (("mine/b-v0", "--format", "csv"), "must be one of hdf5, arrow"),
        (("mine/b-v0", "--first", 10_000), "floors of datasets are"),
        (("mine/b-v0", "--reward", "loyal"), "nearest valid name: loyalty"),
        (("mine/b-v0", "--set", "salesforce.rep=3"), "nearest valid name: salesforce.reps"),
        (("mine/b-v0", "--behaviour", "trained", "--config", "contact_center"), "no trained network is shipped"),
        (("mine/b-v0", "--root", "/dev/null"), "cannot be written"),
        (("mine/b-v0", "--check"), "no dataset 'mine/b-v0' under"),
    ],
)
def test_a_collection_that_cannot_be_is_refused_before_any_floor_is_managed(refused, arguments, says):
    assert says in refused("collect", *arguments, *(() if "--root" in arguments else ("--root", "datasets")))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "mine/b-v0", "--out", "p.yaml", "--root", "datasets"), "no dataset 'mine/b-v0' under"),
        (("train", "mine/b-v0", "--plan", "awrr", "--out", "p.yaml"), "nearest valid name: awr"),
        (("train", "mine/b-v0", "--plan", "bc", "--best", 0.5, "--out", "p.yaml"), "best = 0.5 in"),
        (("train", "mine/b-v0", "--out", "."), "is a folder"),
        (("study", "--behaviour", "fixd", "--out", "s.json"), "nearest valid name: fixed"),
        (("study", "--plan", "bcc", "--out", "s.json"), "nearest valid name: bc"),
        (("page", "nowhere.json"), "nowhere.json"),
    ],
)
def test_learning_that_cannot_be_is_refused(refused, arguments, says):
    assert says in refused("offline", *arguments)
