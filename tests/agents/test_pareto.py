"""Fronts: what dominates what, volumes worked out by hand and by other means, and what is kept of a search."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from worlds import CLIENT_LEAVES, SMALL

from agents.pareto.dominance import hypervolume, most_informative, on_front, resample
from agents.pareto.front import front_content, in_units, means_of, read_front
from agents.pareto.returns import scheme_returns, worst_of_fixed
from agents.pareto.search import FrontBudget, find_front
from agents.search.static import hand_made
from incentive_env import SalesFloorMOEnv, load_config
from incentive_env.floors.reward_vector import OBJECTIVES, reference_point
from incentive_env.support.sealed import write_sealed

pytest.importorskip("moocore")

SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "results" / "pareto.json"
QUICK = FrontBudget(population=12, generations=2, floors=2, finalists=6, validation_floors=4)
ORIGIN = np.zeros(4)


@pytest.fixture(scope="module")
def front():
    pytest.importorskip("optuna")
    config = load_config(None, SMALL)
    return find_front(config, reference_point(config), QUICK, quiet=True)


def by_inclusion_and_exclusion(points, reference):
    """Volume of a union of boxes: single ones, less what two share, and what three share added again, and so on."""
    edges = np.maximum(points - reference, 0.0)
    volume = 0.0
    for size in range(1, len(edges) + 1):
        shared = sum(np.prod(np.min(edges[list(some)], axis=0)) for some in combinations(range(len(edges)), size))
        volume += shared if size % 2 else -shared
    return volume


def by_slices(points, reference):
    """The same by cutting along the last objective, and each slice along the one before; nothing is cancelled."""
    points = points[(points > reference).all(axis=1)]
    if len(points) == 0:
        return 0.0
    if points.shape[1] == 1:
        return float(points.max() - reference[0])
    volume, floor = 0.0, reference[-1]
    for height in np.unique(points[:, -1]):
        above = points[points[:, -1] >= height][:, :-1]
        volume += (height - floor) * by_slices(above, reference[:-1])
        floor = height
    return volume


@pytest.mark.parametrize(
    ("points", "volume"),
    [
        ([[1, 2, 3, 4]], 24.0),
        ([[2, 1, 1, 1], [1, 2, 1, 1]], 3.0),  # 2 + 2, less the unit box that they share
        ([[2, 1, 1, 1], [1, 2, 1, 1], [1, 1, 2, 1], [1, 1, 1, 2]], 5.0),  # four arms on one unit box
        ([[3, 3, 3, 3], [2, 2, 2, 2]], 81.0),  # the second is dominated
        ([[5, 5, 5, 0]], 0.0),  # not above the reference point in the last objective
        ([[5, 5, 5, -1], [1, 1, 1, 1]], 1.0),
    ],
)
def test_volumes_worked_out_by_hand(points, volume):
    points = np.array(points, float)
    for way in (hypervolume, by_inclusion_and_exclusion, by_slices):
        assert way(points, ORIGIN) == pytest.approx(volume)
        assert way(points - 7.0, ORIGIN - 7.0) == pytest.approx(volume)


@pytest.mark.parametrize("seed", range(5))
def test_three_ways_to_a_volume_agree_on_points_at_random(seed):
    points = np.random.default_rng(seed).normal(0.5, 1.0, (9, 4))
    assert hypervolume(points, ORIGIN) == pytest.approx(by_inclusion_and_exclusion(points, ORIGIN))
    assert hypervolume(points, ORIGIN) == pytest.approx(by_slices(points, ORIGIN))


def test_the_volume_of_the_shipped_front_agrees_with_slicing():
    content = read_front(SHIPPED)
    stands = [scheme for scheme in content["schemes"] if scheme["on_front"]]
    reference = np.array([content["reference_point"][name] for name in OBJECTIVES])
    volume = by_slices(means_of(stands), reference)
    assert content["hypervolume"]["mean"] == pytest.approx(volume, rel=1e-4)  # returns are rounded in the file
    assert (means_of(content["schemes"]) >= reference).all()  # no scheme in the file falls below it


def test_the_shipped_front_is_what_no_scheme_in_the_file_beats():
    content = read_front(SHIPPED)
    means = means_of(content["schemes"])
    beaten = [((means >= row).all(axis=1) & (means > row).any(axis=1)).any() for row in means]
    assert [scheme["on_front"] for scheme in content["schemes"]] == [not one for one in beaten]


def test_equals_stay_and_what_is_beaten_in_one_objective_goes():
    means = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 0], [0, 0, 0, 2]], float)
    assert on_front(means).tolist() == [True, True, False, True]


def test_the_most_informative_keep_the_extremes_and_drop_what_adds_least():
    means = np.array([[9, 1, 1, 1], [1, 9, 1, 1], [1, 1, 9, 1], [1, 1, 1, 9], [5, 5, 5, 5], [5.1, 4.9, 5, 5]], float)
    assert sorted(most_informative(means, ORIGIN, 5)) == [0, 1, 2, 3, 4]
    assert sorted(most_informative(means, ORIGIN, 1)) == [0, 1, 2, 3]


def test_another_draw_of_the_floors_may_turn_a_front_over():
    """Two schemes differ in one objective only: one always behind, or one ahead on every other floor by turns."""
    ahead, behind = np.ones((40, 4)), np.ones((40, 4))
    behind[:, 0] = 0.5
    assert resample(np.stack([ahead, behind]), ORIGIN).kept.tolist() == [1.0, 0.0]
    behind[::2, 0] = 1.5
    resampled = resample(np.stack([ahead, behind]), ORIGIN)
    assert 0.3 < resampled.kept[0] < 0.8
    assert resampled.hypervolume.low <= resampled.hypervolume.mean <= resampled.hypervolume.high


@pytest.mark.parametrize(
    "ends",
    [
        {},
        {**CLIENT_LEAVES, "client.usual_sales": 500.0, "client.anger_rate": 3.0},
    ],
)
def test_returns_are_those_that_the_environment_pays(small, ends):
    config = load_config(small, {**ends, "horizon.decisions": 8})
    env, action = SalesFloorMOEnv(config), next(iter(hand_made(config).values())).astype(np.float32)
    batch = scheme_returns(config, action[None], [1, 2])
    for row, seed in enumerate((1, 2)):
        env.reset(seed=seed)
        paid, over = np.zeros(4), False
        while not over:
            _, reward, terminated, truncated, _ = env.step(action)
            paid += reward
            over = terminated or truncated
        assert (batch[0, row] == paid).all()


def test_a_front_holds_validated_schemes_that_none_of_them_beats(front):
    names = [candidate.name for candidate in front.candidates]
    assert set(hand_made(load_config(None, SMALL))) < set(names)
    assert len(names) == len(set(names))
    means = np.array([candidate.returns.mean(axis=0) for candidate in front.candidates])
    assert [candidate.on_front for candidate in front.candidates] == on_front(means).tolist()
    assert (np.diff(means[:, 0]) <= 0.0).all()
    assert set(front.search_seeds).isdisjoint(front.validation_seeds)


def test_a_seed_finds_the_same_front_on_any_number_of_threads(front):
    config = load_config(None, SMALL)
    again = find_front(config, reference_point(config), QUICK, threads=2, quiet=True)
    other = find_front(config, reference_point(config), QUICK._replace(seed=1), quiet=True)
    schemes = [[candidate.scheme for candidate in one.candidates] for one in (front, again, other)]
    assert schemes[0] == schemes[1] != schemes[2]
    assert again.resampled.hypervolume == front.resampled.hypervolume


def test_the_schemes_of_a_file_return_what_the_file_says(front, tmp_path):
    config = load_config(None, SMALL)
    path = tmp_path / "front.json"
    write_sealed(path, front_content(front, config, QUICK, "command"))
    content = read_front(path)
    low = np.array([getattr(config.levers, lever).low for lever in content["schemes"][0]["scheme"]])
    high = np.array([getattr(config.levers, lever).high for lever in content["schemes"][0]["scheme"]])
    levers = np.array([list(scheme["scheme"].values()) for scheme in content["schemes"]])
    first, last = content["validation"]["seeds"]
    returns = scheme_returns(config, 2.0 * (levers - low) / (high - low) - 1.0, range(first, last + 1))
    assert means_of(content["schemes"]) == pytest.approx(returns.mean(axis=1), abs=1e-3)


def test_units_for_people_are_means_over_the_periods_that_are_paid():
    periods = {"loyalty": 39.0, "profit": 26.0, "conversion": 26.0, "wellbeing": 26.0}
    returns = np.array([3.9, 26.0, 13.0, -2.6])
    assert in_units(returns, periods) == pytest.approx([10.0, 10.0, 25.0, -10.0])


def test_the_worst_of_fixed_schemes_is_below_all_hand_made_ones(small):
    worst = worst_of_fixed(small, 4, 2)
    known = scheme_returns(small, np.stack(list(hand_made(small).values())), range(2_000_000, 2_000_002)).mean(axis=1)
    assert worst.schemes == len(known) + 8
    assert (worst.returns <= known.min(axis=0)).all()
    below = worst.returns / small.horizon.decisions - worst.per_period
    assert ((below >= 0.1 - 1e-9) & (below < 0.2)).all()  # rounded down to a tenth, and a tenth for luck
