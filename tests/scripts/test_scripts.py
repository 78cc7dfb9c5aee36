"""Every script: its help, its results, and one clear line for each mistake that a user can make."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from worlds import SMALL

from agents.registry import NAMES
from incentive_env import simulate
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.policies.fixed import FIXED
from incentive_env.support.sealed import read_sealed

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
COMMANDS = {path.stem: path.relative_to(SCRIPTS.parent).as_posix() for path in sorted(SCRIPTS.rglob("*.py"))}
WEEKS = 3 * 4  # of an episode of three decisions
REQUIRED = {
    "policy", "trained_on", "loyalty", "loyalty_low", "loyalty_high", "conversion", "profit", "gaming_share",
    "goodhart_gap", "floors",
}  # fmt: skip
SCENARIO = ("--config", "tiny.yaml")


def test_there_are_scripts():
    assert COMMANDS.keys() >= {
        "attribution", "calibrate", "demo", "evaluate", "levers", "optimise_feedback", "optimise_static",
        "rationality", "schema", "sensitivity", "simulate", "train", "validate",
        "validation_page", "value_of_information",
    }  # fmt: skip


@pytest.mark.parametrize("script", COMMANDS)
def test_help_shows_an_example(run, script):
    result = run(script, "--help")
    assert result.exit_code == 0
    assert re.search(rf"Examples?: python {re.escape(COMMANDS[script])}", " ".join(result.output.split()))
    assert result.stderr == ""


def test_simulate_writes_three_tables(run, scenario, tmp_path, small):
    result = run("simulate", *SCENARIO, "--policy", "piece_rate", "--floors", 2, "--seed", 5, "--out", "new/tables")
    assert result.exit_code == 0, result.output
    assert "tiny under piece_rate, 2 floors" in result.output
    folder = tmp_path / "new" / "tables"
    assert sorted(path.name for path in folder.iterdir()) == ["floor_weeks.csv", "ledger.csv", "rep_weeks.csv"]
    floor_weeks, rep_weeks, ledger = (pd.read_csv(folder / f"{n}.csv") for n in ("floor_weeks", "rep_weeks", "ledger"))
    assert len(floor_weeks) == 2 * WEEKS
    assert len(rep_weeks) == 2 * WEEKS * SMALL["salesforce.reps"]
    assert len(ledger) == 2 * WEEKS * (4 + len(CHANNEL_NAMES))
    for table in (floor_weeks, rep_weeks, ledger):
        assert not table.duplicated([name for name in ("seed", "week", "rep", "entry") if name in table]).any()
        assert set(table["seed"]) == {5, 6}
        assert set(table["week"]) == set(range(1, WEEKS + 1))
        assert np.isfinite(table.select_dtypes("number")).all(axis=None)
    panel = simulate(small, FIXED["piece_rate"].scheme, [5, 6])
    rows = np.sort(panel.floor_weeks, order=("week", "seed"))
    again = np.genfromtxt(folder / "floor_weeks.csv", delimiter=",", names=True)
    for name in rows.dtype.names:
        np.testing.assert_allclose(floor_weeks[name], rows[name], rtol=1e-5)
        np.testing.assert_array_equal(again[name], floor_weeks[name])
    done = ledger[ledger["entry"] == "sale"].groupby("seed")["done"].sum()
    pd.testing.assert_series_equal(done, floor_weeks.groupby("seed")["sales"].sum(), check_names=False)


def test_simulate_takes_overrides_and_a_length(run, scenario, tmp_path):
    result = run("simulate", *SCENARIO, "--set", "salesforce.reps=2", "--weeks", 5, "--floors", 1, "--out", "t")
    assert result.exit_code == 0, result.output
    assert len(pd.read_csv(tmp_path / "t" / "rep_weeks.csv")) == 5 * 2


def test_simulate_without_a_folder_writes_nothing(run, scenario, tmp_path):
    assert run("simulate", *SCENARIO, "--floors", 1).exit_code == 0
    assert list(tmp_path.iterdir()) == [scenario]


def test_evaluate_writes_rows(run, scenario, tmp_path):
    result = run("evaluate", "piece_rate", "random", *SCENARIO, "--floors", 3, "--out", "out/results.json")
    assert result.exit_code == 0, result.output
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "results.json"]
    rows = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [row["policy"] for row in rows] == ["piece_rate", "random", "flat_salary"]
    assert all(set(row) >= REQUIRED and row["floors"] == 3 for row in rows)
    assert "tiny: long-term loyalty, 3 floors" in result.output


def test_year_five_stands_beside_the_score_where_it_is_asked_for(run, scenario, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # no heading is broken
    command = ("evaluate", "piece_rate", *SCENARIO, "--floors", 2, "--out", "r.json")
    result = run(*command, "--year-five")
    assert result.exit_code == 0, result.output
    later = read_sealed(Path("r.json"))
    assert "year five" in result.output
    assert "year five" not in run(*command).output
    for row, without in zip(later, read_sealed(Path("r.json")), strict=True):
        assert -100.0 <= row.pop("loyalty_year_five") <= 100.0
        assert row == without


def test_evaluate_takes_all_policies_and_schemes_of_ones_own(run, scenario, tmp_path):
    Path("mine.yaml").write_text("scheme: {base_pay: 700}")
    result = run("evaluate", "mine.yaml", "all", *SCENARIO, "--floors", 2, "--out", "r.json")
    assert result.exit_code == 0, result.output
    assert [row["policy"] for row in json.loads(Path("r.json").read_text())] == ["mine.yaml", *NAMES]


def test_results_replace_older_ones(run, scenario, tmp_path):
    for floors in (2, 3):
        assert run("evaluate", "flat_salary", *SCENARIO, "--floors", floors, "--out", "r.json").exit_code == 0
    assert json.loads(Path("r.json").read_text())[0]["floors"] == 3
    assert {path.name for path in tmp_path.iterdir()} == {"r.json", "tiny.yaml"}


def test_levers_moves_each_lever_to_three_places(run, scenario, tmp_path):
    result = run("levers", *SCENARIO, "--set", "horizon.decisions=2", "--floors", 2, "--out", "levers.json")
    assert result.exit_code == 0, result.output
    rows = json.loads(Path("levers.json").read_text())
    assert [(row["lever"], row["place"]) for row in rows] == [
        (lever, place) for lever in LEVER_NAMES for place in ("min", "middle", "max")
    ]
    for row in rows:
        assert all(row[name]["low"] <= row[name]["mean"] <= row[name]["high"] for name in ("loyalty", "profit"))


def test_train_then_resume_then_evaluate(run, scenario, training, tmp_path):
    command = ("train", "--run", "runs/mine", "--reward", "conversion", *SCENARIO, "--training", training)
    result = run(*command, "--timesteps", 12)
    assert result.exit_code == 0, result.output
    assert "newest checkpoint: runs/mine/checkpoint-0000000012" in result.output
    result = run(*command)
    assert (result.exit_code, result.stderr.count("error: ")) == (2, 1)
    assert "holds a run already" in result.stderr
    result = run(*command, "--resume")
    assert result.exit_code == 0, result.output
    assert "newest checkpoint: runs/mine/checkpoint-0000000024" in result.output
    result = run("evaluate", "runs/mine", *SCENARIO, "--floors", 2, "--out", "r.json")
    assert result.exit_code == 0, result.output
    trained, base = json.loads(Path("r.json").read_text())
    assert (trained["policy"], trained["trained_on"]) == ("runs/mine", "conversion")
    assert (base["policy"], base["trained_on"]) == ("flat_salary", None)


# What takes a scenario and overrides; the stages of the calibration take a scenario alone.
USERS = {
    "simulate": ("simulate", "--floors", 2),
    "evaluate": ("evaluate", "flat_salary", "--floors", 2),
    "levers": ("levers", "--floors", 2),
    "train": ("train", "--run", "run"),
    "validate": ("validate", "--floors", 8),
    "gates": ("gates", "--only", "G2"),
    "rationality": ("rationality", "--floors", 8),
    "attribution": ("attribution", "--floors", 2),
    "sensitivity": ("sensitivity", "--floors", 2),
    "optimise_static": ("optimise_static", "--out", "o.yaml"),
    "optimise_feedback": ("optimise_feedback", "--static", "flat_salary", "--out", "o.yaml"),
    "value_of_information": ("value_of_information", "--static", "flat_salary", "--floors", 2),
}
CALIBRATIONS = {
    "calibrate fit": ("calibrate", "fit", "--moves", "c.json", "--out", "c.yaml"),
    "calibrate identify": ("calibrate", "identify", "--out", "c.json"),
    "calibrate settle": ("calibrate", "settle", "--moves", "c.json", "--figures", "f.json", "--out", "c.yaml"),
    "calibrate ensemble": ("calibrate", "ensemble", "--moves", "c.json", "--directory", "members"),
}
READERS = {**USERS, **CALIBRATIONS}
every_reader = pytest.mark.parametrize("command", READERS.values(), ids=READERS)
every_user = pytest.mark.parametrize("command", USERS.values(), ids=USERS)


@every_reader
def test_an_unknown_scenario_is_refused(refused, command):
    printed = refused(*command, "--config", "telesale")
    assert "no config file or preset 'telesale'; nearest valid name: telesales" in printed


@every_reader
def test_a_malformed_scenario_is_refused(refused, command, tmp_path):
    (tmp_path / "bad.yaml").write_text("salesforce: {reps: [\n")
    assert "bad.yaml, line 2: not valid YAML" in refused(*command, "--config", "bad.yaml")


@every_user
def test_an_override_out_of_bounds_is_refused(refused, command):
    printed = refused(*command, "--set", "salesforce.reps=0", "--set", "market.slot=9")
    assert "salesforce.reps = 0 in an override: must be a whole number from " in printed
    assert "market.slot: unknown key" in printed
    assert len(printed.splitlines()) == 2


@every_user
def test_an_override_that_is_none_is_refused(refused, command):
    assert "'salesforce.reps': must read KEY=VALUE" in refused(*command, "--set", "salesforce.reps")


POLICY_USERS = (
    ("simulate", "--policy"), ("evaluate", "flat_salary"), ("levers", "--around"), ("attribution",),
    ("sensitivity", "--policy"), ("sensitivity", "--base"), ("optimise_feedback", "--out", "o.yaml", "--static"),
    ("value_of_information", "--static"), ("value_of_information", "--static", "flat_salary", "--feedback"),
    ("value_of_information", "--static", "flat_salary", "--ppo"),
    ("value_of_information", "--static", "flat_salary", "--state"),
)  # fmt: skip
every_policy_user = pytest.mark.parametrize("command", POLICY_USERS, ids=" ".join)


@every_policy_user
def test_an_unknown_policy_is_refused(refused, command, scenario):
    assert "no policy 'piece_rat'; nearest valid name: piece_rate" in refused(*command, "piece_rat", *SCENARIO)


@every_policy_user
@pytest.mark.parametrize(
    "scheme",
    [
        "scheme: {bonus: 1}", "scheme: {audit: .nan}", "scheme: {audit: 9}", "scheme: [", "levers: {audit: 0}",
        f"scheme: {{base_pay: 1{'0' * 400}}}",
    ],
    ids=["lever", "nan", "range", "yaml", "key", "huge"],
)  # fmt: skip
def test_a_file_that_holds_no_scheme_is_refused(refused, command, scheme, scenario, tmp_path):
    (tmp_path / "mine.yaml").write_text(scheme)
    assert "mine.yaml" in refused(*command, "mine.yaml", *SCENARIO)


@every_policy_user
def test_a_folder_that_holds_no_run_is_refused(refused, command, scenario, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(*command, "empty", *SCENARIO) == "empty: holds no checkpoint of a training run"


def test_what_is_no_fixed_scheme_is_refused_by_levers(refused):
    assert "--around random: is no fixed scheme" in refused("levers", "--around", "random", "--floors", 2)


@pytest.mark.parametrize(
    "command",
    [
        ("train", "--run", "run", "--reward"), ("optimise_static", "--out", "o.yaml", "--objective"),
        ("optimise_feedback", "--static", "flat_salary", "--out", "o.yaml", "--objective"),
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_an_unknown_reward_is_refused(refused, command):
    printed = refused(*command, "loyality")
    assert "unknown reward 'loyality'; nearest valid name: loyalty" in printed


def test_a_training_file_that_is_missing_or_wrong_is_refused(refused, tmp_path):
    printed = refused("train", "--run", "run", "--training", "pppo")
    assert "no training file 'pppo'; training files: action_kl, " in printed
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump({"num_envs": 0, "hyper_parameters": {"gama": 1}}))
    printed = refused("train", "--run", "run", "--training", "bad.yaml")
    assert [line.split(" = ")[0] for line in printed.splitlines()] == ["num_envs", "hyper_parameters.gama"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "--floors", 0), ("evaluate", "flat_salary", "--floors", 0),
        ("evaluate", "flat_salary", "--floors", 1), ("levers", "--floors", 0), ("demo", "--floors", 0),
        ("demo", "--timesteps", 0), ("simulate", "--weeks", 0), ("simulate", "--seed", -1), ("evaluate",), ("train",),
        ("train", "--run", "r", "--timesteps", 0), ("simulate", "--floors", "many"), ("schema", "--colour"),
        ("evaluate", "all", "--threads", 0), ("validate", "--floors", 7), ("validate", "--threads", 0),
        ("calibrate",), ("calibrate", "fit"), ("calibrate", "identify", "--out", "c.json", "--floors", 15),
        ("calibrate", "fit", "--moves", "c.json", "--floors", 15), ("calibrate", "identify"),
        ("calibrate", "identify", "--out", "c.json", "--step", 0), ("calibrate", "ensemble"),
        ("calibrate", "ensemble", "--moves", "c.json", "--members", 0), ("rationality", "--floors", 7),
        ("rationality", "--processes", 0), ("attribution", "--floors", 1), ("attribution", "--audit", "much"),
        ("sensitivity", "--floors", 1), ("sensitivity", "--trajectories", 1), ("sensitivity", "--levels", 3),
        ("sensitivity", "--spread", 0), ("sensitivity", "--seed", -1), ("sensitivity", "--processes", 0),
        ("optimise_static",), ("optimise_static", "--out", "o.yaml", "--population", 2),
        ("optimise_static", "--out", "o.yaml", "--validation", 1), ("optimise_feedback", "--out", "o.yaml"),
        ("optimise_feedback", "--static", "flat_salary"),
        ("optimise_feedback", "--static", "flat_salary", "--out", "o.yaml", "--sigma", 0), ("value_of_information",),
        ("value_of_information", "--static", "flat_salary", "--floors", 1),
        ("value_of_information", "--static", "flat_salary", "--first", -1),
        ("validation_page", "--colour"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments)),
)  # fmt: skip
def test_arguments_out_of_range_are_refused_by_the_command_line(run, arguments, tmp_path):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")
    assert result.stderr.count("Error: ") == 1
    assert list(tmp_path.iterdir()) == []


SEARCH = (*SCENARIO, "--generations", 1, "--population", 3, "--floors", 1, "--validation", 2, "--restarts", 1)
MOVED = (*SCENARIO, "--floors", 2, "--only", "learning.step", "--trajectories", 2)


@pytest.fixture
def results(tmp_path):
    """A folder with results to write a page of."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "levers.json").write_text("[]")


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "--floors", 1, *SCENARIO, "--out"), ("evaluate", "flat_salary", "--floors", 2, *SCENARIO, "--out"),
        ("levers", "--floors", 2, *SCENARIO, "--set", "horizon.decisions=2", "--out"),
        ("train", *SCENARIO, "--training", "quick.yaml", "--run"), ("schema", "--out"), ("schema", "--markdown"),
        ("validate", "--floors", 8, "--out"), ("validate", "--floors", 8, "--report"),
        ("calibrate", "fit", "--moves", "c.json", "--out"),
        ("calibrate", "settle", "--moves", "c.json", "--figures", "f.json", "--out"),
        ("calibrate", "identify", "--out", "c.json", "--run"),
        ("calibrate", "identify", "--out"), ("calibrate", "ensemble", "--moves", "c.json", "--directory"),
        ("calibrate", "ensemble", "--moves", "c.json", "--directory", "members", "--out"),
        ("rationality", "--floors", 8, "--out"), ("attribution", "--floors", 2, *SCENARIO, "--out"),
        ("sensitivity", *MOVED, "--out"), ("sensitivity", *MOVED, "--picture"), ("sensitivity", *MOVED, "--run"),
        ("optimise_static", *SEARCH, "--out"), ("optimise_static", *SEARCH, "--out", "o.yaml", "--run"),
        ("optimise_feedback", *SEARCH, "--static", "flat_salary", "--out"),
        ("optimise_feedback", *SEARCH, "--static", "flat_salary", "--out", "o.yaml", "--run"),
        ("value_of_information", "--static", "flat_salary", "--floors", 2, *SCENARIO, "--out"),
        ("validation_page", "--results", "results", "--out"),
    ],
    ids=lambda command: f"{command[0]} {command[-1]}",
)  # fmt: skip
@pytest.mark.parametrize("place", ["file/out.yaml", "file/below/out.yaml"])
def test_a_place_below_a_file_is_refused(refused, command, place, scenario, training, results, tmp_path):
    (tmp_path / "file").write_text("in the way")
    printed = refused(*command, place)
    assert "file" in printed
    assert any(reason in printed for reason in ("is not a folder", "Not a directory", "File exists"))
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    "command",
    [
        ("evaluate", "flat_salary", "--floors", 2, *SCENARIO, "--out"), ("schema", "--out"), ("schema", "--markdown"),
        ("levers", "--floors", 2, *SCENARIO, "--set", "horizon.decisions=2", "--out"),
        ("attribution", "--floors", 2, *SCENARIO, "--out"), ("sensitivity", *MOVED, "--out"),
        ("sensitivity", *MOVED, "--picture"), ("optimise_static", *SEARCH, "--out"),
        ("optimise_feedback", *SEARCH, "--static", "flat_salary", "--out"),
        ("value_of_information", "--static", "flat_salary", "--floors", 2, *SCENARIO, "--out"),
        ("validation_page", "--results", "results", "--out"),
    ],
    ids=lambda command: f"{command[0]} {command[-1]}",
)  # fmt: skip
def test_a_folder_is_not_replaced_by_a_file(run, command, scenario, results, tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    before = sorted(tmp_path.rglob("*"))
    result = run(*command, "folder.yaml")
    assert (result.exit_code, result.stderr.count("error: ")) == (2, 1)
    assert result.stderr.splitlines()[-1].startswith("error: folder.yaml: ")  # there may be progress before it
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "--weeks", 1, "--seed"), ("train", "--run", "run", "--training", "quick.yaml", "--seed"),
        ("calibrate", "fit", "--run", "run", "--seed"), ("calibrate", "ensemble", "--moves", "c.json", "--seed"),
        ("sensitivity", "--seed"), ("optimise_static", "--out", "o.yaml", "--seed"),
        ("optimise_feedback", "--static", "flat_salary", "--out", "o.yaml", "--seed"),
        ("value_of_information", "--static", "flat_salary", "--first"),
    ],
    ids=lambda command: f"{command[0]} {command[-1]}",
)  # fmt: skip
def test_a_seed_that_no_generator_takes_is_refused(run, command, scenario, training):
    result = run(*command, 2**128, *SCENARIO)
    assert (result.exit_code, result.stderr[:7]) in [(2, "error: "), (2, "Usage: ")]


def test_a_page_of_results_needs_results(refused, run, results):
    printed = refused("validation_page", "--results", "none", "--out", "page.md")
    assert printed.startswith("none: contains none of validate.json, ")
    assert run("validation_page", "--results", "results", "--out", "page.md").exit_code == 0
    assert "Levers around the best static scheme" in Path("page.md").read_text()


def test_fixed_names_are_told_in_the_help(run):
    shown = " ".join(run("evaluate", "--help").output.split())
    assert all(name in shown for name in FIXED)
