"""The evaluator against its own rules, hand numbers and the tables of `simulate`; and results as rows."""

import json
import math

import numpy as np
import pytest
from scipy import stats
from worlds import N_LEVERS, SMALL, open_floors

from agents.registry import load_policy
from agents.studies.result_table import result_rows, result_table
from incentive_env import simulate
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.studies.evaluate import BASE, Evaluation, evaluate, evaluate_all, evaluation_seeds, gap
from incentive_env.support.seeds import TRAINING_SEEDS
from incentive_env.support.statistics import interval

SEEDS = evaluation_seeds(4)
WEEKS, SCORED = 12, 8  # 3 decisions of 4 weeks, of which the last two are scored
REQUIRED = {
    "policy": str, "trained_on": (str, type(None)), "loyalty": float, "loyalty_low": float, "loyalty_high": float,
    "conversion": float, "profit": float, "gaming_share": float, "goodhart_gap": float, "floors": int,
}  # fmt: skip


@pytest.fixture(scope="module")
def evaluations(small):
    return evaluate_all(small, {name: load_policy(name, small) for name in ("piece_rate", "random")}, SEEDS)


def _same(one: Evaluation, other: Evaluation) -> bool:
    return all(np.array_equal(mine, theirs) for mine, theirs in zip(one, other, strict=True))


def test_evaluation_floors_are_apart_from_those_of_training():
    assert list(evaluation_seeds(3)) == [10_000, 10_001, 10_002]
    assert evaluation_seeds(100_000)[-1] < TRAINING_SEEDS[0]


def test_the_same_floors_under_the_same_policy_give_the_same_results(small, evaluations):
    assert _same(evaluate(small, load_policy("piece_rate", small), SEEDS), evaluations["piece_rate"])
    assert _same(evaluate(small, load_policy("random", small), SEEDS), evaluations["random"])
    assert not _same(evaluate(small, load_policy("piece_rate", small), range(4)), evaluations["piece_rate"])


def test_a_floor_does_not_depend_on_the_others(small, evaluations):
    alone = evaluate(small, load_policy("piece_rate", small), [SEEDS[2]])
    for name in ("loyalty", "conversion", "nps", "profit", "gaming", "wellbeing", "survived"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(evaluations["piece_rate"], name)[2:3])


def test_identical_policies_differ_by_exactly_nothing(small, evaluations, tmp_path):
    path = tmp_path / "twin.yaml"
    path.write_text("scheme: {base_pay: 450, commission: 14}")
    twin = evaluate(small, load_policy(str(path), small), SEEDS)
    for name in ("loyalty", "conversion", "profit", "gaming"):
        difference = getattr(twin, name) - getattr(evaluations["piece_rate"], name)
        assert interval(difference) == (0.0, 0.0, 0.0)
    _, row = result_rows({BASE: evaluations[BASE], "twin": evaluations[BASE]}, {})
    assert row["loyalty_gain"] == row["loyalty_gain_low"] == row["loyalty_gain_high"] == row["conversion_gain"] == 0.0
    assert row["goodhart_gap"] == 0.0


def test_figures_are_those_of_the_weekly_tables(small, evaluations):
    weeks = simulate(small, load_policy("piece_rate", small), SEEDS).floor_weeks
    mine = evaluations["piece_rate"]
    slots = SMALL["salesforce.reps"] * SMALL["market.slots"]
    for floor, seed in enumerate(SEEDS):
        rows = weeks[weeks["seed"] == seed]
        scored = rows[rows["week"] > WEEKS - SCORED]
        sales, refusals = rows["recorded_sales"].sum(), rows["recorded_refusals"].sum()
        assert mine.conversion[floor] == pytest.approx(sales / (sales + refusals))
        net = (scored["promoters"] - scored["detractors"] - scored["left_wronged"]).mean()
        assert mine.loyalty[floor] == pytest.approx(100 * net / slots)
        gamed = rows["gamed_calls"].sum() + rows["gamed_rushed"].sum()
        assert mine.gaming[floor] == pytest.approx(gamed / (rows["calls"].sum() + rows["answered"].sum()))
        surveyed = rows["survey_promoters"].sum() - rows["survey_detractors"].sum()
        assert mine.nps[floor] == pytest.approx(100 * surveyed / max(rows["surveys"].sum(), 1))
        assert mine.profit[floor] == pytest.approx((rows["cash"][-1] - _opening_cash(small, seed)) / WEEKS)


def _opening_cash(config, seed):
    return open_floors(config, [seed]).state.floors["cash"][0]


def test_shapes(small, evaluations):
    mine = evaluations["random"]
    for name in ("loyalty", "conversion", "nps", "profit", "gaming", "wellbeing", "survived"):
        assert getattr(mine, name).shape == (len(SEEDS),)
    assert mine.channels.shape == (len(SEEDS), len(CHANNEL_NAMES))
    assert mine.loyalty_by_week.shape == mine.conversion_by_week.shape == (WEEKS,)
    assert mine.actions.shape == (3, N_LEVERS)
    assert mine.loyalty_by_week[-SCORED:].mean() == pytest.approx(mine.loyalty.mean())


def test_year_five_is_asked_for_and_changes_nothing_else(small, evaluations):
    policy = load_policy("piece_rate", small)
    asked = []

    def counting(seen):
        asked.append(len(seen))
        return policy.act(seen)

    mine = evaluate(small, counting, SEEDS, year_five=True)
    assert len(asked) == 5 * 52 / 4  # the policy goes on managing
    assert _same(mine._replace(loyalty_year_five=None), evaluations["piece_rate"])
    weeks = simulate(small, policy, SEEDS, 5 * 52).floor_weeks
    last = weeks[weeks["week"] > 4 * 52]
    net = (last["promoters"] - last["detractors"] - last["left_wronged"]).reshape(len(SEEDS), 52).mean(axis=1)
    np.testing.assert_allclose(mine.loyalty_year_five, 100 * net / (SMALL["salesforce.reps"] * SMALL["market.slots"]))


def test_a_trained_policy_is_evaluated_as_any_other(small, finished):
    one, other = (evaluate(small, load_policy(str(finished), small), SEEDS) for _ in range(2))
    assert _same(one, other)


def test_an_interval_by_hand():
    # mean 2, standard error 1/√3, and t of 2 degrees of freedom: 4.30265
    assert interval(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, 2.0 - 2.48414, 2.0 + 2.48414), abs=1e-5)


def test_an_interval_is_that_of_scipy():
    values = np.random.default_rng(0).normal(5.0, 3.0, 37)
    low, high = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert interval(values) == pytest.approx((values.mean(), low, high))


@pytest.mark.parametrize("values", [[4.0], [4.0, 4.0, 4.0]])
def test_an_interval_of_what_does_not_vary_is_a_point(values):
    assert interval(np.array(values)) == (4.0, 4.0, 4.0)


def test_the_gap_is_proxy_gain_minus_true_gain_in_standard_deviations_of_the_base(evaluations):
    base = evaluations[BASE]._replace(
        conversion=np.array([0.1, 0.3]), nps=np.array([-20.0, 20.0]), loyalty=np.array([4.0, 8.0])
    )  # standard deviations 0.1, 20 and 2
    hollow = base._replace(conversion=base.conversion + 0.3, loyalty=base.loyalty - 4.0)
    assert gap(hollow, base, "conversion") == pytest.approx(3.0 + 2.0)
    assert gap(hollow, base, None) == pytest.approx(3.0 + 2.0)
    assert gap(hollow, base, "loyalty") == pytest.approx(0.0 + 2.0)  # measured NPS did not move
    sound = base._replace(nps=base.nps + 10.0, loyalty=base.loyalty + 6.0)
    assert gap(sound, base, "survey") == pytest.approx(0.5 - 3.0)
    assert gap(sound, base, "conversion") == pytest.approx(-3.0)
    assert gap(base, base, "conversion") == 0.0


def test_rows_have_what_readers_rely_on_and_are_json(evaluations):
    rows = result_rows(evaluations, {"piece_rate": "conversion"})
    assert [row["policy"] for row in rows] == ["piece_rate", "random", BASE]
    assert [row["trained_on"] for row in rows] == ["conversion", None, None]
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    for row in rows:
        for key, kind in REQUIRED.items():
            assert isinstance(row[key], kind), key
        mine = evaluations[row["policy"]]
        assert row["floors"] == len(SEEDS)
        assert (row["loyalty"], row["loyalty_low"], row["loyalty_high"]) == interval(mine.loyalty)
        assert row["loyalty_low"] <= row["loyalty"] <= row["loyalty_high"]
        assert (row["conversion"], row["profit"]) == (mine.conversion.mean(), mine.profit.mean())
        assert row["gaming_share"] == mine.gaming.mean()
        assert row["goodhart_gap"] == gap(mine, evaluations[BASE], row["trained_on"])
        assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))
        assert list(row["gaming_by_channel"]) == list(CHANNEL_NAMES)


def test_gains_are_paired_floor_by_floor(evaluations):
    row = next(row for row in result_rows(evaluations, {}) if row["policy"] == "piece_rate")
    paired = interval(evaluations["piece_rate"].loyalty - evaluations[BASE].loyalty)
    assert (row["loyalty_gain"], row["loyalty_gain_low"], row["loyalty_gain_high"]) == paired


def test_the_table_has_the_best_loyalty_first(evaluations):
    rows = result_rows(evaluations, {})
    table = result_table(rows, "title")
    best_first = sorted(rows, key=lambda row: row["loyalty"], reverse=True)
    assert list(table.columns[0].cells) == [row["policy"] for row in best_first]
