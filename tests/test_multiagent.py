"""The floor as PettingZoo's agents: manager and seats, each with what it sees, does and gets."""

import numpy as np
import pettingzoo
import pytest
from gymnasium.error import ResetNeeded
from pettingzoo.test import parallel_api_test, parallel_seed_test
from worlds import N_CHOICES, N_LEVERS, PLAIN, SMALL, Core

from incentive_env import SalesFloorEnv, load_config, parallel_env, simulate
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.record import config_records
from incentive_env.floors.batch import Floors, Period
from incentive_env.floors.seats import CONDUCT_NAMES, SIGHT_NAMES, UTILITY_TERMS, Seats
from incentive_env.model import reps as model_reps
from incentive_env.model.scheme import Scheme
from incentive_env.model.state import REP_WEEK, UNLOGGED
from incentive_env.policies.fixed import FIXED, FixedPolicy

SETTINGS = {
    "all": {},
    "reps under a policy": {"manager": "quota_with_threat"},
    "two of them": {"manager": "flat_salary", "reps": [1, 3]},
    "the manager alone": {"reps": 0},
    "paid in money": {"rep_reward": "pay", "reps": 1},
}


@pytest.fixture(scope="module")
def small():
    return load_config("telesales", {**SMALL, "salesforce.reps": 4, "market.slots": 30, "horizon.decisions": 4})


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_pettingzoo_finds_nothing_to_complain_of(small, setting):
    parallel_api_test(parallel_env(small, **setting), num_cycles=60)
    parallel_seed_test(lambda: parallel_env(small, **setting))


def test_a_manager_alone_meets_the_floors_of_the_gymnasium_env(small):
    alone, env = parallel_env(small, reps=[]), SalesFloorEnv(small)
    observations, _ = alone.reset(seed=3)
    assert np.array_equal(observations["manager"], env.reset(seed=3)[0])
    generator = np.random.default_rng(0)
    while alone.agents:
        action = generator.uniform(-1.0, 1.0, N_LEVERS).astype(np.float32)
        theirs, rewards, terminated, truncated, _ = alone.step({"manager": action})
        mine, reward, *ends, _ = env.step(action)
        assert np.array_equal(theirs["manager"], mine)
        assert (rewards["manager"], terminated["manager"], truncated["manager"]) == (reward, *ends)


def test_agents_are_the_manager_and_the_seats_asked_for(small):
    assert parallel_env(small, reps=[3, 1]).possible_agents == ["manager", "rep_3", "rep_1"]
    assert parallel_env(small, manager=Scheme(base_pay=600), reps=1).possible_agents == ["rep_0"]
    env = parallel_env(small, reps=1)
    assert env.observation_space("rep_0").shape == (len(SIGHT_NAMES),)
    assert env.action_space("rep_0").shape == (len(CONDUCT_NAMES),)


def test_a_policy_that_manages_announces_and_an_agent_does_not(small):
    """What a seat sees of the scheme: that of the period to come, or the one still in force."""
    scheme = SIGHT_NAMES.index("scheme_target")
    quota = FixedPolicy(FIXED["quota_with_threat"].scheme, small).action
    observation = parallel_env(small, manager="quota_with_threat", reps=1).reset(seed=1)[0]["rep_0"]
    assert observation[scheme:] == pytest.approx(quota[2:])
    env = parallel_env(small, reps=1)
    assert env.reset(seed=1)[0]["rep_0"][scheme] == -1.0  # no target under the neutral scheme
    after, *_ = env.step({"manager": quota, "rep_0": np.zeros(N_CHOICES, np.float32)})
    assert after["rep_0"][scheme:] == pytest.approx(quota[2:])


HONEST = [0.2, 1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1]  # in the order of CONDUCT_NAMES
FALSIFIER = [0.2, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1]


def _worth(small, conduct, scheme, periods=3, **setting):
    """Terms of utility of some periods of a conduct in all seats, and what was done."""
    env = parallel_env(small, manager=scheme, **setting)
    env.reset(seed=11)
    total = dict.fromkeys(UTILITY_TERMS, 0.0)
    weeks = []
    for _ in range(periods):
        *_, infos = env.step({agent: np.array(conduct, np.float32) for agent in env.agents})
        weeks.append(env.last_period.rep_weeks.copy())
        for info in infos.values():
            for term, euros in info["utility_terms"].items():
                total[term] += euros
    return total, np.concatenate(weeks, axis=1)[0]


def test_what_a_seat_chooses_is_what_is_done(small):
    for conduct in (HONEST, FALSIFIER):
        _, weeks = _worth(small, conduct, "flat_salary")
        gamed = weeks["gamed"].sum(axis=(0, 1))
        refusals = weeks["refusals"].sum()
        assert refusals > 0
        expected = np.zeros(len(CHANNEL_NAMES))
        expected[UNLOGGED] = refusals if conduct is FALSIFIER else 0.0
        assert gamed == pytest.approx(expected, abs=0.02 * refusals)


def test_a_seat_that_is_no_agent_goes_on_by_itself(small):
    _, weeks = _worth(small, FALSIFIER, "flat_salary", reps=[0])
    unlogged = weeks["unlogged"].sum(axis=0)
    assert unlogged[0] > 0.9 * weeks["refusals"].sum(axis=0)[0]
    assert unlogged[1:].sum() < 0.2 * weeks["refusals"].sum(axis=0)[1:].sum()


def test_falsifying_pays_under_a_quota_and_costs_under_a_salary(small):
    """Not programmed: gaming follows from missed quotas, which hurt, and from conscience, which hurts less."""
    honest, _ = _worth(small, HONEST, "quota_with_threat")
    false, _ = _worth(small, FALSIFIER, "quota_with_threat")
    assert honest["quota"] < 0.0 == false["quota"]
    assert honest["conscience"] == pytest.approx(0.0, abs=1.0)
    assert false["conscience"] < 0.0
    assert sum(false.values()) > sum(honest.values())
    honest, _ = _worth(small, HONEST, "flat_salary")
    false, _ = _worth(small, FALSIFIER, "flat_salary")
    assert sum(false.values()) < sum(honest.values())


def test_what_is_switched_off_cannot_be_chosen():
    closed = load_config("no_gaming", {**SMALL, "market.slots": 20})
    _, weeks = _worth(closed, [0.2, -1, 1, 1, 1, 1, -1, 1, 1, 1, 1, 1], "flat_salary")
    assert weeks["calls"].sum() > 0
    assert weeks["gamed"].sum() == 0


def test_utility_of_a_quiet_period_by_hand(small):
    """A flat salary, no call: pay against what others pay, and the cost of hardly working."""
    small = load_config(small, PLAIN)

    class Idle:
        def predict(self, observation, state=None, episode_start=None, deterministic=False):
            return np.tile(np.float32([-1, 1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1]), (len(observation), 1)), None

    panel = simulate(small, FIXED["flat_salary"].scheme, [11], 4, reps=Idle())
    assert set(panel.rep_weeks["effort"][panel.rep_weeks["present"] > 0]) == {np.float32(0.05)}
    terms, weeks = _worth(small, [-1, 1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1], "flat_salary", periods=1, reps=[0])
    mine = weeks[:, 0]
    assert (mine["present"] == 1).all()
    outside = 600.0 * np.exp(small.workforce.outside_ability * mine["ability"])
    assert terms["pay"] == pytest.approx(np.mean(mine["base_pay"] - outside))
    by_itself = small.effort.resting + small.effort.motivation * mine["motivation"]  # and no gift: pay is as elsewhere
    conversations = 3600 * small.salesforce.weekly_hours / (small.calls.search_time + small.calls.handle_time)
    toil = conversations * (mine["effort"] - by_itself) ** 2 / (2 * small.effort.marginal_pay)
    assert terms["effort"] == pytest.approx(-np.mean(toil))
    assert terms["quota"] == terms["audit"] == 0.0


def test_a_seat_is_paid_for_opportunity_as_the_models_own_reps_expect(small):
    """Manipulation under autonomy is a gain to opportunists, by the same formula by which others decide."""
    small = load_config(small, {**PLAIN, "mechanisms.kinds": True})
    free = Scheme(base_pay=600, autonomy=0.5)
    pressing = [0.2, -1, *HONEST[2:]]
    pressing[CONDUCT_NAMES.index("tactic_pressure")] = 1
    terms, weeks = _worth(small, pressing, free, periods=1, reps=[0])
    mine, p = weeks[:, 0], config_records(small)[0]
    pressed = mine["gamed"][:, CHANNEL_NAMES.index("pressure")]
    each = [Core(model_reps).opportunity_of(honesty, free.autonomy, p) for honesty in mine["honesty"]]
    assert pressed.sum() > 0
    assert terms["opportunity"] == pytest.approx(small.market.customers_per_slot * np.mean(pressed * each), rel=1e-5)


def test_who_fills_the_seats_shows_in_simulate_to_the_end(small):
    class Falsifier:
        def predict(self, observation, state=None, episode_start=None, deterministic=False):
            return np.tile(np.float32(FALSIFIER), (len(observation), 1)), None

    false = simulate(small, FIXED["flat_salary"].scheme, [1, 2], reps=Falsifier()).floor_weeks
    own = simulate(small, FIXED["flat_salary"].scheme, [1, 2]).floor_weeks
    last = false["week"] > false["week"].max() - 8
    assert false["unlogged"][last].sum() > 0.9 * false["refusals"][last].sum() > 0
    assert own["unlogged"].sum() < 0.2 * own["refusals"].sum()


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({"reps": 99}, "reps = 99: must be from 0 to"),
        ({"reps": [0, 0]}, "must be different seats"),
        ({"reps": [0.5]}, r"reps = \[0.5\]: must be how many seats"),
        ({"reps": True}, "reps = True: must be how many seats"),
        ({"reps": "ab"}, "reps = 'ab': must be how many seats"),
        ({"reps": [0, 77]}, "must be different seats"),
        ({"manager": "quota_with_thread"}, "nearest valid name: quota_with_threat"),
        ({"manager": "flat_salary", "reps": 0}, "no agent is left"),
        ({"rep_reward": "utilty"}, "nearest valid name: utility"),
        ({"reward": "loyality"}, "nearest valid name: loyalty"),
    ],
)
def test_an_argument_that_is_wrong_is_named(small, setting, error):
    with pytest.raises(ValueError, match=error):
        parallel_env(small, **setting)


def test_an_action_that_is_wrong_is_named(small):
    env = parallel_env(small, reps=2)
    with pytest.raises(ResetNeeded):
        env.step({})
    env.reset(seed=0)
    right = {agent: np.zeros(env.action_space(agent).shape, np.float32) for agent in env.agents}
    for wrong, error in (
        ({"manager": right["manager"]}, "no action for rep_0"),
        (right | {"rep_9": right["rep_0"]}, "an action for rep_9"),
        (right | {"rep_1": np.zeros(3, np.float32)}, "rep_1: action has shape"),
        (right | {"rep_0": right["rep_0"] * np.nan}, r"rep_0: action\[0\] = nan"),
    ):
        with pytest.raises(ValueError, match=error):
            env.step(wrong)


def test_pettingzoo_makes_it_by_name():
    env = pettingzoo.make("parallel", "incentive_env/ContactCenter-v1", reps=1)
    assert env.unwrapped.config.name == "contact_center"
    assert env.possible_agents == ["manager", "rep_0"]


def test_a_newcomer_is_judged_by_their_own_record_alone(small):
    """The predecessor's misses are not the successor's: hits and tries begin with the new rep."""
    floors, rep_weeks = Floors(small, 1), np.zeros((1, 4, 4), np.dtype((np.record, REP_WEEK)))
    floors.reset(np.array([1], np.uint64))
    floors.state.floors["scheme"]["target"], floors.state.floors["scheme"]["pressure"] = 0.3, 1.0
    rep_weeks["present"] = 1.0
    rep_weeks["recorded_refusals"][0, :2, 0] = 20.0  # of the predecessor, who sold nothing
    rep_weeks["recorded_sales"][0, 2:, 0] = 5.0
    seats = Seats(floors)
    quota = UTILITY_TERMS.index("quota")
    period = Period(*[None] * 6)._replace(rep_weeks=rep_weeks)  # type: ignore[arg-type]
    stake = small.decision.stake * small.market.customers_per_slot * floors.state.reps["loss_aversion"][0, 0]
    assert seats.gained(period)[0, 0, quota] == pytest.approx(-stake / 4)
    rep_weeks["present"][0, 3, 0] = 0.0  # a rep who left before the end is not judged at all
    assert seats.gained(period)[0, 0, quota] == 0.0
    rep_weeks["present"][0, 3, 0] = 1.0
    rep_weeks["hired"][0, 2, 0] = 1.0
    assert seats.gained(period)[0, 0, quota] == 0.0


def test_reps_that_return_nonsense_are_refused(small):
    class Broken:
        def __init__(self, shape, value):
            self.shape, self.value = shape, value

        def predict(self, observation, state=None, episode_start=None, deterministic=False):
            return np.full((len(observation), self.shape), self.value), None

    wrong_shape = rf"shape \(4, {N_CHOICES - 1}\), must be \(4, {N_CHOICES}\)"
    for reps, error in ((Broken(N_CHOICES - 1, 0.0), wrong_shape), (Broken(N_CHOICES, np.nan), "not finite")):
        with pytest.raises(ValueError, match=error):
            simulate(small, FIXED["flat_salary"].scheme, [1], 4, reps=reps)
