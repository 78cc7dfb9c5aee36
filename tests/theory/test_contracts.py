"""Every closed form against what it claims to be: the best of all slopes, and the best of all responses."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from incentive_env import ConfigError
from incentive_env.theory import PROBLEMS, Distorted, Gaming, Multitask, Problem, Response, SingleTask, TwoPeriod

INF = float("inf")

many_seeds = given(seed=st.integers(0, 2**32 - 1))
some = settings(max_examples=30, deadline=None, derandomize=True)
every_problem = pytest.mark.parametrize("name", PROBLEMS)


class Textbook(NamedTuple):
    """A problem written down once more, from first principles: all that is done is one vector of actions."""

    value: Callable
    cost: Callable
    measure: Callable
    covariance: np.ndarray
    noise_value: np.ndarray
    actions: int
    lowest: float | None = None

    def best_response(self, b: np.ndarray) -> np.ndarray:
        """The agent's own search: pay less cost, as risk does not depend on what is done."""
        found = minimize(
            lambda x: self.cost(x) - b @ self.measure(x), np.full(self.actions, 0.1), method="L-BFGS-B",
            bounds=[(self.lowest, None)] * self.actions, options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10_000},
        )  # fmt: skip
        return found.x


def textbook(it: Problem) -> Textbook:
    match it:
        case SingleTask():
            return Textbook(
                lambda x: it.p * it.k * x[0], lambda x: it.c * x[0] ** 2 / 2, lambda x: np.array([it.k * x[0]]),
                np.array([[it.sigma**2]]), np.array([it.p]), 1,
            )  # fmt: skip
        case Multitask():
            return Textbook(lambda x: it.p @ x, lambda x: x @ it.C @ x / 2, lambda x: x, it.Sigma, it.p, len(it.p))
        case Distorted():
            return Textbook(
                lambda x: it.f @ x, lambda x: x @ x / 2, lambda x: np.array([it.g @ x]), np.array([[it.sigma**2]]),
                np.zeros(1), len(it.f),
            )  # fmt: skip
        case Gaming():
            return Textbook(
                lambda x: it.p * x[0] - it.h * x[1], lambda x: it.c * x[0] ** 2 / 2 + it.k * x[1] ** 2 / 2,
                lambda x: np.array([x[0] + x[1]]), np.array([[it.sigma**2]]), np.zeros(1), 2, lowest=0.0,
            )  # fmt: skip
        case TwoPeriod():  # its first period alone
            time, direction = it.length, it.g * np.array([it.cosine, np.sqrt(1.0 - it.cosine**2)])
            return Textbook(
                lambda x: time * it.p * x[0], lambda x: time * x @ x / 2, lambda x: np.array([time * direction @ x]),
                np.array([[time * it.sigma**2]]), np.zeros(1), 2,
            )  # fmt: skip
    raise AssertionError(it)


def random_problem(name: str, rng: np.random.Generator) -> Problem:
    tasks = int(rng.integers(1, 6))

    def between() -> float:
        return float(rng.uniform(0.2, 3.0))

    r, sigma = float(rng.choice([0.0, rng.uniform(0.1, 3.0)])), float(rng.uniform(0.0, 2.0))
    match name:
        case "single_task":
            return SingleTask(p=between(), k=between(), c=between(), sigma=sigma, r=r)
        case "multitask":
            return Multitask(
                p=rng.uniform(-0.5, 2.0, tasks), C=_positive_definite(tasks, rng), Sigma=_positive_definite(tasks, rng),
                r=r,
            )  # fmt: skip
        case "distorted":
            return Distorted(f=rng.normal(size=tasks), g=rng.normal(size=tasks), sigma=sigma, r=r)
        case "gaming":
            return Gaming(p=between(), h=float(rng.uniform(0.0, 3.0)), c=between(), k=between(), sigma=sigma, r=r)
        case "two_period":
            return TwoPeriod(
                p=between(), g=between(), cosine=float(rng.uniform()), wear=float(rng.uniform(0.0, 2.0)),
                length=between(), later=float(rng.choice([0.0, between()])), sigma=sigma, r=r,
            )  # fmt: skip
    raise AssertionError(name)


def _positive_definite(size: int, rng: np.random.Generator) -> np.ndarray:
    root = rng.normal(size=(size, size))
    return root @ root.T / size + 0.3 * np.eye(size)


def _random_slopes(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(-1.0, 1.5, problem.slopes)


def _response(problem: Problem, actions: np.ndarray) -> Response:
    if isinstance(problem, Gaming | TwoPeriod):
        return Response(actions[:1], actions[1])
    return Response(actions, np.float64(0.0))


def test_answers_worked_out_by_hand():
    single = SingleTask(p=2.0, k=1.0, c=1.0, sigma=1.0, r=1.0)
    assert single.optimum().tolist() == [1.0]
    assert (single.respond(1.0).effort.tolist(), single.optimal_profit(), single.first_best()) == ([1.0], 1.0, 2.0)
    several = Multitask(p=[1.0, 2.0], C=[[1.0, 0.0], [0.0, 1.0]], Sigma=[1.0, 3.0], r=1.0)
    assert several.optimum() == pytest.approx([0.5, 0.5])
    assert (several.optimal_profit(), several.first_best()) == pytest.approx((0.75, 2.5))
    distorted = Distorted(f=[1.0, 0.0], g=[1.0, 1.0], sigma=1.0, r=2.0)
    assert distorted.optimum().tolist() == [0.25]
    assert (distorted.optimal_profit(), distorted.first_best()) == pytest.approx((0.125, 0.5))
    gaming = Gaming(p=2.0, h=1.0, c=1.0, k=2.0, sigma=1.0, r=1.0)
    assert gaming.optimum() == pytest.approx([0.6])
    assert gaming.respond(0.6).gaming == pytest.approx(0.3)
    assert (gaming.optimal_profit(), gaming.first_best()) == pytest.approx((0.45, 2.0))


@every_problem
@some
@many_seeds
def test_the_best_response_is_what_the_agent_finds_alone(name, seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(name, rng)
    b = _random_slopes(problem, rng)
    mine, found = problem.respond(b), _response(problem, textbook(problem).best_response(b))
    assert mine.effort == pytest.approx(found.effort, abs=1e-4)
    assert mine.gaming == pytest.approx(found.gaming, abs=1e-4)
    best = problem.certainty_equivalent(0.0, b, mine)
    assert best >= problem.certainty_equivalent(0.0, b, found) - 1e-12
    assert best == pytest.approx(problem.certainty_equivalent(0.0, b, found), abs=1e-6)


@every_problem
@some
@many_seeds
def test_profit_is_value_less_cost_less_risk(name, seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(name, rng)
    b, book = _random_slopes(problem, rng), textbook(problem)
    actions = book.best_response(b)
    profit = book.value(actions) - book.cost(actions) - 0.5 * problem.r * b @ book.covariance @ b
    assert problem.profit(b) == pytest.approx(profit, abs=1e-4)
    assert problem.measure(b) == pytest.approx(book.measure(actions), abs=1e-4)
    assert problem.realised_profit(b, np.zeros(problem.slopes)) == pytest.approx(problem.profit(b), abs=1e-9)


@every_problem
@some
@many_seeds
def test_no_slopes_beat_the_optimum(name, seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(name, rng)
    best, (low, high) = problem.optimal_profit(), problem.slope_range()
    assert best == pytest.approx(_highest_profit(problem), abs=1e-6)
    cloud = rng.uniform(low, high, (20_000, problem.slopes))
    near = problem.optimum() + 1e-3 * rng.normal(size=(2_000, problem.slopes))
    assert problem.total_profit(cloud).max() <= best + 1e-9
    assert problem.total_profit(near).max() <= best + 1e-9
    assert best <= problem.first_best() + 1e-9


def _highest_profit(problem: Problem) -> float:
    """What a search over the default range finds, from the best of many random starts."""
    low, high = problem.slope_range()
    starts = np.vstack([low, np.random.default_rng(0).uniform(low, high, (10_000, problem.slopes))])
    return -minimize(
        lambda b: -problem.total_profit(b), starts[problem.total_profit(starts).argmax()], method="L-BFGS-B",
        bounds=list(zip(low, high, strict=True)), options={"ftol": 1e-15, "gtol": 1e-9},
    ).fun  # fmt: skip


@pytest.mark.parametrize("name", [name for name in PROBLEMS if name != "multitask"])
@some
@many_seeds
def test_the_one_best_slope_is_the_best_of_a_fine_grid(name, seed):
    problem = random_problem(name, np.random.default_rng(seed))
    low, high = problem.slope_range()
    grid = np.linspace(low, high, 10_001)
    best = grid[problem.total_profit(grid).argmax()]
    assert best == pytest.approx(problem.optimum(), abs=1.01e-4 * (high - low)[0])


@some
@many_seeds
def test_several_tasks_obey_the_published_formula(seed):
    it = random_problem("multitask", np.random.default_rng(seed))
    b = np.linalg.solve(np.eye(it.slopes) + it.r * it.C @ it.Sigma, it.p)
    assert it.optimum() == pytest.approx(b, abs=1e-9)
    assert it.optimal_profit() == pytest.approx(0.5 * it.p @ np.linalg.solve(it.C, b))


@some
@many_seeds
def test_one_task_of_several_is_the_single_task(seed):
    single = random_problem("single_task", np.random.default_rng(seed))
    # In units of output, effort costs c / k².
    several = Multitask(p=[single.p], C=[[single.c / single.k**2]], Sigma=[single.sigma**2], r=single.r)
    assert several.optimum() == pytest.approx(single.optimum())
    assert several.optimal_profit() == pytest.approx(single.optimal_profit())
    assert several.first_best() == pytest.approx(single.first_best())


@every_problem
@some
@many_seeds
def test_the_default_range_holds_the_optimum_well_inside(name, seed):
    problem = random_problem(name, np.random.default_rng(seed))
    low, high = problem.slope_range()
    assert (low < high).all()
    assert (low <= problem.optimum()).all()
    assert (problem.optimum() <= high / 2 + 1e-12).all()


@every_problem
@pytest.mark.parametrize("seed", range(3))
def test_expected_figures_are_the_means_of_many_draws(name, seed):
    """The agent searches alone, the noise is drawn, and the fixed pay leaves exponential utility at its reserve."""
    rng = np.random.default_rng([seed, 1])
    problem = random_problem(name, rng)
    b, book = 0.5 * _random_slopes(problem, rng), textbook(problem)
    actions, draws = book.best_response(b), 400_000
    noise = rng.multivariate_normal(np.zeros(problem.slopes), book.covariance, size=draws, method="eigh")
    pay = problem.fixed_pay(b) + (book.measure(actions) + noise) @ b
    profits = book.value(actions) + noise @ book.noise_value - pay
    assert _is_mean(profits, problem.profit(b))
    np.testing.assert_allclose(profits, problem.realised_profit(b, noise), atol=1e-4)
    assert _is_mean((book.measure(actions) + noise) @ b, problem.measure(b) @ b)
    assert _is_mean(np.exp(-problem.r * (pay - book.cost(actions))), 1.0)


def _is_mean(draws: np.ndarray, mean: float) -> bool:
    return abs(draws.mean() - mean) <= 5.0 * draws.std() / np.sqrt(len(draws)) + 1e-4


@some
@many_seeds
def test_the_fixed_pay_leaves_the_agent_nothing_and_any_other_response_costs(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(str(rng.choice(list(PROBLEMS))), rng)
    b = _random_slopes(problem, rng)
    a, best = problem.fixed_pay(b), problem.respond(b)
    assert problem.certainty_equivalent(a, b, best) == pytest.approx(0.0, abs=1e-9)
    other = Response(best.effort + rng.normal(size=best.effort.shape), best.gaming)
    if not isinstance(problem, Gaming):
        assert problem.certainty_equivalent(a, b, other) < 0.0


@some
@many_seeds
def test_a_second_task_that_is_not_measured(seed):
    rng = np.random.default_rng(seed)
    (p1, p2), C, variance, r = rng.uniform(0.1, 2.0, 2), _positive_definite(2, rng), rng.uniform(0.1, 2.0), 1.5  # noqa: N806
    it = Multitask(p=[p1, p2], C=C, Sigma=[variance, INF], r=r)
    known = (p1 - p2 * C[0, 1] / C[1, 1]) / (1.0 + r * variance * (C[0, 0] - C[0, 1] ** 2 / C[1, 1]))
    assert it.optimum() == pytest.approx([known, 0.0])
    almost = Multitask(p=[p1, p2], C=C, Sigma=[variance, 1e10], r=r)
    assert it.optimum() == pytest.approx(almost.optimum(), abs=1e-7)
    assert it.optimal_profit() == pytest.approx(almost.optimal_profit(), abs=1e-6)
    grid = np.stack([np.linspace(-5.0, 5.0, 10_001), np.zeros(10_001)], axis=-1)
    assert grid[it.profit(grid).argmax(), 0] == pytest.approx(np.clip(known, -5.0, 5.0), abs=1e-3)


@pytest.mark.parametrize(("substitution", "sign"), [(0.0, 1), (0.4, 1), (0.5, 0), (0.6, -1)])
def test_substitutes_that_are_not_measured_bring_pay_down_to_nothing_and_below(substitution, sign):
    it = Multitask(p=[1.0, 2.0], C=[[1.0, substitution], [substitution, 1.0]], Sigma=[1.0, INF], r=1.0)
    assert np.sign(it.optimum().round(12)).tolist() == [sign, 0.0]
    alone = SingleTask(p=1.0, c=1.0, sigma=1.0, r=1.0).optimum()[0]
    assert it.optimum()[0] < alone or substitution == 0.0
    assert it.optimum()[0] == pytest.approx(alone) or substitution > 0.0


@some
@many_seeds
def test_when_a_substitute_lowers_pay_below_that_of_the_task_alone(seed):
    """It always does against an equal agent whose other task is worth nothing; against a lone task, if worth enough."""
    rng = np.random.default_rng(seed)
    C, r = _positive_definite(2, rng), float(rng.uniform(0.1, 3.0))  # noqa: N806
    C[0, 1] = C[1, 0] = abs(C[0, 1]) + 1e-3
    p1, p2 = rng.uniform(0.01, 2.0, 2)
    paid = Multitask(p=[p1, p2], C=C, Sigma=[1.0, INF], r=r).optimum()[0]
    assert paid < Multitask(p=[p1, 0.0], C=C, Sigma=[1.0, INF], r=r).optimum()[0]
    alone = SingleTask(p=p1, c=C[0, 0], sigma=1.0, r=r).optimum()[0]
    assert (paid < alone) == (p2 * C[0, 0] > C[0, 1] * (p1 - alone))


@some
@many_seeds
def test_any_tasks_may_go_unmeasured(seed):
    rng = np.random.default_rng(seed)
    whole = random_problem("multitask", rng)
    measured = rng.random(whole.slopes) < 0.5
    measured[rng.integers(whole.slopes)] = True
    covariance = np.where(np.outer(measured, measured), whole.Sigma, 0.0)
    covariance[~measured, ~measured] = INF
    it = Multitask(p=whole.p, C=whole.C, Sigma=covariance, r=whole.r)
    assert it.optimal_profit() == pytest.approx(_highest_profit(it), abs=1e-6)
    assert it.optimal_profit() <= whole.optimal_profit() + 1e-9
    low, high = it.slope_range()
    assert (low / 2 - 1e-12 <= it.optimum()).all()
    assert (it.optimum() <= high / 2 + 1e-12).all()


@pytest.mark.parametrize("r", [0.0, 2.0])
def test_a_slope_on_what_is_not_measured_counts_as_none(r):
    it = Multitask(Sigma=[1.0, INF], r=r)
    assert it.in_force([0.3, 7.0]).tolist() == [0.3, 0.0]
    assert it.profit([0.3, 7.0]) == it.profit([0.3, 0.0])
    assert it.optimum()[1] == 0.0
    assert np.isfinite(it.optimal_profit())


@some
@many_seeds
def test_without_risk_a_distorted_measure_reaches_cosine_squared_of_the_first_best(seed):
    rng = np.random.default_rng(seed)
    it = Distorted(f=rng.normal(size=4), g=rng.normal(size=4), sigma=3.0, r=0.0)
    assert it.optimal_profit() / it.first_best() == pytest.approx(it.cosine**2)
    angle = float(rng.uniform(0.0, np.pi))
    turned = Distorted(f=[1.0, 0.0], g=[2.0 * np.cos(angle), 2.0 * np.sin(angle)], r=0.0)
    assert turned.optimal_profit() / turned.first_best() == pytest.approx(np.cos(angle) ** 2, abs=1e-12)
    assert turned.optimum() == pytest.approx([np.cos(angle) / 2.0])


@some
@many_seeds
def test_past_the_optimum_the_gamed_measure_rises_while_profit_falls(seed):
    it = random_problem("gaming", np.random.default_rng(seed))
    best = it.optimum()[0]
    up, down = np.linspace(0.0, best, 50)[:, None], np.linspace(best, best + 5.0, 50)[:, None]
    assert (np.diff(it.measure(down)[:, 0]) > 0.0).all()
    assert (np.diff(it.profit(down)) < 0.0).all()
    if best > 0.0:
        assert (np.diff(it.measure(up)[:, 0]) > 0.0).all()
        assert (np.diff(it.profit(up)) > 0.0).all()


def test_where_gaming_does_more_harm_than_effort_does_good_nothing_is_paid():
    it = Gaming(p=1.0, h=2.0, c=1.0, k=1.0)
    assert (it.optimum().tolist(), it.optimal_profit()) == ([0.0], 0.0)
    assert it.respond(-1.0) == (np.array([0.0]), 0.0)
    assert it.profit(-1.0) < 0.0


@every_problem
def test_a_grid_is_one_call(name):
    problem = random_problem(name, np.random.default_rng(5))
    grid = np.random.default_rng(6).normal(size=(3, 4, problem.slopes))
    for figure in (problem.profit, problem.measure, problem.fixed_pay, lambda b: problem.respond(b).effort):
        assert figure(grid)[1, 2] == pytest.approx(figure(grid[1, 2]))
    assert problem.respond(grid).gaming.shape == problem.profit(grid).shape == (3, 4)


@every_problem
def test_a_problem_cannot_be_changed(name):
    problem = PROBLEMS[name]()
    with pytest.raises(FrozenInstanceError):
        problem.r = 2.0
    given = np.ones(2)
    kept = Distorted(f=given, g=given)
    given[0] = 5.0
    assert kept.f.tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        kept.f[0] = 3.0


@pytest.mark.parametrize(
    ("problem", "arguments", "says"),
    [
        (SingleTask, {"sigma": -1.0}, r"sigma = -1\.0: must be a number from 0 to"),
        (SingleTask, {"c": 0.0}, r"c = 0\.0: must be a number from 1e-06"),
        (SingleTask, {"p": float("nan")}, "p = nan: must be a number"),
        (SingleTask, {"sigma": INF}, "sigma = inf: must be a number"),
        (SingleTask, {"p": True}, "p = True: must be a number"),
        (SingleTask, {"p": "2"}, "p = '2': must be a number"),
        (SingleTask, {"p": [1.0]}, r"p = \[1\.0\]: must be a number"),
        (SingleTask, {"p": None}, "p = None: must be a number"),
        (Gaming, {"h": -0.5}, r"h = -0\.5: must be a number from 0 to"),
        (Gaming, {"r": -1}, "r = -1: must be a number from 0 to"),
        (TwoPeriod, {"cosine": 1.2}, r"cosine = 1\.2: must be a number from 0 to 1$"),
        (TwoPeriod, {"wear": -0.1}, r"wear = -0\.1: must be a number from 0 to"),
        (TwoPeriod, {"length": 0}, "length = 0: must be a number from 1e-06 to"),
        (TwoPeriod, {"later": INF}, "later = inf: must be a number from 0 to"),
        (Distorted, {"f": [0.0, 0.0]}, r"f = \[0\.0, 0\.0\]: must have an entry"),
        (Distorted, {"f": [1.0, 2.0, 3.0]}, r"g has shape \(2,\), must be \(3,\)"),
        (Distorted, {"g": 1.0}, r"g = 1\.0: must be a vector"),
        (Distorted, {"g": []}, r"g = \[\]: must be a vector"),
        (Multitask, {"C": [[1.0, 2.0], [2.0, 1.0]]}, r"C = \[\[1.*must be positive definite"),
        (Multitask, {"C": [[1.0, 0.5], [0.0, 1.0]]}, r"C = .*must be symmetric"),
        (Multitask, {"C": [[1.0, 0.5]]}, "C = .*must be symmetric"),
        (Multitask, {"C": [[1.0, 0.5], [0.5]]}, "C = .*must be a matrix"),
        (Multitask, {"C": [1.0, 1.0]}, "C = .*must be a matrix"),
        (Multitask, {"p": [1.0, 1.0, 1.0]}, r"C has shape \(2, 2\), must be \(3, 3\): p has 3 entries"),
        (Multitask, {"Sigma": [1.0, 1.0, 1.0]}, r"Sigma has shape \(3, 3\), must be \(2, 2\)"),
        (Multitask, {"Sigma": [1.0, -1.0]}, "Sigma = .*must be a vector of numbers from 0 to inf"),
        (Multitask, {"Sigma": [[1.0, 2.0], [2.0, 1.0]]}, "Sigma = .*must be positive semidefinite"),
        (Multitask, {"Sigma": [[1.0, 0.1], [0.1, -INF]]}, "Sigma = .*must"),
        (Multitask, {"Sigma": [[1.0, 0.1], [0.1, INF]]}, "Sigma = .*must be 0 beside an infinite variance"),
        (Multitask, {"Sigma": [[1.0, INF], [INF, 1.0]]}, "Sigma = .*must hold numbers"),
        (Multitask, {"Sigma": [INF, INF]}, "Sigma = .*must have a finite variance"),
        (Multitask, {"Sigma": [1.0, float("nan")]}, "Sigma = .*must be a vector"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_one_clear_error(problem, arguments, says):
    with pytest.raises(ConfigError, match=says) as caught:
        problem(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("b", "says"), [([0.1, 0.2, 0.3], r"shape \(3,\), its last axis must be 2"), ([0.1, np.nan], "must be finite")]
)
def test_slopes_that_are_none_are_an_error(b, says):
    with pytest.raises(ValueError, match=says):
        Multitask().profit(b)


def test_a_covariance_may_be_singular_and_a_matrix_off_by_rounding():
    shared = Multitask(Sigma=[[1.0, 1.0], [1.0, 1.0]])
    assert shared.profit(shared.optimum()) >= shared.profit(np.random.default_rng(1).normal(size=(500, 2))).max()
    kept = Multitask(C=[[1.0, 0.5], [0.5 + 1e-12, 1.0]]).C
    assert (kept == kept.T).all()
