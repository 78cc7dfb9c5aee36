import copy
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from stable_baselines3.common.env_checker import check_env as check_env_sb3
from stable_baselines3.common.env_util import make_vec_env
from worlds import BANKRUPT, CLIENT_LEAVES, N_LEVERS, SMALL, open_floors, small_config

from incentive_env import ConfigError, SalesFloorEnv, SalesFloorVectorEnv, load_config
from incentive_env.config import KeywordError, config_directory
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.observation import FIGURES
from incentive_env.floors.reward import PRESETS, TERM_NAMES, reward_weights

IDS = sorted(name for name in gym.registry if name.startswith("incentive_env/"))
SCALAR = [name for name in IDS if "/MO-" not in name]  # checkers want one number for a reward; see test_mo_env.py
FLOORS = [name for name in IDS if gym.registry[name].vector_entry_point is not None]
EPISODE = SMALL["horizon.decisions"]

every_id = pytest.mark.parametrize("env_id", IDS)
every_floor = pytest.mark.parametrize("env_id", FLOORS)


@pytest.fixture
def env(small):
    env = SalesFloorEnv(small)
    env.reset(seed=1)
    return env


@pytest.fixture
def vector(small):
    vector = SalesFloorVectorEnv(2, small)
    vector.reset(seed=1)
    return vector


def _roll_out(env: gym.Env, seed: int) -> list:
    env.action_space.seed(seed)
    observation, info = env.reset(seed=seed)
    trace, over = [(observation, info)], False
    while not over:
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        over = terminated or truncated
        trace.append((observation, reward, terminated, truncated, info))
    return trace


def test_a_keyword_that_is_no_key_is_a_type_error_too():
    """Makers of wrappers try keywords out, and take a `TypeError` for a no."""
    for make in (gym.make, gym.make_vec):
        with pytest.raises(TypeError, match="unexpected keyword argument 'frameskip'") as error:
            make("incentive_env/Telesales-v1", frameskip=1)
        assert isinstance(error.value, ConfigError)


def test_something_is_registered():
    assert "incentive_env/Telesales-v1" in IDS


@pytest.fixture
def no_screen(monkeypatch):
    """A screen that nobody sees, and frames that need not be looked at for long."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setitem(SalesFloorEnv.metadata, "render_fps", 1000)


@pytest.mark.parametrize(
    ("env_id", "render_mode"),
    [(env_id, mode) for env_id in SCALAR for mode in (None, *gym.make(env_id).metadata["render_modes"])],
)
def test_the_public_checkers_have_nothing_to_say(env_id, render_mode, no_screen):
    """For each mode; Gymnasium's own tries all of them each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make(env_id, render_mode=render_mode).unwrapped)
        env = gym.make(env_id, render_mode=render_mode)
        check_env_sb3(env, skip_render_check=False)
        env.close()


@every_floor
def test_a_seed_makes_the_whole_episode(env_id):
    short = {"horizon.decisions": 4, "horizon.scored_weeks": 16}
    first, again, other = (_roll_out(gym.make(env_id, **short), seed) for seed in (3, 3, 4))
    np.testing.assert_equal(first, again)
    assert not np.array_equal(first[0][0], other[0][0])


@every_floor
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_make_vec_makes_the_native_class_by_itself(env_id, mode):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs = gym.make_vec(env_id, num_envs=2, autoreset_mode=mode, **SMALL)
    assert isinstance(envs.unwrapped, SalesFloorVectorEnv)
    assert envs.metadata["autoreset_mode"] is mode
    observation, _ = envs.reset(seed=1)
    assert observation in envs.observation_space


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_episode_statistics_see_each_episode(mode):
    envs = RecordEpisodeStatistics(gym.make_vec(FLOORS[0], num_envs=2, autoreset_mode=mode, **SMALL))
    envs.reset(seed=1)
    total = np.zeros(2)
    for _ in range(EPISODE):
        _, rewards, _, truncated, infos = envs.step(envs.action_space.sample())
        total += rewards
    assert truncated.all()
    assert infos["episode"]["l"].tolist() == [EPISODE] * 2
    assert infos["episode"]["r"] == pytest.approx(total)
    for _ in range(EPISODE + 1):
        envs.step(envs.action_space.sample())
    assert envs.episode_count == 4


def test_without_autoreset_an_ended_floor_wants_a_reset(small):
    envs = SalesFloorVectorEnv(2, small, autoreset_mode="Disabled")
    envs.reset(seed=1)
    for _ in range(EPISODE):
        _, _, _, truncated, _ = envs.step(np.zeros((2, N_LEVERS), np.float32))
    assert truncated.all()
    with pytest.raises(ResetNeeded, match=r"\[0, 1\]"):
        envs.step(np.zeros((2, N_LEVERS), np.float32))
    envs.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(ResetNeeded, match=r"\[1\]"):
        envs.step(np.zeros((2, N_LEVERS), np.float32))


def test_a_floor_that_was_never_opened_cannot_be_stepped(small):
    envs = SalesFloorVectorEnv(2, small, autoreset_mode="Disabled")

    def open_one_and_step_both():
        envs.reset(seed=1, options={"reset_mask": np.array([True, False])})
        envs.step(np.zeros((2, N_LEVERS), np.float32))

    with pytest.raises((ResetNeeded, ValueError)):
        open_one_and_step_both()


def test_finite_actions_outside_the_box_are_clipped(small):
    action = np.linspace(-1.0, 1.0, N_LEVERS, dtype=np.float32)
    far = np.where(np.abs(action) == 1.0, 50.0 * action, action)
    envs = [SalesFloorEnv(small) for _ in range(2)]
    reports = []
    for env, wanted in zip(envs, (action, far), strict=True):
        env.reset(seed=1)
        reports.append(env.step(wanted)[0])
    assert (reports[0] == reports[1]).all()


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (np.zeros(10), rf"\(10,\), must be \({N_LEVERS},\)"),
        (np.zeros((1, N_LEVERS)), rf"\(1, {N_LEVERS}\), must be \({N_LEVERS},\)"),
        (np.float32(0.0), r"shape \(\)"),
        (np.where(np.arange(N_LEVERS) == 3, np.nan, 0.0), r"action\[3\] = nan"),
        (np.where(np.arange(N_LEVERS) == 0, np.inf, 0.0), r"action\[0\] = inf"),
    ],
)
def test_an_action_that_is_none_is_an_error(env, action, says):
    with pytest.raises(ValueError, match=says):
        env.step(action)


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        (np.zeros((3, N_LEVERS)), rf"\(3, {N_LEVERS}\), must be \(2, {N_LEVERS}\)"),
        (np.full((2, N_LEVERS), np.nan), r"action\[0, 0\] = nan"),
    ],
)
def test_actions_that_are_none_are_an_error(vector, actions, says):
    with pytest.raises(ValueError, match=says):
        vector.step(actions)


def test_step_wants_a_reset_before_and_after_an_episode(small):
    env, action = SalesFloorEnv(small), np.zeros(N_LEVERS, np.float32)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(action)
    with pytest.raises(ResetNeeded, match="reset"):
        SalesFloorVectorEnv(2, small).step(np.zeros((2, N_LEVERS), np.float32))
    env.reset(seed=1)
    assert [env.step(action)[3] for _ in range(EPISODE)] == [False] * (EPISODE - 1) + [True]
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(action)


@pytest.mark.parametrize("make", [SalesFloorEnv, lambda **kwargs: SalesFloorVectorEnv(2, **kwargs)])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"reward": "loyality"}, "'loyality'; nearest valid name: loyalty"),
        ({"salesforce.rep": 3}, "salesforce.rep: unknown key .*salesforce.reps"),
        ({"config": "telesails"}, "'telesails'; nearest valid name: telesales"),
    ],
)
def test_an_argument_that_cannot_be_used_is_an_error(make, arguments, says):
    with pytest.raises(ValueError, match=says):
        make(**arguments)


@pytest.mark.parametrize("make", [SalesFloorEnv, lambda **kwargs: SalesFloorVectorEnv(2, **kwargs)])
def test_an_unknown_render_mode_is_a_type_error(make):
    with pytest.raises(TypeError, match="render_mode 'depth'"):
        make(render_mode="depth")


@pytest.mark.filterwarnings("ignore:.*render_mode")  # LEN is not drawn
@pytest.mark.parametrize("env_id", IDS)
def test_stable_baselines3_makes_a_batch_by_id(env_id):
    assert make_vec_env(env_id, n_envs=2).reset().shape[0] == 2


@every_floor
def test_stable_baselines3_gets_the_pictures_that_it_asks_for(env_id):
    envs = make_vec_env(env_id, n_envs=2)
    envs.reset()
    assert envs.render_mode == "rgb_array"
    assert [picture.shape[2] for picture in envs.get_images()] == [3, 3]


def test_an_unknown_override_goes_through_gym_make_as_a_config_error():
    with pytest.raises(ConfigError, match=r"salesforce\.reps"):
        gym.make(FLOORS[0], **{"salesforce.rep": 3})


def test_num_envs_must_be_positive(small):
    with pytest.raises(ValueError, match="num_envs = 0"):
        SalesFloorVectorEnv(0, small)


@pytest.mark.parametrize("reward", PRESETS)
def test_reward_is_the_weighted_sum_of_its_terms(small, reward):
    env = SalesFloorEnv(small, reward=reward)
    env.reset(seed=1)
    _, value, _, _, info = env.step(np.zeros(N_LEVERS, np.float32))
    assert tuple(info["reward_terms"]) == TERM_NAMES
    weights = dict(zip(TERM_NAMES, reward_weights(small, reward), strict=True))
    assert value == pytest.approx(sum(weights[name] * term for name, term in info["reward_terms"].items()))


def test_the_report_as_text_names_every_lever_and_figure(small):
    env = SalesFloorEnv(small, render_mode="ansi")
    env.reset(seed=1)
    assert "no decision yet" in env.render()
    env.step(np.zeros(N_LEVERS, np.float32))
    words = env.render().split()
    for name in (*LEVER_NAMES, *(figure.name for figure in FIGURES)):
        assert name in words
    assert SalesFloorEnv(small).render() is None


@pytest.mark.parametrize(
    "overrides",
    [
        CLIENT_LEAVES,
        BANKRUPT,
    ],
    ids=["client leaves", "bankrupt"],
)
def test_an_episode_terminates_when_nothing_is_left_to_manage(small, overrides):
    env = SalesFloorEnv(small, **overrides, **{"horizon.decisions": 20})
    env.reset(seed=1)
    steps = []
    while not steps or not (steps[-1][2] or steps[-1][3]):
        steps.append(env.step(np.zeros(N_LEVERS, np.float32)))
        assert steps[-1][0] in env.observation_space
    report, _, terminated, truncated, info = steps[-1]
    assert (terminated, truncated) == (True, False)
    assert len(steps) < 20
    assert np.isfinite(report).all()
    assert info["figures"]["volume"] == 0.0
    with pytest.raises(ResetNeeded):
        env.step(np.zeros(N_LEVERS, np.float32))


@pytest.mark.parametrize("name", ["Telesales", "ContactCenter", "MO-Telesales", "MO-ContactCenter"])
@pytest.mark.parametrize("make", [gym.make, gym.make_vec])
@pytest.mark.filterwarnings("ignore:.*is out of date")
def test_an_id_of_version_0_is_answered_with_the_one_of_today(make, name):
    with pytest.raises(gym.error.DeprecatedEnv, match=f"{name}-v1"):
        make(f"incentive_env/{name}-v0")


@pytest.mark.parametrize(("reward", "credited"), [("loyalty", True), ("balanced", True), ("profit", False)])
def test_a_floor_that_closes_is_credited_with_its_loyalty_in_the_rest_of_the_episode(small, reward, credited):
    """By hand: a twin runs on, closed, to the end of the episode."""
    env = SalesFloorEnv(small, reward, **CLIENT_LEAVES, **{"horizon.decisions": 20})
    twin = open_floors(env.config, [1])
    env.reset(seed=1)
    paid, lived, over = [], [], False
    while not over:
        *_, terminated, over, info = env.step(np.zeros(N_LEVERS, np.float32))
        paid.append(info["reward_terms"]["loyalty"])
        lived.append(twin.decide(np.zeros((1, N_LEVERS))).terms["loyalty"][0])
        over |= terminated
    rest = sum(twin.advance(4).truth["loyalty"][0] for _ in range(20 - len(paid))) / 100.0
    assert terminated
    assert rest != 0.0
    lived[-1] += rest if credited else 0.0
    assert paid == pytest.approx(lived)


def test_a_deep_copy_goes_on_like_its_original(small):
    """Or says that it cannot be copied; what must not happen is a copy that reports nothing."""
    env = SalesFloorEnv(small)
    env.reset(seed=1)
    try:
        twin = copy.deepcopy(env)
    except TypeError:
        return
    action = np.linspace(-1.0, 1.0, N_LEVERS, dtype=np.float32)
    mine, its = env.step(action), twin.step(action)
    np.testing.assert_equal(its, mine)


@pytest.mark.parametrize("name", ["Telesales-v1", "MO-Telesales-v1", "LEN-v0"])
def test_every_environment_refuses_an_unknown_keyword_in_the_same_way(name):
    with pytest.raises(KeywordError, match=r"^rewrd: unknown") as caught:
        gym.make(f"incentive_env/{name}", rewrd="profit")
    assert isinstance(caught.value, ConfigError)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "2"])
def test_a_batch_has_a_whole_number_of_floors(wrong):
    with pytest.raises(ValueError, match=r"^num_envs = .*: must be a whole number, at least 1$"):
        SalesFloorVectorEnv(wrong)


def test_numbers_of_numpy_are_taken_where_those_of_python_are():
    env = SalesFloorVectorEnv(np.int64(2), **{"salesforce.reps": np.int32(3), "market.need_mean": np.float32(0.5)})
    assert (env.num_envs, env.config.salesforce.reps, env.config.market.need_mean) == (2, 3, 0.5)
    with pytest.raises(ConfigError, match="must be a whole number"):
        SalesFloorVectorEnv(1, **{"salesforce.reps": np.float64(3.0)})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Telesales-v1", {"config": load_config("contact_center", SMALL), "salesforce.reps": np.int64(2)}),
        ("MO-Telesales-v1", {"config": config_directory() / "scenarios" / "hard_market.yaml", **SMALL}),
        ("LEN-v0", {"problem": "multitask", "p": np.ones(2), "C": np.eye(2), "Sigma": (1.0, np.inf)}),
    ],
)
def test_arguments_of_any_type_survive_a_spec_in_json(name, arguments):
    env = gym.make(f"incentive_env/{name}", **arguments)
    again = gym.make(EnvSpec.from_json(env.spec.to_json()))
    np.testing.assert_equal(_roll_out(again, 3), _roll_out(env, 3))
    assert getattr(again.unwrapped, "config", None) == getattr(env.unwrapped, "config", None)


def test_arguments_of_a_batch_survive_a_spec_in_json(small):
    config = load_config(small, {"client.demand_sd": 0.123})
    arguments = {
        "config": config,
        "reward": "profit",
        "autoreset_mode": AutoresetMode.SAME_STEP,
        "threads": np.int64(2),
    }
    envs = gym.make_vec(FLOORS[0], num_envs=np.int64(2), **arguments)
    again = gym.make_vec(EnvSpec.from_json(envs.spec.to_json()))
    assert (again.num_envs, again.config, again.unwrapped.reward) == (2, config, "profit")
    assert again.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP


@pytest.mark.parametrize("name", ["Telesales-v1", "MO-Telesales-v1", "LEN-v0"])
def test_an_unknown_option_of_a_reset_is_refused_and_changes_nothing(name):
    env, twin = (gym.make(f"incentive_env/{name}").unwrapped for _ in range(2))
    for each in (env, twin):
        each.reset(seed=1, options={})
    with pytest.raises(KeywordError, match=r"^options: unknown key 'week'; known keys: "):
        env.reset(seed=2, options={"week": 3})
    with pytest.raises(KeywordError, match=r"^options = \['week'\]: must be a mapping or None$"):
        env.reset(seed=2, options=["week"])
    np.testing.assert_equal(env.step(env.action_space.low), twin.step(env.action_space.low))


def test_an_unknown_option_of_a_batch_names_the_known_one(vector):
    with pytest.raises(KeywordError, match=r"'resetmask'; nearest valid name: reset_mask; known keys: reset_mask$"):
        vector.reset(options={"resetmask": np.array([True, False])})


@pytest.mark.parametrize("mode", ["SameStep", "NextStep"])
def test_ends_of_episodes_make_no_new_floors(monkeypatch, mode):
    """Floors open, close and are paid for the rest of their episode in the memory that the batch has."""
    envs = SalesFloorVectorEnv(3, small_config({**BANKRUPT, "horizon.decisions": 6}), autoreset_mode=mode)
    monkeypatch.delattr("incentive_env.floors.batch.config_records")
    monkeypatch.delattr("incentive_env.floors.batch.empty_state")
    envs.reset(seed=1)
    ended = sum(np.count_nonzero(envs.step(np.zeros((3, N_LEVERS), np.float32))[2]) for _ in range(14))
    assert ended >= 3


def test_a_floor_that_opens_again_leaves_the_records_of_the_last_period(small):
    """What was simulated in a step can be read after it, though floors have opened again in the same step."""
    envs = SalesFloorVectorEnv(2, small, autoreset_mode="SameStep")
    alone = SalesFloorVectorEnv(2, small, autoreset_mode="Disabled")
    for env in (envs, alone):
        env.reset(seed=1)
        for _ in range(small.horizon.decisions):
            env.step(np.zeros((2, N_LEVERS), np.float32))
    for mine, theirs in zip(envs.last_period[:2], alone.last_period[:2], strict=True):
        assert mine.tobytes() == theirs.tobytes()
