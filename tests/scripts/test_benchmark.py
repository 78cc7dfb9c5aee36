"""The benchmark as its users meet it: run, killed and run again, compared; and the pages that are written from it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from worlds import N_LEVERS

from agents.benchmark.results import digest_of, read_results

ROOT = Path(__file__).resolve().parents[2]
PPO = {
    "algorithm": "ppo", "total_timesteps": 36, "num_envs": 4, "checkpoint_every": 12,
    "hyper_parameters": {"n_steps": 3, "batch_size": 6, "n_epochs": 1}, "policy": {"net_arch": [8]},
}  # fmt: skip
STATIC = {"algorithm": "cma_static", "generations": 2, "population": 4, "floors": 2, "validation_floors": 3}
LOOP = STATIC | {"algorithm": "cma_open_loop", "phases": 2}
SINGLE = {"algorithm": "floor_by_floor", "generations": 2, "population": 4, "start": "flat_salary"}


@pytest.fixture
def suite(scenario, tmp_path):
    """Ten cells of a fraction of a second each, on the small scenario and one that is held out."""
    other = yaml.safe_load(scenario.read_text()) | {"name": "other", "extends": "decent_team"}
    nameless = {"extends": "telesales", "market": {"slots": 40}}
    files = {"other": other, "nameless": nameless, "learner": PPO, "searcher": STATIC, "loop": LOOP, "single": SINGLE}
    for name, content in files.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content))
    path = tmp_path / "quick.yaml"
    path.write_text(yaml.safe_dump({
        "description": "quick", "scenarios": {"tiny.yaml": ["other.yaml"]},
        "floors": {"home": 3, "held_out": 2, "curve": 2}, "points": 3,
        "entries": [
            {"policies": ["flat_salary", "random"]},
            {"policies": ["learner.yaml"], "rewards": ["conversion", "loyalty"], "seeds": 2},
            {"policies": ["searcher.yaml"], "rewards": ["loyalty"], "seeds": 2},
            {"policies": ["loop.yaml", "single.yaml"], "rewards": ["score"]},
        ],
    }))  # fmt: skip
    return path


@pytest.fixture(scope="module")
def kept():
    """Where the folder of the first whole run is kept for all tests of this file."""
    return {}


@pytest.fixture
def finished(run, suite, kept):
    """Results of the whole suite, in ``out/results.json``."""
    if not kept:
        result = run("benchmark", "run", "--suite", suite, "--out", "out", "--workers", 1)
        assert result.exit_code == 0, result.output
        kept |= {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    for path, content in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Path("out/results.json")


def _without_times(path):
    content = json.loads(path.read_text())
    assert content.pop("times")["seconds"].keys() == {
        "-".join(str(part) for part in (c["policy"], c["reward"], c["scenario"], c["seed"]) if part is not None)
        for c in content["cells"]
    }
    return json.dumps(content)


def test_a_suite_is_run_and_says_where_it_comes_from(finished):
    results = read_results(finished)
    assert [cell.key for cell in results.cells] == [
        "flat_salary-tiny-0", "random-tiny-0", "learner-conversion-tiny-0", "learner-conversion-tiny-1",
        "learner-loyalty-tiny-0", "learner-loyalty-tiny-1", "searcher-loyalty-tiny-0", "searcher-loyalty-tiny-1",
        "loop-score-tiny-0", "single-score-tiny-0",
    ]  # fmt: skip
    kinds = [*["fixed"] * 2, *["learned"] * 4, *["searched"] * 3, "luck_known"]
    assert [cell.kind for cell in results.cells] == kinds
    assert results.held_out == {"tiny": ("other",)}
    assert results.scenarios.keys() == {"tiny", "other"}
    for cell in results.cells:
        assert {on: len(scored.loyalty) for on, scored in cell.scored.items()} == {"tiny": 3, "other": 2}
        assert [len(line) for line in cell.scored["tiny"].levers.values()] == [3] * N_LEVERS
        steps = [point.step for point in cell.curve]
        assert steps == {"fixed": [], "learned": [0, 12, 24, 36], "searched": [0, 24, 48], "luck_known": []}[cell.kind]
    assert results.provenance["versions"]["torch"]
    assert results.provenance["machine"]["cores"] == os.cpu_count()


def test_a_cell_says_what_it_cost_where_it_began_and_how_its_floors_ended(finished):
    cells = {cell.key: cell for cell in read_results(finished).cells}
    origins = {key: (cell.decisions, cell.starts_from) for key, cell in cells.items() if cell.seed == 0}
    assert origins["flat_salary-tiny-0"] == (0, None)
    assert origins["learner-loyalty-tiny-0"] == (36, "balanced_scorecard")
    decisions = 3  # of an episode
    assert origins["loop-score-tiny-0"] == ((2 * 4 * 2 + 3 * 3) * decisions, "retention_first")
    assert origins["single-score-tiny-0"] == ((2 * 4 + 1) * decisions, "flat_salary")
    for cell in cells.values():
        home = cell.scored["tiny"]
        assert [len(values) for values in (home.year_five, home.open)] == [3, 3]
        assert len(home.blind) == (3 if cell.kind == "learned" else 0)  # the others do not look
        assert cell.scored["other"].blind == ()


def test_on_no_floor_is_the_scheme_made_for_it_worse_than_where_its_search_began(finished):
    cells = {cell.key: cell for cell in read_results(finished).cells}
    best, start = (cells[key].scored["tiny"].loyalty for key in ("single-score-tiny-0", "flat_salary-tiny-0"))
    assert all(one >= other for one, other in zip(best, start, strict=True))
    assert best != start


def test_what_was_trained_is_kept_and_manages_floors(run, finished, scenario):
    models = [f"out/models/{name}-loyalty-tiny-0" for name in ("learner", "searcher")]
    result = run("evaluate", models[0], f"{models[1]}.yaml", "--config", scenario, "--floors", 2)
    assert result.exit_code == 0, result.output
    assert "loyalty" in result.output


def test_any_number_of_workers_gives_the_same_bytes_but_for_times(run, suite, finished):
    result = run("benchmark", "run", "--suite", suite, "--out", "again", "--workers", 2)
    assert result.exit_code == 0, result.output
    assert _without_times(Path("again/results.json")) == _without_times(finished)


def test_a_cell_that_is_there_is_not_run_again_unless_it_was_made_otherwise(run, suite, finished):
    cells = {path.name: path.stat().st_mtime_ns for path in Path("out/cells").iterdir()}
    changed = yaml.safe_load(Path("searcher.yaml").read_text()) | {"population": 5}
    Path("searcher.yaml").write_text(yaml.safe_dump(changed))
    Path("out/cells/learner-loyalty-tiny-1.json").write_text('{"hash": "cut o')
    result = run("benchmark", "run", "--suite", suite, "--out", "out", "--workers", 1)
    assert result.exit_code == 0, result.output
    again = {path.name for path in Path("out/cells").iterdir() if path.stat().st_mtime_ns != cells[path.name]}
    assert again == {"learner-loyalty-tiny-1.json", "searcher-loyalty-tiny-0.json", "searcher-loyalty-tiny-1.json"}


def _with_other_code(folder):
    """As if all cells there had been made by other code."""
    for path in Path(folder, "cells").iterdir():
        path.write_text(json.dumps(json.loads(path.read_text()) | {"code": "0" * 16}))


def test_cells_of_other_code_are_taken_over_on_request_only_and_counted(run, suite, finished):
    _with_other_code("out")
    before = {path.name: path.stat().st_mtime_ns for path in Path("out/cells").iterdir()}
    result = run("benchmark", "run", "--suite", suite, "--out", "out", "--workers", 1, "--any-code")
    assert result.exit_code == 0, result.output
    assert {path.name: path.stat().st_mtime_ns for path in Path("out/cells").iterdir()} == before
    assert read_results(finished).provenance["cells_of_other_code"] == {"0" * 16: 10}
    assert run("benchmark", "run", "--suite", suite, "--out", "out", "--workers", 1).exit_code == 0
    assert read_results(finished).provenance["cells_of_other_code"] == {}
    assert all(path.stat().st_mtime_ns != before[path.name] for path in Path("out/cells").iterdir())


def test_a_policy_that_is_shipped_belongs_to_the_setup_of_a_cell(suite, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    from agents.benchmark import runner
    from agents.loading import load

    benchmark = load("suite", suite)
    found = tmp_path / "found.yaml"
    monkeypatch.setattr(runner, "shipped", lambda config: {"found": found})
    found.write_text("scheme: {base_pay: 500}")
    before = runner._setup(benchmark.suite, benchmark.jobs[0])
    assert runner._setup(benchmark.suite, benchmark.jobs[0]) == before
    found.write_text("scheme: {base_pay: 501}")
    assert runner._setup(benchmark.suite, benchmark.jobs[0]) != before


def test_a_fault_of_the_comparison_is_no_regression(run, finished, monkeypatch):
    from agents.benchmark.analysis import compare

    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(compare, "compare", broken)
    result = run("benchmark", "compare", finished, finished)
    assert result.exit_code == 2
    assert "RuntimeError: broken" in result.stderr


def _started(suite, out):
    """The benchmark in a process of its own."""
    command = [sys.executable, ROOT / "scripts/benchmark.py", "run", "--suite", suite, "--out", out, "--workers", "2"]
    return subprocess.Popen(command, cwd=suite.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(run, suite, finished, tmp_path):
    out = tmp_path / "killed"
    process = _started(suite, out)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(list(out.glob("cells/*.json"))) < 3:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(2.0)  # workers see within a second that they work for nobody
    done = {path.name for path in out.glob("cells/*.json")}
    assert len(done) >= 3
    assert not (out / "results.json").exists()
    before = {path: path.stat().st_mtime_ns for path in out.glob("cells/*.json")}
    result = run("benchmark", "run", "--suite", suite, "--out", out, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert f"10 cells, {len(done)} of them done already" in result.stderr or len(done) == 10
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert _without_times(out / "results.json") == _without_times(finished)


def test_ctrl_c_ends_it_and_its_workers_at_once(suite, tmp_path):
    out = tmp_path / "stopped"
    command = [sys.executable, ROOT / "scripts/benchmark.py", "run", "--suite", suite, "--out", out, "--workers", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = subprocess.Popen(
        command, cwd=suite.parent, start_new_session=True, text=True, **quiet,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # as a terminal has it
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not list(out.glob("cells/*.json")):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    message = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "Traceback" not in message
    assert not (out / "results.json").exists()
    done = len(list(out.glob("cells/*.json")))
    time.sleep(2.0)
    assert len(list(out.glob("cells/*.json"))) == done  # nobody goes on


def test_a_second_run_in_the_same_folder_is_refused(refused, suite, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another run is under way" in refused("benchmark", "run", "--suite", suite, "--out", "out")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": 0}, "points = 0"),
        ({"colour": "red"}, "colour = 'red'"),
        ({"scenarios": {"telesale": []}}, "telesales"),
        ({"entries": [{"policies": ["flat_sallary"]}]}, "no policy 'flat_sallary'; nearest valid name: flat_salary"),
        ({"entries": [{"policies": ["ppo"]}]}, "is trained, so the suite must say on which rewards"),
        ({"entries": [{"policies": ["random"], "rewards": ["loyalty"]}]}, "is not trained, so it takes no rewards"),
        ({"entries": [{"policies": ["ppo"], "rewards": ["loyalti"]}]}, "nearest valid name: loyalty"),
        ({"entries": [{"policies": ["ppo"], "rewards": ["loyalty"], "changes": {"num_env": 3}}]}, "num_env = 3"),
        ({"entries": [{"policies": ["flat_salary"]}, {"policies": ["flat_salary"]}]}, "twice"),
        ({"entries": [{"policies": ["random"], "scenarios": ["tin"]}]}, "entries.scenarios names tin; homes: tiny"),
        ({"twins": [["leaner", "learner"]]}, "twins names leaner, which the suite does not train; nearest"),
        ({"scenarios": {"tiny.yaml": ["tiny.yaml"]}}, "two scenarios are called tiny"),
        ({"scenarios": {"telesales": ["nameless.yaml"]}}, "two scenarios are called telesales"),
        (
            {"entries": [{"policies": ["static"], "rewards": ["loyalty"], "changes": {"start": "retention_frist"}}]},
            "start = 'retention_frist': must be one of flat_salary, ",
        ),
        (
            {"entries": [{"policies": ["ppo"], "rewards": ["loyalty"],
                          "changes": {"policy": {"initial_scheme": "carrot"}}}]},
            "policy.initial_scheme = 'carrot': must be one of",
        ),
    ],
)  # fmt: skip
def test_a_suite_that_cannot_be_run_is_refused_before_anything_is(refused, suite, change, message):
    suite.write_text(yaml.safe_dump(yaml.safe_load(suite.read_text()) | change))
    assert message in refused("benchmark", "run", "--suite", suite, "--out", "out")


def test_an_unknown_suite_is_refused_with_those_there_are(refused):
    assert "suites: full, hacking, smoke, standard, or a path" in refused("benchmark", "run", "--suite", "smoek")


def _with_loyalty(path, cell, change):
    """A copy of results in which a cell's loyalty at home moved."""
    content = json.loads(path.read_text())
    scored = next(c for c in content["cells"] if c["policy"] == cell)["scored"]["tiny"]
    scored["loyalty"] = [value + change for value in scored["loyalty"]]
    content["digest"] = digest_of(content)
    other = Path(f"{cell}{change:+g}.json")
    other.write_text(json.dumps(content))
    return other


def test_a_comparison_fails_on_a_loss_alone(run, finished):
    files = ("--markdown", "table.md", "--junit", "report.xml")
    for change, code in ((0.0, 0), (5.0, 0), (-0.5, 0), (-5.0, 1)):
        result = run("benchmark", "compare", finished, _with_loyalty(finished, "flat_salary", change), *files)
        assert result.exit_code == code, result.output
        assert result.output == Path("table.md").read_text()
        report = ElementTree.parse("report.xml").getroot()
        assert (report.get("failures"), report.get("tests")) == (str(code), "14")


def test_results_that_do_not_belong_together_are_refused(refused, run, suite, finished):
    suite.write_text(suite.read_text().replace("home: 3", "home: 4"))
    assert run("benchmark", "run", "--suite", suite, "--out", "more", "--workers", 1).exit_code == 0
    message = refused("benchmark", "compare", finished, "more/results.json")
    assert "cannot be compared" in message
    assert "floors home" in message


@pytest.mark.parametrize("content", ["", "{}", "[1]", None])
def test_a_damaged_results_file_is_refused(refused, tmp_path, content):
    if content is not None:
        (tmp_path / "bad.json").write_text(content)
    for command in ("compare bad.json bad.json", "power bad.json", "pages bad.json"):
        assert "bad.json" in refused("benchmark", *command.split())


def test_results_changed_by_hand_are_refused(refused, finished):
    finished.write_text(finished.read_text().replace('"loyalty": [', '"loyalty": [1.0, ', 1))
    assert "changed after the run" in refused("benchmark", "power", finished)


def test_what_a_comparison_can_detect_is_printed_and_written(run, finished):
    result = run("benchmark", "power", finished, "--comparisons", 200, "--out", "power.json")
    assert result.exit_code == 0, result.output
    measured = json.loads(Path("power.json").read_text())
    assert 0.0 <= measured["false_alarms"]["normal"]["any"] <= 0.05
    assert measured["comparisons"] == 200


def test_pages_are_written_from_results(run, finished, tmp_path):
    from agents.benchmark.report.markdown import CLOSE, OPEN

    (tmp_path / "README.md").write_text(f"before\n{OPEN}\nold\n{CLOSE}\nafter\n")
    result = run("benchmark", "pages", finished, "--page", "leaderboard.md", "--readme", "README.md")
    assert result.exit_code == 0, result.output
    readme, page = (tmp_path / "README.md").read_text(), (tmp_path / "leaderboard.md").read_text()
    assert readme.startswith("before\n")
    assert readme.endswith(f"{CLOSE}\nafter\n")
    assert "old" not in readme
    assert "| learner | loyalty |" in page
    assert "| baseline | flat salary |" in readme
    assert (tmp_path / "goodhart.png").read_bytes().startswith(b"\x89PNG")


def test_a_readme_without_marks_is_refused(refused, finished, tmp_path):
    (tmp_path / "README.md").write_text("no marks")
    message = refused("benchmark", "pages", finished, "--page", "leaderboard.md", "--readme", "README.md")
    assert "holds no place for tables" in message
