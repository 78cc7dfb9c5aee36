"""The report: whole, in one file, true to the tables, and safe with any name."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from agents.benchmark.analysis.goodhart import goodhart_table
from agents.benchmark.analysis.leaderboard import leaderboard
from agents.benchmark.analysis.outcomes import outcomes
from agents.benchmark.report.tables import number
from agents.benchmark.results import FIGURES, Cell, Results, Scored, Settings, assembled, file_content
from agents.benchmark.settings import scenario_values
from incentive_env import Config
from incentive_env.config.channels import CHANNEL_NAMES
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.support.sealed import hash_of

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

HOME, HELD_OUT = "telesales", ("rotten_team", "telesales_1")
HOSTILE = "</script><img src=https://bad.example/x.png onerror=alert(1)>\"'&{{7*7}}<a href='https://bad.example'>"
# Name, kind, reward, loyalty at home.
FIXED = (("flat_salary", "fixed", None, -4.0), ("retention_first", "fixed", None, 19.0))
TRAINED = (
    ("static", "searched", "loyalty", 26.0), ("ppo", "learned", "conversion", -40.0),
    ("ppo", "learned", "loyalty", 30.0), ("ppo_state", "true_state", "loyalty", 31.0),
)  # fmt: skip
LEARNED = [policy for policy in TRAINED if policy[1] in ("learned", "true_state")]  # those with Goodhart curves


def made_up(policies=FIXED + TRAINED, *, seeds=3, homes=(HOME,), held_out=HELD_OUT, floors=6, points=5) -> Results:
    """Results as of a run, with figures drawn by chance around what such policies reach."""
    chance = np.random.default_rng(0)
    cells = [
        _cell(chance, policy, home, seed, held_out, floors, points)
        for home in homes
        for policy in policies
        for seed in range(seeds if policy[2] else 1)
    ]
    values = {name: scenario_values(Config()) for name in (*homes, *held_out)}
    settings = Settings(suite={}, scenarios=values, plans={})
    content = {
        "suite": "made-up", "suite_hash": settings.suite_hash, "settings": settings,
        "keys": [cell.key for cell in cells], "scenarios": {name: hash_of(each) for name, each in values.items()},
        "held_out": {home: list(held_out) for home in homes},
        "floors": {use: {"first": first, "count": floors} for use, first in
                   (("home", 50_000), ("held_out", 60_000), ("curve", 70_000))},
        "main": {"decisions": 150_000, "starts_from": "balanced_scorecard"}, "twins": [("ppo", "ppo_state")],
        "cells": [cell.model_dump(mode="json") for cell in cells],
    }  # fmt: skip
    origin = {"commit": "abc", "changed": True, "versions": {"numpy": "2.0"}, "machine": {"cpu": "a CPU", "cores": 2}}
    times = {"started": "2026-01-01T00:00:00+00:00", "ended": "2026-01-01T01:00:00+00:00", "seconds": {}}
    return assembled({**content, "provenance": origin, "times": times})


def _cell(chance, policy, home, seed, held_out, floors, points) -> Cell:
    name, kind, reward, loyalty = policy
    reached = loyalty + (chance.normal(0.0, 3.0) if reward else 0.0)
    scored = {
        scenario: _scored(chance, reached - 8.0 * place, floors, kind in ("learned", "true_state"))
        for place, scenario in enumerate((home, *held_out))
    }
    curve = [_point(chance, part, reached) for part in np.linspace(0.0, 1.0, points)] if reward else []
    return Cell(
        policy=name, kind=kind, reward=reward, scenario=home, seed=seed, scored=scored, curve=curve,
        sees={"fixed": "nothing", "searched": "nothing", "true_state": "state"}.get(kind, "report"),
        decisions=150_000 if reward else 0, starts_from="balanced_scorecard" if reward else None,
    )  # fmt: skip


def _scored(chance, loyalty, floors, looks) -> Scored:
    greed = 0.1 + (40.0 - loyalty) / 150.0
    usual = {"loyalty": loyalty, "conversion": 0.2 + 0.15 * greed, "nps": loyalty, "service": 80.0}
    usual |= {"profit": 2000.0, "gaming": greed}
    spread = {"loyalty": 12.0, "conversion": 0.02, "nps": 10.0, "service": 3.0, "profit": 500.0, "gaming": 0.02}
    share = np.linspace(0.2, 0.9, 39) if looks else np.full(39, 0.5)  # of those that look, a scheme moves
    return Scored(
        **{figure: (usual[figure] + spread[figure] * chance.normal(size=floors)).tolist() for figure in FIGURES},
        year_five=(loyalty + 12.0 * chance.normal(size=floors)).tolist(),
        open=(chance.uniform(size=floors) < 0.9).tolist(),
        blind=(loyalty - 2.0 + 12.0 * chance.normal(size=floors)).tolist() if looks else [],
        throughout=loyalty, wellbeing=20.0, volume=0.8,
        channels={channel: greed * chance.uniform(0.0, 0.3) for channel in CHANNEL_NAMES},
        levers={name: (r.low + (r.high - r.low) * chance.uniform() * share).tolist() for name, r in Config().levers},
    )  # fmt: skip


def _point(chance, part, reached) -> dict[str, float]:
    loyalty = 5.0 + (reached - 5.0) * part + 20.0 * part * (1.0 - part) + chance.normal()
    conversion = 0.2 + 0.002 * max(0.0, 30.0 - reached) * part
    return {
        "step": int(500_000 * part), "loyalty": loyalty, "conversion": conversion, "nps": loyalty, "service": 80.0,
        "profit": 1000.0 * part, "gaming": 0.3,
    }  # fmt: skip


def written(results: Results, path: Path) -> Path:
    path.write_text(json.dumps(file_content(results)), encoding="utf-8")
    return path


class Page(HTMLParser):
    """What is on a page, without the text of its styles and programs."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.drawings: list[dict] = []
        self.tables: list[list[list[str]]] = []  # [tables][rows][cells]
        self.styles = ""
        self._inside = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = "drawing" if dict(attrs).get("type") == "application/json" else tag
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._inside = ""

    def handle_data(self, data):
        if self._inside == "drawing":
            self.drawings.append(json.loads(data))
        elif self._inside == "style":
            self.styles += data
        elif not self._inside:
            self.text += data
            if self.tables and self.tables[-1] and self.tables[-1][-1]:
                self.tables[-1][-1][-1] += data

    def all_of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def report(run, tmp_path):
    """The page of made-up results, by the script."""

    def start(results: Results) -> Page:
        written(results, tmp_path / "results.json")
        result = run("report", "results.json")
        assert result.exit_code == 0, (result.output, result.exception)
        assert {path.name for path in tmp_path.iterdir()} == {"results.json", "report.html"}
        assert re.fullmatch(r"report written to report.html, \d\.\d MB\n", result.stdout)
        return Page(tmp_path / "report.html")

    return start


def test_it_loads_nothing(report):
    page = report(made_up())
    for _, attributes in page.tags:
        for name in ("src", "href", "srcset", "data", "poster", "action"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))
        assert "url(" not in (attributes.get("style") or "")
    assert not re.search(r"url\(|@import|https?:", page.styles)
    policy = next(meta["content"] for meta in page.all_of("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy
    assert "http" not in str(page.drawings)


def test_every_policy_is_named_and_every_figure_is_there_with_words(report):
    results = made_up()
    page = report(results)
    labels = {cell.policy if cell.reward is None else f"{cell.policy} on {cell.reward}" for cell in results.cells}
    assert all(page.text.count(label) >= 5 for label in labels)
    assert len(page.drawings) == len(page.all_of("figure")) == 3 + len(LEARNED) + len(LEVER_NAMES)
    plots = [attributes for attributes in page.all_of("div") if attributes.get("class") == "plot"]
    assert all(len(plot["aria-label"]) > 40 and plot["role"] == "img" for plot in plots)
    assert len(page.all_of("caption")) == len(page.tables) == 7 + 1 + len(HELD_OUT)
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all_of("th"))
    assert {name for name, _ in page.tags} >= {"nav", "main", "noscript", "fieldset"}
    targets = {attributes["href"] for attributes in page.all_of("a")}
    assert targets <= {f"#{attributes.get('id')}" for _, attributes in page.tags}


def test_the_leaderboard_is_that_of_the_statistics(report):
    results = made_up()
    page = report(results)
    rows, found = leaderboard(results, HOME), outcomes(results, HOME)
    shown = page.tables[0][1:]
    assert len(shown) == len(rows)
    for row, cells in zip(rows, shown, strict=True):
        assert cells[0].startswith(row.policy)
        for cell, part, spec in ((cells[1], row.loyalty, ".1f"), (cells[7], row.over_static, "+.1f")):
            wanted = [] if part is None else [number(bound, spec) for bound in part[:3] if bound is not None]
            assert cell.replace(" … ", " ").split() == (wanted or ["–"])
        there = found[row.policy, row.reward, HOME]
        assert cells[2:7] == [
            number(there.on_open, ".1f"), number(there.closed, ".0%"), number(there.year_five, ".1f"),
            "150k" if row.reward else "0", "balanced scorecard" if row.reward else "–",
        ]  # fmt: skip
    # Twins are named without what they are trained on, and gates by their claims.
    assert sum(row[0].startswith("ppo on loyalty") for table in page.tables for row in table) == len(page.tables) - 2


def test_the_goodhart_curves_hold_every_checkpoint(report):
    results = made_up()
    page = report(results)
    measures = {row.policy + (row.reward or ""): row for row in goodhart_table(results)}
    table = next(table for table in page.tables if "drop height" in table[0][3])
    assert [number(row.drop.value, ".1f") for row in measures.values()] == [row[3].split()[0] for row in table[1:]]
    cells = [cell for cell in results.cells if (cell.policy, cell.reward) == ("ppo", "conversion")]
    curves = next(drawing for drawing in page.drawings if "recorded conversion, share" in str(drawing["layout"]))
    drawn = [trace["y"] for trace in curves["data"]]
    for cell in cells:
        assert [point.conversion for point in cell.curve] in drawn
        assert [point.loyalty for point in cell.curve] in drawn
    assert curves["layout"]["shapes"][0]["x0"] == measures["ppoconversion"].peak_step.value


@pytest.mark.parametrize(
    ("results", "figures"),
    [
        (made_up(FIXED), 3 + len(LEVER_NAMES)),
        (made_up(FIXED[:1], held_out=()), 3 + len(LEVER_NAMES)),
        (made_up(seeds=1, points=1), 3 + len(LEARNED) + len(LEVER_NAMES)),
        (made_up(homes=("telesales", "contact_center")), 2 * (3 + len(LEARNED) + len(LEVER_NAMES))),
        (made_up(FIXED + TRAINED[:-1], held_out=()), 3 + len(LEARNED) - 1 + len(LEVER_NAMES)),
        (made_up(TRAINED), 3 + len(LEARNED) + len(LEVER_NAMES)),
    ],
    ids=["fixed only", "one policy", "one seed", "two homes", "no true state", "no flat salary"],
)
def test_any_suite_has_a_report(report, results, figures):
    page = report(results)
    assert len(page.drawings) == figures
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not re.search(r"\b(nan|None|inf)\b", page.text)


def test_results_of_a_version_with_fewer_levers_and_channels_have_a_report(report):
    content = made_up().model_dump(mode="json")
    for cell in content["cells"]:
        for scored in cell["scored"].values():
            scored["levers"].pop(LEVER_NAMES[-1])
            scored["channels"].pop(CHANNEL_NAMES[-1])
    for name, values in content["settings"]["scenarios"].items():
        values.pop(f"levers.{LEVER_NAMES[-1]}.low")
        content["scenarios"][name] = hash_of(values)
    page = report(assembled(content))
    assert len(page.drawings) == 3 + len(LEARNED) + len(LEVER_NAMES) - 1


def test_a_hostile_name_stays_text(report):
    page = report(made_up((*FIXED, (HOSTILE, "learned", "conversion", 0.0))))
    assert HOSTILE in page.text
    assert not page.all_of("img")
    assert not any("onerror" in attributes for _, attributes in page.tags)
    assert all("bad.example" not in (attributes.get("href") or "") for attributes in page.all_of("a"))
    shown = [trace.get("name", "") for drawing in page.drawings for trace in drawing["data"]]
    assert not any("<img" in name or "<a" in name for name in shown)


def test_damaged_results_are_refused(refused, tmp_path):
    path = written(made_up(FIXED), tmp_path / "results.json")
    content = json.loads(path.read_text())
    content["cells"][0]["scored"][HOME]["loyalty"][0] += 1.0
    path.write_text(json.dumps(content))
    assert "cell flat_salary-telesales-0: its content does not fit its checksum" in refused("report", "results.json")
    path.write_text("{")
    assert refused("report", "results.json").startswith("results.json: cannot be read: ")
    assert refused("report", "missing.json").startswith("missing.json: cannot be read: ")


def test_the_page_is_written_where_out_says_and_nowhere_else(run, refused, tmp_path):
    written(made_up(FIXED), tmp_path / "results.json")
    assert run("report", "results.json", "--out", "new/page.html").exit_code == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["page.html"]
    assert refused("report", "results.json", "--out", "new") == "new: cannot be written, it is a folder"
