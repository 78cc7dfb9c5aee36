"""`scripts/pareto.py`: a front found, drawn again from its file, and refused where it cannot be."""

import json
import re
from pathlib import Path

import pytest

from incentive_env.support.sealed import sealed

pytest.importorskip("moocore")
pytest.importorskip("optuna")

SEARCH = ("--population", 10, "--generations", 2, "--floors", 2, "--finalists", 5, "--validation", 3)
POINT = "--reference-point=-3,-9,-3,-3"
FIND = ("pareto", "find", "--config", "tiny.yaml", *SEARCH)


def test_a_front_is_written_with_what_finds_it_again_and_drawn(run, scenario):
    result = run(*FIND, POINT, "--out", "front.json", "--picture", "front.png")
    assert result.exit_code == 0, result.output
    content = json.loads(Path("front.json").read_text())
    command = content["command"].replace("FILE.json", "again.json").split()[2:]
    assert run("pareto", *command).exit_code == 0
    assert Path("again.json").read_bytes() == Path("front.json").read_bytes()
    assert (content["scenario"], content["search"]["schemes"]) == ("tiny", 20)
    assert content["reference_point"] == {"loyalty": -3.0, "profit": -9.0, "conversion": -3.0, "wellbeing": -3.0}
    assert f"{content['validation']['on_front']} still on it" in result.stdout
    result = run("pareto", "draw", "front.json", "--out", "again.png")
    assert result.exit_code == 0, result.output
    assert Path("again.png").read_bytes() == Path("front.png").read_bytes()
    assert Path("front.png").read_bytes().startswith(b"\x89PNG")


def test_a_reference_point_is_told_beside_the_one_in_use(run, scenario):
    result = run("pareto", "reference", "--config", "tiny.yaml", "--drawn", 2, "--floors", 2)
    assert result.exit_code == 0, result.output
    assert "worst of 11 fixed schemes, means of 2 floors" in result.stdout
    assert "none of that name; found here: (" in result.stdout


def test_a_scenario_without_a_reference_point_needs_one(refused, scenario):
    printed = refused(*FIND, "--out", "front.json")
    assert "scenario 'tiny' has no reference point" in printed
    assert "--reference-point takes it" in printed


@pytest.mark.parametrize("point", ["1,2,3", "1,2,3,many", "1,2,3,nan", ""])
def test_a_reference_point_that_is_none_is_refused(refused, scenario, point):
    printed = refused(*FIND, f"--reference-point={point}", "--out", "front.json")
    assert f"--reference-point '{point}': must be four numbers with commas between: loyalty, profit" in printed


def test_one_file_cannot_be_both(refused, scenario):
    assert "must be another file" in refused(*FIND, POINT, "--out", "front.png", "--picture", "front.png")


def test_a_picture_of_an_unknown_kind_is_refused_before_the_search(refused, scenario):
    printed = refused(*FIND, POINT, "--out", "front.json", "--picture", "front.txt")
    assert printed == "--picture front.txt: must end in .png, .svg, .pdf"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "is not a front"),
        ('{"scenario": "x"}', "has no checksum"),
        (json.dumps(sealed({"scenario": "x"})), "objectives, periods, .* missing"),
    ],
)
def test_what_is_no_front_is_not_drawn(refused, tmp_path, text, says):
    (tmp_path / "front.json").write_text(text)
    assert re.search(says, refused("pareto", "draw", "front.json", "--out", "front.png"))


def test_a_front_that_is_not_there_is_not_drawn(refused):
    assert (
        refused("pareto", "draw", "none.json", "--out", "x.png")
        == "none.json: cannot be read: No such file or directory"
    )


def test_an_unknown_scenario_of_a_front_is_refused(refused):
    printed = refused("pareto", "find", "--config", "telesale", "--out", "front.json")
    assert "nearest valid name: telesales" in printed


def test_a_run_that_is_cut_off_leaves_nothing_behind(run, scenario, monkeypatch, tmp_path):
    def cut_off(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("agents.pareto.search.resample", cut_off)
    before = sorted(tmp_path.rglob("*"))
    assert run(*FIND, POINT, "--out", "front.json", "--picture", "front.png").exit_code == 130
    assert sorted(tmp_path.rglob("*")) == before
