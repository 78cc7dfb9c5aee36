"""When a difference is called a regression, and which files are not compared at all."""

from xml.etree import ElementTree

import numpy as np
import pytest

from agents.benchmark.analysis.changes import NotComparableError, changes_between, check_comparable
from agents.benchmark.analysis.comment import junit_xml, markdown, refusal_junit_xml, refusal_markdown
from agents.benchmark.analysis.compare import compare
from agents.benchmark.analysis.luck import limits_of
from agents.benchmark.analysis.rows import Measure, Verdict, adjusted_level
from agents.benchmark.analysis.spread import difference_spread
from agents.benchmark.results import Settings

FLOORS = np.array([0.0, 1.0, 2.0, 3.0])
WOBBLE = np.array([0.1, -0.1, 0.1, -0.1])


@pytest.fixture
def one_row(make_cell, make_results):
    """Results of one untrained policy, and of one that was trained `seeds` times, if that is wanted."""

    def build(loyalty, seeds=0, **others):
        cells = [make_cell("flat_salary", {"home": loyalty}, **others)] if not seeds else [
            make_cell("ppo", {"home": loyalty + 0.01 * seed}, reward="loyalty", seed=seed) for seed in range(seeds)
        ]  # fmt: skip
        return make_results(cells)

    return build


def _verdict(base, head, margin=0.0):
    (row,) = compare(base, head, margin).rows
    return row.verdict


def test_verdicts_by_the_margin(one_row):
    base = one_row(FLOORS)
    half = float(difference_spread(FLOORS[None] + WOBBLE, FLOORS[None]).half_width(adjusted_level(1)))
    for change, margin, verdict in (
        (-5.0, 1.0, Verdict.REGRESSION), (5.0, 1.0, Verdict.BETTER), (-5.0, 6.0, Verdict.UNCLEAR),
        (-1.0 - half - 1e-6, 1.0, Verdict.REGRESSION), (-1.0 - half + 1e-6, 1.0, Verdict.UNCLEAR),
        (1.0 + half + 1e-6, 1.0, Verdict.BETTER), (1.0 + half - 1e-6, 1.0, Verdict.UNCLEAR),
    ):  # fmt: skip
        assert _verdict(base, one_row(FLOORS + WOBBLE + change), margin) is verdict


def test_same_means_every_figure(one_row):
    assert _verdict(one_row(FLOORS), one_row(FLOORS)) is Verdict.SAME
    assert _verdict(one_row(FLOORS), one_row(FLOORS, profit=[0.0, 0.0, 0.0, 1.0])) is Verdict.UNCLEAR


def test_one_training_seed_is_never_judged(one_row):
    assert _verdict(one_row(FLOORS, 1), one_row(FLOORS - 50.0, 1)) is Verdict.UNJUDGED
    assert _verdict(one_row(FLOORS, 1), one_row(FLOORS, 1)) is Verdict.SAME
    assert _verdict(one_row(FLOORS, 2), one_row(FLOORS - 50.0, 2)) is Verdict.REGRESSION


def test_a_negative_margin_is_refused(one_row):
    with pytest.raises(ValueError, match="must not be negative"):
        compare(one_row(FLOORS), one_row(FLOORS), -1.0)


def test_the_level_is_adjusted_for_the_rows_that_can_be_wrong(draw_results):
    base = draw_results(0)
    head = draw_results(1)
    comparison = compare(base, head, 0.5)
    assert [row.measure for row in comparison.rows].count(Measure.LOYALTY) == 8  # four groups, at home and away
    assert len(comparison.rows) == 8 + 4 + 4  # and the worst run and the spread of two that are trained
    assert comparison.level == adjusted_level(8) == pytest.approx(1 - 0.05 / 8)
    assert adjusted_level(0) == adjusted_level(1) == pytest.approx(0.95)
    for changed, rows in ((4, 6), (2, 4)):  # the untrained and two seeds of one that is trained; the untrained alone
        part = head.model_copy(update={"cells": base.cells[:changed] + head.cells[changed:]})
        assert compare(part, head, 0.5).level == adjusted_level(rows)


def test_a_shift_is_found_and_luck_is_not(draw_results):
    base = draw_results(0)
    assert not compare(base, draw_results(1), 0.0).regressions
    worse = compare(base, draw_results(1, shift=-6.0), 1.0)
    rows = [row for row in worse.rows if row.measure is Measure.LOYALTY]
    assert [row.verdict for row in rows] == [Verdict.REGRESSION] * 8
    assert list(worse.rows[:8]) == rows
    shifts = [row.difference.value for row in rows]
    assert shifts == sorted(shifts)
    better = compare(base, draw_results(1, shift=6.0), 1.0).rows
    assert {row.verdict for row in better if row.measure is Measure.LOYALTY} == {Verdict.BETTER}


def test_limits_of_luck_by_hand():
    calm, wild = np.array([1.0, 2.0, 3.0, 4.0]), np.array([-10.0, 0.0, 0.0, 30.0])
    of_calm, of_wild = limits_of([calm, wild])
    # the deepest fall below a median is 10, the farthest deviation 30; standard deviations √(5/3) and √(900/3)
    assert of_calm == pytest.approx((2.5 - 4 * 10, 30.0))
    assert of_wild == pytest.approx((-12 * 300**0.5, 12 * 300**0.5))


def test_one_run_of_five_that_collapses_is_a_regression(draw_results):
    base = draw_results(0, policies=8)
    head = compare(base, draw_results(1, policies=8, fall=75.0), 1.0)
    assert {row.measure for row in head.regressions} == {Measure.WORST, Measure.SPREAD}
    assert {row.policy for row in head.regressions} >= {"ppo", *(f"other_{n}" for n in range(6))}
    back = compare(draw_results(1, policies=8, fall=75.0), base, 1.0)
    assert not back.regressions
    assert {row.measure for row in back.rows if row.verdict is Verdict.BETTER} == {Measure.WORST, Measure.SPREAD}


def test_a_collapse_is_shown_where_a_suite_has_too_few_runs_to_judge_it(draw_results):
    comparison = compare(draw_results(0), draw_results(1, fall=75.0), 1.0)
    assert not comparison.regressions
    suspects = [row for row in comparison.rows if row.verdict is Verdict.SUSPECT]
    assert {row.measure for row in suspects} == {Measure.WORST, Measure.SPREAD}
    assert comparison.rows[0] in suspects
    assert "too few runs to judge" in markdown(comparison).split("<details>")[0]


def test_a_suite_in_which_runs_collapse_anyway_shows_no_regression(draw_results):
    base = draw_results(0, policies=8, bad=0.2)
    assert not compare(base, draw_results(1, policies=8, bad=0.2), 1.0).regressions


def test_every_difference_is_named_at_once(make_cell, make_results):
    flat = make_cell("flat_salary", {"home": FLOORS, "away": FLOORS})
    base = make_results([flat, make_cell("ppo", {"home": FLOORS}, reward="loyalty", seed=3)])
    head = make_results(
        [make_cell("flat_salary", {"home": FLOORS}), make_cell("sac", {"home": FLOORS}, reward="loyalty")],
        suite="other", held_out={"home": ["beyond"]},
        floors={use: {"first": 1, "count": 4} for use in ("home", "held_out", "curve")},
    )  # fmt: skip
    with pytest.raises(NotComparableError) as error:
        compare(base, head, 0.0, across_changes=True)
    assert {
        "held out from home: away → beyond", "floors curve: 50000 to 50003 → 1 to 4",
        "cell ppo-loyalty-home-3: only in BASE", "cell sac-loyalty-home-0: only in HEAD",
        "cell flat_salary-home-0: scored in away, home → scored in home",
    } <= set(error.value.differences)  # fmt: skip
    assert list(map(str, error.value.changes)) == ["name: 'small' → 'other' (suite)"]
    assert str(error.value).count("\n") == 0
    assert check_comparable(base, base) == ()


@pytest.fixture
def changed(make_cell, make_results):
    """Results of one policy with other settings."""

    def build(loyalty=FLOORS, points=10, rate=0.1, **values):
        scenarios = {"home": values, "away": values}
        settings = Settings(suite={"points": points}, scenarios=scenarios, plans={"ppo": {"lr": rate}})
        return make_results([make_cell("flat_salary", {"home": loyalty})], settings=settings)

    return build


def test_a_changed_setting_is_named_with_both_values_and_compared_on_request(changed):
    base = changed(**{"decision.conscience": 21.49})
    head = changed(FLOORS + WOBBLE - 9.0, 12, 0.2, **{"decision.conscience": 9.0, "decision.greed": 1.0})
    lines = [
        "points: 10 → 12 (suite)", "decision.conscience: 21.49 → 9 (scenario home, scenario away)",
        "decision.greed: absent → 1 (scenario home, scenario away)", "lr: 0.1 → 0.2 (plan ppo)",
    ]  # fmt: skip
    with pytest.raises(NotComparableError, match="--across-changes compares them all the same") as error:
        compare(base, head, 1.0)
    assert list(map(str, error.value.changes)) == lines
    text = refusal_markdown(error.value)
    assert text.startswith("### Benchmark: cannot be compared\n")
    (case,) = ElementTree.fromstring(refusal_junit_xml(error.value)).iter("error")
    assert case.text == "\n".join(lines)
    comparison = compare(base, head, 1.0, across_changes=True)
    assert len(comparison.regressions) == 1
    for listing in (text, markdown(comparison)):
        assert [line for line in listing.split("\n") if line.startswith("- ")] == [f"- `{line}`" for line in lines]
    assert markdown(comparison).index("Settings differ") < markdown(comparison).index("1 × regression")


def test_a_plan_that_only_one_side_has_is_a_change(changed):
    base = changed()
    settings = base.settings.model_copy(update={"plans": {"ppo on loyalty, home": {"lr": 0.1}}})
    (before, after) = changes_between(base, base.model_copy(update={"settings": settings}))
    assert (before.after, after.before) == ("absent", "absent")
    assert (before.places, after.places) == (("plan ppo",), ("plan ppo on loyalty, home",))


@pytest.fixture
def mixed(make_cell, make_results):
    """One row of each verdict."""

    def build(wobble, fall, rise):
        return make_results([
            make_cell("flat_salary", {"home": FLOORS}),
            make_cell('a|b"<&>', {"home": FLOORS + wobble + fall}),
            make_cell("piece_rate", {"home": FLOORS + wobble + rise}),
            make_cell("survey_bonus", {"home": FLOORS + wobble}),
            make_cell("ppo", {"home": FLOORS + wobble}, reward="loyalty"),
        ])  # fmt: skip

    return compare(build(0.0, 0.0, 0.0), build(WOBBLE, -9.0, 9.0), 1.0)


def test_markdown_begins_with_the_worst(mixed):
    text = markdown(mixed)
    assert text.startswith("### Benchmark `small`: 1 regression\n")
    assert "1 × regression, 1 × one seed: not judged, 1 × no clear change, 1 × better, 1 × same" in text
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert rows[1].startswith('| a\\|b"<&>, home | 1 | 1.5 | -9.00 (')
    assert rows[1].endswith("| **regression** |")
    assert text.index("piece_rate") < text.index("<details>") < text.index("survey_bonus") < text.index("</details>")
    assert "flat_salary" not in text


def test_junit_is_read_by_a_parser(mixed):
    suite = ElementTree.fromstring(junit_xml(mixed))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("time")) == ("5", "1", "1", "0")
    assert {p.get("name"): p.get("value") for p in suite.iter("property")}["margin"] == "1.0"
    (failed,) = (case for case in suite.iter("testcase") if case.find("failure") is not None)
    assert failed.get("name") == 'a|b"<&>, home'
    assert failed.find("failure").get("message").startswith("loyalty -9.00 (")
