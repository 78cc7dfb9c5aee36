"""Why loyalty fell: the parts sum to the change of the whole, and each is what it says."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from worlds import (
    CONFIGS,
    Core,
    TinyFloor,
    numbers,
    one_scratch,
    one_witness,
    open_floors,
    random_actions,
    small_config,
    tiny_floor,
)

from incentive_env import Scheme, load_config
from incentive_env.model import calls, conversation, customers, opening, witness
from incentive_env.model.state import FALSE_PROMISE, HONEST, MISBOOKED, PRESSURE
from incentive_env.model.witness import (
    AFTERCARE,
    ARRIVAL,
    CAUSES,
    DEPARTURE,
    DISCOVERED,
    IRRITATION,
    LOYALTY,
    MISBOOKED_CALLBACK,
    MISSING_LOG,
    REP_EXIT,
    REPEATED_CALL,
    SATISFACTION,
    TRUST,
    UNSOLVED,
)
from incentive_env.policies import FIXED, RandomPolicy
from incentive_env.studies.explain import MEASURES, WORDS, explain

core = Core(calls, conversation, customers, opening, witness)
KEY = np.uint64(42)
THREAT = FIXED["quota_with_threat"].scheme


def _cause(explanation, measure, cause):
    return explanation.timeline(measure)[:, CAUSES.index(cause)]


ROUNDING = 2.0**-28  # feelings are summed in whole units of 2⁻²⁹, and a change is the difference of two means of them


@settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))
@given(overrides=CONFIGS, luck=st.integers(0, 50))
def test_the_parts_sum_to_the_change_of_the_whole(overrides, luck):
    explanation = explain(small_config(overrides), RandomPolicy(luck), range(luck, luck + 3))
    changes = np.diff(explanation.wholes, axis=1)
    np.testing.assert_allclose(explanation.parts.sum(axis=-1), changes, rtol=0.0, atol=ROUNDING)


@pytest.mark.parametrize("scenario", ["telesales", "contact_center", "hard_market"])
def test_the_parts_sum_to_the_change_of_the_whole_on_shipped_floors(scenario):
    explanation = explain(scenario, RandomPolicy(1), range(4))
    np.testing.assert_allclose(
        explanation.parts.sum(axis=(1, 3)),
        explanation.wholes[:, -1] - explanation.wholes[:, 0],
        rtol=0.0,
        atol=ROUNDING,
    )


def test_the_whole_is_what_the_books_say():
    config = load_config("telesales")
    explanation = explain(config, THREAT, [3, 4], weeks=8)
    weeks = explanation.floor_weeks
    net = weeks["promoters"] - weeks["detractors"] - weeks["left_wronged"]
    assert explanation.wholes[:, 1:, LOYALTY] == pytest.approx(100.0 * net / (12 * 50))
    assert explanation.wholes[:, 1:, TRUST] == pytest.approx(weeks["trust"] / weeks["customers"])


def test_to_be_watched_changes_nothing(small):
    actions = random_actions(3, 2)
    plain, watched = (open_floors(small, [5, 6], watch=watch) for watch in (False, True))
    for row in actions:
        mine, theirs = plain.decide(row), watched.decide(row)
        assert numbers(mine.floor_weeks).tobytes() == numbers(theirs.floor_weeks).tobytes()
    for mine, theirs in zip(plain.state.arrays, watched.state.arrays, strict=True):
        assert mine.tobytes() == theirs.tobytes()
    assert plain.decide(actions[0]).moves.size == 0


def test_a_watched_floor_is_the_same_alone_in_a_batch_opened_anew_and_from_a_copy(small):
    actions = random_actions(2, 3)
    batch = open_floors(small, [1, 2, 3], watch=True)
    batch.decide(actions[0])
    batch.reset(np.array([9], np.uint64), np.array([1]))
    copy = pickle.loads(pickle.dumps(batch))
    moves = batch.decide(actions[1]).moves.copy()
    alone = open_floors(small, [9], watch=True).decide(actions[1][[1]]).moves
    assert moves[1].tobytes() == alone[0].tobytes()
    assert copy.decide(actions[1]).moves.tobytes() == moves.tobytes()


def test_a_closed_channel_moves_nobody():
    config = load_config("telesales", {"channels.false_promise": False, "channels.callback": False})
    gone = ("false_promise", "discovered_false_promise", "misbooked_callback")
    closed, usual = (explain(scenario, THREAT, range(3), weeks=26) for scenario in (config, load_config("telesales")))
    for cause in gone:
        assert not any(_cause(closed, measure, cause).any() for measure in MEASURES)
        assert any(_cause(usual, measure, cause).any() for measure in MEASURES)


def test_what_each_cause_moves_has_the_sign_that_its_name_says():
    explanation = explain("telesales", THREAT, range(8))
    trust = dict(zip(CAUSES, explanation.timeline("trust").sum(axis=0), strict=True))
    for cause in ("pressure", "disparage", "rep_exit", "discovered_false_promise"):
        assert trust[cause] < 0.0, cause
    assert trust["honest"] > 0.0
    irritation = dict(zip(CAUSES, explanation.timeline("irritation").sum(axis=0), strict=True))
    for cause in ("repeated_call", "misbooked_callback", "missing_log", "poor_service"):
        assert irritation[cause] > 0.0
    assert irritation["time"] < 0.0


def _watched(overrides: dict[str, float] | None = None) -> TinyFloor:
    """The tiny floor with a witness who has seen its customers: trust and satisfaction 0.6, no irritation."""
    world = tiny_floor(overrides)
    size = len(world.customers.active)
    world = world._replace(witness=one_witness(size), scratch=one_scratch(size, watch=True))
    core.look_first(world.witness, world.customers, world.floor, world.p)
    return world


def _talk(world: TinyFloor, i: int, tactic: int, annoyance: float = 0.0) -> None:
    """One call, which ends without a sale; its weeks since the last one give that annoyance."""
    calls = world.scratch.calls[0]
    world.responses[0].care = 1.0
    calls["customer"][0] = i
    core.meet(calls, world.customers, world.floor, world.p, KEY)
    calls["tactic"] = tactic
    calls["weeks"] = 1.0 - world.p.calls.repeat_weeks * math.log(annoyance) if annoyance > 0.0 else 1e9
    core.look_up_tactics(calls, world.p)
    core.feel(calls, world.responses[0], world.p)
    core.keep(calls, 1)
    calls["sold"] = 0
    core.part(calls, 1, world.customers, world.floor, world.p, world.scratch.notes)


def _tell(world: TinyFloor) -> None:
    """The week's calls are over."""
    core.note_calls(world.witness, world.customers, world.scratch.notes, world.floor, world.p)


def test_a_pressed_customer_who_must_repeat_everything_blames_each_by_its_part():
    world = _watched({
        "tactics.pressure.irritation": 0.2, "tactics.pressure.trust_gain": 0.0, "tactics.pressure.trust_loss": 0.1,
        "calls.repeat_irritation": 0.08, "calls.misbooked_irritation": 0.10, "calls.missing_log_irritation": 0.04,
    })  # fmt: skip
    world.customers.callback[1], world.customers.log_missing[1] = MISBOOKED, 1
    _talk(world, 1, PRESSURE, annoyance=0.5)
    _tell(world)
    moves = world.witness.moves
    by_cause = {REPEATED_CALL: 0.5 * 0.08, MISBOOKED_CALLBACK: 0.10, MISSING_LOG: 0.04, PRESSURE: 0.2}
    assert {cause: moves[IRRITATION, cause] for cause in by_cause} == pytest.approx(by_cause)
    assert moves[TRUST, PRESSURE] == pytest.approx(-0.1)
    assert np.count_nonzero(moves[TRUST]) == 1


def test_irritation_at_its_highest_is_shared_out_in_proportion():
    world = _watched({"tactics.pressure.irritation": 0.3, "calls.repeat_irritation": 0.1})
    world.customers.irritation[0] = 1.3
    core.look_first(world.witness, world.customers, world.floor, world.p)
    _talk(world, 0, PRESSURE, annoyance=1.0)
    _tell(world)
    moves = world.witness.moves[IRRITATION]
    assert (moves[REPEATED_CALL], moves[PRESSURE]) == pytest.approx((0.05, 0.15))  # half of what they would be


def test_a_promise_found_out_is_put_down_to_the_tactic_that_made_it():
    """Debt of a false promise 0.9; then 0.3 of a problem left unsolved; then found out, all at once."""
    world = _watched({
        "tactics.false_promise.debt": 0.9, "customers.debt_trust": 0.3, "customers.debt_complains": 0.0,
        "customers.debt_cancels": 0.0, "tactics.false_promise.trust_loss": 0.0, "tactics.false_promise.trust_gain": 0.0,
    })  # fmt: skip
    _talk(world, 2, FALSE_PROMISE)
    core._sell(world.customers, 2, 0, FALSE_PROMISE, world.floor, world.p)
    _tell(world)
    world.customers.debt[2] += 0.3
    core.note_service(world.witness, world.customers, 2, world.floor, world.p)
    assert world.witness.owed[2, [FALSE_PROMISE, UNSOLVED]] == pytest.approx([0.9, 0.3])
    core._discover(world.customers, 2, world.floor, world.week, world.p, KEY)
    core.note_discovery(world.witness, world.customers, 2, world.floor, world.p)
    trust = world.witness.moves[TRUST]
    assert trust[DISCOVERED + FALSE_PROMISE] == pytest.approx(-0.3 * 0.9)
    assert trust[DISCOVERED + UNSOLVED] == pytest.approx(-0.3 * 0.3)
    assert not world.witness.owed[2].any()


def test_aftercare_settles_a_share_of_whatever_is_owed_and_what_it_adds_is_its_own():
    world = _watched({"customers.aftercare": 0.5, "customers.honest_call": 0.0})
    world.customers.debt[0], world.customers.deferred[0, 0] = 0.8, 10.0
    core.note_service(world.witness, world.customers, 0, world.floor, world.p)
    world.responses[0].aftercare = 1.0
    _talk(world, 0, HONEST)
    _tell(world)
    assert world.witness.owed[0, UNSOLVED] == pytest.approx(0.4)
    assert world.witness.owed[0].sum() == pytest.approx(0.4)
    assert world.witness.moves[SATISFACTION, AFTERCARE] == pytest.approx(0.5 * (1 - 0.6))


def test_a_promoter_whose_rep_leaves_is_lost_to_the_exit_and_then_to_the_departure():
    world = _watched({
        "loyalty.level": 8.5, "loyalty.usual_irritation": 0.0, "loyalty.trust": 3.0, "customers.rep_left_trust": 0.1
    })  # fmt: skip
    standing, moves = world.witness.standing, world.witness.moves
    assert standing.tolist() == [1] * len(standing)  # all stand exactly at the line
    world.customers.trust[3] -= 0.1
    core.note_exits(world.witness, world.customers, world.floor, world.p)
    assert (moves[LOYALTY, REP_EXIT], moves[TRUST, REP_EXIT]) == (-1.0, pytest.approx(-0.1))
    core._depart(world.customers, 3, world.floor, world.week, True, world.p)
    core.note_departure(world.witness, world.customers, 3, world.floor, world.p)
    assert (moves[LOYALTY, DEPARTURE], standing[3]) == (-1.0, -1)  # left wronged: counts as a detractor
    core.fill_slot(world.customers, 3, world.floor, world.p, KEY, False)
    core.note_arrival(world.witness, world.customers, 3, world.floor, world.p)
    assert moves[LOYALTY, ARRIVAL] == standing[3] + 1


@pytest.mark.parametrize(("first", "last"), [(0, 3), (2, 1), (5, 9)])
def test_weeks_that_were_not_watched_are_refused(small, first, last):
    explanation = explain(small, Scheme(), [1], weeks=8)
    with pytest.raises(ValueError, match=rf"weeks {first} to {last}: .* within 1 to 8"):
        explanation.between("trust", first, last)
    assert explanation.between("trust", 1, 8) == pytest.approx(explanation.parts[:, :, TRUST].sum(axis=1))


def test_a_measure_that_is_none_is_refused_with_the_nearest(small):
    with pytest.raises(ValueError, match=r"'loyality': must be one of .*; nearest valid name: loyalty"):
        explain(small, Scheme(), [1], weeks=4).level("loyality")


def test_every_cause_has_words():
    assert tuple(WORDS) == CAUSES
    assert len(set(WORDS.values())) == len(CAUSES)
