"""Morris's elementary effects: the design, known effects of a known function, and a run that is taken up."""

import numpy as np
import pytest

from agents.studies import sensitivity
from agents.studies.coefficients import Coefficient, coefficients
from agents.studies.kept import Kept
from agents.studies.sensitivity import Point, all_values, draw_design, evaluate_points
from incentive_env import load_config

PAIR = ("retention_first", "flat_salary")
A, B, INERT = "decision.conscience", "decision.pride", "reporting.noise"


def _points(config, moved, design):
    return [Point(config, values, PAIR, 2) for values in all_values(moved, design)]


def _found(config, moved, measured, trajectories=4):
    design = draw_design(config, moved, trajectories, 4, 0)
    return sensitivity.sensitivity(moved, design, 4, _points(config, moved, design), Kept(None, {}), 1, measured)


def test_the_design_moves_one_coefficient_at_a_time(small):
    moved = coefficients(small, ["learning", "skill"])
    design = draw_design(small, moved, 5, 4, 3)
    assert design.shape == (5, len(moved) + 1, len(moved))
    steps = np.diff(design, axis=1)
    assert (np.count_nonzero(steps, axis=2) == 1).all()
    assert (np.count_nonzero(steps, axis=1) == 1).all()  # and each of them once a trajectory
    np.testing.assert_allclose(np.abs(steps[steps != 0.0]), 2.0 / 3.0)
    np.testing.assert_allclose(np.unique(design.round(9)), [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0], atol=1e-8)
    np.testing.assert_array_equal(draw_design(small, moved, 2, 4, 3), design[:2])
    assert (draw_design(small, moved, 2, 4, 4) != design[:2]).any()
    values = all_values(moved, design)
    assert len(values) == 5 * (len(moved) + 1)
    assert all(one.low <= values[7][one.key] <= one.high for one in moved)


def test_what_the_configuration_refuses_is_drawn_anew(small, monkeypatch):
    moved = [Coefficient("loyalty.detractor", 6.5, 5.0, 8.0), Coefficient("loyalty.promoter", 8.5, 7.0, 10.0)]
    for values in all_values(moved, draw_design(small, moved, 12, 4, 0)):
        assert values["loyalty.detractor"] < values["loyalty.promoter"]
        load_config(small, values)
    monkeypatch.setattr(sensitivity, "_TRIES", 5)
    with pytest.raises(ValueError, match="no trajectory in 5 has only points that the configuration takes"):
        draw_design(small, [Coefficient("loyalty.detractor", 6.5, 9.0, 9.5)], 1, 4, 0)


def test_a_known_function_gives_its_known_effects(small):
    def measured(point):
        a, b = point.values[A], point.values[B]
        noise = np.array([10.0, -4.0])  # floors differ, the effects on them do not
        return np.stack([3.0 * a - 5.0 * b + noise, 3.0 * a + 2.0 * b + 2.0 * noise])

    moved = coefficients(small, [A, B, INERT])
    found = _found(small, moved, measured)
    width = {one.key: one.high - one.low for one in moved}
    for output, slopes in {"score": (3.0, -5.0), "base": (3.0, 2.0), "advantage": (0.0, -7.0)}.items():
        for key, slope in zip((A, B, INERT), (*slopes, 0.0), strict=True):
            printed = found["coefficients"][key][output]
            assert printed["mu"] == pytest.approx(slope * width[key], abs=1e-6)
            assert printed["mu_star"] == pytest.approx(abs(slope) * width[key], abs=1e-6)
            assert [printed[name] for name in ("sigma", "mu_star_conf", "luck")] == pytest.approx([0.0] * 3, abs=1e-6)
    lead = found["lead"]
    assert lead["least"] < lead["mean"] < lead["most"] < 0.0
    assert lead["share_ahead"] == 0.0
    assert sensitivity.ranked(found, "score")[-1][0] == INERT


def test_an_effect_that_hangs_on_another_has_a_spread(small):
    def measured(point):
        return np.full((2, 2), point.values[A] * point.values[B])

    found = _found(small, coefficients(small, [A, B, INERT]), measured, trajectories=8)["coefficients"]
    assert found[A]["score"]["sigma"] > 0.05 * found[A]["score"]["mu_star"] > 0.0
    assert found[A]["score"]["mu_star_conf"] > 0.0
    assert found[INERT]["score"]["sigma"] == 0.0


def test_luck_is_what_the_draw_of_floors_gives(small):
    def measured(point):
        return np.stack([point.values[A] * np.array([1.0, -1.0, 2.0, -2.0]), np.zeros(4)])

    row = _found(small, coefficients(small, [A, B]), measured)["coefficients"][A]
    printed = row["score"]
    assert printed["mu_star"] == pytest.approx(0.0, abs=1e-9)
    error = np.std([1.0, -1.0, 2.0, -2.0], ddof=1) / 2.0 * (row["high"] - row["low"])
    assert printed["luck"] == pytest.approx(error * np.sqrt(2.0 / np.pi))


def test_of_the_floor_itself_need_matters_and_the_report_to_a_fixed_scheme_does_not(small):
    found = _found(small, coefficients(small, ["market.need_mean", INERT]), sensitivity.measure, 2)["coefficients"]
    assert all(value == 0.0 for output in ("score", "base") for value in found[INERT][output].values())
    assert found["market.need_mean"]["score"]["mu_star"] > 0.0


def test_a_run_that_was_stopped_goes_on_where_it_was(small, tmp_path):
    moved = coefficients(small, [A, B, INERT])
    points = _points(small, moved, draw_design(small, moved, 2, 4, 0))
    asked = []

    def measured(point, stop=5):
        if len(asked) == stop:
            raise KeyboardInterrupt
        asked.append(point)
        return np.array([[point.values[A], 1.0 / 3.0], [point.values[B], 0.1]])

    with pytest.raises(KeyboardInterrupt):
        evaluate_points(points, Kept(tmp_path, {"seed": 1}), 1, measured)
    files = sorted(path.name for path in (tmp_path / "points").iterdir())
    assert files == [f"{number:06d}.json" for number in range(5)]
    scores = evaluate_points(
        points, Kept(tmp_path, {"seed": 1}, resume=True), 1, lambda point: measured(point, stop=None)
    )
    assert asked == points  # each once, in order
    whole = evaluate_points(points, Kept(None, {}), 1, lambda point: measured(point, stop=None))
    np.testing.assert_array_equal(scores, whole)
    with pytest.raises(ValueError, match="holds a run already; resume it, or choose another directory"):
        Kept(tmp_path, {"seed": 1})
    with pytest.raises(ValueError, match="is of a run with another seed; choose another directory"):
        Kept(tmp_path, {"seed": 2}, resume=True)
    (tmp_path / "points" / files[0]).write_text('{"result": [')
    with pytest.raises(ValueError, match=r"000000\.json: is damaged; delete it, and it is computed again"):
        evaluate_points(points, Kept(tmp_path, {"seed": 1}, resume=True))
