"""A film is the floor that `roll_out` runs, looked at week by week."""

import numpy as np
import pytest
from worlds import BANKRUPT, N_LEVERS, open_floors, small_config

from incentive_env import SalesFloorEnv
from incentive_env.rendering import film, frame_of
from incentive_env.studies.simulate import roll_out

WEEKS = 3 * 4


def _wary(seen: np.ndarray) -> np.ndarray:
    """A policy whose every action depends on the report."""
    return np.sin(seen[:, :N_LEVERS].astype(np.float64))


def test_the_last_frame_is_the_state_in_which_roll_out_ends(small):
    """Whole periods there, single weeks here: the same bits, and nobody on the floor can tell."""
    rollout = roll_out(small, _wary, [7], keep_reps=True)
    floors = open_floors(small, [7])
    for actions in rollout.actions:
        floors.decide(actions)
    last = film(small, _wary, 7)[-1]
    assert last.customers.tobytes() == floors.customer_loyalty()[0].tobytes()
    for name in ("strain", "motivation", "honesty", "tenure"):
        assert getattr(last, name).tobytes() == floors.state.reps[0][name].tobytes()
    assert last.present.tolist() == (floors.state.reps[0]["present"] != 0).tolist()
    assert last.scheme == tuple(floors.state.floors[0]["scheme"])
    assert last.cash == floors.state.floors[0]["cash"]


def test_every_frame_says_what_the_records_of_its_week_say(small):
    rollout = roll_out(small, _wary, [7], keep_reps=True)
    opening, *lived = film(small, _wary, 7)
    assert (opening.week, len(lived)) == (0, WEEKS)
    slots = small.salesforce.reps * small.market.slots
    for frame, floor, reps in zip(lived, rollout.floor_weeks[0], rollout.rep_weeks[0], strict=True):
        assert frame.week == floor["week"] - small.horizon.burn_in_weeks + 1
        assert frame.loyalty == 100 * (floor["promoters"] - floor["detractors"] - floor["left_wronged"]) / slots
        assert frame.conversion in (
            None, floor["recorded_sales"] / max(floor["recorded_sales"] + floor["recorded_refusals"], 1)
        )  # fmt: skip
        assert frame.gamed.tolist() == reps["gamed"].tolist()
        assert frame.tactics.sum(axis=1).tolist() == reps["calls"].tolist()
        assert frame.conduct.sum() == frame.clean.sum() + floor["gamed"].sum()
        assert frame.cash == floor["cash"]


def test_the_policy_is_asked_as_often_as_by_roll_out_and_sees_the_same_reports(small):
    seen = []

    def watch(report):
        seen.append(report.copy())
        return _wary(report)

    film(small, watch, 7)
    assert np.array_equal(np.stack(seen), roll_out(small, _wary, [7]).observations)


def test_four_weeks_of_a_film_are_one_step_of_the_environment(small):
    env = SalesFloorEnv(small)
    env.reset(seed=7)
    action = np.linspace(-1, 1, N_LEVERS, dtype=np.float32)
    truth = env.step(action)[4]["truth"]
    weeks = film(small, lambda seen: np.tile(action, (len(seen), 1)), 7, weeks=4)[1:]
    assert np.mean([frame.loyalty for frame in weeks]) == pytest.approx(truth["loyalty"])
    handled = [frame.clean.sum() / (1 - frame.gaming_share) for frame in weeks]
    gamed = sum(frame.gaming_share * calls for frame, calls in zip(weeks, handled, strict=True))
    assert gamed / sum(handled) == pytest.approx(truth["gaming_share"])


def test_at_the_opening_loyalty_is_counted_and_nothing_has_been_done(small, frames):
    opening = frames[0]
    books = opening.customers
    net = (books >= 8.5).sum() - (books < 6.5).sum() - opening.left_wronged.sum()
    assert opening.loyalty == pytest.approx(100 * net / books.size)
    assert opening.conduct.sum() == 0
    assert (opening.conversion, opening.gaming_share) == (None, None)
    neutral = tuple(getattr(small.neutral_scheme, lever) for lever in opening.scheme._fields)
    assert opening.scheme == neutral


def test_a_customer_who_left_wronged_is_never_shown_on_a_slot_that_is_taken(frames):
    assert any(frame.left_wronged.any() for frame in frames)
    assert not any((frame.left_wronged & ~np.isnan(frame.customers)).any() for frame in frames)


def test_a_frame_stays_what_it_was(small):
    floors = open_floors(small, [1])
    frame = frame_of(floors, floors.advance(4))
    before = [np.array(value) for value in frame if isinstance(value, np.ndarray)]
    floors.advance(4)
    after = [value for value in frame if isinstance(value, np.ndarray)]
    np.testing.assert_equal(after, before)
    with pytest.raises(ValueError, match="read-only"):
        frame.customers[0, 0] = 10.0


def test_a_closed_floor_has_empty_seats_and_no_figures_of_calls():
    broke = small_config(BANKRUPT)
    last = film(broke, _wary, 1)[-1]
    assert last.closed
    assert not last.present.any()
    assert (last.conversion, last.gaming_share) == (None, None)


@pytest.mark.parametrize(("arguments", "says"), [((-1,), "seed = -1"), ((1, 0), "weeks = 0")])
def test_a_film_that_cannot_be_made_is_an_error(small, arguments, says):
    with pytest.raises(ValueError, match=says):
        film(small, _wary, *arguments)
