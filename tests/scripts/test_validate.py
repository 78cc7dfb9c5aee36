"""The quick form of the validation: the published facts hold, and the contact centre shows what it is for."""

import json

import pytest

from incentive_env import load_config
from incentive_env.config.mechanisms import Mechanisms
from incentive_env.support.sealed import read_sealed
from incentive_env.support.statistics import UNKNOWN, Interval
from incentive_env.validation import DEFAULTS, FACTS
from incentive_env.validation.contract import Band
from incentive_env.validation.pictures import report_page

KEYS = {"id", "figure", "low", "high", "band", "published", "source", "holds"}


def quick(scenario):
    """Verdicts of all facts of a scenario in the quick form."""
    from validate import QUICK_FLOORS, check, chosen_facts

    config = load_config(scenario)
    return {v.fact.id: v for v in check(config, chosen_facts(config, []), QUICK_FLOORS, 1, quick=True)}


def test_facts_and_field_defaults_hold_on_the_sales_floor():
    """On few floors, figures near the end of a band fall to both sides of it; so no interval may leave a band."""
    verdicts = quick("telesales")
    short = {name: verdict.weakest for name, verdict in verdicts.items() if name in FACTS and not verdict.holds}
    assert len(short) <= len(FACTS) // 4, short
    contradicted = {name for name in short for one in verdicts[name].parts if one.band.contradicted_by(one.estimate)}
    assert contradicted <= {"pay_cut"}, short  # a known departure of docs/model.md
    assert all(verdicts[name].holds for name in DEFAULTS), [verdicts[name].weakest for name in DEFAULTS]
    assert report_page(list(verdicts.values()), "telesales").count("data:image/png;base64,") == len(verdicts)


def test_the_contact_centre_shows_what_steering_on_output_and_on_input_does():
    assert {name: v.weakest for name, v in quick("contact_center").items() if not v.holds} == {}


def test_verdicts_are_written_and_the_exit_code_says_whether_all_hold(run, tmp_path):
    arguments = ("--only", "survey", "--floors", 16, "--threads", 1, "--out", "verdicts.json", "--report", "report")
    result = run("validate", *arguments)
    assert result.exit_code == 0, result.output
    (verdict,) = json.loads((tmp_path / "verdicts.json").read_text())
    assert verdict.keys() >= KEYS
    assert verdict["holds"]
    assert verdict["low"] < verdict["figure"] < verdict["high"]
    assert "Pay on measured NPS" in (tmp_path / "report" / "index.html").read_text()

    nobody_games = ("--set", "channels.survey=false", *arguments[:6])
    assert run("validate", *nobody_games).exit_code == 1


def test_a_fact_whose_mechanism_is_off_is_named_and_counts_for_nothing():
    from validate import chosen_facts, left_out

    off = load_config(None, {f"mechanisms.{name}": False for name in Mechanisms.model_fields})
    measured = {fact.id for fact in chosen_facts(off, [])}
    assert "residual" not in measured
    assert "gallen" in measured
    assert "residual (audit_beliefs)" in left_out(off, [])
    assert [fact.id for fact in chosen_facts(off, ["residual"])] == ["residual"]  # asked for by name: measured
    assert left_out(load_config(off, {"mechanisms.audit_beliefs": True}), []).count("audit_beliefs") == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--only", "gallem"), "no fact 'gallem' for telesales; nearest valid name: gallen"),
        (("--config", "contact_center", "--only", "larkin"), "no fact 'larkin' for contact_center"),
        (("--config", "telesails"), "nearest valid name: telesales"),
        (("--set", "decision.stakes=3"), "decision.stakes: unknown key"),
        (("--out", "/dev/null/x.json"), "cannot be written"),
    ],
)
def test_a_mistake_is_one_clear_line(run, arguments, says):
    result = run("validate", *arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


def test_rationality_checks_the_facts_under_each_kind(run, tmp_path):
    arguments = ("--only", "survey", "--floors", 8, "--processes", 1, "--out", "kinds.json")
    result = run("rationality", *arguments)
    assert result.exit_code == 0, result.output
    kinds = read_sealed(tmp_path / "kinds.json")
    assert list(kinds) == ["logit", "logit, no learning", "best response", "best response, no learning", "naive"]
    figures = [verdicts[0]["figure"] for verdicts in kinds.values()]
    assert len(set(figures)) > 1


@pytest.mark.slow
def test_a_calibration_fits_writes_and_resumes(run, tmp_path):
    arguments = ("fit", "--run", "r", "--generations", 1, "--population", 3, "--floors", 16, "--processes", 2)
    result = run("calibrate", *arguments, "--out", "c.yaml")
    assert result.exit_code == 0, result.output
    assert load_config(tmp_path / "c.yaml").name == "telesales"
    first = (tmp_path / "c.yaml").read_bytes()
    assert run("calibrate", *arguments, "--out", "c.yaml").exit_code == 2  # there is a checkpoint
    assert run("calibrate", *arguments, "--out", "c.yaml", "--resume").exit_code == 0
    assert (tmp_path / "c.yaml").read_bytes() == first


def test_a_band_is_contradicted_by_an_interval_that_leaves_it():
    band, above = Band(20, 50), Band(0)
    assert not band.contradicted_by(Interval(51, 46, 56))
    assert band.contradicted_by(Interval(56, 51, 61))
    assert band.contradicted_by(Interval(15, 11, 19))
    assert not above.contradicted_by(Interval(1, -1, 3))
    assert above.contradicted_by(Interval(-2, -3, -1))
    assert band.contradicted_by(UNKNOWN)
