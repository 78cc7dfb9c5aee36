"""`incentive-env config`: a file goes from new over check to simulate, and every error in one is output."""

import json
from pathlib import Path

import pytest
import yaml

from incentive_env import load_config
from incentive_env.config import Config, all_keys, scenario_names


def test_a_new_scenario_is_checked_and_simulated_as_it_is(run):
    result = run("config", "new", "mine.yaml")
    assert result.exit_code == 0, result.output
    assert run("config", "check", "mine.yaml").stdout == "mine.yaml: ok, as telesales\n"
    assert load_config("mine.yaml").model_dump(exclude={"name", "description"}) == load_config().model_dump(
        exclude={"name", "description"}
    )
    result = run("simulate", "--config", "mine.yaml", "--weeks", 4, "--floors", 1)
    assert result.exit_code == 0, result.output
    assert "mine under own_scheme, 1 floor" in result.stdout


def test_what_is_set_is_in_the_file_with_its_meaning_and_checks_as_the_change(run):
    changes = ("--set", "levers.audit.high=0.3", "--set", "rationality.mode=naive", "--set", "salesforce.reps=10")
    result = run("config", "new", "sub/careful.yaml", "--extends", "hard_market", *changes)
    assert result.exit_code == 0, result.output
    output = run("config", "check", "sub/careful.yaml").stdout
    assert output.splitlines() == [
        "sub/careful.yaml: ok, hard_market with 3 keys changed", "  levers.audit.high: 0.15 → 0.3",
        "  salesforce.reps: 12 → 10", "  rationality.mode: logit → naive",
    ]  # fmt: skip
    text = Path("sub/careful.yaml").read_text(encoding="utf-8")
    assert (
        "\n    # value of the lever at action +1 (share of calls: 0 to 1; hard_market: 0.15)\n    high: 0.3\n" in text
    )
    config = load_config("sub/careful.yaml")
    assert (config.name, config.market.need_mean, config.salesforce.reps) == ("careful", 0.56, 10)


@pytest.mark.parametrize("changes", [(), ("--set", "salesforce.reps=10", "--set", "neutral_scheme.audit=0.1")])
def test_every_comment_on_a_key_may_be_taken_away(run, changes):
    assert run("config", "new", "mine.yaml", *changes).exit_code == 0
    lines = Path("mine.yaml").read_text(encoding="utf-8").splitlines()
    body = lines[lines.index(next(line for line in lines if line.startswith("description:"))) + 1 :]
    prose = ("# Who manages", "# What else", "# All there")
    woken = [line.removeprefix("# ") for line in body if not line.startswith(prose)]
    Path("woken.yaml").write_text("\n".join(["extends: mine.yaml", *woken]), encoding="utf-8")
    assert run("config", "check", "woken.yaml").stdout.splitlines() == [
        "woken.yaml: ok, as mine",
        f"  scheme: base_pay 600, commission 4, audit {0.1 if changes else 0.02:g}, coaching 0.5, autonomy 0.3",
    ]


def test_a_scenario_may_extend_a_file_elsewhere(run, tiny):
    assert run("config", "new", "deep/er/mine.yaml", "--extends", tiny, "--set", "name='odd: name'").exit_code == 0
    config = load_config("deep/er/mine.yaml")
    assert (config.name, config.salesforce.reps) == ("odd: name", 3)
    assert yaml.safe_load(Path("deep/er/mine.yaml").read_text())["extends"] == "../../tiny.yaml"


def test_a_scheme_may_be_said_in_the_file(run):
    command = ("config", "new", "mine.yaml", "--policy", "quota_with_threat", "--lever", "commission=4")
    assert run(*command).exit_code == 0
    output = run("config", "check", "mine.yaml").stdout
    assert output == "mine.yaml: ok, as telesales\n  scheme: base_pay 520, commission 4, target 0.3, pressure 0.8\n"
    again = run("config", "new", "mine2.yaml", "--extends", "mine.yaml", "--lever", "pressure=0")
    assert again.exit_code == 0, again.output
    assert "scheme: base_pay 520, commission 4, target 0.3\n" in run("config", "check", "mine2.yaml").stdout


def test_a_file_is_written_over_by_force_alone(run, refused):
    assert run("config", "new", "mine.yaml").exit_code == 0
    before = Path("mine.yaml").read_text()
    assert refused("config", "new", "mine.yaml", "--set", "salesforce.reps=3") == (
        "mine.yaml: is there already; --force writes over it"
    )
    assert Path("mine.yaml").read_text() == before
    assert run("config", "new", "mine.yaml", "--set", "salesforce.reps=3", "--force").exit_code == 0
    assert load_config("mine.yaml").salesforce.reps == 3


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("x.yaml", "--extends", "telesale"), "nearest valid name: telesales"),
        (("x.yaml", "--set", "salesforce.rep=3"), "salesforce.rep: unknown key"),
        (("x.yaml", "--set", "salesforce.reps=0"), "salesforce.reps = 0 in an override: must be a whole number"),
        (("x.yaml", "--set", "salesforce"), "must read KEY=VALUE"),
        (("x.yaml", "--lever", "audit=9"), "scheme lever audit = 9 is outside its range 0 to 0.15"),
        (("x.yaml", "--policy", "ppo_state"), "levers can be set in a fixed scheme, and ppo_state is none"),
        (("tiny.yaml/x.yaml",), "tiny.yaml/x.yaml: cannot be written, "),
        (("tiny.yaml", "--extends", "tiny.yaml", "--force"), "tiny.yaml: is the file that would be written over"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)  # fmt: skip
def test_a_new_scenario_that_cannot_be_is_refused(refused, tiny, arguments, output):
    assert output in refused("config", "new", *arguments)


def test_check_goes_on_after_an_error_and_tells_all_of_them(run, tiny, tmp_path):
    (tmp_path / "bad.yaml").write_text("salesforce: {rep: 3, weekly_hours: long}\nmarket: {slots: 0}\n")
    (tmp_path / "lost.yaml").write_text("extends: nowhere\n")
    (tmp_path / "round.yaml").write_text("extends: round.yaml\n")
    (tmp_path / "policy.yaml").write_text("scheme: {audit: 0.1}\n")
    (tmp_path / "dear.yaml").write_text("extends: telesales\nscheme: {audit: 9}\n")
    result = run(
        "config", "check", "bad.yaml", "lost.yaml", "round.yaml", "policy.yaml", "dear.yaml", "none.yaml", tiny
    )
    assert result.exit_code == 2
    assert result.stdout.startswith("tiny.yaml: ok, telesales with ")
    output = result.stderr.splitlines()
    assert output[:3] == [
        "error: salesforce.weekly_hours = 'long' in bad.yaml: must be a number from 8 to 60",
        "salesforce.rep: unknown key (set to 3 in bad.yaml); nearest valid name: salesforce.reps",
        "market.slots = 0 in bad.yaml: must be a whole number from 1 to 1000",
    ]
    assert [line.split(": ")[1] for line in output[3:]] == [
        "lost.yaml",
        "round.yaml",
        "policy.yaml",
        "dear.yaml",
        "no config file or preset 'none.yaml'; presets",
    ]


def test_check_notes_what_is_valid_and_may_not_be_meant(run, tmp_path):
    text = "extends: telesales\nmarket:\n  slots: 30\n  slots: 40\nneutral_scheme: {commission: 80}\n"
    (tmp_path / "odd.yaml").write_text(text)
    output = run("config", "check", "odd.yaml").stdout
    assert "note: line 4: slots is set again; the last one counts" in output
    assert "note: neutral_scheme.commission = 80 is outside levers.commission, 0 to 25" in output


def test_every_shipped_scenario_is_valid(run):
    result = run("config", "check", *scenario_names())
    assert (result.exit_code, result.stderr) == (0, "")


def test_show_prints_the_whole_a_section_or_a_value(run):
    whole = run("config", "show", "hard_market").stdout
    Path("whole.yaml").write_text(whole, encoding="utf-8")
    assert load_config("whole.yaml") == load_config("hard_market")
    assert yaml.safe_load(run("config", "show", "hard_market", "events.competitor").stdout) == {
        "chance": 0.03, "weeks": 12, "strength": 1.2,
    }  # fmt: skip
    assert run("config", "show", "hard_market", "market.need_mean").stdout == "0.56\n"
    assert run("config", "show", "no_gaming", "channels.survey").stdout == "off\n"
    assert run("config", "show", "telesales", "salesforce.reps", "--set", "salesforce.reps=7").stdout == "7\n"


def test_show_refuses_what_is_not_there(refused):
    assert "nearest valid name: telesales" in refused("config", "show", "telesale")
    assert refused("config", "show", "telesales", "salesforce.rep") == (
        "salesforce.rep: unknown key; nearest valid name: salesforce.reps"
    )


def test_the_schema_takes_a_file_that_names_what_it_changes(run):
    printed = run("config", "schema").stdout
    assert run("config", "schema", "--out", "s.json").exit_code == 0
    assert Path("s.json").read_text(encoding="utf-8") == printed
    schema = json.loads(printed)
    assert set(schema["properties"]) == {"extends", *Config.model_fields}
    assert not any("required" in part for part in (schema, *schema["$defs"].values()))
    leaves = [name for part in schema["$defs"].values() for name in part["properties"]]
    assert [key for key in all_keys() if "." in key and key.rpartition(".")[2] not in leaves] == []
