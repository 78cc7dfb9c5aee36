"""What must be true at all times, over random configurations, schemes and luck."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lives import DECISIONS, FLOORS, broken, live
from worlds import CONFIGS, open_floors

from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.model.state import CALLBACK, MONEY_IN, MONEY_OUT

lives = settings(max_examples=20, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))


LIVES = st.builds(live, CONFIGS, st.integers(0, 1 << 32))


@lives
@given(LIVES)
def test_shares_and_probabilities_lie_between_0_and_1(life):
    shares = ["conversion", "gaming_share", "trust", "satisfaction", "left_wronged", "norm"]
    for name in [*shares, *(f"gaming_{channel}" for channel in CHANNEL_NAMES)]:
        assert (life.truths[name] >= 0.0).all(), name
        assert (life.truths[name] <= 1.0 + 1e-6).all(), name
    for name in ("recorded_conversion", "callback_share", "csat", "first_time_fixed", "service_level", "staffing"):
        assert (life.figures[name] >= 0.0).all(), name
        assert (life.figures[name] <= 1.0).all(), name
    for traits in ("honesty", "risk_aversion", "patience", "gaming"):
        assert ((life.end.reps[traits] >= 0.0) & (life.end.reps[traits] <= 1.0)).all(), traits


@lives
@given(LIVES)
def test_slots_are_conserved(life):
    weeks, slots = life.weeks, life.config.salesforce.reps * life.config.market.slots
    opening = life.opening.customers.active.sum(axis=(1, 2), dtype=int)
    change = np.diff(weeks["customers"], prepend=opening[:, None])
    assert (change == weeks["arrivals"] - weeks["churned"]).all()
    assert (weeks["customers"][:, -1] == life.end.customers.active.sum(axis=(1, 2))).all()
    assert (weeks["promoters"] + weeks["detractors"] <= weeks["customers"]).all()
    assert (weeks["customers"] + weeks["left_wronged"] <= slots).all()
    assert (weeks["answered_in_time"] <= weeks["contacts"]).all()
    assert (weeks["fixed"] <= weeks["answered"]).all()
    assert (weeks["answered"] <= weeks["contacts"]).all()


@lives
@given(LIVES)
def test_money_is_conserved(life):
    weeks = life.weeks
    moved = np.diff(weeks["cash"], prepend=life.opening_cash[:, None])
    income = sum(weeks[name] for name in MONEY_IN)
    spending = sum(weeks[name] for name in MONEY_OUT)
    assert moved == pytest.approx(income - spending, rel=1e-6, abs=1e-6 * float(np.abs(weeks["cash"]).max()))
    for name in (*MONEY_IN, *MONEY_OUT):
        assert (weeks[name] >= 0.0).all(), name
    profit, booked = life.truths["profit"].T, (income - spending).reshape(FLOORS, DECISIONS, -1).sum(axis=2)
    assert profit == pytest.approx(booked, rel=1e-6, abs=1e-3)


@lives
@given(LIVES)
def test_what_happened_and_what_is_on_file_reconcile_through_the_ledger(life):
    for rows in (life.weeks, life.rep_weeks):
        misbooked, unlogged = rows["gamed"][..., CALLBACK], rows["unlogged"]
        assert (rows["calls"] == rows["sales"] + rows["refusals"] + rows["callbacks"]).all()
        filed = rows["recorded_sales"] + rows["recorded_refusals"] + rows["recorded_callbacks"]
        assert (rows["calls"] == filed + unlogged).all()
        assert (rows["sales"] == rows["recorded_sales"]).all()
        assert (rows["recorded_callbacks"] - rows["callbacks"] == misbooked).all()
        assert (rows["refusals"] == rows["recorded_refusals"] + misbooked + unlogged).all()
        assert (rows["gamed"][..., CHANNEL_NAMES.index("unlogged")] == unlogged).all()
        assert (rows["gamed_calls"] <= rows["calls"]).all()
    for name in ("calls", "sales", "gamed", "found", "hours", "commission", "sanctions"):
        assert life.rep_weeks[name].sum(axis=2) == pytest.approx(life.weeks[name])


@lives
@given(LIVES)
def test_exits_of_reps_add_up_to_those_of_the_floor(life):
    for reason, name in enumerate(("quits", "dismissals", "layoffs"), start=1):
        assert (life.weeks[name] == (life.rep_weeks["exit"] == reason).sum(axis=2)).all(), name


@lives
@given(LIVES)
def test_nothing_is_nan_and_everything_stays_in_its_range(life):
    assert broken(life) == []


@lives
@given(LIVES)
def test_a_report_holds_nothing_of_the_true_state(life):
    floors = open_floors(life.config, range(FLOORS))
    before = floors.observation().tobytes()
    for part, hidden in (
        (floors.state.customers._asdict(), ("active", "trust", "irritation", "satisfaction", "debt", "need", "held")),
        (floors.state.reps, ("honesty", "ability", "motivation", "strain", "gaming", "attraction")),
        (floors.state.floors, ("norm", "reputation", "team_honesty", "need_shift", "disappointment", "delivered")),
    ):
        for name in hidden:
            part[name][...] = 1 - part[name]
    assert floors.observation().tobytes() == before
