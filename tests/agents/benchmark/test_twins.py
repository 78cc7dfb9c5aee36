"""What stands beside loyalty, against hand numbers: main table and the rest, open floors, twins and their gates."""

import pytest

from agents.benchmark.analysis.outcomes import outcomes
from agents.benchmark.analysis.twins import gate_rows, twin_rows

MAIN = {"decisions": 1000, "starts_from": "flat_salary"}
REPORT, STACK, STATE = [20.0, 22.0, 24.0, 26.0], [23.0, 25.0, 26.0, 30.0], [30.0, 31.0, 34.0, 35.0]


@pytest.fixture
def results(make_cell, make_results):
    def trained(policy, sees, loyalty, **changes):
        kind = "true_state" if sees == "state" else "learned"
        cells = [make_cell(policy, {"home": loyalty}, reward="loyalty", seed=seed, kind=kind) for seed in range(3)]
        return [cell.model_copy(update={"sees": sees, **changes}) for cell in cells]

    flat = make_cell("flat_salary", {"home": [0.0, 2.0, 4.0, 6.0]}, conversion=[0.1, 0.2, 0.3, 0.4])
    best = make_cell("best_static", {"home": [10.0, 12.0, 14.0, 16.0]})
    best = best.model_copy(update={"kind": "searched", "decisions": None})
    twins = [
        *trained("ppo", "report", REPORT),
        *trained("ppo_stack", "stack", STACK),
        *trained("ppo_state", "state", STATE),
    ]
    long = trained("ppo_long", "report", REPORT, decisions=5000, starts_from="best_static")
    return make_results(
        [flat, best, *twins, *long], main=MAIN, twins=[("ppo", "ppo_stack", "ppo_state"), ("ppo_long", "gone")]
    )


def test_the_main_table_has_one_budget_and_one_start_beside_what_was_not_trained(results):
    main = [group[0] for group, outcome in outcomes(results, "home").items() if outcome.is_main]
    assert main == ["flat_salary", "ppo", "ppo_stack", "ppo_state"]


def test_zero_is_the_best_fixed_scheme_and_one_the_true_state(results):
    normalised = {group[0]: outcome.normalised.value for group, outcome in outcomes(results, "home").items()}
    # means: best static 13, report 23, stack 26, state 32.5
    assert normalised["best_static"] == 0.0
    assert normalised["ppo_state"] == 1.0
    assert normalised["ppo"] == pytest.approx(10.0 / 19.5)


def test_open_floors_year_five_and_r(make_cell, make_results):
    cell = make_cell("flat_salary", {"home": [0.0, 2.0, 4.0, 6.0]}, conversion=[0.4, 0.3, 0.2, 0.1])
    scored = cell.scored["home"].model_copy(
        update={"open": (True, True, True, False), "year_five": (1.0, 2.0, 3.0, 4.0)}
    )
    (outcome,) = outcomes(make_results([cell.model_copy(update={"scored": {"home": scored}})]), "home").values()
    assert (outcome.on_open, outcome.closed, outcome.year_five) == (2.0, 0.25, 2.5)
    assert outcome.r == pytest.approx(-1.0)


def test_what_looking_adds_is_over_the_mean_schedule_replayed_blind(make_cell, make_results):
    cells = [make_cell("flat_salary", {"home": [0.0, 2.0]}), make_cell("ppo", {"home": [9.0, 9.0]}, reward="loyalty")]
    scored = cells[1].scored["home"].model_copy(update={"blind": (4.0, 6.0)})
    cells[1] = cells[1].model_copy(update={"scored": {"home": scored}})
    blind, looks = outcomes(make_results(cells), "home").values()
    assert (blind.reacting, blind.blind) == (None, None)
    assert (looks.reacting[0], looks.blind[0]) == (4.0, 4.0)


def test_twins_are_compared_with_the_one_that_sees_the_report(results):
    rows, others = twin_rows(results, "home")
    assert [(row.policy, row.sees, row.seeds) for row in rows] == [
        ("ppo", "report", 3), ("ppo_stack", "stack", 3), ("ppo_state", "state", 3),
    ]  # fmt: skip
    assert [None if row.over_report is None else row.over_report[0] for row in rows] == [None, 3.0, 9.5]
    assert [row.over_static[0] for row in rows] == [10.0, 13.0, 19.5]
    assert [row.policy for row in others] == ["ppo_long"]  # the suite did not run the other


def test_gates_are_read_from_the_best_policies(results):
    rows = {row.gate: row for row in gate_rows(results, "home")}
    assert {gate: row.estimate[0] for gate, row in rows.items()} == {"G3": 13.0, "G4": 3.0, "G5": 9.5}
    assert rows["G3"].claim.startswith("ppo_stack, over the best fixed scheme")
    assert rows["G5"].holds
