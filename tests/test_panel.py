import numpy as np
import pytest
from worlds import N_ENTRIES, N_LEVERS

from incentive_env import ConfigError, Scheme, simulate
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.model.scheme import scheme_to_action
from incentive_env.studies.simulate import roll_out

SEEDS = [3, 4]
SCHEME = Scheme(base_pay=600.0, commission=10.0, audit=0.05)


class Model:
    """Stands for a trained model: it has `predict`, and always sets one scheme."""

    def __init__(self, action: np.ndarray) -> None:
        self.action = action

    def predict(self, observation, state=None, episode_start=None, deterministic=False):
        assert deterministic
        return np.tile(self.action, (len(observation), 1)), None


@pytest.fixture(scope="module")
def panel(small):
    return simulate(small, SCHEME, SEEDS)


def test_a_scheme_a_callable_and_a_model_are_policies(small, panel):
    action = scheme_to_action(SCHEME, small)
    for policy in (lambda seen: np.tile(action, (len(seen), 1)), Model(action)):
        other = simulate(small, policy, SEEDS)
        for mine, theirs in zip(panel[:2], other[:2], strict=True):
            assert mine.tobytes() == theirs.tobytes()


def test_a_policy_is_asked_at_each_decision_with_all_reports(small):
    observations = []

    def policy(seen):
        observations.append(seen)
        return np.zeros((len(seen), N_LEVERS))

    rollout = roll_out(small, policy, SEEDS)
    assert np.array_equal(np.stack(observations), rollout.observations)
    assert rollout.observations.shape == (small.horizon.decisions, len(SEEDS), N_ENTRIES)
    assert rollout.truth.shape == rollout.figures.shape == rollout.actions.shape[:2]


def test_tables_have_a_row_for_each_key(small, panel):
    weeks = small.horizon.episode_weeks
    keys = [(seed, week) for seed in SEEDS for week in range(1, weeks + 1)]
    assert panel.floor_weeks[["seed", "week"]].tolist() == keys
    reps = small.salesforce.reps
    assert panel.rep_weeks[["seed", "week", "rep"]].tolist() == [(*key, rep) for key in keys for rep in range(reps)]
    assert len(panel.ledger) == len(keys) * (4 + len(CHANNEL_NAMES))
    assert panel.config == small


def test_rep_weeks_add_up_to_floor_weeks(small, panel):
    for column in ("calls", "sales", "recorded_callbacks", "gamed_pressure", "found_callback", "commission"):
        of_reps = panel.rep_weeks[column].reshape(-1, small.salesforce.reps).sum(axis=1)
        assert of_reps == pytest.approx(panel.floor_weeks[column])


def test_the_ledger_has_one_row_for_each_floor_week_and_entry(panel):
    keys = panel.ledger[["seed", "week", "entry"]].tolist()
    assert len(set(keys)) == len(keys)


def test_the_ledger_reconciles(panel):
    """Each call is one outcome done, and one recorded (on no file is one too); a misbooked one moves between two."""

    def total(entry: str, column: str) -> float:
        return float(panel.ledger[column][panel.ledger["entry"] == entry].sum())

    outcomes = ("sale", "refusal", "callback", "nothing")
    calls = panel.floor_weeks["calls"].sum()
    assert sum(total(entry, "done") for entry in outcomes) == calls
    assert sum(total(entry, "recorded") for entry in outcomes) == calls
    misbooked, unlogged = total("gamed_callback", "done"), total("gamed_unlogged", "done")
    assert total("callback", "recorded") - total("callback", "done") == misbooked
    assert total("refusal", "done") - total("refusal", "recorded") == misbooked + unlogged
    assert total("nothing", "recorded") == unlogged
    for channel in CHANNEL_NAMES:
        assert total(f"gamed_{channel}", "done") == panel.floor_weeks[f"gamed_{channel}"].sum()
        assert total(f"gamed_{channel}", "found_out") == panel.floor_weeks[f"found_{channel}"].sum()


@pytest.mark.parametrize("weeks", [1, 3, 4, 6])
def test_a_run_of_any_length_stands_under_the_policy(small, panel, weeks):
    short = simulate(small, SCHEME, SEEDS, weeks)
    assert len(short.floor_weeks) == len(SEEDS) * weeks
    for seed in SEEDS:
        mine = short.floor_weeks[short.floor_weeks["seed"] == seed]
        theirs = panel.floor_weeks[panel.floor_weeks["seed"] == seed][:weeks]
        assert mine.tobytes() == theirs.tobytes()


def test_a_length_below_one_week_is_an_error(small):
    with pytest.raises(ValueError, match="weeks = 0"):
        simulate(small, SCHEME, SEEDS, 0)


def test_no_seeds_are_an_error_that_says_so(small):
    with pytest.raises(ValueError, match="seed"):
        simulate(small, SCHEME, [], 4)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (lambda seen: np.zeros(N_LEVERS), rf"shape \({N_LEVERS},\), must be \(2, {N_LEVERS}\)"),
        (lambda seen: np.full((len(seen), N_LEVERS), np.nan), "not finite"),
        ("pice_rate", "no policy 'pice_rate'; nearest valid name: piece_rate"),
        (5, "must be a Scheme, the name or file of a policy, a function, or an object with a method 'predict'"),
        (Scheme(base_pay=600.0, audit=0.9), "audit = 0.9"),
    ],
)
def test_a_policy_that_cannot_be_used_is_an_error(small, policy, says):
    with pytest.raises(ValueError, match=says):
        simulate(small, policy, SEEDS)


def test_a_config_that_cannot_be_used_is_an_error():
    with pytest.raises(ConfigError, match="telesales"):
        simulate("telesails", SCHEME, SEEDS)


def test_only_the_columns_that_are_asked_for_are_kept(small, panel):
    few = simulate(small, SCHEME, SEEDS, columns=["exit", "cash", "sales"])
    assert few.floor_weeks.dtype.names == ("seed", "week", "sales", "cash")
    assert few.rep_weeks.dtype.names == ("seed", "week", "rep", "sales", "exit")
    for mine, theirs in zip(few[:2], panel[:2], strict=True):
        assert all((mine[name] == theirs[name]).all() for name in mine.dtype.names)
    with pytest.raises(ValueError, match="the ledger needs columns that were not kept: callbacks, "):
        _ = few.ledger
    with pytest.raises(ValueError, match="no column 'sails'; nearest valid name: sales"):
        simulate(small, SCHEME, SEEDS, columns=["sails"])


def test_tables_come_in_a_stream(small, panel):
    """Decision by decision, by weeks first; together they are the panel, which keeps no rep-weeks then."""
    parts = []
    kept = simulate(small, SCHEME, SEEDS, each=parts.append)
    assert len(parts) == small.horizon.decisions
    assert kept.floor_weeks.tobytes() == panel.floor_weeks.tobytes()
    assert kept.rep_weeks.size == 0
    for name in ("floor_weeks", "rep_weeks"):
        whole = np.concatenate([getattr(part, name) for part in parts])
        assert (np.diff(whole["week"]) >= 0).all()
        assert np.sort(whole, order=("seed", "week")).tobytes() == getattr(panel, name).tobytes()
