"""`incentive-env compare`: differences are those of the evaluator on the same floors, however the sides are said."""

import json
from pathlib import Path

import numpy as np
import pytest

from incentive_env import Scheme, load_config
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.words import OUTCOMES
from incentive_env.policies import FIXED, FixedPolicy
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.statistics import interval


def compared(run, *arguments: object) -> dict:
    result = run("compare", *arguments, "--out", "c.json")
    assert result.exit_code == 0, result.output
    return json.loads(Path("c.json").read_text())


def outcome(comparison: dict, name: str) -> dict:
    return next(row for row in comparison["outcomes"] if row["outcome"] == name)


def test_differences_are_those_of_the_evaluator_on_the_same_floors(run, tiny):
    said = compared(run, "flat_salary", "quota_with_threat", "--config", tiny, "--floors", 6, "--seed", 40)
    config, seeds = load_config(tiny), range(40, 46)
    a, b = (
        evaluate(config, FixedPolicy(FIXED[name].scheme, config), seeds)
        for name in ("flat_salary", "quota_with_threat")
    )
    assert (said["floors"], said["first_seed"]) == (6, 40)
    channels = [f"gaming_{channel}" for channel in CHANNEL_NAMES]
    assert [row["outcome"] for row in said["outcomes"]] == [
        "loyalty",
        "conversion",
        "nps",
        "profit",
        "gaming",
        *channels,
        "wellbeing",
        "survived",
    ]
    for name, kind in OUTCOMES.items():
        row, change = outcome(said, name), kind.factor * (getattr(b, name) - getattr(a, name))
        np.testing.assert_allclose([row["difference"], row["low"], row["high"]], interval(change))
        np.testing.assert_allclose(row["b"] - row["a"], row["difference"], atol=1e-9)
        assert row["leaves_out_0"] == (row["low"] > 0 or row["high"] < 0)
    for place, name in enumerate(channels):
        row, change = outcome(said, name), 100 * (b.channels[:, place] - a.channels[:, place])
        np.testing.assert_allclose([row["difference"], row["low"], row["high"]], interval(change))


def test_a_side_against_itself_differs_by_nothing(run, tiny):
    said = compared(run, "piece_rate", "tiny.yaml:piece_rate", "--config", tiny, "--floors", 3)
    assert all(row["difference"] == row["low"] == row["high"] == 0.0 for row in said["outcomes"])
    assert not any(row["leaves_out_0"] for row in said["outcomes"])


POLICY = "scheme: {base_pay: 700, commission: 6}\n"
EXPORTED = f"extends: tiny.yaml\nname: mine\nsalesforce: {{reps: 2}}\n{POLICY}"  # as the playground writes it
NEUTRAL = "extends: tiny.yaml\nsalesforce: {reps: 2}\nneutral_scheme: {base_pay: 800}\n"


def test_a_file_is_a_policy_a_scenario_or_both(run, tiny, tmp_path):
    for name, text in (("both", EXPORTED), ("policy", POLICY), ("scenario", NEUTRAL), ("child", "extends: both.yaml")):
        (tmp_path / f"{name}.yaml").write_text(text)
    same = compared(run, "both.yaml", "both.yaml:policy.yaml", "--floors", 2)
    assert (same["a"], same["b"]) == ("own_scheme on mine", "policy.yaml on mine")
    assert all(row["difference"] == 0.0 for row in same["outcomes"])
    assert all(row["difference"] == 0.0 for row in compared(run, "child.yaml", "both.yaml", "--floors", 2)["outcomes"])
    apart = compared(run, "policy.yaml", "scenario.yaml", "--config", tiny, "--floors", 2)
    assert (apart["a"], apart["b"]) == ("policy.yaml on tiny", "own_scheme on tiny")
    config = load_config("scenario.yaml")
    scheme = Scheme(**config.neutral_scheme.model_dump())
    assert outcome(apart, "profit")["b"] == pytest.approx(
        evaluate(config, FixedPolicy(scheme, config), range(10_000, 10_002)).profit.mean()
    )


def test_keys_and_levers_may_be_set_on_one_side_alone(run, tiny):
    said = compared(
        run, "piece_rate", "piece_rate", "--config", tiny, "--floors", 2, "--set", "market.slots=6",
        "--set-b", "salesforce.reps=2", "--lever-a", "audit=0.1", "--lever-b", "audit=0.15",
    )  # fmt: skip
    assert said["a"] == "piece_rate on tiny, market.slots=6, audit=0.1"
    assert said["b"] == "piece_rate on tiny, market.slots=6, salesforce.reps=2, audit=0.15"
    config = load_config(tiny, ["market.slots=6", "salesforce.reps=2"])
    scheme = FIXED["piece_rate"].scheme._replace(audit=0.15)
    expected = evaluate(config, FixedPolicy(scheme, config), range(10_000, 10_002))
    assert outcome(said, "loyalty")["b"] == pytest.approx(expected.loyalty.mean())


def test_a_scenario_against_a_scenario_marks_what_is_sure(run):
    result = run("compare", "no_gaming", "telesales", "--floors", 24, columns=80)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    lines = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if line.startswith("│")}
    assert "*" in lines["gaming share"]
    assert "  0.0 │" in lines["gaming share"]


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("flat_salar", "random"), "no policy, scenario or file; nearest valid name: flat_salary; policies: "),
        (("random", "hard_markt"), "no policy, scenario or file; nearest valid name: hard_market; policies: "),
        (("random", "hard_markt:random"), "no config file or preset 'hard_markt'; nearest valid name: hard_market"),
        (("random", "telesales:randm"), "no policy 'randm'; nearest valid name: random"),
        (("random", "broken.yaml"), "broken.yaml, line 1: not valid YAML"),
        (("random", "empty.yaml:random", "--set-a", "market.slots=0"), "market.slots = 0 in an override: must be"),
        (("random", "random", "--lever-b", "audit=0.1"), "levers can be set in a fixed scheme, and random is none"),
        (("random", "flat_salary", "--lever-b", "audits=0.1"), "(set to '0.1'); nearest valid name: audit; levers: "),
        (("random", "flat_salary", "--out", "empty.yaml/c.json"), "empty.yaml is not a folder"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)  # fmt: skip
def test_a_mistake_is_one_line(refused, tmp_path, arguments, output):
    (tmp_path / "broken.yaml").write_text("salesforce: {reps: [")
    (tmp_path / "empty.yaml").write_text("")
    said = refused("compare", *arguments, "--floors", 2)
    assert output in said
    assert len(said.splitlines()) == 1
