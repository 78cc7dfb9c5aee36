"""The search: it finds what there is to find, on which floors it looks, and it takes up where it was cut off."""

import json

import gymnasium as gym
import numpy as np
import pytest
from worlds import N_LEVERS, small_config

from agents.search.checkpoint import SearchError
from agents.search.evolution import SearchBudget, Start, generation_seeds, search
from agents.search.objective import OBJECTIVES, FloorObjective
from agents.search.static import StaticForm, hand_made, point_of, scheme_of
from incentive_env import ConfigError, load_config
from incentive_env.config.levers import LEVERS
from incentive_env.policies.feedback import LinearForm
from incentive_env.policies.fixed import FIXED, FixedPolicy
from incentive_env.studies.evaluate import evaluate
from incentive_env.support.sealed import sealed
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS

PLAN = SearchBudget(generations=25, population=8, floors=3, validation_floors=5)
PEAK = np.array([0.3, -0.2, 0.9])
STARTS = [Start("left", np.full(3, -1.0), 0.3), Start("middle", np.zeros(3), 0.3)]
# Where everything costs as much as it can, cash lasts for a decision or two.
SHORT_OF_CASH = {"mechanisms.credit": False, "money.insolvency": True, "money.start_weeks": 10, "money.layoff_weeks": 1}
SEEDS = range(6)


def hill(candidates, seeds):
    """Highest at the peak; the luck of a floor is the same for all."""
    luck = np.sin(np.asarray(seeds, float))
    return -((candidates - PEAK) ** 2).sum(axis=1)[:, None] + luck


def two_hills(candidates, seeds):
    """A low hill at −0.8, and a higher one at 0.8 that is not seen from there."""
    low = 1.0 - 4.0 * ((candidates + 0.8) ** 2).sum(axis=1)
    high = 2.0 - 4.0 * ((candidates - 0.8) ** 2).sum(axis=1)
    return np.maximum(np.maximum(low, high), -8.0)[:, None] + np.zeros(len(seeds))


class KilledError(Exception):
    pass


def killed_after(calls, objective):
    left = [calls]

    def dying(candidates, seeds):
        left[0] -= 1
        if left[0] < 0:
            raise KilledError
        return objective(candidates, seeds)

    return dying


@pytest.mark.parametrize("diagonal", [False, True])
def test_the_peak_of_a_known_landscape_is_found(diagonal):
    found = search(hill, STARTS, PLAN._replace(diagonal=diagonal, bounds=(-1.0, 1.0)))
    assert np.abs(found.winner.point - PEAK).max() < 0.02
    assert len(found.finalists) == 3 * len(STARTS)
    assert found.winner.values.mean() == max(finalist.values.mean() for finalist in found.finalists)


def test_restarts_find_the_higher_of_two_basins():
    starts = [Start(name, np.full(3, place), 0.1) for name, place in (("low", -0.7), ("high", 0.7))]
    assert search(two_hills, starts[:1], PLAN).winner.values.mean() == pytest.approx(1.0, abs=0.01)
    both = search(two_hills, starts, PLAN).winner
    assert both.start == "high"
    assert both.values.mean() == pytest.approx(2.0, abs=0.01)


def test_a_start_that_nothing_beats_wins():
    found = search(hill, [Start("peak", PEAK, 0.3)], PLAN._replace(generations=1))
    assert (found.winner.kind, found.winner.start) == ("start", "peak")


def test_bounds_hold():
    seen = []

    def outward(candidates, seeds):
        seen.append(candidates)
        return candidates.sum(axis=1)[:, None] + np.zeros(len(seeds))

    found = search(outward, [Start("a", np.zeros(2), 0.5)], PLAN._replace(bounds=(-1.0, 1.0)))
    assert np.abs(np.concatenate(seen)).max() <= 1.0
    assert found.winner.point == pytest.approx([1.0, 1.0], abs=0.01)


def test_a_generation_shares_fresh_floors_and_the_validation_has_its_own():
    asked = []
    search(lambda c, seeds: asked.append((len(c), list(seeds))) or hill(c, seeds), STARTS, PLAN)
    generations = [seeds for count, seeds in asked if count == PLAN.population]
    validations = [seeds for count, seeds in asked if count == 1]
    first, second = generations[: PLAN.generations], generations[PLAN.generations :]
    assert first == second == [generation_seeds(PLAN, number) for number in range(PLAN.generations)]
    assert len({tuple(seeds) for seeds in first}) == PLAN.generations
    assert all(seed in SEARCH_SEEDS for seeds in first for seed in seeds)
    assert all(seeds == list(VALIDATION_SEEDS[: PLAN.validation_floors]) for seeds in validations)
    assert generation_seeds(PLAN, 0) != generation_seeds(PLAN._replace(seed=1), 0)


@pytest.mark.parametrize("diagonal", [False, True])
@pytest.mark.parametrize("calls", [1, 24, 25, 26, 40, 53])
def test_a_search_that_was_cut_off_comes_to_the_same_end(tmp_path, diagonal, calls):
    plan = PLAN._replace(diagonal=diagonal, bounds=(-1.0, 1.0))
    whole = search(hill, STARTS, plan)
    path = tmp_path / "run" / "search.json"
    with pytest.raises(KilledError):
        search(killed_after(calls, hill), STARTS, plan, checkpoint_path=path)
    assert list(path.parent.iterdir()) == [path]
    (path.parent / ".search.json.0f.json").write_text("{")  # of a kill while it was written
    again = search(hill, STARTS, plan, checkpoint_path=path, resume=True)
    assert list(path.parent.iterdir()) == [path]
    for mine, theirs in zip(whole.finalists, again.finalists, strict=True):
        np.testing.assert_array_equal(mine.point, theirs.point)
        np.testing.assert_array_equal(mine.values, theirs.values)
    untouched = search(killed_after(6, hill), STARTS, plan, checkpoint_path=path, resume=True)  # validation alone
    np.testing.assert_array_equal(untouched.winner.point, whole.winner.point)


def test_a_search_leaves_the_global_random_state_alone():
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    search(hill, STARTS, PLAN)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_a_checkpoint_in_the_way_damaged_or_of_another_search_is_an_error(tmp_path):
    path = tmp_path / "search.json"
    with pytest.raises(KilledError):
        search(killed_after(3, hill), STARTS, PLAN, checkpoint_path=path, description={"objective": "hill"})
    with pytest.raises(SearchError, match="holds a search already"):
        search(hill, STARTS, PLAN, checkpoint_path=path, description={"objective": "hill"})
    wider = PLAN._replace(floors=4)
    with pytest.raises(SearchError, match="another objective, floors;"):
        search(hill, STARTS, wider, checkpoint_path=path, description={"objective": "dale"}, resume=True)
    text = path.read_text()
    for content in (text[:-20], "", "[" * 100_000, "{}", "7"):
        path.write_text(content)
        with pytest.raises(SearchError, match="damaged or incomplete"):
            search(hill, STARTS, PLAN, checkpoint_path=path, description={"objective": "hill"}, resume=True)
    whole = json.loads(text)
    for damage in ({"values": [[1.0, None] * 4]}, {"values": [["1e999"] * 8]}, {"ended": [[[0.0], "x"]]}, {"ended": 3}):
        path.write_text(json.dumps(sealed({**whole, **damage})))
        with pytest.raises(SearchError, match="damaged or incomplete"):
            search(hill, STARTS, PLAN, checkpoint_path=path, description={"objective": "hill"}, resume=True)
    for damage in ({"values": [[1.0] * 7]}, {"values": [[1.0] * 8] * 26}, {"ended": [[[0.0], [0.0]]]}):
        path.write_text(json.dumps(sealed({**whole, **damage})))
        with pytest.raises(SearchError, match=r"more or fewer numbers|of another size"):
            search(hill, STARTS, PLAN, checkpoint_path=path, description={"objective": "hill"}, resume=True)


@pytest.mark.parametrize(
    ("changes", "starts", "output"),
    [
        ({"population": 2}, STARTS, "population = 2: must be at least 3"),
        ({"generations": 0}, STARTS, "generations = 0: must be at least 1"),
        ({"floors": 0}, STARTS, "floors = 0"),
        ({"validation_floors": 0}, STARTS, "validation_floors = 0"),
        ({}, [], "starts: at least one"),
        ({}, [Start("a", PEAK, 0.0)], "start a: sigma = 0.0: must be above 0"),
        ({}, [Start("a", PEAK * np.nan, 0.1)], "start a: must be finite"),
        ({"bounds": (-0.5, 0.5)}, [Start("a", PEAK, 0.1)], "start a: lies outside the bounds -0.5 to 0.5"),
    ],
)
def test_a_plan_that_cannot_be_used_is_an_error(changes, starts, output):
    with pytest.raises(ValueError, match=output):
        search(hill, starts, PLAN._replace(**changes))


def test_an_objective_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="objective is nan for a candidate"):
        search(lambda candidates, seeds: hill(candidates, seeds) * np.nan, STARTS, PLAN)


@pytest.mark.parametrize("form", [StaticForm(), LinearForm("report"), LinearForm("state")], ids=["static", "f", "o"])
@pytest.mark.parametrize("name", ["score", "loyalty"])
def test_candidates_in_a_batch_have_the_values_that_each_has_alone(small, form, name):
    candidates = np.random.default_rng(1).uniform(-1.0, 1.0, (3, form.size))
    together = FloorObjective(small, form, name)(candidates, [4, 9])
    assert together.shape == (3, 2)
    assert len(np.unique(together)) > 1
    for threads in (1, 2):
        alone = FloorObjective(small, form, name, threads=threads)
        values = [[alone(point[None], [seed])[0, 0] for seed in (4, 9)] for point in candidates]
        np.testing.assert_array_equal(together, values)


def test_a_batch_that_is_too_large_for_one_is_split(small, monkeypatch):
    candidates = np.random.default_rng(1).uniform(-1.0, 1.0, (3, N_LEVERS))
    whole = FloorObjective(small, StaticForm(), "score")(candidates, SEEDS)
    monkeypatch.setattr("agents.search.objective._MOST_FLOORS", 4)
    np.testing.assert_array_equal(FloorObjective(small, StaticForm(), "score")(candidates, SEEDS), whole)


def test_the_score_is_the_evaluators_score(small):
    points = hand_made(small)
    values = FloorObjective(small, StaticForm(), "score")(np.stack(list(points.values())), SEEDS)
    for name, mine in zip(points, values, strict=True):
        theirs = evaluate(small, FixedPolicy(FIXED[name].scheme, small), SEEDS).loyalty
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", OBJECTIVES[1:])
def test_a_return_is_what_the_environment_pays(name):
    """On floors that close at different times, and some of them only at the end."""
    config = small_config(SHORT_OF_CASH)
    actions = np.stack([np.ones(N_LEVERS), np.full(N_LEVERS, -0.5)]).astype(np.float32)
    values = FloorObjective(config, StaticForm(), name)(actions.astype(np.float64), SEEDS)
    lengths = set()
    for action, row in zip(actions, values, strict=True):
        for seed, value in zip(SEEDS, row, strict=True):
            paid, length = _episode(config, name, action, seed)
            assert value == pytest.approx(paid, rel=1e-12, abs=1e-12)
            lengths.add(length)
    assert min(lengths) < config.horizon.decisions == max(lengths)


def _episode(config, reward, action, seed):
    env = gym.make("incentive_env/Telesales-v1", config=config, reward=reward)
    env.reset(seed=seed)
    total, length, over = 0.0, 0, False
    while not over:
        _, paid, terminated, truncated, _ = env.step(action)
        total, length, over = total + paid, length + 1, terminated or truncated
    return total, length


def test_an_unknown_objective_is_an_error(small):
    with pytest.raises(ConfigError, match="unknown reward 'scores'"):
        FloorObjective(small, StaticForm(), "scores")


def test_a_scheme_goes_to_a_point_and_back(small):
    for name, point in hand_made(small).items():
        assert scheme_of(point, small) == pytest.approx(FIXED[name].scheme, rel=1e-4, abs=1e-6)
    scheme = scheme_of(np.array([-1.2, -0.99999999, *np.linspace(-1.0, 1.2, N_LEVERS - 2)]), small)
    assert scheme.base_pay == small.levers.base_pay.low
    assert scheme.commission == 0.0
    assert scheme[-1] == list(LEVERS.values())[-1].high
    assert np.abs(point_of(scheme, small)).max() <= 1.0


def test_a_hand_made_scheme_that_a_scenario_does_not_allow_is_no_start(small):
    assert set(hand_made(small)) == set(FIXED)
    assert "piece_rate" not in hand_made(load_config(small, {"levers.commission.high": 10.0}))


def test_a_watcher_sees_the_mean_after_every_generation():
    seen = []
    search(hill, STARTS, PLAN, quiet=True, watch=lambda point, generation: seen.append((generation, point.copy())))
    assert [generation for generation, _ in seen] == list(range(1, 2 * PLAN.generations + 1))
    away = [float(np.abs(point - PEAK).max()) for _, point in seen]
    assert away[PLAN.generations - 1] < 0.1 < away[0]  # the last of the first restart is its own, not the next one's


def test_a_quiet_search_says_nothing(capsys):
    search(hill, STARTS, PLAN, quiet=True)
    assert capsys.readouterr() == ("", "")
