"""`export.py`: a trained run as a file that every command takes, or one clear line."""

import pytest
import yaml


@pytest.fixture
def trained(run, scenario, training, tmp_path):
    result = run("train", "--config", scenario, "--training", training, "--run", "trained", "--reward", "conversion")
    assert result.exit_code == 0, result.output
    return tmp_path / "trained"


def test_an_exported_run_is_evaluated_by_its_file_as_by_its_folder(run, trained, scenario, tmp_path):
    assert run("export", trained, "--out", "policy.yaml", "--command", "train it").exit_code == 0
    content = yaml.safe_load((tmp_path / "policy.yaml").read_text(encoding="utf-8"))
    assert (content["name"], content["objective"], content["scenario"]) == ("policy", "conversion", "tiny")
    assert content["found"] == {"command": "train it", "method": "PPO", "seed": 0, "decisions": 24}
    evaluated = run("evaluate", "policy.yaml", trained, "--config", scenario, "--floors", 2, "--out", "both.json")
    assert evaluated.exit_code == 0, evaluated.output
    by_file, by_folder, _ = yaml.safe_load((tmp_path / "both.json").read_text())
    assert by_file["trained_on"] == by_folder["trained_on"] == "conversion"
    assert by_file["loyalty"] == pytest.approx(by_folder["loyalty"], abs=1e-6)


def test_what_cannot_be_exported_is_refused(refused, trained, tmp_path):
    assert "nowhere" in refused("export", "nowhere", "--out", "policy.yaml")
    assert "is a folder" in refused("export", trained, "--out", tmp_path)
    described = trained / "checkpoint-0000000024" / "run.yaml"
    content = yaml.safe_load(described.read_text(encoding="utf-8"))
    content["config"]["salesforce"]["reps"] = 0
    described.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert "run.yaml: config.salesforce.reps: Input should be greater" in refused("export", trained, "--out", "p.yaml")
