"""A measure that wears out as it is paid on: both slopes against a search, and what follows from them."""

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import differential_evolution

from incentive_env.theory import Distorted, LENEnv, TwoPeriod

ID = "incentive_env/LEN-v0"
some = settings(max_examples=15, deadline=None, derandomize=True)
positive = st.floats(0.2, 3.0)
problems = st.builds(
    TwoPeriod, p=positive, g=positive, cosine=st.floats(0.0, 1.0), wear=st.floats(0.0, 3.0), length=positive,
    later=positive, sigma=st.floats(0.0, 2.0), r=st.floats(0.0, 2.0),
)  # fmt: skip


def _profit_of(it: TwoPeriod, slopes: np.ndarray) -> float:
    """Profit of a first and a second slope, from first principles."""
    total, cosine = 0.0, it.cosine
    for b, time in zip(slopes, (it.length, it.later), strict=True):
        measure = it.g * np.array([cosine, np.sqrt(1.0 - cosine**2)])
        actions = b * measure  # where the gain of the agent, b · measure · actions − ½ |actions|², is highest
        risk = 0.5 * it.r * b**2 * it.sigma**2
        total += time * (it.p * actions[0] - 0.5 * actions @ actions - risk)
        cosine = max(0.0, cosine - it.wear * time * abs(b))
    return total


def _best(it: TwoPeriod, profit, slopes: int) -> float:
    highest = 1.5 * it.p * it.g / (it.g**2 + it.r * it.sigma**2)
    return -differential_evolution(lambda b: -profit(b), [(0.0, highest)] * slopes, seed=0, tol=1e-10).fun


def test_an_answer_worked_out_by_hand():
    it = TwoPeriod(p=1.0, g=1.0, cosine=1.0, wear=1.0, length=1.0, later=1.0, sigma=1.0, r=1.0)
    assert it.spot_optimum() == pytest.approx([1 / 2])
    assert it.plan() == pytest.approx([1 / 3, 1 / 3])
    assert (it.profit(1 / 3), it.after([1 / 3]).profit(1 / 3)) == pytest.approx((2 / 9, 1 / 9))
    assert (it.optimal_profit(), it.first_best()) == pytest.approx((1 / 3, 1.0))


@some
@given(it=problems)
def test_no_two_slopes_beat_the_plan(it):
    best = _best(it, lambda b: _profit_of(it, b), 2)
    assert _profit_of(it, it.plan()) == pytest.approx(it.optimal_profit(), abs=1e-9)
    assert it.optimal_profit() == pytest.approx(best, rel=1e-5, abs=1e-9)


@some
@given(it=problems)
def test_no_constant_slope_beats_the_best_constant_one(it):
    best = _best(it, lambda b: _profit_of(it, np.repeat(b, 2)), 1)
    assert _profit_of(it, np.repeat(it.constant_optimum(), 2)) == pytest.approx(best, rel=1e-6, abs=1e-9)


@some
@given(it=problems, share=st.floats(0.05, 0.95), lost=st.floats(0.05, 5.0))
def test_pay_starts_above_the_best_constant_slope_and_ends_below_it(it, share, lost):
    """It never starts above what is best for a measure that need not last. The second period counts less here."""
    wear = lost * (it.g**2 + it.r * it.sigma**2) / (it.length * it.p * it.g)
    it = TwoPeriod(
        p=it.p, g=it.g, cosine=max(it.cosine, 0.1), wear=wear, length=it.length, later=share * it.length,
        sigma=it.sigma, r=it.r,
    )  # fmt: skip
    first, second = it.plan()
    assert second < it.constant_optimum()[0] < first <= it.spot_optimum()[0] * (1.0 + 1e-9)
    assert (second < 1e-9) == (lost >= 1.0)


def test_a_measure_that_wears_out_fast_is_used_up_at_once_or_saved_for_what_counts_more():
    used_up, saved = TwoPeriod(wear=2.6), TwoPeriod(wear=2.6, later=1.5)
    assert used_up.plan() == pytest.approx([0.5, 0.0])
    assert saved.plan() == pytest.approx([0.0, 0.5])
    assert used_up.after(used_up.optimum()).cosine == 0.0


def test_what_moves_the_slopes():
    """Wear lowers the second slope; the first falls until a = (1 − √(1 − δ)) / δ, then rises to that of one period."""
    wears = np.linspace(0.0, 2.0, 201)
    first, second = np.array([TwoPeriod(wear=wear).plan() for wear in wears]).T
    lowest = 2.0 * (1.0 - np.sqrt(0.4)) / 0.6  # a is half the wear
    assert wears[first.argmin()] == pytest.approx(lowest, abs=0.006)
    assert first[[0, -1]] == pytest.approx(0.5)
    assert (np.diff(second) < 0.0).all()
    first, second = np.array([TwoPeriod(later=later).plan() for later in np.linspace(0.1, 1.4, 100)]).T
    assert (np.diff(first) < 0.0).all()
    assert (np.diff(second) > 0.0).all()


def test_the_measure_does_not_show_its_wear_and_the_agent_does_not_mind():
    fresh, worn, b = TwoPeriod(cosine=0.9), TwoPeriod(cosine=0.1), [0.4]
    assert fresh.measure(b) == pytest.approx(worn.measure(b))
    assert fresh.fixed_pay(b) == pytest.approx(worn.fixed_pay(b))
    assert fresh.respond(b).effort[0] > worn.respond(b).effort[0]
    assert fresh.respond(b).gaming < worn.respond(b).gaming


def test_a_last_period_is_the_distorted_measure():
    it, other = TwoPeriod(p=2.0, g=1.5, cosine=0.6, later=0.0), Distorted(f=[2.0, 0.0], g=[0.9, 1.2])
    assert it.after([0.3]) is None
    assert it.optimum() == pytest.approx(other.optimum())
    assert (it.optimal_profit(), it.first_best()) == pytest.approx((other.optimal_profit(), other.first_best()))
    assert [*it.respond(0.3).effort, it.respond(0.3).gaming] == pytest.approx(other.respond(0.3).effort)


def _played(env: LENEnv, slopes) -> tuple[list[np.ndarray], float]:
    """Observations and total reward of a whole contract."""
    seen, total, over = [env.reset(seed=1)[0]], 0.0, False
    for b in slopes:
        assert not over
        observation, reward, over, truncated, info = env.step(env.action_of(b))
        assert not truncated
        assert observation in env.observation_space
        assert reward == pytest.approx(info["expected_profit"])
        seen.append(observation)
        total += reward
    assert over
    return seen, total


@pytest.mark.parametrize("later", [0.0, 0.6, 3.0])
def test_an_episode_is_the_periods_in_turn_and_the_plan_earns_the_optimum(later):
    env = gym.make(ID, problem="two_period", cosine=0.8, later=later).unwrapped
    plan = env.problem.plan()
    assert _played(env, plan)[1] == pytest.approx(env.problem.optimal_profit(), rel=1e-6)
    assert _played(env, 0.9 * plan)[1] < env.problem.optimal_profit()


def test_the_principal_sees_the_period_and_how_fresh_the_measure_is():
    env = gym.make(ID, problem="two_period", cosine=0.8, wear=0.5).unwrapped
    for b in (0.4, 0.0):
        seen, _ = _played(env, [b, 0.3])
        cosine, length, later = np.array(seen)[:2, [4, 6, 7]].T
        assert cosine == pytest.approx([0.8, 0.8 - 0.5 * b])
        assert length == pytest.approx([1.0, 0.6])
        assert later == pytest.approx([0.6, 0.0])


def test_neither_a_constant_slope_nor_a_myopic_principal_earns_what_ppo_must_reach():
    it = TwoPeriod()
    spot = it.spot_optimum()
    myopic = it.profit(spot) + it.after(spot).optimal_profit()
    constant = it.profit(it.constant_optimum()) + it.after(it.constant_optimum()).profit(it.constant_optimum())
    assert max(myopic, constant) / it.optimal_profit() < 0.98
