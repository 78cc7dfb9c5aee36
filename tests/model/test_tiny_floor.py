"""Answers worked out by hand, on two reps with four slots each; every coefficient that matters is set in the test."""

import math

import numpy as np
import pytest
from worlds import N_LEVERS, PLAIN, QUIET, Core, TinyFloor, blank, tiny_floor

from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.model import calls, client, conversation, customers, pay, reps, rng, scheme, service, workforce
from incentive_env.model.scratch import AT_ONCE
from incentive_env.model.service import Answering
from incentive_env.model.state import CALLBACK, HONEST, MISBOOKED, NEVER, NO_CALLBACK, SCHEME, TRUE_CALLBACK
from incentive_env.model.state import PRESSURE as PRESS
from incentive_env.model.workforce import EXIT_LAID_OFF

core = Core(calls, client, conversation, customers, pay, reps, rng, scheme, service, workforce)
KEY = np.uint64(42)
CLOSED = -1e9


def _shares(world: TinyFloor, ease: float, draws: int = 64 * AT_ONCE) -> np.ndarray:
    """Share of each tactic over draws that cover 0 to 1 evenly, as many of them at once as can be."""
    grid = (np.arange(draws) + 0.5) / draws
    calls, shares = world.scratch.calls[0], np.zeros(5)
    calls["ease"] = ease
    for calls["luck"][0] in grid.reshape(-1, AT_ONCE):
        core.choose_tactics(calls, world.responses[0])
        shares += np.bincount(calls["tactic"], minlength=5) / draws
    return shares


def _two_tactics(mode: str) -> TinyFloor:
    """Honest: value 8 × chance 1/2 = 4. Pressure: odds three times 1, value 8 × chance 3/4 = 6. Temperature 2."""
    world = tiny_floor({"rationality.mode": mode})
    response = world.responses[0]
    response["precision"] = 1.0 / (2.0 * core.temperature_scale(world.p))
    response["lift"], response["value"], response["appeal"] = 1.0, 8.0, CLOSED
    response["lift"][PRESS], response["appeal"][[HONEST, PRESS]] = 3.0, 0.0
    return world


def test_tactics_are_chosen_by_softmax_of_their_worth():
    world = _two_tactics("logit")
    honest = 1.0 / (1.0 + math.exp((6.0 - 4.0) / 2.0))
    assert _shares(world, ease=0.0) == pytest.approx([honest, 1.0 - honest, 0.0, 0.0, 0.0], abs=0.001)
    assert world.scratch.calls[0]["chance"][:2, 0] == pytest.approx([1 / 2, 3 / 4])


def test_best_response_takes_the_best_tactic():
    world = _two_tactics("best_response")
    assert _shares(world, ease=0.0)[PRESS] == 1.0
    # One who buys anyhow (logit 6) makes both worth about 8; an appeal of 1 then decides.
    world.responses[0]["appeal"][HONEST] = 1.0
    assert _shares(world, ease=6.0)[HONEST] == 1.0


def test_a_refusal_is_misbooked_below_one_threshold_and_left_unlogged_below_the_next(tiny):
    calls, luck = tiny.scratch.calls[0], [0.0, 0.299, 0.3, 0.499, 0.5, 0.999]
    tiny.responses[0].misbook, tiny.responses[0].unlog = 0.3, 0.2
    calls["refused"], calls["refusal_luck"][1, :6] = 1, luck
    core.file_refusals(calls, tiny.responses[0])
    assert calls["misbooked"][:6].tolist() == [1, 1, 0, 0, 0, 0]
    assert calls["unlogged"][:6].tolist() == [0, 0, 1, 1, 0, 0]
    calls["refused"] = 0
    core.file_refusals(calls, tiny.responses[0])
    assert not calls["misbooked"].any()
    assert not calls["unlogged"].any()


@pytest.mark.parametrize("undecided", [0.0, 1.0])
def test_a_misbooked_callback_is_one_recorded_callback_and_one_true_refusal(undecided):
    """Half an hour is one call, to the first customer down the list, who does not buy."""
    world = _one_hour_calls({
        "calls.undecided": undecided, "calls.do_not_call_base": 0, "calls.do_not_call_irritation": 0,
        "calls.intercept": -9.0,
    })  # fmt: skip
    tally, customers = world.tallies[0], world.customers
    world.responses[0].misbook = 1.0
    assert _work(world, hours=0.5) == [1]
    assert (tally.recorded_callbacks, tally.recorded_refusals) == (1, 0)
    if undecided == 1.0:  # who asks to be called back cannot be misbooked
        assert (tally.callbacks, tally.refusals, tally.gamed[CALLBACK]) == (1, 0, 0)
        assert customers.callback[1] == TRUE_CALLBACK
    else:
        assert (tally.callbacks, tally.refusals, tally.gamed[CALLBACK]) == (0, 1, 1)
        assert customers.callback[1] == MISBOOKED


def test_calls_for_which_there_is_no_time_leave_no_trace(tiny):
    calls = tiny.scratch.calls[0]
    masks = (
        "angry",
        "sold",
        "undecided",
        "refused",
        "misbooked",
        "unlogged",
        "never",
        "skipped",
        "steered",
        "surveyed",
    )
    for mask in masks:
        calls[mask] = 1
    core.keep(calls, 5)
    assert {mask: calls[mask].sum() for mask in masks} == dict.fromkeys(masks, 5)
    assert (calls["tactic"] >= 0).sum() == 5


def _one_hour_calls(changes: dict[str, float] | None = None) -> TinyFloor:
    """A call takes (120 s + 240 s) × 10 people = one hour, whatever the tactic; nobody is asked for an opinion."""
    overrides = {"calls.search_time": 120.0, "calls.handle_time": 240.0, "calls.skill_time": 0.0, "surveys.share": 0.0}
    times = {
        f"tactics.{tactic}.time": 1.0 for tactic in ("honest", "pressure", "withhold", "false_promise", "disparage")
    }
    return tiny_floor({**overrides, **times, **(changes or {})})


def _work(world: TinyFloor, hours: float) -> list[int]:
    """Slots of the first rep that are called this week."""
    world.responses[0].hours, world.responses[0].lift[:] = hours, 1.0
    core.take_turns(world.customers, world.scratch)
    core.work_the_book(
        world.reps[0], world.responses[0], world.customers, world.tallies[0], world.floor, world.p, KEY, 0,
        world.scratch,
    )  # fmt: skip
    return np.flatnonzero(world.customers.contact_week == world.floor.week).tolist()


def test_nobody_is_called_who_must_not_be_called_or_is_not_there():
    world = _one_hour_calls()
    world.customers.do_not_call[1] = 1
    world.customers.active[2] = 0
    assert _work(world, hours=40.0) == [0, 3]
    assert world.tallies[0].calls == 2


def test_due_callbacks_come_first_and_a_call_that_runs_over_is_owed():
    world = _one_hour_calls()
    world.customers.callback[3] = TRUE_CALLBACK
    assert _work(world, hours=0.75) == [3]
    assert world.reps[0].owed_hours == pytest.approx(1.0 - 0.75)
    world.floor.week += 1
    world.customers.callback[:] = NO_CALLBACK
    assert _work(world, hours=0.25) == []
    assert world.reps[0].owed_hours == 0.0


def test_a_smaller_volume_leaves_less_of_the_book():
    world = _one_hour_calls()
    world.floor.volume = 0.5
    assert _work(world, hours=40.0) == [0, 1]


def _sold(overrides: dict[str, float]) -> TinyFloor:
    """The first rep sells honestly to the first customer, in week 100, for 25 € × 10 people of retention pay."""
    world = tiny_floor({**QUIET, "customers.cooling_off_weeks": 2, "customers.retention_weeks": 13, **overrides})
    world.floor["scheme"]["retention_pay"] = 25.0
    core._sell(world.customers, 0, 0, HONEST, world.floor, world.p)
    return world


def _live_a_week(world: TinyFloor) -> None:
    key, answering = np.uint64(core.week_key(world.floor.seed, world.floor.week)), Answering(0.0, 1.0, 1.0)
    core.live_a_week(
        world.customers,
        world.responses,
        world.tallies,
        world.floor,
        world.week,
        answering,
        world.p,
        key,
        world.scratch,
        world.witness,
    )


def _live_until(world: TinyFloor, week: int) -> None:
    while world.floor.week <= week:
        _live_a_week(world)
        world.floor.week += 1


def test_a_regretted_sale_is_cancelled_at_the_end_of_the_cooling_off_and_earns_nothing():
    world = _sold({"tactics.honest.cooling_off": 1.0})
    _live_until(world, week=101)
    assert (world.customers.held[0, 0], world.week.cooled_off) == (1, 0)
    _live_until(world, week=102)
    assert (world.customers.held[0, 0], world.week.cooled_off) == (0, 1)
    _live_until(world, week=130)
    assert (world.week.cooled_off, world.tallies[0].retention_pay) == (1, 0.0)


def test_retention_pay_falls_due_once_when_the_sale_has_been_held_long_enough():
    world = _sold({"tactics.honest.cooling_off": 0.0})
    _live_until(world, week=112)
    assert (world.customers.held[0, 0], world.tallies[0].retention_pay) == (1, 0.0)
    _live_until(world, week=113)
    assert world.tallies[0].retention_pay == 25.0 * 10
    _live_until(world, week=140)
    assert world.tallies[0].retention_pay == 25.0 * 10
    assert world.customers.due_week[0] == NEVER


def test_a_discovered_debt_costs_trust_and_is_settled():
    overrides = {"customers.debt_trust": 0.4, "customers.debt_irritation": 0.6, "customers.debt_satisfaction": 0.2}
    world = tiny_floor({**overrides, "customers.debt_cancels": 1.0, "customers.debt_cancel_slope": 5.0})
    customers = world.customers
    customers.debt[0], customers.held[0, 0] = 0.5, 1
    core._discover(customers, 0, world.floor, world.week, world.p, KEY)
    assert (customers.trust[0], customers.irritation[0]) == pytest.approx((0.6 - 0.4 * 0.5, 0.6 * 0.5))
    assert customers.satisfaction[0] == pytest.approx(0.6 - 0.2 * 0.5)
    assert (customers.debt[0], customers.held[0, 0], world.week.discovery_cancellations) == (0.0, 0, 1)


@pytest.mark.parametrize(("weeks_later", "wronged"), [(13, 1), (14, 0)])
def test_a_wronged_leaver_leaves_a_detractor_behind_until_the_slot_is_filled(weeks_later, wronged):
    world = tiny_floor({**QUIET, "customers.wronged_weeks": 13})
    customers, floor, week = world.customers, world.floor, world.week
    customers.debt[0] = 0.5
    core._discover(customers, 0, floor, week, world.p, KEY)
    floor.week += weeks_later
    core._depart(customers, 0, floor, week, False, world.p)
    assert (customers.active[0], customers.left_wronged[0], week.churned) == (0, wronged, 1)

    _live_a_week(world)
    assert (week.customers, week.left_wronged, week.arrivals) == (7, wronged, 0)
    _live_a_week(world._replace(p=tiny_floor({**QUIET, "customers.lead_rate": 1.0}).p))
    assert (week.customers, week.left_wronged, week.arrivals) == (8, 0, 1)


def test_a_closed_door_of_marketing_leaves_a_slot_vacant():
    world = tiny_floor(QUIET)
    world.customers.active[0] = 0
    _live_until(world, week=199)
    assert (world.customers.active[0], world.week.arrivals) == (0, 0)


def test_a_let_down_client_takes_a_quarter_at_the_end_of_each_period_and_closes_the_floor_at_last():
    world = tiny_floor({**PLAIN, "client.step": 0.25, "horizon.decision_weeks": 4})
    floor, volumes = world.floor, []
    for floor.week in range(100, 116):
        floor.disappointment = 1.0
        core.settle_volume(floor, world.reps, world.customers, world.tallies, world.p, KEY)
        volumes.append(float(floor.volume))
    assert volumes == [1.0] * 3 + [0.75] * 4 + [0.5] * 4 + [0.25] * 4 + [0.0]
    assert (floor.closed, floor.open_seats, world.reps["present"].tolist()) == (1, 0, [0, 0])
    assert world.tallies["exit"].tolist() == [EXIT_LAID_OFF] * 2


def _on_the_edge(target: float, pressure: float) -> float:
    """Last week of the period, 6 sales in 30 on file, 2 in 10 usual: 8 in 40 are foreseen, a quota of 20 %."""
    world = tiny_floor({"decision.stake": 100.0, "horizon.decision_weeks": 4})
    world.floor["scheme"]["target"], world.floor["scheme"]["pressure"] = target, pressure
    world.floor["week"] = 103
    rep = world.reps[0]
    rep.period_sales, rep.period_recorded, rep.usual_sales, rep.usual_recorded = 6.0, 30.0, 2.0, 10.0
    return float(core._quota_value(rep, world.responses[0], world.floor, world.p))


def test_a_sale_is_worth_stake_times_density_just_at_the_quota():
    spread = math.sqrt(10.0 * 0.2 * 0.8 + 0.25)
    density = 1.0 / math.sqrt(2.0 * math.pi)
    assert _on_the_edge(target=0.2, pressure=0.5) == pytest.approx(100.0 * 0.5 * density / spread, rel=1e-6)
    assert _on_the_edge(target=0.2, pressure=0.0) == 0.0
    assert _on_the_edge(target=0.0, pressure=0.5) == 0.0
    assert 0.0 < _on_the_edge(target=0.4, pressure=0.5) < _on_the_edge(target=0.2, pressure=0.5)


def _ability_hired(commission: float, outside_ability: float) -> tuple[float, list[float]]:
    """Ability of the rep who is hired, and of each of eight applicants alone."""
    overrides = {
        "workforce.offer_scale": 1.0, "workforce.outside_ability": outside_ability, "salesforce.risk_aversion": 0.0,
        "salesforce.trait_spread": 0.0, "salesforce.honesty_spread": 0.0, "skill.ability": 1.0,
    }  # fmt: skip
    abilities = []
    for applicants in (1, 2, 3, 4, 5, 6, 7, 8):
        world = tiny_floor({**overrides, "workforce.applicants": applicants})
        world.floor["scheme"]["base_pay"], world.floor["scheme"]["commission"] = 600.0, commission
        core.hire(world.reps[0], world.tallies[0], world.floor, world.p, KEY, 0)
        abilities.append(float(world.reps[0].ability))
    return abilities[-1], abilities


def test_of_more_applicants_a_better_suited_one_is_hired():
    flat, kept = _ability_hired(commission=0.0, outside_ability=1.0)
    assert kept == sorted(kept, reverse=True)  # flat pay suits those with the least to earn elsewhere
    paid, drawn = _ability_hired(commission=100.0, outside_ability=0.0)
    assert drawn == sorted(drawn)  # commission suits those who sell the most
    assert flat < paid
    assert flat == min(kept + drawn)


def test_pay_follows_what_is_on_file(tiny):
    scheme, tally = tiny.floor["scheme"], tiny.tallies[0]
    scheme["base_pay"], scheme["commission"], scheme["activity_pay"], scheme["survey_bonus"] = 500.0, 5.0, 0.5, 200.0
    tally.sales, tally.recorded_sales, tally.recorded_refusals, tally.recorded_callbacks = 2, 2, 3, 1
    tally.refusals, tally.unlogged = 9, 5
    tiny.reps[0].own_nps = 0.25
    core.pay_rep(tiny.reps[0], tally, tiny.floor, tiny.p)
    assert tally.base_pay == 500.0
    assert tally.commission == 5.0 * 2 * 10
    assert tally.activity_pay == 0.5 * (2 + 3 + 1) * 10
    assert tally.survey_bonus == 200.0 * 0.25
    tiny.reps[0].own_nps = -0.5
    core.pay_rep(tiny.reps[0], tally, tiny.floor, tiny.p)
    assert tally.survey_bonus == 0.0


def test_an_audit_finds_the_share_that_it_hears_and_a_case_may_end_in_a_sanction():
    world = tiny_floor({
        **PLAIN, "tactics.pressure.detectability": 1.0, "workforce.escalation": 1.0, "workforce.sanction_fine": 30.0,
    })  # fmt: skip
    world.floor["scheme"]["audit"] = 0.1
    world.tallies[0].gamed[CHANNEL_NAMES.index("pressure")] = 4
    for tally in world.tallies:
        core.audit_rep(world.reps[0], tally, world.floor, world.p, KEY, 0)
    assert world.tallies[0].found.tolist() == [0.1 * 10 * 4] + 8 * [0]
    assert (world.tallies["sanctions"].tolist(), world.tallies["fine"].tolist()) == ([1, 0], [30.0, 0.0])


def test_a_change_of_scheme_costs_motivation_by_its_size():
    world = tiny_floor({"motivation.scheme_change": 0.11, "levers.audit.low": 0.0, "levers.audit.high": 0.2})
    world.reps["motivation"] = 0.5
    scheme = blank(SCHEME, 1)[0]
    scheme.audit = 0.1
    core.change_scheme(world.floor, world.reps, scheme, world.p)
    assert world.floor["scheme"]["audit"] == 0.1
    assert world.reps["motivation"] == pytest.approx(0.5 - 0.11 * (0.1 / 0.2) / N_LEVERS)
    core.change_scheme(world.floor, world.reps, scheme, world.p)
    assert world.reps["motivation"] == pytest.approx(0.5 - 0.11 * (0.1 / 0.2) / N_LEVERS)


def _answer(rush: float, fixing: float, **overrides: float) -> TinyFloor:
    """One customer calls in and is answered in time by the first rep, at logit ``fixing``, perhaps in a rush."""
    world = tiny_floor({"service.rush_fixed": 10.0, "service.give_up": 0.0, **overrides})
    customers, response = world.customers, world.responses[0]
    customers.open_issue[0], response.rush, response.fixing = 1, rush, fixing
    answering, luck = Answering(0.0, 1.0, 1.0), core.bits(KEY, 0, 0)
    core.answer_contact(customers, 0, response, world.tallies[0], world.week, answering, world.p, luck, 0.5)
    return world


@pytest.mark.parametrize(("rush", "fixing", "recorded", "fixed"), [(0, 40, 1, 1), (0, -40, 0, 0), (1, -40, 1, 0)])
def test_a_contact_cut_short_is_on_file_as_fixed_whatever_became_of_it(rush, fixing, recorded, fixed):
    world = _answer(rush, fixing)
    tally = world.tallies[0]
    assert (tally.answered, tally.recorded_fixed, tally.fixed) == (1, recorded, fixed)
    assert world.customers.open_issue[0] == 1 - fixed
    assert tally.gamed[CHANNEL_NAMES.index("rushed")] == rush


def test_who_gives_up_without_a_solution_keeps_a_debt():
    customers = _answer(0.0, -40.0, **{"service.give_up": 1.0, "service.unsolved_debt": 0.2}).customers
    assert (customers.open_issue[0], customers.debt[0]) == (0, 0.2)


def test_a_contact_is_routed_to_somebody_who_is_there():
    world = tiny_floor()
    world.tallies["present"] = [0.0, 1.0]
    assert [core.who_answers(world.responses, world.tallies, draw) for draw in (0.0, 0.4, 0.6, 0.99)] == [1, 1, 1, 1]
    world.tallies["present"] = 1.0
    assert [core.who_answers(world.responses, world.tallies, draw) for draw in (0.0, 0.4, 0.6, 0.99)] == [0, 0, 1, 1]


def test_the_quota_counts_what_the_scenario_says():
    for counts, expected in (("conversion", (6.0, 30.0)), ("first_time_fixed", (4.0, 5.0))):
        world = tiny_floor({"quota.counts": counts})
        rep = world.reps[0]
        rep.period_sales, rep.period_recorded, rep.period_fixed, rep.period_answered = 6.0, 30.0, 4.0, 5.0
        assert core.period_so_far(rep, world.p) == expected


def test_a_client_that_asks_for_service_counts_contacts_answered_in_time():
    world = tiny_floor({"client.asks_for": "service", "client.usual_service": 0.5})
    world.week.contacts, world.week.answered_in_time, world.week.recorded_sales = 10, 4, 99
    assert core.delivery(world.floor, world.week, 1.0, world.p) == pytest.approx(0.4 / 0.5)
    selling = tiny_floor({"client.usual_sales": 10.0})
    selling.week.recorded_sales = 4
    assert core.delivery(selling.floor, selling.week, 2.0, selling.p) == pytest.approx(4 * 10 / (10.0 * 2 * 2))
