"""What each gaming channel costs, and what is worth against it: the arithmetic, the tables, a user's mistakes."""

import json
from pathlib import Path

import numpy as np
import pytest
from worlds import N_ENTRIES, small_config

from agents.studies.attribution import ALL, SUM, TOGETHER, Raise, Raised, channel_rows, close_channels, on_floors
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.policies import FIXED, FixedPolicy, Policy, RandomPolicy
from incentive_env.policies.contract import ENTRIES
from incentive_env.studies.evaluate import evaluate

SEEDS = range(10_000, 10_004)
QUOTA = FIXED["quota_with_threat"].scheme
SMALL = ("--config", "tiny.yaml", "--floors", 3)
OUTCOMES = ("loyalty", "profit", "conversion")


@pytest.fixture(scope="module")
def closed():
    config = small_config()
    return close_channels(config, lambda: FixedPolicy(QUOTA, config), on_floors(SEEDS))


def test_a_closed_channel_is_not_used_and_the_others_are(closed):
    used = [channel for channel in CHANNEL_NAMES if closed.base.channels[:, CHANNEL_NAMES.index(channel)].sum() > 0]
    assert len(used) >= 6
    for channel, result in closed.alone.items():
        assert (result.channels[:, CHANNEL_NAMES.index(channel)] == 0.0).all()
        assert result.channels.sum() > 0.0
    assert (closed.all.channels == 0.0).all()
    assert (closed.all.gaming == 0.0).all()


def test_single_effects_their_sum_and_what_is_left_add_up(closed):
    rows = {row["closed"]: row for row in channel_rows(closed)}
    assert list(rows) == [*CHANNEL_NAMES, SUM, ALL, TOGETHER]
    for name in OUTCOMES:
        single = [rows[channel][name]["mean"] for channel in CHANNEL_NAMES]
        assert rows[SUM][name]["mean"] == pytest.approx(sum(single), abs=1e-9)
        assert rows[ALL][name]["mean"] == pytest.approx(
            (getattr(closed.all, name) - getattr(closed.base, name)).mean(), abs=1e-9
        )
        left = rows[ALL][name]["mean"] - rows[SUM][name]["mean"]
        assert rows[TOGETHER][name]["mean"] == pytest.approx(left, abs=1e-9)
    assert rows[TOGETHER]["conversion"]["low"] < rows[TOGETHER]["conversion"]["high"]  # paired, floor by floor
    assert rows[ALL]["use"]["mean"] == pytest.approx(sum(rows[channel]["use"]["mean"] for channel in CHANNEL_NAMES))
    without = closed.alone["callback"].channels.sum(axis=1).mean()
    before = rows[ALL]["use"]["mean"] - rows["callback"]["use"]["mean"]
    assert rows["callback"]["others"]["mean"] == pytest.approx(without - before)


def test_a_policy_that_draws_by_chance_draws_the_same_each_time(small):
    closed = close_channels(small, RandomPolicy, on_floors(SEEDS))
    for result in (*closed.alone.values(), closed.all):
        np.testing.assert_array_equal(result.actions, closed.base.actions)


def test_a_raised_lever_is_that_of_the_scheme_with_more(small):
    seen = np.zeros((2, N_ENTRIES), np.float32)
    for more, scheme in [
        (Raise("audit", 0.05), QUOTA._replace(audit=0.05)),
        (Raise("retention_pay", 12.0), QUOTA._replace(retention_pay=12.0)),
        (Raise("base_pay", 500.0), QUOTA._replace(base_pay=900.0)),  # clipped to its range
    ]:
        raised = Raised(FixedPolicy(QUOTA, small), more, small)
        actions, _ = raised.predict(seen)
        assert actions.dtype == np.float32
        np.testing.assert_allclose(actions[1], FixedPolicy(scheme, small).action, atol=1e-6)
    result = evaluate(small, Raised(FixedPolicy(QUOTA, small), Raise("audit", 0.1), small), SEEDS)
    again = evaluate(small, FixedPolicy(QUOTA._replace(audit=0.1), small), SEEDS)
    np.testing.assert_allclose(result.loyalty, again.loyalty)


def test_a_raise_passes_on_what_the_policy_sees_and_its_state(small):
    class Seer(Policy):
        sees = "state"

        def act_in(self, seen, context):
            return np.full((len(seen), len(LEVER_NAMES)), -2.0), (context.state, context.deterministic)

    raised = Raised(Seer(), Raise("audit", 0.15), small)
    actions, state = raised.predict(np.zeros((1, len(ENTRIES["state"]))), "before", None, True)
    assert (raised.sees, state) == ("state", ("before", True))
    expected = np.full(len(LEVER_NAMES), -1.0)
    expected[LEVER_NAMES.index("audit")] = 1.0  # raised from what is in force, not from beyond the range
    np.testing.assert_allclose(actions[0], expected)
    assert Raised(RandomPolicy(), Raise("audit", 0.1), small).sees == "report"


def test_tables_and_file(run, scenario):
    result = run("attribution", *SMALL, "--audit", 0.1, "--retention-pay", 6, "--retention-pay", 30, "--out", "a.json")
    assert result.exit_code == 2
    assert "retention_pay +30: must be above 0, and at most its range of 25" in result.stderr
    result = run("attribution", *SMALL, "--audit", 0.1, "--retention-pay", 6, "--out", "a.json")
    assert result.exit_code == 0, result.output
    printed = json.loads(Path("a.json").read_text())
    assert list(printed) == ["policy", "scenario", "floors", "base", "channels", "worth", "checksum"]
    assert (printed["policy"], printed["scenario"], printed["floors"]) == ("quota_with_threat", "tiny", 3)
    assert [row["closed"] for row in printed["channels"]] == [*CHANNEL_NAMES, SUM, ALL, TOGETHER]
    assert [(row["lever"], row["added"], row["value"]) for row in printed["worth"]] == [
        ("audit", 0.1, 0.1), ("retention_pay", 6.0, 6.0),
    ]  # fmt: skip
    for row in (printed["base"], *printed["channels"], *printed["worth"]):
        assert all(row[name]["low"] <= row[name]["mean"] <= row[name]["high"] for name in OUTCOMES)
    for row in (printed["base"], *printed["worth"]):
        assert list(row["use"]) == list(CHANNEL_NAMES)
    assert sum(change["mean"] for change in printed["worth"][0]["use"].values()) < 0.0  # audit deters
    for shown in ("false promise", "all at once", "together", "audit +0.1 (to 0.1)"):
        assert shown in result.output


def test_a_policy_that_sets_levers_anew_has_no_one_value(run, scenario):
    result = run("attribution", "random", *SMALL, "--audit", 0.1, "--out", "a.json")
    assert result.exit_code == 0, result.output
    printed = json.loads(Path("a.json").read_text())
    assert [row["value"] for row in printed["worth"]] == [None] * 3
    assert "audit +0.1 " in result.output


def test_a_channel_that_the_scenario_closed_is_left_out(run, scenario):
    result = run("attribution", *SMALL, "--set", "channels.survey=false", "--out", "a.json")
    assert result.exit_code == 0, result.output
    printed = json.loads(Path("a.json").read_text())
    assert "survey" not in [row["closed"] for row in printed["channels"]]
    assert printed["base"]["use"]["survey"] == {"mean": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("quota_with_thread", *SMALL), "no policy 'quota_with_thread'; nearest valid name: quota_with_threat"),
        ((*SMALL, "--set", "channels.surveys=false"), "channels.surveys: unknown key"),
        (("--floors", 2, "--config", "no_gaming"), "channels: all are closed in no_gaming"),
        ((*SMALL, "--audit", 0), "audit +0: must be above 0"),
        ((*SMALL, "--audit", "nan"), "audit +nan: must be above 0"),
        ((*SMALL, "--out", "tiny.yaml/a.json"), "cannot be written"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_nothing(refused, scenario, arguments, printed):
    assert printed in refused("attribution", *arguments)
