"""The page on which a visitor is the manager: reports only, and the truth when it is over."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from nicegui import ui

from incentive_env.model.scheme import Scheme
from incentive_env.model.state import EVENTS
from incentive_env.model.witness import LOYALTY
from incentive_env.playground import charts
from incentive_env.playground.charts import Chart
from incentive_env.playground.controls import SchemeSliders, floor_number, focus, guarded, heading, status, table
from incentive_env.playground.experiment import within
from incentive_env.playground.game import Game, Line
from incentive_env.playground.presets import preset_options, scenario_options, scheme_named
from incentive_env.playground.work import Reasons, Rival, Workers, judge_game

_REPORT = {"figure": "figure", "value": "this report", "before": "the one before", "unit": "unit", "meaning": "meaning"}
_RIVALS = {
    "name": "who", "score": "long-term loyalty", "conversion": "recorded conversion", "nps": "measured NPS",
    "profit": "profit, € a week", "gaming": "calls gamed",
}  # fmt: skip
_FOLLOWED = ("recorded_conversion", "nps", "cash_weeks", "exits")  # figures whose past is drawn
_KNOWN_EVENTS = {
    "campaign": "the client's campaign: more sales are asked for",
    "product_fault": "a product fault: customers call in",
    "competitor": "a competitor courts your customers", "newcomers": "a batch of newcomers has come",
}  # fmt: skip
assert tuple(_KNOWN_EVENTS) == EVENTS


class Manager:
    """One browser's game."""

    def __init__(self, workers: Workers, *, dark: bool) -> None:
        self._workers, self.dark = workers, dark
        self.game: Game | None = None
        self._redraw: Callable[[], None] = lambda: None
        self._revealing = False
        self._place = ui.element("div").classes("wide")
        self._build_start()

    def set_dark(self, dark: bool) -> None:
        """Draw in the other colours."""
        self.dark = dark
        self._redraw()

    def _build_start(self) -> None:
        self._place.clear()
        self._redraw = lambda: None
        with self._place, ui.element("section").classes("panel start").props('aria-label="Begin a game"'):
            heading("Be the manager")
            ui.label(
                "A floor is yours for two years. Every four weeks you decide how it is paid and steered. You see what "
                "a manager sees, reports: noisy, late, and as gamed as your people make them. What counts is what "
                "customers truly think of you in the year after. That is not on any report; you are told when it "
                "is over, beside others who managed the same floor. Your last scheme stays in force in that year. A "
                "floor that runs out of cash, or whose client takes all its volume away, is closed."
            )
            self._scenario = (
                ui.select(scenario_options(), value="telesales", label="scenario").classes("wide").mark("game-scenario")
            )
            self._seed = (
                ui.number("number of the floor", value=random.randrange(1_000_000), min=0, precision=0)
                .classes("wide")
                .mark("game-seed")
            )
            ui.button("Take over the floor", on_click=self._begin).props("no-caps").mark("take-over")

    @guarded
    async def _begin(self) -> None:
        game = Game(self._scenario.value, (), floor_number(self._seed.value))
        if game.over:
            raise ValueError(f"floor {game.seed} of {game.scenario} is closed before you come: choose another number")
        self.game = game
        config = game.config
        neutral = within(Scheme(**config.neutral_scheme.model_dump()), config)
        self._place.clear()
        with self._place, ui.element("div").classes("columns"):
            with ui.element("section").classes("panel controls").props('aria-label="Your scheme"'):
                focus(heading("Your scheme"))
                self._preset = (
                    ui.select(preset_options(game.scenario), label="preset", on_change=self._take_preset)
                    .classes("wide")
                    .mark("game-preset")
                )
                self._sliders = SchemeSliders(neutral, config, lambda scheme: self._preset.set_value(None))
                self._decide_button = (
                    ui.button("Decide: the next four weeks", on_click=self._decide)
                    .props("no-caps")
                    .classes("wide")
                    .mark("decide")
                )
                self._finish_button = (
                    ui.button("Keep this scheme to the end", on_click=self._finish)
                    .props("no-caps outline")
                    .classes("wide")
                    .mark("to-the-end")
                )
            with ui.element("section").classes("results").props('aria-label="Reports"'):
                self._status = status().mark("game-status")
                with ui.element("div").classes("charts small"):
                    self._charts = {name: Chart().classes("low") for name in _FOLLOWED}
                self._report = table(_REPORT, [], words=("unit", "meaning")).mark("report")
        self._redraw = self._show_report
        self._show_report()

    def _take_preset(self, event: Any) -> None:
        if event.value is not None and self.game is not None:
            config = self.game.config
            self._sliders.show(within(scheme_named(event.value, self.game.scenario), config), config)

    @guarded
    async def _decide(self) -> None:
        game = self.game
        if game is not None and not game.over:  # a click too many is none
            game.decide(self._sliders.scheme)
        await self._go_on()

    @guarded
    async def _finish(self) -> None:
        game = self.game
        while game is not None and not game.over:
            game.decide(self._sliders.scheme)
        await self._go_on()

    async def _go_on(self) -> None:
        """Show the next report, or the truth; where that cannot be worked out, the button asks for it again."""
        if self.game is None or self._revealing:
            return
        if not self.game.over:
            self._show_report()
            return
        self._revealing, self._redraw = True, lambda: None
        try:
            await self._reveal(self.game)
        except Exception:
            self._status.set_text("It is over. The truth could not be worked out: ask for it once more.")
            self._decide_button.set_text("Show the truth")
            raise
        finally:
            self._revealing = False

    def _show_report(self) -> None:
        game = self.game
        assert game is not None
        horizon = game.config.horizon
        lines = game.report()
        self._report.rows = [_report_row(line) for line in lines]
        self._report.update()
        news = [
            f"{_KNOWN_EVENTS[line.figure.name]}, weeks left: {line.value:.0f}"
            for line in lines if line.figure.name in EVENTS and line.value > 0
        ]  # fmt: skip
        where = f"Decision {game.decisions + 1} of {horizon.decisions}, week {game.week}."
        self._status.set_text(f"{where} {'News: ' + '; '.join(news) if news else 'Nothing is announced'}.")
        weeks = [number * horizon.decision_weeks for number in range(len(game.reports))]
        last = horizon.episode_weeks
        drawings = []
        for name, chart in self._charts.items():
            unit = next(line.figure.unit for line in lines if line.figure.name == name)
            title = f"{name.replace('_', ' ')}, {unit}"
            drawings.append((chart, charts.history_chart(weeks, game.history(name), title, dark=self.dark, last=last)))
        charts.show(drawings)

    async def _reveal(self, game: Game) -> None:
        self._status.set_text("It is over. Others manage the same floor ...")
        rivals, reasons = await self._workers.run(
            judge_game, game.scenario, game.changes, game.seed, game.all_actions()
        )
        self._place.clear()
        with self._place:
            self._build_truth(game, rivals, reasons)

    def _build_truth(self, game: Game, rivals: list[Rival], reasons: Reasons) -> None:
        you = next(rival for rival in rivals if rival.name == "you")
        place = [rival.name for rival in rivals].index("you") + 1
        with ui.element("section").classes("panel results").props('aria-label="The truth"'):
            focus(heading("The truth"))
            status(_verdict(game, you, place, len(rivals))).mark("verdict")
            table(_RIVALS, [_rival_row(rival) for rival in rivals]).mark("rivals")
            with ui.element("div").classes("charts"):
                with ui.element("figure").classes("chart"):
                    heading("True loyalty, week by week", 3)
                    courses = Chart()
                with ui.element("figure").classes("chart"):
                    heading("What moved your customers, in points of loyalty", 3)
                    moved = Chart()
            ui.button("Play again", on_click=self._again).props("no-caps").mark("again")

        self._redraw = partial(self._draw_truth, game, rivals, reasons, courses, moved)
        self._redraw()

    def _draw_truth(self, game: Game, rivals: list[Rival], reasons: Reasons, courses: Chart, moved: Chart) -> None:
        horizon = game.config.horizon
        lines = {rival.name: rival.loyalty_by_week for rival in rivals}
        weeks = np.arange(1, len(rivals[0].loyalty_by_week) + 1)
        parts = reasons.parts[:, LOYALTY].sum(axis=0)
        said = f"All bars together are {parts.sum():+.1f} points, from the first week to the last."
        episode = horizon.episode_weeks
        charts.show([
            (courses, charts.rivals_chart(weeks, lines, dark=self.dark, run_off_from=episode)),
            (moved, charts.reasons_chart(parts, "loyalty", dark=self.dark, said=said)),
        ])  # fmt: skip

    def _again(self) -> None:
        self.game = None
        self._build_start()


def _verdict(game: Game, you: Rival, place: int, of: int) -> str:
    closed = " The floor was closed under you." if game.closed else ""
    return (
        f"Your long-term loyalty is {you.score:+.1f} points: place {place} of {of} on floor {game.seed} of "
        f"{game.scenario}.{closed} Your reports said {100 * you.conversion:.1f} % conversion and an NPS of "
        f"{you.nps:+.0f}; {100 * you.gaming:.0f} % of calls were gamed."
    )


def _report_row(line: Line) -> dict[str, str]:
    name = line.figure.name.replace("_", " ")
    before = "" if line.before is None else f"{line.before:,.3g}"
    return {
        "figure": name,
        "value": f"{line.value:,.3g}",
        "before": before,
        "unit": line.figure.unit,
        "meaning": line.figure.meaning,
    }


def _rival_row(rival: Rival) -> dict[str, str]:
    return {
        "name": rival.name.replace("_", " "), "score": f"{rival.score:+.1f}", "conversion": f"{rival.conversion:.3f}",
        "nps": f"{rival.nps:+.0f}", "profit": f"{rival.profit:,.0f}", "gaming": f"{100 * rival.gaming:.0f} %",
    }  # fmt: skip
