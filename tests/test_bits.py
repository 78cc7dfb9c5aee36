"""The same floor is the same bits: alone, in a batch of any size, on threads, in `Env` and in `VectorEnv`."""

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from worlds import N_LEVERS, open_floors, random_actions

from incentive_env import SalesFloorEnv, SalesFloorVectorEnv, Scheme
from incentive_env.floors.batch import Floors
from incentive_env.model.scheme import scheme_to_action
from incentive_env.support.seeds import next_seed

DECISIONS = 3
EPISODE = 3  # decisions in an episode of the small config


def _play(floors: Floors, actions: np.ndarray) -> list[tuple[bytes, ...]]:
    """For each floor the bytes of its state, of its reports and of its reward terms."""
    reports, terms = [], []
    for row in actions:
        terms.append(floors.decide(row).terms.copy())
        reports.append(floors.observation())
    return [
        (*(array[i].tobytes() for array in floors.state.arrays), np.stack(reports)[:, i].tobytes(),
         np.stack(terms)[:, i].tobytes())
        for i in range(floors.num_floors)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def alone(small):
    """The first, the last and some other floors of a batch of 300, each played alone."""
    actions = random_actions(DECISIONS, 300)
    return {i: _play(open_floors(small, [i]), actions[:, [i]])[0] for i in (0, 1, 6, 63, 299)}


@pytest.mark.parametrize(("size", "threads"), [(7, 1), (64, 1), (64, 2), (300, 1), (300, 2)])  # threads from 64 on
def test_a_floor_alone_is_the_same_floor_in_a_batch(small, alone, size, threads):
    batch = _play(open_floors(small, range(size), threads=threads), random_actions(DECISIONS, size))
    for i, floor in alone.items():
        if i < size:
            assert batch[i] == floor, i


@pytest.mark.parametrize("threads", [1, 2])
def test_what_moves_a_watched_floor_is_the_same_in_a_batch_and_on_threads(small, threads):
    """Two decisions: what the first wrote must not be found in the second."""
    actions = random_actions(2, 300)
    batch = open_floors(small, range(300), threads=threads, watch=True)
    last = open_floors(small, [299], watch=True)
    for row in actions:
        moves, alone = batch.decide(row).moves, last.decide(row[[299]]).moves
    assert moves[299].tobytes() == alone[0].tobytes()


def test_one_seed_is_one_floor_and_another_seed_another(small):
    actions = random_actions(DECISIONS, 1)
    first, again, other = (_play(open_floors(small, [seed]), actions) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_a_floor_opened_anew_is_the_floor_opened_first(small):
    floors = open_floors(small, [1, 2, 3])
    _play(floors, random_actions(DECISIONS, 3))
    floors.reset(np.array([9], np.uint64), np.array([1]))
    fresh = open_floors(small, [1, 9, 3])
    for mine, theirs in zip(floors.state.arrays, fresh.state.arrays, strict=True):
        assert mine[1].tobytes() == theirs[1].tobytes()
    assert (floors.observation()[1] == fresh.observation()[1]).all()


@pytest.mark.parametrize("burn_in", [0, 4])
def test_an_env_opened_anew_shows_nothing_of_the_episode_before(small, burn_in):
    env = SalesFloorEnv(small, **{"horizon.burn_in_weeks": burn_in})
    first = env.reset(seed=3)[0]
    env.step(np.ones(N_LEVERS, np.float32))
    assert (env.reset(seed=3)[0] == first).all()


def test_two_schemes_meet_the_same_floor(small):
    """Common random numbers: one seed opens one floor, whatever the scheme will be, and demand goes its own way."""
    plain, sharp = open_floors(small, range(4)), open_floors(small, range(4))
    for mine, theirs in zip(plain.state.arrays, sharp.state.arrays, strict=True):
        assert mine.tobytes() == theirs.tobytes()
    actions = [scheme_to_action(scheme, small) for scheme in (Scheme(), Scheme(commission=20.0, audit=0.1))]
    weeks = [
        floors.decide(np.tile(action, (4, 1))).floor_weeks
        for floors, action in zip((plain, sharp), actions, strict=True)
    ]
    assert (weeks[0]["demand"] == weeks[1]["demand"]).all()
    assert (weeks[0]["event_weeks_left"] == weeks[1]["event_weeks_left"]).all()
    assert (weeks[0]["commission"] != weeks[1]["commission"]).any()


def _env_stream(config, seed, actions):
    """What `Env` says to a row of actions, with a reset after each episode: (report, reward, truncated) a step."""
    env = SalesFloorEnv(config)
    stream, opening = [], env.reset(seed=seed)[0]
    for action in actions:
        report, reward, _, truncated, info = env.step(action)
        if truncated:
            opening = env.reset()[0]
        stream.append((report, reward, truncated, info, opening))
    return stream


def test_vector_env_with_same_step_autoreset_is_a_row_of_envs(small):
    steps, batch = 2 * EPISODE + 1, 3
    actions = random_actions(steps, batch)
    vector = SalesFloorVectorEnv(batch, small, autoreset_mode=AutoresetMode.SAME_STEP)
    vector.reset(seed=11)
    streams = [_env_stream(small, 11 + i, actions[:, i]) for i in range(batch)]
    for step in range(steps):
        reports, rewards, terminated, truncated, infos = vector.step(actions[step])
        assert not terminated.any()
        for i in range(batch):
            report, reward, ended, info, opening = streams[i][step]
            assert (rewards[i], truncated[i]) == (reward, ended)
            assert (reports[i] == (opening if ended else report)).all()
            terms = (infos["final_info"] if ended else infos)["reward_terms"]
            assert {name: terms[name][i] for name in info["reward_terms"]} == info["reward_terms"]
            if ended:
                assert (infos["final_obs"][i] == report).all()


def test_vector_env_with_next_step_autoreset_is_a_row_of_envs(small):
    batch, lived = 3, 2 * EPISODE + 1
    actions = random_actions(lived, batch)
    vector = SalesFloorVectorEnv(batch, small, autoreset_mode=AutoresetMode.NEXT_STEP)
    vector.reset(seed=11)
    streams = [_env_stream(small, 11 + i, actions[:, i]) for i in range(batch)]
    for step in range(lived):
        reports, rewards, _, truncated, _ = vector.step(actions[step])
        for i in range(batch):
            report, reward, ended, _, _ = streams[i][step]
            assert (rewards[i], truncated[i]) == (reward, ended)
            assert (reports[i] == report).all()
        if truncated.all():
            openings, rewards, terminated, truncated, infos = vector.step(np.ones((batch, N_LEVERS), np.float32))
            for nothing in (rewards, terminated, truncated, infos["_figures"]):
                assert not nothing.any()
            for i in range(batch):
                assert (openings[i] == streams[i][step][4]).all()


def test_vector_env_seeds_floors_one_by_one(small):
    listed, counted = SalesFloorVectorEnv(3, small), SalesFloorVectorEnv(3, small)
    assert (listed.reset(seed=[11, 12, 13])[0] == counted.reset(seed=11)[0]).all()
    further = counted.reset(seed=[next_seed(11), next_seed(12), 50])[0]
    assert (listed.reset(seed=[None, None, 50])[0] == further).all()


@pytest.mark.parametrize("seeds", [np.array([11, 12]), [np.int64(11), np.int64(12)]], ids=["array", "list of int64"])
def test_numpy_seeds_are_seeds_like_any(small, seeds):
    mine, plain = SalesFloorVectorEnv(2, small), SalesFloorVectorEnv(2, small)
    assert (mine.reset(seed=seeds)[0] == plain.reset(seed=[11, 12])[0]).all()
    assert (mine.reset()[0] == plain.reset()[0]).all()
