"""What is judged on floors was not made on them; and a seed that cannot be used changes nothing."""

import itertools
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from worlds import SMALL

from incentive_env import SalesFloorEnv, SalesFloorMOEnv, SalesFloorMOVectorEnv, SalesFloorVectorEnv, simulate
from incentive_env.support import seeds
from incentive_env.theory.env import LENEnv

ENTROPY = 0x8F3A_0C51_77D2_E94B_1F60_22AB_90CD_3E57  # as np.random.SeedSequence().entropy gives
WRONG = [-1, 2.5, 7.0, "7", True, np.float64(3), np.int64(-1), 1 << 128, float("nan"), {}, np.array([1.0])]
WRONG_LISTS: list[Any] = [[1], [1, 2, 3], [], [1, -1], [1, 2.5], [1, "2"], np.array([0.5, 1.0]), range(10**15)]


def test_ranges_of_seeds_do_not_meet():
    ranges = [value for name, value in vars(seeds).items() if name.endswith("_SEEDS") and isinstance(value, range)]
    ranges += seeds.BENCHMARK_SEEDS.values()
    first = seeds.TRAINING_SEEDS
    ranges += [range(first.start + by, first.stop + by) for by in range(10**7, 10**10, seeds.TRAINING_STRIDE)]
    ranges.sort(key=lambda one: one.start)
    assert len(ranges) > 15
    assert all(one.stop <= other.start for one, other in itertools.pairwise(ranges))


def _parallel() -> Any:
    return pytest.importorskip("incentive_env.envs.parallel").parallel_env(**SMALL)


ENVS: dict[str, Callable[[], Any]] = {
    "single": lambda: SalesFloorEnv(**SMALL),
    "multi-objective": lambda: SalesFloorMOEnv(**SMALL),
    "vector": lambda: SalesFloorVectorEnv(2, **SMALL),
    "multi-objective vector": lambda: SalesFloorMOVectorEnv(2, **SMALL),
    "parallel": _parallel,
    "LEN": lambda: LENEnv("two_period", mode="sampled", later=1.0),
}


def _step(env: Any) -> list[np.ndarray]:
    """What a step with the middle action shows, as arrays."""
    if hasattr(env, "agents"):
        shown = env.step({agent: np.zeros(env.action_space(agent).shape, np.float32) for agent in env.agents})
        return [*shown[0].values(), np.array(list(shown[1].values()))]
    observation, reward, *_ = env.step(np.zeros(env.action_space.shape, np.float32))
    return [np.asarray(observation), np.asarray(reward)]


@pytest.mark.parametrize("make", ENVS.values(), ids=ENVS)
def test_a_seed_that_cannot_be_used_is_one_error_and_the_episode_goes_on(make):
    env, undisturbed = make(), make()
    for one in (env, undisturbed):
        one.reset(seed=5)
    for wrong in WRONG + (WRONG_LISTS if hasattr(env, "num_envs") else []):
        with pytest.raises(ValueError, match=r"^seed") as caught:
            env.reset(seed=wrong)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 150
    for mine, other in zip(_step(env), _step(undisturbed), strict=True):
        assert (mine == other).all()
    for one in (env, undisturbed):  # and the sequence of floors that the last seed began goes on
        one.reset()
    for mine, other in zip(_step(env), _step(undisturbed), strict=True):
        assert (mine == other).all()


@pytest.mark.parametrize("make", ENVS.values(), ids=ENVS)
def test_numbers_of_any_kind_up_to_128_bits_are_seeds(make):
    env = make()
    for seed, same in ((5, np.int64(5)), (5, np.uint8(5)), ((1 << 64) - 1, np.uint64((1 << 64) - 1)), (ENTROPY,) * 2):
        shown = []
        for one in (seed, same):
            env.reset(seed=one)
            shown.append(_step(env))
        for mine, other in zip(*shown, strict=True):
            assert (mine == other).all()


def test_a_large_seed_means_the_same_floor_alone_in_a_batch_and_in_a_simulation():
    alone, batch = SalesFloorEnv(**SMALL), SalesFloorVectorEnv(2, **SMALL)
    second, _ = alone.reset(seed=ENTROPY + 1)
    first, _ = alone.reset(seed=ENTROPY)
    assert (first != second).any()
    for seed in (ENTROPY, [ENTROPY, ENTROPY + 1], np.array([ENTROPY, ENTROPY + 1], object)):
        assert (batch.reset(seed=seed)[0] == [first, second]).all()
    weeks = simulate("small", "flat_salary", [ENTROPY], 4).floor_weeks
    assert set(weeks["seed"]) == {seeds.folded(ENTROPY)}
    assert seeds.folded((1 << 64) - 1) == (1 << 64) - 1  # what fits the core is not touched


@pytest.mark.parametrize("wrong", [[-1], [2.5], [1, None], ["7"]])
def test_a_simulation_refuses_the_same_seeds(wrong):
    with pytest.raises(ValueError, match=r"^seeds"):
        simulate("small", "flat_salary", wrong, 4)


def test_a_list_of_seeds_that_fails_at_its_end_has_not_seeded_its_beginning():
    env = gym.make_vec("incentive_env/Telesales-v1", num_envs=2, **SMALL)
    env.reset(seed=[1, 2])
    with pytest.raises(ValueError, match=r"^seed\[1\] = -2: must be a whole number from 0 to 2\^128 − 1$"):
        env.reset(seed=[9, -2])
    following, _ = env.reset()
    alone = SalesFloorEnv(**SMALL)
    alone.reset(seed=1)
    assert (alone.reset()[0] == following[0]).all()
