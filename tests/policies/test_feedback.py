"""Linear feedback on the report and on the true state, and policies as files."""

import base64
import tracemalloc
import zlib

import numpy as np
import pytest
import yaml
from scipy import stats
from worlds import N_ENTRIES, N_LEVERS, open_floors

import incentive_env.policies.files
from agents.registry import PolicyError, load_policy, trained_on
from agents.studies.situations import Blind, event, manage, opened_rotten, rotten_team
from incentive_env import load_config
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.floors.true_state import NAMES as TRUE
from incentive_env.floors.true_state import true_state
from incentive_env.model.scheme import scheme_to_action
from incentive_env.policies.features import REPORT_FEATURES, STATE_FEATURES, Feature, standardised
from incentive_env.policies.feedback import LinearFeedback, LinearForm
from incentive_env.policies.fixed import FIXED, FixedPolicy
from incentive_env.policies.network import NetworkPolicy
from incentive_env.studies.simulate import roll_out

SEEDS = [3, 4, 5]
AUDIT = LEVER_NAMES.index("audit")


def wired(sees, entry, lever, weight):
    """A policy that sets the middle scheme, but for one lever that follows one entry."""
    form = LinearForm(sees)
    point = np.zeros(form.size)
    names = [feature.name for feature in form.features]
    form.split(point)[1][lever, names.index(entry)] = weight
    return LinearFeedback(form, point)


@pytest.mark.parametrize("sees", ["report", "state"])
def test_without_weights_it_is_the_fixed_scheme(small, sees):
    form = LinearForm(sees)
    fixed = FixedPolicy(FIXED["retention_first"].scheme, small)
    mine = roll_out(small, LinearFeedback(form, form.around(fixed.action)), SEEDS)
    theirs = roll_out(small, fixed, SEEDS)
    np.testing.assert_array_equal(mine.actions, theirs.actions)
    assert mine.floor_weeks.tobytes() == theirs.floor_weeks.tobytes()
    assert mine.observations.tobytes() == theirs.observations.tobytes()


def test_features_are_standardised_held_in_and_events_are_yes_or_no():
    features = (Feature("a", 2.0, 0.5), Feature("c", under_way=True))
    seen = np.array([[2.25, 9.0, 7.0], [0.0, 9.0, 0.0]], np.float32)
    np.testing.assert_array_equal(standardised(seen, features, ("a", "b", "c")), [[0.5, 1.0], [-3.0, 0.0]])


def test_usual_features_are_entries_of_what_is_seen():
    for features, entries in ((REPORT_FEATURES, REPORTED), (STATE_FEATURES, TRUE)):
        names = [feature.name for feature in features]
        assert set(names) <= set(entries)
        assert len(set(names)) == len(names)
        assert all(feature.scale > 0 for feature in features)


def test_an_action_leans_with_the_report_and_stays_in_the_box():
    policy = wired("report", "nps", AUDIT, -0.5)
    seen = np.zeros((3, len(REPORTED)), np.float32)
    seen[:, REPORTED.index("nps")] = [15.0, 30.0, -100.0]  # centre, a scale above, far below
    actions, state = policy.predict(seen)
    np.testing.assert_allclose(actions[:, AUDIT], [0.0, -0.5, 1.0])
    assert not np.delete(actions, AUDIT, axis=1).any()
    assert (actions.dtype, state) == (np.float32, None)


def test_feedback_on_the_state_sees_the_true_state_and_rollouts_keep_the_report(small):
    policy = wired("state", "norm", AUDIT, 0.1)
    floors = open_floors(small, SEEDS)
    expected = 0.1 * (true_state(floors)[:, TRUE.index("norm")] - 0.15) / 0.15
    rollout = roll_out(small, policy, SEEDS)
    np.testing.assert_allclose(rollout.actions[0, :, AUDIT], np.clip(expected, -0.3, 0.3), atol=1e-6)
    np.testing.assert_array_equal(rollout.observations[0], floors.observation())


def test_the_true_state_is_what_the_records_hold(small):
    floors = open_floors(small, SEEDS)
    floors.state.reps["present"][0, 1] = 0
    floors.state.customers.active[1] = 0
    truth = dict(zip(TRUE, true_state(floors).T, strict=True))
    state = floors.state
    np.testing.assert_array_equal(truth["team_honesty"], state.floors["team_honesty"])
    assert truth["motivation"][0] == pytest.approx(state.reps["motivation"][0, [0, 2]].mean())
    active = state.customers.active[2] != 0
    assert truth["trust"][2] == pytest.approx(state.customers.trust[2][active].mean())
    assert (truth["trust"][1], truth["debt"][1]) == (0.0, 0.0)
    alone = open_floors(small, SEEDS[2:])
    np.testing.assert_array_equal(true_state(alone), true_state(floors)[2:])


def test_what_was_not_meant_for_it_is_refused(small):
    with pytest.raises(ValueError, match="sees the state"):
        wired("state", "norm", AUDIT, 1.0).predict(np.zeros((2, len(REPORTED)), np.float32))
    with pytest.raises(ValueError, match="sees the report"):
        wired("report", "nps", AUDIT, 1.0).predict(np.zeros(len(REPORTED), np.float32))


@pytest.mark.parametrize("kind", ["feedback", "state_feedback"])
def test_a_policy_goes_to_a_file_and_back(small, tmp_path, kind):
    form = LinearForm("state" if kind == "state_feedback" else "report")
    policy = LinearFeedback(form, np.random.default_rng(2).normal(size=form.size))
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"objective": "score", **policy.content()}, sort_keys=False))
    again = load_policy(str(path), small)
    assert isinstance(again, LinearFeedback)
    assert (again.form.features, again.sees) == (form.features, form.sees)
    np.testing.assert_allclose(again.point, policy.point, atol=5e-6)
    assert LinearFeedback.from_content(again.content()).content() == again.content()
    assert trained_on(str(path)) == "score"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("kind", "magic", "kind 'magic': must be one of feedback, state_feedback"),
        ("features", None, "features: is missing"),
        ("features", {"npss": {"centre": 0, "scale": 1}}, "features.npss: is no entry of the report"),
        ("features", {"time_left": {"centre": 0, "scale": 1}}, "features.time_left: is gone; a manager is not shown"),
        ("features", {"nps": {"centre": 0, "scale": 0}}, "features.nps.scale = 0: must be above 0"),
        ("features", {"nps": {"center": 0, "scale": 1}}, "features.nps: must hold centre and scale"),
        ("weights", {"nps": {}}, "weights: must be for "),
        ("bias", {"audit": 0.1}, "bias: must hold a number for each of base_pay, "),
        ("bias", dict.fromkeys(LEVER_NAMES, float("nan")), "bias.base_pay = nan: must be a finite number"),
        ("bias", dict.fromkeys(LEVER_NAMES, True), "bias.base_pay = True: must be a finite number"),
    ],
)
def test_a_file_that_holds_no_feedback_is_one_clear_error(small, tmp_path, key, value, message):
    content = LinearFeedback(LinearForm("report"), np.zeros(LinearForm("report").size)).content()
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({**content, key: value}))
    with pytest.raises(PolicyError) as error:
        load_policy(str(path), small)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_a_policy_from_before_a_lever_existed_leaves_it_off():
    reports = np.random.default_rng(3).normal(size=(4, N_ENTRIES)).astype(np.float32)
    now = LinearFeedback(LinearForm("report"), np.random.default_rng(2).normal(size=LinearForm("report").size))
    content = now.content()
    for values in (content["bias"], *content["weights"].values()):
        del values[LEVER_NAMES[-1]]
    before = LinearFeedback.from_content(content).predict(reports)[0]
    np.testing.assert_allclose(before[:, :-1], now.predict(reports)[0][:, :-1], atol=1e-3)
    assert (before[:, -1] == -1.0).all()  # research, which is off at the lower end of its range


def test_a_network_from_before_a_lever_existed_leaves_it_off():
    draw = np.random.default_rng(3).normal
    reports = draw(size=(4, N_ENTRIES)).astype(np.float32)
    mean, weights, bias = (draw(size=size).astype(np.float32) for size in (N_ENTRIES - 1, (5, N_ENTRIES - 1), 5))
    last = draw(size=(N_LEVERS - 1, 5)).astype(np.float32)
    numbers = np.concatenate([mean, np.ones_like(mean), weights.ravel(), bias, last.ravel(), np.zeros(N_LEVERS - 1)])
    packed = base64.b64encode(zlib.compress(numbers.astype("<f4").tobytes())).decode("ascii")
    sizes = [N_ENTRIES - 1, 5, N_LEVERS - 1]
    policy = NetworkPolicy.from_content({"kind": "network", "sizes": sizes, "numbers": packed})
    expected = np.clip(np.tanh((reports[:, :-1] - mean) @ weights.T + bias) @ last.T, -1.0, 1.0)
    actions = policy.predict(reports)[0]
    np.testing.assert_allclose(actions[:, :-1], expected, atol=1e-5)
    assert (actions[:, -1] == -1.0).all()


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ([N_ENTRIES, N_LEVERS], "numbers: must be"),
        ([N_ENTRIES, 65_536, 65_536, N_LEVERS], r"sizes \[.*\]: need 4,[\d,]+ numbers, must be at most"),
    ],
)
def test_a_small_network_file_does_not_unpack_to_a_large_one(sizes, says):
    packer = zlib.compressobj(1)
    packed = b"".join([packer.compress(bytes(2**20)) for _ in range(64)] + [packer.flush()])
    content = {"kind": "network", "sizes": sizes, "numbers": base64.b64encode(packed).decode("ascii")}
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=says):
            NetworkPolicy.from_content(content)
        assert tracemalloc.get_traced_memory()[1] < 2**21  # 64 MB are packed into 280 kB of text
    finally:
        tracemalloc.stop()


def test_policies_that_are_shipped_for_a_scenario_go_by_their_names(tmp_path, monkeypatch):
    monkeypatch.setattr(incentive_env.policies.files, "config_directory", lambda: tmp_path)
    folder = tmp_path / "policies" / "telesales"
    folder.mkdir(parents=True)
    (folder / "best_static_profit.yaml").write_text("objective: profit\nscheme: {base_pay: 500, commission: 3}\n")
    config = load_config()
    expected = scheme_to_action(FIXED["flat_salary"].scheme._replace(base_pay=500.0, commission=3.0), config)
    np.testing.assert_array_equal(load_policy("best_static_profit", config).action, expected)
    assert trained_on("best_static_profit") == "profit"
    with pytest.raises(PolicyError, match="nearest valid name: best_static_profit"):
        load_policy("best_static_profits", config)
    with pytest.raises(PolicyError, match="no policy 'best_static_profit'"):
        load_policy("best_static_profit", load_config("decent_team"))


def test_shipped_policies_load_for_their_scenario():
    for path in incentive_env.policies.files.config_directory().glob("policies/*/*.yaml"):
        load_policy(path.stem, load_config(path.parent.name))


def test_a_situation_tells_what_is_done_there_and_only_there(small):
    """Audit rises by 0.4 half-ranges in a campaign, and nothing else moves; blind, nothing does."""
    policy = wired("report", "campaign", AUDIT, 0.4)
    middle = wired("report", "nps", AUDIT, 0.0)
    config = load_config(small, {"horizon.decisions": 12, "events.campaign.weeks": 8})
    row = event(config, policy, middle, "campaign", range(12))
    half = (config.levers.audit.high - config.levers.audit.low) / 2
    assert row.levers[0]["lever"] == "audit"
    assert row.levers[0]["mean"] == pytest.approx(0.4 * half)
    assert [lever["mean"] for lever in row.levers[1:]] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert row.more == row.gain  # without news of campaigns, it is the middle scheme
    assert not roll_out(config, Blind(policy, "campaign"), range(4)).actions.any()


def test_a_rotten_team_is_known_by_its_opening_norm(small):
    assert opened_rotten(load_config(small, {"floors.rotten_chance": 1.0}), range(4)).all()
    assert not opened_rotten(load_config(small, {"floors.rotten_chance": 0.0}), range(4)).any()
    small, seeds = load_config(small, {"floors.rotten_chance": 0.5}), range(16)
    rotten = opened_rotten(small, seeds)
    policy = wired("state", "norm", AUDIT, 0.2)
    managed, fixed = (manage(small, each, seeds) for each in (policy, wired("report", "nps", AUDIT, 0.0)))
    row = rotten_team(small, managed, fixed, seeds)
    assert row.floors == rotten.sum()
    assert row.gain.mean == pytest.approx((managed.loyalty - fixed.loyalty)[rotten].mean())
    assert row.levers[0]["lever"] == "audit"
    gains = managed.loyalty - fixed.loyalty
    welch = stats.ttest_ind(gains[rotten], gains[~rotten], equal_var=False).confidence_interval()
    assert (row.more.low, row.more.high) == pytest.approx((welch.low, welch.high))
    assert rotten_team(load_config(small, {"floors.rotten_chance": 0.0}), managed, fixed, seeds) is None
