"""Mechanisms: each does nothing where it is switched off, and one clear thing where it is on."""

import numpy as np
import pytest
from worlds import PLAIN, Core, numbers, open_floors, small_config, tiny_floor

from incentive_env import Scheme, load_config
from incentive_env.config.mechanisms import MECHANISMS
from incentive_env.floors.batch import Floors
from incentive_env.model import beliefs, care, know_how, management, pay_memory, reps, scheme
from incentive_env.model.scheme import scheme_to_action
from incentive_env.model.state import CALLBACK, SURVEY

core = Core(care, know_how, beliefs, pay_memory, management, reps, scheme)
ON = {f"mechanisms.{name}": True for name, row in MECHANISMS.items() if not row.off}
TEMPTING = Scheme(
    base_pay=520, commission=12, target=0.3, pressure=0.6, activity_pay=0.2, survey_bonus=200, retention_pay=10,
    audit=0.1, coaching=4, autonomy=0.8, research=1500, target_bonus=200,
)  # fmt: skip
# A coefficient of each mechanism that has a section of its own, and another value for it.
COEFFICIENTS = {
    "care": {"care.resting": 0.2}, "know_how": {"know_how.worth": 15.0}, "audit_beliefs": {"beliefs.heard_rate": 0.9},
    "pay_memory": {"pay_memory.success": 4.0}, "ratchet": {"ratchet.weight": 5.0},
    "depletion": {"crowding.depletion": 4.0}, "crowding": {"crowding.effort": 0.5}, "cycles": {"cycles.season": 0.4},
    "credit": {"money.interest": 0.1}, "scarce_hours": {"management.hours": 5.0},
    "kinds": {"kinds.offence": 3.0},
}  # fmt: skip


def lived(overrides, weeks: int = 16) -> np.ndarray:
    """All numbers of some floor-weeks under a tempting scheme whose target moves."""
    floors = open_floors(small_config(overrides), range(6))
    action = np.tile(scheme_to_action(TEMPTING, floors.config), (6, 1))
    weeks_lived = []
    for period in range(weeks // 4):
        action[:, 2] = 0.2 + 0.1 * period
        weeks_lived.append(numbers(floors.decide(action).floor_weeks).copy())
    return np.concatenate(weeks_lived)


@pytest.mark.parametrize("mechanism", COEFFICIENTS)
def test_a_mechanism_acts_where_it_is_on_and_nowhere_else(mechanism):
    changed = COEFFICIENTS[mechanism]
    assert (lived(PLAIN) == lived({**PLAIN, **changed})).all()
    alone = {**PLAIN, f"mechanisms.{mechanism}": True}
    assert (lived(alone) != lived({**alone, **changed})).any()


def test_every_mechanism_with_a_switch_is_tried_here():
    assert set(COEFFICIENTS) == {name for name, row in MECHANISMS.items() if not row.off}


@pytest.mark.parametrize("row", MECHANISMS.values(), ids=lambda row: row.name)
def test_each_row_says_how_to_switch_its_mechanism_off(row):
    load_config(None, {**ON, **row.without})


def test_recognition_raises_care_until_surveys_are_steered_and_haste_crowds_it_out():
    tiny = tiny_floor(ON)
    rep, response, levers = tiny.reps[0], tiny.responses[0], tiny.floor.scheme
    rep.motivation = 0.6

    def chosen(steer=0.0, earned=0.0) -> float:
        response.steer = steer
        return core.care_of(rep, response, levers, tiny.p, earned, 0.0)

    alone = chosen()
    levers.survey_bonus = 200.0
    assert chosen() > chosen(steer=0.5) > chosen(steer=1.0)
    assert chosen(earned=3.0) < chosen()
    assert chosen(steer=1.0) <= alone  # nothing is left but the crowding out by pay


def test_know_how_grows_by_use_and_by_search_and_fades_without():
    tiny = tiny_floor(ON)
    rep, response, tally = tiny.reps[0], tiny.responses[0], tiny.tallies[0]
    rep.know_how[:] = 0.5
    tally.calls, tally.refusals = 10, 8
    tally.gamed[CALLBACK] = 6
    response.gain[SURVEY] = 10.0
    core.learn_to_game(rep, response, tally, tiny.floor, tiny.p)
    assert rep.know_how[CALLBACK] > rep.know_how[SURVEY] > rep.know_how[0]
    assert rep.know_how[0] < 0.5


def test_know_how_tempts_and_hides():
    tiny = tiny_floor(ON)
    rep = tiny.reps[0]
    rep.know_how[0], rep.know_how[1] = 0.9, 0.1
    assert core.lead_of(rep, 0, tiny.p) > 0.0 > core.lead_of(rep, 1, tiny.p)
    assert core.visible_share(rep, 0, tiny.p) < 1.0 < core.visible_share(rep, 1, tiny.p)


def test_a_threat_that_is_never_carried_out_loses_its_force():
    tiny = tiny_floor({**ON, "beliefs.forgetting": 0.0})
    rep, tally = tiny.reps[0], tiny.tallies[0]
    rep.severity = 1.0
    tiny.tallies["calls"] = 10
    tally.found[0] = 20
    before = core.fear_of(rep, tiny.floor.scheme, tiny.p)
    core.learn_from_audits(tiny.reps, tiny.tallies, tiny.floor, tiny.p, np.uint64(1))
    unsanctioned = rep.severity
    tally.sanctions = 1
    core.learn_from_audits(tiny.reps, tiny.tallies, tiny.floor, tiny.p, np.uint64(1))
    assert unsanctioned < 1.0 < rep.severity
    assert before == 0.0  # nobody has been heard yet


def test_targets_that_follow_results_teach_people_to_hold_back():
    def believed(followed: float) -> float:
        tiny = tiny_floor(ON)
        floor = tiny.floor
        floor.ratchet, floor.week, floor.scheme.target = 0.2, 100, 0.20
        floor.period_hits, floor.period_tries = 30, 100
        core.learn_from_target(floor, 0.20 + followed * 0.10, tiny.p)
        return float(floor.ratchet)

    assert believed(1.0) > 0.2 > believed(0.0)


def test_a_cut_is_felt_against_what_one_is_used_to_and_a_rise_is_not():
    tiny = tiny_floor(ON)
    rep = tiny.reps[0]
    rep.usual_pay, rep.recent_pay = 700.0, 600.0
    assert core.cut_felt(rep, tiny.p) == pytest.approx(np.log(7 / 6) - tiny.p.pay_memory.noticed, rel=1e-5)
    rep.recent_pay = 800.0
    assert core.cut_felt(rep, tiny.p) == 0.0


def test_managers_do_what_they_have_hours_for_in_proportion():
    config = load_config(None, {**ON, "management.hours": 10.0})
    floors = Floors(config, 1)
    floors.reset(np.array([3], np.uint64))
    ordered = Scheme(audit=0.15, coaching=6.0, research=2000.0)
    floors.decide(scheme_to_action(ordered, config)[None])
    share = float(floors.state.floors["managed"][0])
    done = floors.state.floors["scheme"][0]
    assert 0.0 < share < 1.0
    assert [done[name] for name in ("audit", "coaching", "research")] == pytest.approx(
        [share * getattr(ordered, name) for name in ("audit", "coaching", "research")], rel=1e-6
    )


def test_the_same_levers_suit_honest_people_and_opportunists_differently():
    tiny = tiny_floor(ON)
    rep, response, levers = tiny.reps[0], tiny.responses[0], tiny.floor.scheme
    rep.motivation, levers.autonomy = 0.6, 1.0

    def chosen(honesty: float, heard: float) -> float:
        rep.honesty, rep.heard = honesty, heard
        return core.care_of(rep, response, levers, tiny.p, 0.0, 0.0)

    assert chosen(0.9, 0.0) > chosen(0.9, 0.1)
    assert chosen(0.3, 0.0) <= chosen(0.3, 0.1)


def test_a_little_control_is_felt_at_once_and_more_of_it_hardly():
    tiny = tiny_floor(ON)
    first, second = core.control_of(0.03, tiny.p), core.control_of(0.06, tiny.p) - core.control_of(0.03, tiny.p)
    assert core.control_of(0.0, tiny.p) == 0.0
    assert first > 2.0 * second > 0.0
    assert core.control_of(care.USUAL_CONTROL, tiny.p) == pytest.approx(1.0)


def test_opportunists_take_advantage_of_any_autonomy_and_others_of_little():
    tiny = tiny_floor(ON)

    def gained(honesty: float) -> list[float]:
        return [core.opportunity_of(honesty, autonomy, tiny.p) for autonomy in (0.0, 0.1, 1.0)]

    for honesty in (0.2, 0.9):
        none, little, full = gained(honesty)
        assert none == 0.0 < little < full
    assert gained(0.2)[1] > 10.0 * gained(0.9)[1]
    assert gained(1.0) == [0.0, 0.0, 0.0]
