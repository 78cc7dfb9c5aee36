"""`explain`: what it prints and writes sums to the change that it tells, and what cannot be asked for is refused."""

import csv
import re

import pytest

from incentive_env import Scheme
from incentive_env.model.witness import CAUSES
from incentive_env.policies import FIXED
from incentive_env.studies.explain import UNITS, WORDS, explain


def _numbers(output: str) -> dict[str, float]:
    """The change of each row of the table, by its first cell."""
    rows = re.findall(r"^│ (.+?) +│ +([+-][\d.]+) │", output, re.MULTILINE)
    return {name: float(change) for name, change in rows}


def test_the_rows_sum_to_the_change_of_the_week_that_is_asked_for(run):
    result = run("explain", "--policy", "quota_with_threat", "--measure", "trust", "--week", 40, "--floors", 4)
    assert result.exit_code == 0, result.output
    assert "What moved trust in week 40" in result.stdout
    printed = _numbers(result.stdout)
    change, total = printed.pop("change of trust"), printed.pop("sum of all causes")
    assert total == change
    assert sum(printed.values()) == pytest.approx(change, abs=2e-3)
    truth = explain("telesales", FIXED["quota_with_threat"].scheme, range(4))
    assert change == pytest.approx(truth.level("trust")[40] - truth.level("trust")[39], abs=5.1e-5)
    assert printed[WORDS["pressure"]] == pytest.approx(
        truth.timeline("trust")[39, CAUSES.index("pressure")], abs=5.1e-5
    )


def test_two_policies_are_told_apart_under_the_same_luck(run):
    result = run("explain", "--policy", "quota_with_threat", "--against", "flat_salary", "--floors", 3)
    truth = [explain("telesales", FIXED[name].scheme, range(3)) for name in ("quota_with_threat", "flat_salary")]
    wanted = truth[0].level("loyalty")[[0, -1]] - truth[1].level("loyalty")[[0, -1]]
    assert _numbers(result.stdout)["change of loyalty"] == pytest.approx(wanted[1] - wanted[0], abs=0.0051)


def test_a_lever_is_the_first_policys_and_not_that_of_the_other(run):
    result = run(
        "explain", "--policy", "flat_salary", "--lever", "commission=12", "--against", "flat_salary", "--floors", 2
    )
    truth = [explain("telesales", Scheme(base_pay=600, commission=pay), range(2)) for pay in (12.0, 0.0)]
    more = truth[0].level("loyalty")[-1] - truth[1].level("loyalty")[-1]
    assert abs(more) > 1.0
    assert _numbers(result.stdout)["change of loyalty"] == pytest.approx(more, abs=0.0051)


def test_the_written_table_has_every_week_measure_and_cause(run, tiny, tmp_path):
    result = run("explain", "--config", tiny, "--floors", 2, "--out", "why.csv", "--picture", "why.png")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader((tmp_path / "why.csv").open()))
    assert len(rows) == 12 * len(UNITS) * len(CAUSES)
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")
    change = _numbers(result.stdout)["change of loyalty"]
    assert sum(float(row["change"]) for row in rows if row["measure"] == "loyalty") == pytest.approx(change, abs=0.01)


def test_one_floor_has_no_intervals(run, tiny):
    assert "…" not in run("explain", "--config", tiny, "--floors", 1).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--measure", "trusst"], "--measure trusst: must be one of .*; nearest valid name: trust"),
        (["--week", 3, "--to", 5], "--week 3: is one week"),
        (["--week", 999], "week 999: must be in order, and within 1 to 156"),
        (["--from", 9, "--to", 5], "weeks 9 to 5: must be in order"),
        (["--policy", "flat_salry"], "'flat_salry'.*flat_salary"),
        (["--against", "flat_salry"], "'flat_salry'.*flat_salary"),
        (["--picture", "why.gif"], r"why\.gif"),
        (["--lever", "comission=3"], "comission.*commission"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(refused, arguments, says):
    assert re.search(says, refused("explain", *arguments))
