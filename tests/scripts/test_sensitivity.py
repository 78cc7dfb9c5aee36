"""The script of the sensitivity analysis: its table, files and picture, a run with more trajectories, mistakes."""

from pathlib import Path

import pytest

from incentive_env.support.sealed import read_sealed

PNG = b"\x89PNG\r\n\x1a\n"
PAIR = ("retention_first", "flat_salary")
INERT = "reporting.noise"
SMALL = ("--config", "tiny.yaml", "--set", "horizon.decisions=2", "--floors", 2)
TINY = (*SMALL, "--only", "learning.step", "--only", "market.need_mean", "--only", INERT, "--trajectories")


def test_table_file_picture_and_a_run_with_more_trajectories(run, scenario):
    result = run("sensitivity", *TINY, 2, "--run", "r", "--out", "s.json", "--picture", "s.png")
    assert result.exit_code == 0, result.output
    assert Path("s.png").read_bytes().startswith(PNG)
    printed = read_sealed(Path("s.json"))
    assert list(printed) == [
        "scenario", "policy", "base", "floors", "levels", "spread", "seed", "trajectories", "evaluations", "lead",
        "coefficients",
    ]  # fmt: skip
    assert (printed["policy"], printed["base"], printed["evaluations"]) == (*PAIR, 8)
    assert list(printed["coefficients"]) == ["learning.step", "market.need_mean", INERT]
    for row in printed["coefficients"].values():
        assert list(row) == ["value", "low", "high", "score", "advantage", "base"]
        for name in ("score", "advantage", "base"):
            assert list(row[name]) == ["mu", "mu_star", "mu_star_conf", "sigma", "luck"]
    assert "tiny: lead of retention_first over flat_salary" in result.output
    assert "retention_first over flat_salary at 8 points: " in result.output
    before = {path: path.stat().st_mtime_ns for path in Path("r/points").iterdir()}
    longer = run("sensitivity", *TINY, 3, "--run", "r", "--resume", "--out", "t.json", "--processes", 2)
    assert longer.exit_code == 0, longer.output
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(list(Path("r/points").iterdir())) == 12
    assert run("sensitivity", *TINY, 3, "--out", "u.json").exit_code == 0
    assert Path("t.json").read_text() == Path("u.json").read_text()


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (
            (*SMALL, "--only", "decison"),
            "no coefficients 'decison'; nearest valid name: decision; sections: salesforce",
        ),
        ((*SMALL, "--only", "loyalty.promoter"), "no coefficients 'loyalty.promoter'"),
        ((*TINY, 2, "--levels", 5), "--levels 5: must be even"),
        ((*TINY, 2, "--resume"), "--resume: needs --run"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_nothing(refused, scenario, arguments, printed):
    assert printed in refused("sensitivity", *arguments)
