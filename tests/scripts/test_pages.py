"""The leaderboard and the README's figures are those of the committed results: `make pages` would change nothing."""

import re
from pathlib import Path

import pytest

from agents.benchmark.reading import read_results
from agents.benchmark.report.markdown import CLOSE, OPEN, leaderboard_page, read_power, with_figures

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results"


@pytest.fixture(scope="module")
def results():
    """The committed results; ``None`` while there are none of this version."""
    path = RESULTS / "benchmark.json"
    return read_results(path) if path.exists() else None


def test_the_leaderboard_is_that_of_the_committed_results(results):
    assert (ROOT / "docs" / "leaderboard.md").read_text() == leaderboard_page(
        results, read_power(RESULTS / "benchmark_power.json")
    )


def test_the_readme_has_the_figures_of_the_committed_results(results):
    text = (ROOT / "README.md").read_text()
    assert text == with_figures(text, results, ROOT / "README.md")


def test_no_measured_figure_of_the_readme_stands_outside_its_marks():
    before, _, rest = (ROOT / "README.md").read_text().partition(OPEN)
    after = rest.partition(CLOSE)[2]
    assert not re.search(r"\d … [-+]?\d", before + after)  # an interval, in this project
    assert not re.search(r"\d points", before + after)


def test_the_reference_results_are_what_they_are_said_to_be(results):
    """Five training seeds or more, unchanged code, and floors that training did not meet."""
    if results is None:
        pytest.skip("no results of this version are committed")
    assert results.suite == "standard"
    assert results.provenance["changed"] is False
    seeds = [cell.seed for cell in results.cells if cell.kind in ("learned", "true_state") and cell.reward]
    assert max(seeds) >= 4
    assert all(floors.first + floors.count < 1_000_000 for floors in results.floors.values())
