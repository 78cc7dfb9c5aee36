"""The page on several objectives: its examples run, and its figures are those of the front that is shipped."""

import re

import numpy as np
import pytest
from lessons import ROOT, fences, quoted_figures
from scipy.stats import spearmanr

from agents.pareto.front import in_units, means_of, read_front
from incentive_env import load_config
from incentive_env.floors.reward_vector import OBJECTIVES, reference_point

PAGE = ROOT / "docs" / "objectives.md"
TEXT = PAGE.read_text(encoding="utf-8")
CONTENT = read_front(ROOT / "docs" / "results" / "pareto.json")
PLACES = in_units(means_of(CONTENT["schemes"]), CONTENT["periods"])
STANDS = np.array([scheme["on_front"] for scheme in CONTENT["schemes"]])
BY_HAND = np.array([scheme["hand_made"] for scheme in CONTENT["schemes"]])
EXAMPLES = [block.content for block in fences(TEXT) if block.language == "python"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(example):
    pytest.importorskip("mo_gymnasium")
    exec(compile(example, str(PAGE), "exec"), {})


def test_rows_of_the_table_are_schemes_of_the_file():
    shown = re.findall(r"^\| (\w+)(?:, best ([\w-]+))? \|(.*)\|$", TEXT.partition("<!-- front -->")[2], re.MULTILINE)
    names = [scheme["name"] for scheme in CONTENT["schemes"]]
    assert sum(name in names for name, *_ in shown) == len(shown) - 1 == 17  # and the heading
    for name, best, cells in shown[1:]:
        row = names.index(name)
        figures = [f"{value:.1f}".replace("-0.0", "0.0") for value in PLACES[row]]
        assert [cell.strip() for cell in cells.split("|")] == [*figures, "yes" if STANDS[row] else "no"]
        if best:
            assert row == np.where(STANDS, PLACES[:, OBJECTIVES.index(best.replace("-", ""))], -np.inf).argmax()


def test_figures_in_the_prose_are_those_of_the_front():
    ranks = spearmanr(PLACES[STANDS])[0]
    first, profit, wellbeing, last = (PLACES[np.where(STANDS, PLACES[:, k], -np.inf).argmax()] for k in (0, 1, 3, 2))
    volume = CONTENT["hypervolume"]
    known = {f"{value:.1f}" for value in [*PLACES.ravel(), *reference_point(load_config("telesales"))]}
    known |= {f"{value:.2f}" for value in ranks[2]}
    known |= {f"{first[0] - last[0]:.1f}", f"{profit[1] - first[1]:.1f}", f"{wellbeing[3] - first[3]:.1f}"}
    known |= {f"{volume[key]:,.0f}" for key in volume} | {f"{CONTENT['search']['schemes']:,}"}
    known |= {"0.0"}
    assert quoted_figures(PAGE) - known == set()


def test_what_the_page_says_of_the_front_is_so():
    kept = np.array([scheme["kept"] for scheme in CONTENT["schemes"]])
    counts = (CONTENT["search"]["on_front"], (~STANDS & ~BY_HAND).sum(), STANDS.sum(), (kept[STANDS] >= 0.95).sum())
    assert counts == (162, 24, 72, 56)
    assert (kept[STANDS] < 0.5).sum() == 4
    assert (kept[BY_HAND] == 0.0).all()
    names = [scheme["name"] for scheme in CONTENT["schemes"]]
    beaten_by = {
        name: [names[row] for row in np.flatnonzero((PLACES[names.index(name)] < PLACES).all(axis=1) & STANDS)]
        for name in ("flat_salary", "quota_with_threat")
    }
    assert len(beaten_by["flat_salary"]) == 51
    assert beaten_by["quota_with_threat"] == ["found_095"]
    best_loyalty = {at: f"{PLACES[PLACES[:, 2].round(1) >= at, 0].max():.1f}" for at in (25.0, 26.1, 28.0, 30.2, 31.6)}
    assert best_loyalty == {25.0: "19.4", 26.1: "15.2", 28.0: "4.8", 30.2: "-12.9", 31.6: "-32.2"}
    assert (PLACES[PLACES[:, 2].round(1) > 28.3, 0] < 0.0).all()
