"""The game: the user manages a floor from its reports alone, and sees the truth at the end."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from nicegui import ui

from incentive_env.model.scheme import Scheme
from incentive_env.model.state import EVENTS, YEAR
from incentive_env.model.witness import LOYALTY
from incentive_env.playground import charts
from incentive_env.playground.charts import Chart, Look
from incentive_env.playground.controls import (
    SchemeSliders,
    button,
    choice,
    floor_number,
    focus,
    guarded,
    heading,
    number_field,
    status,
    table,
)
from incentive_env.playground.experiment import within
from incentive_env.playground.game import Game, Line
from incentive_env.playground.presets import preset_options, scenario_options, scheme_named
from incentive_env.playground.work import Reasons, Rival, Workers, judge_game

_REPORT = {"figure": "figure", "value": "this report", "before": "last report", "unit": "unit", "meaning": "meaning"}
_RIVALS = {
    "name": "manager", "score": "long-term loyalty", "conversion": "recorded conversion", "nps": "measured NPS",
    "profit": "profit, € a week", "gaming": "calls gamed",
}  # fmt: skip
_PLOTTED = ("recorded_conversion", "nps", "cash_weeks", "exits")  # figures with a chart
_ANNOUNCED = {
    "campaign": "the client's campaign: it asks for more sales",
    "product_fault": "a product fault: customers call in",
    "competitor": "a competitor is courting your customers", "newcomers": "a group of new reps has joined",
}  # fmt: skip
assert tuple(_ANNOUNCED) == EVENTS
_INTRODUCTION = (
    "You run a sales floor for three years. Every four weeks you decide how it is paid and managed. You see what a "
    "manager sees: reports, which are noisy, late, and as gamed as your people make them. Your score is what customers "
    "truly think of you in the third year. No report shows it; you see it at the end, next to others who managed the "
    "same floor. A floor closes if it runs out of cash or if the client takes all its volume away."
)
_TRUE_LOYALTY = "True loyalty by week: yours, and that of other managers of this floor"


class Manager:
    """The game of one browser."""

    def __init__(self, workers: Workers, *, dark: bool) -> None:
        self._workers, self._dark = workers, dark
        self._game: Game | None = None
        self._redraw: Callable[[], None] = lambda: None
        self._revealing = False
        self._page = ui.element("div").classes("wide")
        self._build_start()

    def set_dark(self, dark: bool) -> None:
        """Redraw in the other colors."""
        self._dark = dark
        self._redraw()

    def _build_start(self) -> None:
        self._game, self._redraw = None, lambda: None
        self._page.clear()
        with self._page, ui.element("section").classes("panel start").props('aria-label="Start a game"'):
            heading("Be the manager")
            ui.label(_INTRODUCTION)
            scenarios = scenario_options()
            self._scenario = choice(scenarios, "game-scenario", value="telesales", label="scenario").classes("wide")
            self._seed = number_field("floor number", random.randrange(1_000_000), "game-seed").classes("wide")
            button("Take over the floor", self._begin, "take-over")

    @guarded
    async def _begin(self) -> None:
        game = Game(self._scenario.value, (), floor_number(self._seed.value))
        if game.over:
            raise ValueError(f"floor {game.seed} of {game.scenario} closes before you take over: choose another number")
        self._game, config = game, game.config
        neutral = within(Scheme(**config.neutral_scheme.model_dump()), config)
        self._page.clear()
        with self._page, ui.element("div").classes("columns"):
            with ui.element("section").classes("panel controls").props('aria-label="Your scheme"'):
                focus(heading("Your scheme"))
                self._preset = choice(
                    preset_options(game.scenario), "game-preset", label="preset", on_change=self._select_preset
                ).classes("wide")
                self._sliders = SchemeSliders(neutral, config, lambda scheme: self._preset.set_value(None))
                one, all_left = partial(self._decide, 1), partial(self._decide, config.horizon.decisions)
                self._decide_button = button("Decide for the next four weeks", one, "decide").classes("wide")
                button("Keep this scheme to the end", all_left, "to-the-end", "outline").classes("wide")
            with ui.element("section").classes("results").props('aria-label="Reports"'):
                self._status = status().mark("game-status")
                with ui.element("div").classes("charts small"):
                    self._charts = {name: Chart().classes("low") for name in _PLOTTED}
                self._report = table(_REPORT, words=("unit", "meaning")).mark("report")
        self._redraw = self._show_report
        self._show_report()

    def _select_preset(self, event: Any) -> None:
        if event.value is not None and self._game is not None:
            config = self._game.config
            self._sliders.show(within(scheme_named(event.value, self._game.scenario), config), config)

    @guarded
    async def _decide(self, times: int) -> None:
        """Decide up to so many times, then show the next report, or the truth; on an error the button tries again."""
        game = self._game
        if game is None or self._revealing:
            return
        for _ in range(times):
            if not game.over:  # else one click too many
                game.decide(self._sliders.scheme)
        if not game.over:
            self._show_report()
            return
        self._revealing, self._redraw = True, lambda: None
        try:
            self._status.set_text("The game is over. The other managers run the same floor ...")
            rivals, reasons = await self._workers.run(
                judge_game, game.scenario, game.changes, game.seed, np.stack(game.actions)
            )
            self._page.clear()
            with self._page:
                self._build_truth(game, rivals, reasons)
        except Exception:
            self._status.set_text("The game is over, but the truth could not be computed. Please try again.")
            self._decide_button.set_text("Show the truth")
            raise
        finally:
            self._revealing = False

    def _show_report(self) -> None:
        game = self._game
        assert game is not None
        horizon, lines = game.config.horizon, game.report()
        self._report.rows = [_report_row(line) for line in lines]
        self._report.update()
        news = "; ".join(
            f"{_ANNOUNCED[line.figure.name]}, weeks left: {line.value:.0f}"
            for line in lines if line.figure.name in EVENTS and line.value > 0
        )  # fmt: skip
        self._status.set_text(f"Decision {game.decisions + 1}, week {game.week}. News: {news or 'none'}.")
        weeks = [number * horizon.decision_weeks for number in range(len(game.reports))]
        units = {line.figure.name: line.figure.unit for line in lines}
        drawings = []
        for name, chart in self._charts.items():
            title = f"{name.replace('_', ' ')}, {units[name]}"
            look = Look(self._dark, f"{title}, as reported so far")
            options = charts.history_chart(weeks, game.history(name), title, max(game.week, YEAR), look)
            drawings.append((chart, options))
        charts.show(drawings)

    def _build_truth(self, game: Game, rivals: list[Rival], reasons: Reasons) -> None:
        with ui.element("section").classes("panel results").props('aria-label="The truth"'):
            focus(heading("The truth"))
            status(_verdict(game, rivals)).mark("verdict")
            ranking = table(_RIVALS).mark("rivals")
            ranking.rows = [_rival_row(rival) for rival in rivals]
            drawn = []
            with ui.element("div").classes("charts"):
                for title in ("True loyalty by week", "What moved your customers, in points of loyalty"):
                    with ui.element("figure").classes("chart"):
                        heading(title, 3)
                        drawn.append(Chart())
            button("Play again", self._build_start, "again")
        weeks = np.arange(1, len(rivals[0].loyalty_by_week) + 1)
        loyalty = {rival.name: rival.loyalty_by_week for rival in rivals}
        parts = reasons.parts[:, LOYALTY].sum(axis=0)
        total = f"All bars add up to {parts.sum():+.1f} points, from the first week to the last."

        def draw() -> None:
            look = Look(self._dark, _TRUE_LOYALTY, game.config.horizon.scored_from)
            charts.show([
                (drawn[0], charts.rivals_chart(weeks, loyalty, look)),
                (drawn[1], charts.reasons_chart(parts, "loyalty", Look(self._dark, total))),
            ])  # fmt: skip

        self._redraw = draw
        draw()


def _verdict(game: Game, rivals: list[Rival]) -> str:
    place, you = next((place, rival) for place, rival in enumerate(rivals, 1) if rival.name == "you")
    closed = " The floor was closed on you." if game.closed else ""
    return (
        f"Your long-term loyalty is {you.score:+.1f} points: place {place} of {len(rivals)} on floor {game.seed} of "
        f"{game.scenario}.{closed} Your reports showed {100 * you.conversion:.1f} % conversion and an NPS of "
        f"{you.nps:+.0f}; {100 * you.gaming:.0f} % of calls were gamed."
    )


def _report_row(line: Line) -> dict[str, str]:
    figure = line.figure
    return {
        "figure": figure.name.replace("_", " "), "value": f"{line.value:,.3g}",
        "before": "" if line.before is None else f"{line.before:,.3g}",
        "unit": figure.unit, "meaning": figure.meaning,
    }  # fmt: skip


def _rival_row(rival: Rival) -> dict[str, str]:
    return {
        "name": rival.name.replace("_", " "), "score": f"{rival.score:+.1f}", "conversion": f"{rival.conversion:.3f}",
        "nps": f"{rival.nps:+.0f}", "profit": f"{rival.profit:,.0f}", "gaming": f"{100 * rival.gaming:.0f} %",
    }  # fmt: skip
