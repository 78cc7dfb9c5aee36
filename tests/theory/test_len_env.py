import copy
import doctest
import pickle
import subprocess
import sys
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as check_env_sb3
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

import incentive_env.theory.env
from incentive_env import ConfigError
from incentive_env.theory import PROBLEMS, LENEnv

ID = "incentive_env/LEN-v0"
INF = float("inf")

every_problem = pytest.mark.parametrize("problem", PROBLEMS)
one_period = pytest.mark.parametrize("problem", [name for name in PROBLEMS if name != "two_period"])


def _opened(**arguments) -> LENEnv:
    env = gym.make(ID, **arguments).unwrapped
    env.reset(seed=1)
    return env


def _offer(env: LENEnv, b) -> tuple[float, dict]:
    """Reward and info of the first period of one more contract, with slopes b."""
    env.reset()
    _, reward, terminated, truncated, info = env.step(env.action_of(b))
    assert (terminated, truncated) == (env.problem.after(b) is None, False)
    return reward, info


@every_problem
@pytest.mark.parametrize("mode", ["expected", "sampled"])
@pytest.mark.parametrize("render_mode", [None, "ansi"])
def test_the_public_checkers_have_nothing_to_say(problem, mode, render_mode):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make(ID, problem=problem, mode=mode, render_mode=render_mode).unwrapped)
        check_env_sb3(gym.make(ID, problem=problem, mode=mode, render_mode=render_mode))


def test_the_docstring_does_what_it_shows():
    assert doctest.testmod(incentive_env.theory.env).failed == 0


@one_period
def test_the_optimum_earns_the_optimal_profit_and_nothing_earns_more(problem):
    env = _opened(problem=problem)
    reward, info = _offer(env, env.problem.optimum())
    assert reward == pytest.approx(info["optimal_profit"]) == pytest.approx(env.problem.optimal_profit())
    others = np.random.default_rng(1).uniform(env.slope_low, env.slope_high, (100, env.problem.slopes))
    assert max(_offer(env, b)[0] for b in others) < info["optimal_profit"]


@every_problem
def test_info_holds_the_contract_and_the_response(problem):
    env = _opened(problem=problem)
    b = 0.7 * env.slope_high
    reward, info = _offer(env, b)
    response = env.problem.respond(info["slopes"])
    assert info["slopes"] == pytest.approx(b, rel=1e-6)
    assert info["effort"].tolist() == response.effort.tolist()
    assert info["gaming"] == response.gaming
    assert info["measure"] == pytest.approx(env.problem.measure(info["slopes"]))
    assert info["fixed_pay"] == pytest.approx(env.problem.fixed_pay(info["slopes"]))
    assert reward == pytest.approx(info["expected_profit"]) == pytest.approx(env.problem.profit(info["slopes"]))
    pay = info["fixed_pay"] + info["slopes"] @ info["measure"]
    assert reward == pytest.approx(env.problem.value(response) - pay)


@every_problem
def test_sampled_profit_has_the_expected_profit_as_its_mean(problem):
    env = _opened(problem=problem, mode="sampled")
    b = 0.4 * env.slope_high
    rewards, measures = [], []
    for _ in range(4000):
        reward, info = _offer(env, b)
        rewards.append(reward)
        measures.append(info["measure"])
    it = env.problem
    weight = it.noise_value - info["slopes"]
    spread = np.sqrt(weight @ it.covariance @ weight)
    assert np.mean(rewards) == pytest.approx(info["expected_profit"], abs=5.0 * spread / np.sqrt(4000))
    assert np.std(rewards) == pytest.approx(spread, rel=0.06)
    error = 5.0 * np.sqrt(np.diag(it.covariance)) / np.sqrt(4000)
    assert (np.abs(np.mean(measures, axis=0) - it.measure(info["slopes"])) <= error).all()


def test_noise_is_worth_something_in_output_and_nothing_in_a_measure():
    """Where the agent bears the whole of it (b = p), the principal has no risk in output."""
    single, gaming = _opened(mode="sampled", p=1.0), _opened(problem="gaming", mode="sampled", p=1.0)
    assert np.std([_offer(single, 1.0)[0] for _ in range(20)]) == pytest.approx(0.0, abs=1e-6)
    assert np.std([_offer(gaming, 1.0)[0] for _ in range(20)]) > 0.5
    assert np.std([_offer(gaming, 0.0)[0] for _ in range(20)]) == pytest.approx(0.0, abs=1e-6)


def test_a_task_that_is_not_measured_takes_no_pay_and_makes_no_noise():
    env = _opened(problem="multitask", Sigma=[1.0, INF], mode="sampled")
    _, info = _offer(env, env.slope_high)
    assert info["slopes"][1] == 0.0
    assert info["measure"][1] == info["effort"][1]
    assert _opened(problem="multitask", Sigma=[1.0, INF]).reset()[0].tolist()[-4:] == [1.0, 0.0, 0.0, -1.0]


def test_a_seed_makes_the_noise():
    env = gym.make(ID, mode="sampled")
    action = np.full(1, -0.5, np.float32)

    def reward_of(seed):
        env.reset(seed=seed)
        return env.step(action)[1]

    assert reward_of(3) == reward_of(3) != reward_of(4)
    first = reward_of(3)
    env.reset()
    assert env.step(action)[1] != first


def test_the_observation_is_the_problem():
    env = gym.make(ID, r=2.0, sigma=0.5, p=3.0, k=1.5, c=0.8)
    first, _ = env.reset(seed=1)
    assert first.tolist() == pytest.approx([2.0, 0.5, 3.0, 1.5, 0.8])
    assert (env.reset(seed=2)[0] == first).all()
    assert (env.step(env.action_space.sample())[0] == first).all()


def test_the_range_of_slopes_can_be_chosen():
    env = _opened(problem="multitask", slope_low=[-1.0, 0.0], slope_high=2.0)
    for action, slopes in ((-1.0, [-1.0, 0.0]), (0.0, [0.5, 1.0]), (1.0, [2.0, 2.0]), (9.0, [2.0, 2.0])):
        env.reset()
        assert env.step(np.full(2, action, np.float32))[4]["slopes"].tolist() == slopes
    assert env.action_of([0.5, 1.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("size", [1, 3, 5])
def test_any_number_of_tasks(size):
    env = gym.make(ID, problem="multitask", p=np.ones(size), C=np.eye(size), Sigma=np.ones(size))
    assert env.action_space.shape == (size,)
    env.reset()
    assert env.step(env.action_space.sample())[4]["effort"].shape == (size,)


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (np.zeros(3), r"\(3,\), must be \(2,\)"),
        (np.float32(0.0), r"shape \(\)"),
        (np.array([0.0, np.nan]), r"action\[1\] = nan"),
        (np.array([INF, 0.0]), r"action\[0\] = inf"),
    ],
)
def test_an_action_that_is_none_is_an_error(action, says):
    with pytest.raises(ValueError, match=says):
        _opened(problem="multitask").step(action)


def test_step_wants_a_reset_before_and_after_an_episode():
    env, action = LENEnv(), np.zeros(1, np.float32)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(action)
    env.reset()
    env.step(action)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(action)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"problem": "multi_task"},
            "unknown problem 'multi_task'; nearest valid name: multitask; problems: single_task",
        ),
        ({"problem": 3}, "unknown problem 3; problems: single_task"),
        ({"sgima": 1.0}, "sgima: unknown parameter of problem single_task; nearest valid name: sigma; parameters: r, "),
        ({"problem": "multitask", "c": 1.0}, "c: unknown parameter of problem multitask; nearest valid name: C;"),
        ({"slope_hi": 1.0}, "slope_hi: unknown parameter .*nearest valid name: slope_high"),
        (
            {"problem": "two_period", "cosin": 1.0},
            "cosin: unknown parameter of problem two_period; nearest valid name: cosine; parameters: r, sigma, p, g, ",
        ),
        ({"problem": "two_period", "wear": "much"}, "wear = 'much': must be a number from 0"),
        ({"mode": "sample"}, "unknown mode 'sample'; nearest valid name: sampled"),
        ({"sigma": -1.0}, r"sigma = -1\.0: must be a number from 0"),
        ({"slope_high": -1.0}, r"slope_low = \[0\.0\], slope_high = \[-1\.0\]"),
        ({"slope_high": [1.0, 2.0]}, r"slope_high = \[1\.0, 2\.0\]: must be a finite number, or 1 of them"),
        ({"slope_low": INF}, "slope_low = inf: must be a finite number"),
    ],
)
def test_an_argument_that_cannot_be_used_is_a_config_error(arguments, says):
    with pytest.raises(ConfigError, match=says):
        gym.make(ID, **arguments)


def test_an_unknown_render_mode_is_an_error():
    with pytest.raises(TypeError, match="render_mode 'human'"):
        LENEnv(render_mode="human")


def test_the_contract_as_text():
    env = LENEnv("gaming", render_mode="ansi")
    env.reset()
    assert env.render() == "no contract yet"
    info = env.step(np.zeros(1, np.float32))[4]
    assert [line.split()[0] for line in env.render().splitlines()] == list(info)
    assert LENEnv().render() is None


@every_problem
def test_copies_go_on_like_their_original(problem):
    env = _opened(problem=problem, mode="sampled")
    twins = copy.deepcopy(env), pickle.loads(pickle.dumps(env.problem))
    action = np.full(env.action_space.shape, 0.3, np.float32)
    np.testing.assert_equal(twins[0].step(action), env.step(action))
    assert twins[1].optimum().tolist() == env.problem.optimum().tolist()


def test_many_at_once():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs = gym.make_vec(ID, num_envs=3, problem="gaming")
    envs.reset(seed=1)
    _, rewards, terminated, _, infos = envs.step(np.array([[-1.0], [0.0], [1.0]], np.float32))
    assert terminated.all()
    assert rewards == pytest.approx(infos["expected_profit"])


def test_theory_needs_no_simulator():
    script = (
        "import sys, gymnasium, incentive_env; gymnasium.make('incentive_env/LEN-v0'); print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def _learnt_share(problem: str, seed: int, mode: str = "expected", **parameters: float) -> tuple[float, float]:
    """Share of the optimal profit before and after PPO has learnt from 4096 contracts."""
    envs = make_vec_env(lambda: gym.make(ID, problem=problem, mode=mode, **parameters), n_envs=8, seed=seed)
    test = make_vec_env(lambda: gym.make(ID, problem=problem, **parameters), n_envs=1)
    model = PPO(
        "MlpPolicy", envs, n_steps=32, batch_size=128, gamma=1.0, learning_rate=lambda left: 0.02 * left, seed=seed,
        device="cpu", policy_kwargs={"net_arch": [8], "log_std_init": -0.7},
    )  # fmt: skip
    before, _ = evaluate_policy(model, test, n_eval_episodes=1, warn=False)
    model.learn(8192 if problem == "two_period" else 4096)
    after, _ = evaluate_policy(model, test, n_eval_episodes=1, warn=False)
    best = PROBLEMS[problem](**parameters).optimal_profit()
    print(f"{problem} {parameters} {mode}, seed {seed}: {before / best:.4f} untrained, {after / best:.4f} trained")
    return before / best, after / best


@pytest.mark.parametrize(
    "problem",
    [name if name in ("gaming", "two_period") else pytest.param(name, marks=pytest.mark.slow) for name in PROBLEMS],
)
def test_ppo_finds_the_optimum(problem):
    before, after = _learnt_share(problem, seed=0)
    assert before < 0.8
    assert 0.98 <= after <= 1.0 + 1e-6


@pytest.mark.slow
@every_problem
@pytest.mark.parametrize("seed", range(1, 6))
def test_ppo_finds_the_optimum_from_any_seed(problem, seed):
    assert 0.98 <= _learnt_share(problem, seed)[1] <= 1.0 + 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("parameters", [{"wear": 2.6}, {"wear": 2.0, "later": 1.5}], ids=["used up", "saved"])
def test_ppo_learns_when_to_use_a_measure_up_and_when_to_save_it(parameters, seed):
    assert 0.98 <= _learnt_share("two_period", seed, **parameters)[1] <= 1.0 + 1e-6


@pytest.mark.slow
@every_problem
def test_ppo_comes_near_the_optimum_through_noise(problem):
    assert np.median([_learnt_share(problem, seed, "sampled")[1] for seed in range(5)]) >= 0.95
