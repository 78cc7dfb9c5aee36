"""Each draw is a function of (seed, week, entity, purpose) and of nothing else, and looks like chance."""

import numpy as np
import pytest
from worlds import Core

from incentive_env.model import rng as rng_module

rng = Core(rng_module)

DRAWS = 20_000


def _key(seed: int = 12345, week: int = 3) -> np.uint64:
    return np.uint64(rng.week_key(np.uint64(seed), week))


def _uniforms(seed: int = 12345, week: int = 3, purpose: int = rng.CALL, first: int = 0) -> np.ndarray:
    key = _key(seed, week)
    return np.array([rng.uniform(key, purpose, entity) for entity in range(first, first + DRAWS)])


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(abs(np.corrcoef(a, b)[0, 1]))


def test_a_draw_depends_on_its_four_coordinates_only():
    key = _key()
    draw = rng.uniform(key, rng.CALL, 5)
    assert draw == rng.uniform(_key(), rng.CALL, 5)
    others = {
        rng.uniform(_key(seed=12346), rng.CALL, 5),
        rng.uniform(_key(week=4), rng.CALL, 5),
        rng.uniform(key, rng.REFUSAL, 5),
        rng.uniform(key, rng.CALL, 6),
    }
    assert len(others | {draw}) == 5


def test_uniform_has_the_moments_of_a_uniform():
    draws = _uniforms()
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    assert draws.mean() == pytest.approx(1 / 2, abs=4 / np.sqrt(12 * DRAWS))
    assert draws.var() == pytest.approx(1 / 12, rel=0.04)
    assert np.histogram(draws, 10)[0] == pytest.approx(DRAWS / 10, rel=0.1)


@pytest.mark.parametrize("neighbour", [{"seed": 12346}, {"week": 4}, {"purpose": rng.CALL + 1}, {"first": 1}])
def test_neighbouring_draws_are_unrelated(neighbour):
    assert _correlation(_uniforms(), _uniforms(**neighbour)) < 4 / np.sqrt(DRAWS)


def test_the_three_thirds_of_a_draw_are_uniform_and_unrelated():
    key = _key()
    many = [np.uint64(rng.bits(key, rng.CALL, entity)) for entity in range(DRAWS)]
    thirds = [np.array([rng.third(bits, which) for bits in many]) for which in range(3)]
    for third in thirds:
        assert third.min() >= 0.0
        assert third.max() < 1.0
        assert third.mean() == pytest.approx(1 / 2, abs=4 / np.sqrt(12 * DRAWS))
        assert third.var() == pytest.approx(1 / 12, rel=0.04)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert _correlation(thirds[a], thirds[b]) < 4 / np.sqrt(DRAWS)


def test_normal_and_rough_normal_have_mean_0_and_deviation_1():
    key = _key()
    normal = np.array([rng.normal(key, rng.DEMAND, entity) for entity in range(DRAWS)])
    rough = np.array([rng.rough_normal(np.uint64(rng.bits(key, rng.ANSWER, entity))) for entity in range(DRAWS)])
    for draws in (normal, rough):
        assert draws.mean() == pytest.approx(0.0, abs=4 / np.sqrt(DRAWS))
        assert draws.std() == pytest.approx(1.0, rel=0.03)
    assert np.abs(rough).max() <= 3.0


def test_gumbel_has_its_mean_and_variance():
    key = _key()
    draws = np.array([rng.gumbel(key, rng.APPLICANT, entity) for entity in range(DRAWS)])
    assert draws.mean() == pytest.approx(np.euler_gamma, abs=0.04)
    assert draws.var() == pytest.approx(np.pi**2 / 6, rel=0.06)


def test_purposes_leave_each_other_room():
    purposes = sorted(value for name, value in vars(rng_module).items() if name.isupper() and not name.startswith("_"))
    assert np.diff(purposes).min() >= 64
