"""The benchmark as its users meet it: run, killed and run again, compared; and the pages that are written from it."""

import copy
import json
import math
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

from agents.benchmark.reading import read_results
from agents.benchmark.results import ResultsError, digest_of
from incentive_env.support.sealed import sealed

ROOT = Path(__file__).resolve().parents[2]
PPO = {
    "algorithm": "ppo", "total_timesteps": 36, "num_envs": 4, "checkpoint_every": 12,
    "hyper_parameters": {"n_steps": 3, "batch_size": 6, "n_epochs": 1}, "policy": {"net_arch": [8]},
}  # fmt: skip
FILES = ("--markdown", "table.md", "--junit", "report.xml")
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
        path.write_text(json.dumps(sealed(json.loads(path.read_text()) | {"code": "0" * 16})))


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

    def broken(*_, **__):
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
    return _sealed_again(content, Path(f"{cell}{change:+g}.json"))


def _sealed_again(content, path):
    """A results file whose digest and checksums fit, whatever else it holds."""
    content["cells"] = [sealed(cell) for cell in content["cells"]]
    content["digest"] = digest_of(content)
    path.write_text(json.dumps(sealed(content)))
    return path


def test_a_comparison_fails_on_a_loss_alone(run, finished):
    for change, code in ((0.0, 0), (5.0, 0), (-0.5, 0), (-5.0, 1)):
        result = run("benchmark", "compare", finished, _with_loyalty(finished, "flat_salary", change), *FILES)
        assert result.exit_code == code, result.output
        assert result.output == Path("table.md").read_text()
        report = ElementTree.parse("report.xml").getroot()
        assert (report.get("failures"), report.get("tests"), report.get("errors")) == (str(code), "14", "0")


def _compared(run, base, head, *options):
    """Exit code of a comparison, its one line of error, and the texts that it wrote."""
    for path in map(Path, FILES[1::2]):
        path.unlink(missing_ok=True)
    result = run("benchmark", "compare", base, head, *FILES, *options)
    report = ElementTree.parse("report.xml").getroot()
    return result.exit_code, result.stderr, Path("table.md").read_text(), report


def test_results_of_other_floors_are_never_compared(run, suite, finished):
    suite.write_text(suite.read_text().replace("home: 3", "home: 4"))
    assert run("benchmark", "run", "--suite", suite, "--out", "more", "--workers", 1).exit_code == 0
    for options in ([], ["--across-changes"]):
        code, error, table, report = _compared(run, finished, "more/results.json", *options)
        assert (code, error.count("\n"), report.get("errors")) == (2, 1, "1")
        assert error.startswith("error: BASE and HEAD cannot be compared: floors home: 50000 to 50002 → 50000 to 50003")
        assert "- `floors home: 50000 to 50002 → 50000 to 50003`" in table


def test_a_change_of_settings_is_named_and_compared_on_request(run, suite, finished):
    for file, before, after in (("tiny.yaml", "name: tiny", "name: tiny\ndecision: {conscience: 9}"),
                                ("learner.yaml", "n_epochs: 1", "n_epochs: 2")):  # fmt: skip
        Path(file).write_text(Path(file).read_text().replace(before, after))
    result = run("benchmark", "run", "--suite", suite, "--out", "more", "--workers", 1)
    assert result.exit_code == 0, result.output
    conscience = read_results(finished).settings.scenarios["tiny"]["decision.conscience"]
    names = (
        f"decision.conscience: {conscience:g} → 9 (scenario tiny)",
        "hyper_parameters.n_epochs: 1 → 2 (plan learner)",
    )
    code, error, table, report = _compared(run, finished, "more/results.json")
    assert (code, error.count("\n"), report.get("errors")) == (2, 1, "1")
    assert all(name in error and f"- `{name}`" in table for name in names)
    code, error, table, report = _compared(run, finished, "more/results.json", "--across-changes")
    assert (code in (0, 1), error, report.get("tests")) == (True, "", "14")
    assert table.index("Settings differ") < table.index(names[0]) < table.index("no clear change")


def _at(content, keys):
    for key in keys:
        content = content[key]
    return content


def _places(content, *keys):
    """Keys that lead to every number of a content, and to every list of numbers."""
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        if isinstance(value, dict | list):
            yield from _places(value, *keys, key)
        if isinstance(value, float | int | list) and not isinstance(value, bool):
            yield (*keys, key)


WRONG = {
    "not a number": lambda value: math.nan, "infinite": lambda value: -math.inf, "huge": lambda value: 1e300,
    "a word": lambda value: "10", "yes or no": lambda value: True, "nothing": lambda value: None,
}  # fmt: skip
LISTS = {
    "one too few": lambda values: values[:-1], "one too many": lambda values: [*values, *values[-1:]],
    "empty": lambda values: [], "a table": lambda values: [values],
}  # fmt: skip


def test_no_figure_of_a_cell_can_be_wrong_even_if_every_checksum_fits(finished):
    """Each figure and list of figures of a cell is changed in turn, and the file sealed again."""
    whole, number = json.loads(finished.read_text()), 2
    key = "learner-conversion-tiny-0"
    for place in _places(whole["cells"][number]):
        is_list = isinstance(_at(whole["cells"][number], place), list)
        free = place in [("curve",), ("channels",)]  # any length
        for name, change in (LISTS if is_list else WRONG).items():
            if (free and name in ("one too few", "empty")) or (name == "one too many" and place == ("curve",)):
                continue
            if name == "nothing" and place == ("decisions",):  # not known
                continue
            content = copy.deepcopy(whole)
            around = _at(content["cells"][number], place[:-1])
            value = around[place[-1]]
            around[place[-1]] = change(value)
            if around[place[-1]] == value:  # an empty list, with one too few
                continue
            path = _sealed_again(content, Path("wrong.json"))
            shown = ".".join(map(str, place))
            with pytest.raises(ResultsError) as error:
                pytest.fail(f"{name} passed at {shown}: {read_results(path).suite}")
            message = str(error.value)
            assert message.startswith("wrong.json: "), (name, shown)
            assert "\n" not in message
            assert (key in message and shown in message) or place == ("seed",), (name, shown, message)


def test_any_change_of_a_file_without_a_new_checksum_is_found(finished):
    whole = json.loads(finished.read_text())
    places = [place for place in _places(whole) if place[0] != "times"]
    head = [place for place in places if place[0] != "cells"]
    for place in [*head[::40], *places[::200]]:
        content = copy.deepcopy(whole)
        around = _at(content, place[:-1])
        value = around[place[-1]]
        around[place[-1]] = [*value[::-1], None] if isinstance(value, list) else value + 1
        Path("changed.json").write_text(json.dumps(content))
        with pytest.raises(ResultsError, match=r"^changed\.json: [^\n]+$"):
            read_results(Path("changed.json"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["cells"].append(c["cells"][3]), "cell learner-conversion-tiny-1: stands 2 times"),
        (lambda c: c["cells"].pop(3), "cell learner-conversion-tiny-1: is missing"),
        (lambda c: c.update(cells=[]), "cells"),
        (lambda c: c["keys"].pop(3), "does not ask for it"),
        (lambda c: c["cells"][0]["scored"].pop("other"), "cell flat_salary-tiny-0: scored.other: is missing"),
        (lambda c: c["cells"][0].update(scenario="other"), "cell flat_salary-tiny-0: is missing"),
        (lambda c: c["floors"]["home"].update(count=1), "floors.home.count = 1"),
        (lambda c: c["floors"].pop("curve"), "floors.curve: is missing"),
        (lambda c: c["settings"]["scenarios"]["tiny"].update({"decision.conscience": 0.5}), "scenarios.tiny = "),
        (lambda c: c["settings"]["suite"].update(points=4), "suite_hash = "),
        (lambda c: c["times"]["seconds"].update({"flat_salary-tiny-0": -1}), "times.seconds.flat_salary-tiny-0 = -1"),
        (lambda c: c.update(format=1), "format = 1, of version '"),
        (lambda c: c.pop("suite"), "is no results file"),
        (lambda c: c.update(suites="x"), "unknown key; nearest valid name: suite"),
    ],
)  # fmt: skip
def test_a_file_that_lacks_a_part_or_holds_it_twice_is_refused_with_its_place(run, finished, change, message):
    content = json.loads(finished.read_text())
    change(content)
    _sealed_again(content, Path("wrong.json"))
    code, error, table, report = _compared(run, finished, "wrong.json")
    assert (code, error.count("\n"), report.get("errors")) == (2, 1, "1")
    assert error.startswith("error: wrong.json: ")
    assert message in error
    assert message in table


def test_a_cell_in_the_store_that_was_edited_is_refused(refused, suite, finished):
    path = Path("out/cells/random-tiny-0.json")
    content = json.loads(path.read_text())
    content["cell"]["scored"]["tiny"]["loyalty"][1] += 1.0
    path.write_text(json.dumps(content))
    message = refused("benchmark", "run", "--suite", suite, "--out", "out", "--workers", 1)
    assert "out/cells/random-tiny-0.json: its content does not fit its checksum" in message
    assert message.endswith("delete it, and the cell is computed again")


@pytest.mark.parametrize("content", ["", "{}", "[1]", None])
def test_a_damaged_results_file_is_refused(refused, tmp_path, content):
    if content is not None:
        (tmp_path / "bad.json").write_text(content)
    for command in ("compare bad.json bad.json", "power bad.json", "pages bad.json"):
        assert "bad.json" in refused("benchmark", *command.split())


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
