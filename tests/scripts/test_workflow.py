"""The example workflow comments on every pull request: without a change, with one of settings, with a regression."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from workflow import Workflow
from worlds import SMALL

from agents.benchmark.results import FIGURES, Cell, Scored, Settings, assembled, file_content
from agents.benchmark.settings import scenario_values
from incentive_env import Config
from incentive_env.support.sealed import hash_of

ROOT = Path(__file__).resolve().parents[2]
# What a user's `make benchmark` does, with this project's code: an interpreter in .venv, results, and a report.
MAKEFILE = """benchmark:
	mkdir -p .venv/bin scripts runs/benchmark/$(SUITE)
	printf '#!/bin/sh\\nexec "{python}" "$$@"\\n' > .venv/bin/python && chmod +x .venv/bin/python
	cp {root}/scripts/benchmark.py scripts/
	{results}
"""
PREPARED = "cp results.json runs/benchmark/$(SUITE)/results.json"
MEASURED = ".venv/bin/python scripts/benchmark.py run --suite quick.yaml --out runs/benchmark/$(SUITE) --workers 1"


def _git(folder, *arguments):
    who = ["-c", "user.name=A User", "-c", "user.email=user@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def on_pull_request(tmp_path):
    """Run the workflow on a request that changes some files of a repository."""

    def run(results, base, head):
        repository = tmp_path / "repository"
        repository.mkdir()
        _git(repository, "init", "-q")
        makefile = MAKEFILE.format(python=sys.executable, root=ROOT, results=results)
        commits = []
        for files in ({"Makefile": makefile, ".gitignore": ".venv\nruns\n", **base}, head):
            for name, content in files.items():
                (repository / name).write_text(content)
            _git(repository, "add", ".")
            _git(repository, "commit", "-q", "--allow-empty", "-m", "A change")
            commits.append(_git(repository, "rev-parse", "HEAD"))
        variables = {"PYTHONPATH": str(ROOT)}
        file = ROOT / "docs" / "benchmark-workflow.yml"
        return Workflow(file, repository, *commits, tmp_path / "room", variables).run()

    return run


def _results(change=0.0, **values):
    """A results file with one policy on four floors."""
    config = Config()
    numbers = scenario_values(config) | values
    settings = Settings(suite={}, scenarios={"telesales": numbers}, plans={})
    figures = dict.fromkeys(FIGURES, (0.1, 0.2, 0.3, 0.4))
    loyalty = tuple(20.0 + change + wobble * (change != 0.0) for wobble in (0.1, -0.1, 0.2, -0.2))
    scored = Scored(
        **{**figures, "loyalty": loyalty}, year_five=loyalty, open=(True,) * 4,
        throughout=20.0, wellbeing=20.0, volume=1.0, channels={},
        levers={name: (lever.low,) * config.horizon.decisions for name, lever in config.levers},
    )  # fmt: skip
    cell = Cell(
        policy="flat_salary", kind="fixed", sees="nothing", decisions=0, starts_from=None, reward=None,
        scenario="telesales", seed=0, scored={"telesales": scored}, curve=(),
    )  # fmt: skip
    return json.dumps(file_content(assembled({
        "suite": "smoke", "suite_hash": settings.suite_hash, "settings": settings, "keys": [cell.key],
        "scenarios": {"telesales": hash_of(numbers)}, "held_out": {"telesales": []},
        "floors": {use: {"first": 50_000, "count": 4} for use in ("home", "held_out", "curve")},
        "cells": [cell], "provenance": {}, "times": {},
    })))  # fmt: skip


def test_no_change_is_commented(on_pull_request):
    ran = on_pull_request(PREPARED, {"results.json": _results()}, {})
    assert ran.failed is None
    assert ran.comment.startswith("### Benchmark `smoke`: no regression\n")
    assert "1 × same" in ran.comment
    assert "Settings differ" not in ran.comment
    assert ran.uploaded == ["benchmark.xml", "comment.md", "head/runs/benchmark/smoke/results.json"]


def test_a_regression_is_commented_and_fails_the_check(on_pull_request):
    ran = on_pull_request(PREPARED, {"results.json": _results()}, {"results.json": _results(-9.0)})
    assert ran.failed == "Compare"
    assert ran.comment.startswith("### Benchmark `smoke`: 1 regression\n")
    assert "| flat_salary, telesales | 1 | 20.0 | -9.00 (" in ran.comment
    assert "**regression**" in ran.comment


def test_a_change_of_settings_is_commented_with_its_name_and_both_values(on_pull_request):
    base = {"results.json": _results(**{"decision.conscience": 21.49})}
    ran = on_pull_request(PREPARED, base, {"results.json": _results(3.0, **{"decision.conscience": 9.0})})
    assert ran.failed is None
    lines = ran.comment.splitlines()
    assert lines[0] == "### Benchmark `smoke`: no regression"
    assert lines[2].startswith("Settings differ between the two")
    assert lines[4] == "- `decision.conscience: 21.49 → 9 (scenario telesales)`"
    assert "1 × better" in ran.comment


def test_what_cannot_be_compared_is_commented_with_the_reason(on_pull_request):
    old = json.dumps({"format": 1, "suite": "smoke", "cells": [], "provenance": {"versions": {"incentive_env": "0.1"}}})
    ran = on_pull_request(PREPARED, {"results.json": old}, {"results.json": _results()})
    assert ran.failed == "Compare"
    assert ran.comment.startswith("### Benchmark: cannot be compared\n")
    assert "base/runs/benchmark/smoke/results.json: format = 1, of version '0.1'" in ran.comment
    assert "benchmark.xml" in ran.uploaded


@pytest.mark.slow
def test_a_suite_that_is_run_on_both_sides_of_a_change_of_a_scenario_is_commented(on_pull_request):
    def scenario(**changes):
        tree = {"extends": "telesales", "name": "tiny"}
        for key, value in {**SMALL, **changes}.items():
            section, name = key.split(".")
            tree.setdefault(section, {})[name] = value
        return yaml.safe_dump(tree)

    suite = yaml.safe_dump({
        "description": "quick", "scenarios": {"tiny.yaml": []}, "floors": {"home": 3, "held_out": 2, "curve": 2},
        "points": 1, "entries": [{"policies": ["flat_salary", "piece_rate"]}],
    })  # fmt: skip
    base = {"quick.yaml": suite, "tiny.yaml": scenario()}
    ran = on_pull_request(MEASURED, base, {"tiny.yaml": scenario(**{"decision.conscience": 9.0})})
    before = Config().decision.conscience
    assert ran.failed in (None, "Compare")
    assert ran.comment.startswith("### Benchmark `quick`: ")
    assert f"- `decision.conscience: {before:g} → 9 (scenario tiny)`" in ran.comment
    assert "| flat_salary, tiny | 1 | " in ran.comment
