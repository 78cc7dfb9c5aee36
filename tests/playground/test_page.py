"""The page as a visitor uses it: sliders move charts, a game ends with the truth, errors are shown. No browser here."""

import asyncio

import numpy as np
import pytest
import yaml
from nicegui import ui
from visits import answers, the, until
from worlds import N_ENTRIES

from incentive_env import load_config
from incentive_env.config.words import OUTCOMES
from incentive_env.floors.observation import FIGURES
from incentive_env.playground import work
from incentive_env.playground.figures import compare, figures_of
from incentive_env.playground.work import Workers
from incentive_env.policies import FIXED, load_policy
from incentive_env.studies.simulate import roll_out

CHARTS = ("conversion", "loyalty", "customers", "gaming", "people", "cash", "reasons", "timeline")


async def _settled(user, before=None):
    """Wait until all charts have been drawn, other than they were ``before``; gives what they show."""
    for _ in range(200):
        shown = {name: repr(the(user, f"chart-{name}").shown) for name in CHARTS}
        drawn = all("data" in options for options in shown.values())
        if drawn and (before is None or all(shown[name] != before[name] for name in CHARTS)):
            return shown
        await asyncio.sleep(0.05)
    raise AssertionError(f"not redrawn: {[name for name in CHARTS if before and shown[name] == before[name]]}")


def test_every_chart_follows_a_slider_and_the_table_is_the_evaluators(visited):
    async def act(user):
        before = await _settled(user)
        the(user, "commission").set_value(20.0)
        await _settled(user, before)
        second = FIXED["quota_with_threat"].scheme._replace(commission=20.0)
        config, seeds = load_config("telesales"), range(16)
        compared = compare(*(figures_of(roll_out(config, scheme, seeds), config) for scheme in (
            FIXED["flat_salary"].scheme, second
        )))  # fmt: skip
        rows = the(user, "results").rows
        assert [row["figure"].partition(",")[0] for row in rows] == [outcome.label for outcome in OUTCOMES.values()]
        assert float(rows[0]["a"]) == pytest.approx(compared[0].first, abs=0.051)
        assert float(rows[0]["more"]) == pytest.approx(compared[0].more.mean, abs=0.051)
        assert rows[0]["more"] in the(user, "summary").text

    visited(act)


def test_the_bars_of_the_reasons_sum_to_the_change_that_is_told(visited):
    async def act(user):
        await _settled(user)
        the(user, "measure").set_value("trust")
        the(user, "from-week").set_value(40)
        the(user, "to-week").set_value(40)
        await until(lambda: the(user, "reasons-summary").text.startswith("B against A, weeks 40 to 40: trust "))
        said = the(user, "reasons-summary").text
        change = float(said.split("trust ")[1].split(";")[0])
        bars = the(user, "chart-reasons").shown["series"][0]["data"]
        assert sum(bar["value"] for bar in bars) == pytest.approx(change, abs=2e-3)
        *kinds, whole = the(user, "chart-timeline").shown["series"]
        assert sum(kind["data"][0][1] for kind in kinds) == pytest.approx(whole["data"][0][1], abs=2e-3)
        assert whole["data"][0] == [40.0, pytest.approx(change, abs=2e-3)]

    visited(act)


def test_presets_scenarios_and_settings_are_taken_by_every_control(visited):
    async def act(user):
        before = await _settled(user)
        the(user, "which-scheme").set_value("A")
        assert the(user, "base-pay").value == FIXED["flat_salary"].scheme.base_pay
        the(user, "preset").set_value("retention_first")
        assert the(user, "retention-pay").value == FIXED["retention_first"].scheme.retention_pay
        shown = await _settled(user, before)
        the(user, "scenario").set_value("small")
        shown = await _settled(user, shown)
        the(user, "honesty-of-the-people").set_value(0.25)
        await _settled(user, shown)
        user.find(marker="start-over").click()
        assert the(user, "scenario").value == "telesales"

    visited(act)


def test_an_exported_config_is_what_the_sliders_show(visited, tmp_path):
    async def act(user):
        await _settled(user)
        the(user, "audit").set_value(0.06)
        the(user, "reps-on-a-floor").set_value(5)
        user.find(marker="export").click()
        response = await user.download.next()
        file = tmp_path / "scheme_b.yaml"
        file.write_bytes(response.content)
        config = load_config(file)
        assert config.salesforce.reps == 5
        action = load_policy(str(file), config).predict(np.zeros((1, N_ENTRIES)))[0][0]
        assert action[7] == pytest.approx(0.06 / 0.15 * 2 - 1, abs=1e-6)
        assert yaml.safe_load(file.read_text())["extends"] == "telesales"

    visited(act)


def test_two_visitors_do_not_mix_their_states(visited):
    async def act(user):
        await _settled(user)
        other = type(user)(user.http_client)
        answers(other)
        await other.open("/")
        await _settled(other)
        the(other, "commission").set_value(25.0)
        assert the(user, "commission").value == 8.0
        before = the(user, "summary").text
        await until(lambda: the(other, "summary").text != before)
        assert the(user, "summary").text == before

    visited(act)


def test_while_floors_are_worked_out_the_page_takes_the_next_request(visited, monkeypatch):
    """Requests come faster than they are answered: those in between are left out, and the last is shown."""
    done, usual = [], work.run

    async def slow(experiment, scheme, workers):
        await asyncio.sleep(0.2)
        done.append(scheme.commission)
        return await usual(experiment, scheme, workers)

    async def act(user):
        await _settled(user)
        monkeypatch.setattr(work, "run", slow)
        for pay in range(10, 20):
            the(user, "commission").set_value(float(pay))
            await asyncio.sleep(0.02)
        await until(lambda: 19.0 in done)
        assert len(done) <= 4

    visited(act)


def test_an_error_is_a_message_and_the_page_lives_on(visited, monkeypatch):
    async def broken(experiment, scheme, workers):
        raise RuntimeError("a process of the playground has ended unexpectedly")

    async def act(user):
        before = await _settled(user)
        monkeypatch.setattr(work, "run", broken)
        the(user, "commission").set_value(3.0)
        await until(lambda: user.notify.messages)
        assert any("ended unexpectedly" in message for message in user.notify.messages)
        monkeypatch.undo()
        the(user, "commission").set_value(4.0)
        await _settled(user, before)

    visited(act)


def test_a_whole_game_shows_reports_only_and_then_the_truth(visited):
    async def act(user):
        the(user, "game-seed").set_value(1)
        user.find(marker="take-over").click()
        await user.should_see(marker="report")
        assert len(the(user, "report").rows) == len(FIGURES)
        for word in ("loyalty", "gaming", "trust"):
            assert not any(word in row["figure"] for row in the(user, "report").rows)
        the(user, "game-preset").set_value("input_steering")
        for decision in range(1, 4):
            await until(lambda: f"Decision {decision}, week" in the(user, "game-status").text)  # noqa: B023
            user.find(marker="decide").click()
        user.find(marker="to-the-end").click()
        await user.should_see(marker="verdict", retries=100)
        rows = the(user, "rivals").rows
        assert {"you", "flat salary", "quota with threat"} <= {row["name"] for row in rows}
        you = next(row for row in rows if row["name"] == "you")
        assert you["score"] in the(user, "verdict").text
        user.find(marker="again").click()
        await user.should_see(marker="take-over")

    visited(act)


def test_a_request_made_while_an_older_one_fails_is_answered(visited, monkeypatch):
    usual = work.run

    async def failing_once(experiment, scheme, workers):
        await asyncio.sleep(0.2)
        if scheme.commission == 3.0:
            raise RuntimeError("a process of the playground has ended unexpectedly")
        return await usual(experiment, scheme, workers)

    async def act(user):
        before = await _settled(user)
        monkeypatch.setattr(work, "run", failing_once)
        the(user, "commission").set_value(3.0)
        await asyncio.sleep(0.05)
        the(user, "commission").set_value(20.0)
        await _settled(user, before)

    visited(act)


def test_a_game_whose_truth_cannot_be_worked_out_asks_for_it_again(visited, monkeypatch):
    usual = Workers.run

    async def broken(self, job, *arguments):
        monkeypatch.setattr(Workers, "run", usual)
        raise RuntimeError("a process of the playground has ended unexpectedly")

    async def act(user):
        the(user, "game-seed").set_value(1)
        user.find(marker="take-over").click()
        await user.should_see(marker="report")
        monkeypatch.setattr(Workers, "run", broken)
        user.find(marker="to-the-end").click()
        await until(lambda: "try again" in the(user, "game-status").text)
        the(user, "dark").set_value(True)
        assert "try again" in the(user, "game-status").text
        user.find(marker="decide").click()
        await user.should_see(marker="verdict", retries=100)

    visited(act)


def test_what_a_browser_sends_is_held_within_the_slider(visited):
    async def act(user):
        await _settled(user)
        for sent, taken in ((1e9, 64.0), (-4, 2.0), ("x", 2.0)):
            user.find(marker="floors").trigger("input", sent)
            assert the(user, "floors").value == taken
        the(user, "seed").set_value(-5)
        await until(lambda: any("floor number" in message for message in user.notify.messages))

    visited(act)


def test_a_floor_number_that_is_none_is_told(visited):
    async def act(user):
        the(user, "game-seed").set_value(None)
        user.find(marker="take-over").click()
        await asyncio.sleep(0.1)
        assert any("floor number" in message for message in user.notify.messages)
        the(user, "film-seed").set_value(-1)
        user.find(marker="film").click()
        await asyncio.sleep(0.1)
        assert len(user.notify.messages) == 2

    visited(act)


def test_a_film_is_made_of_the_laboratorys_scheme(visited):
    async def act(user):
        the(user, "scenario").set_value("small")
        user.find(marker="film").click()
        await user.should_see("156 weeks", retries=100)
        assert "Floor 0 of small under scheme B" in the(user, "film-status").text

    visited(act)


def test_colours_follow_the_switch(visited):
    async def act(user):
        before = await _settled(user)
        the(user, "dark").set_value(True)
        await _settled(user, before)
        assert isinstance(the(user, "dark"), ui.switch)
        ink = the(user, "chart-cash").shown["textStyle"]["color"]
        assert int(ink[1:3], 16) > 200  # light ink on a dark page

    visited(act)
