"""The floor view: reps as tiles and customers as dots, week by week, under a scheme of the laboratory or a preset."""

import json
from typing import Any

from nicegui import ui

from incentive_env.model.scheme import Scheme
from incentive_env.playground.charts import FIRST, SECOND
from incentive_env.playground.controls import floor_number, guarded
from incentive_env.playground.experiment import Changes, scenario_of
from incentive_env.playground.laboratory import Laboratory
from incentive_env.playground.work import Workers

_WIDE, _NARROW = 1040, 720  # px in the drawing's own units
_PLAYER = """
<div class="player" hidden>
  <div class="player-bar">
    <button type="button" data-part="play">Play</button>
    <input type="range" data-part="week" min="0" value="0" step="1" aria-label="week">
    <output data-part="shown" aria-live="off"></output>
    <label>speed <select data-part="speed" aria-label="speed">
      <option value="500">slow</option><option value="200" selected>usual</option><option value="80">fast</option>
    </select></label>
  </div>
  <div data-part="stage"></div>
</div>
"""


class FloorPage:
    """One browser's floor view."""

    def __init__(self, laboratory: Laboratory, workers: Workers, *, dark: bool) -> None:
        self._laboratory, self._workers, self._dark = laboratory, workers, dark
        self._width = _WIDE
        self._build()

    def set_dark(self, dark: bool) -> None:
        """Draw in the other colours."""
        self._dark = dark
        ui.run_javascript(
            f"document.querySelectorAll('.player svg').forEach(e => e.setAttribute('data-theme', '{self._theme()}'))"
        )

    def set_narrow(self, narrow: bool) -> None:
        """Draw the next film for a phone, or for a desk."""
        self._width = _NARROW if narrow else _WIDE

    def _build(self) -> None:
        with ui.element("section").classes("panel wide").props('aria-label="Floor view"'):
            with ui.row().classes("buttons"):
                self._which = (
                    ui.select({FIRST: "scheme A of the laboratory", SECOND: "scheme B of the laboratory"}, value=SECOND)
                    .props('dense aria-label="scheme"')
                    .mark("film-scheme")
                )
                self._number = (
                    ui.number("number of the floor", value=0, min=0, precision=0).props("dense").mark("film-seed")
                )
                self._button = ui.button("Show the floor", on_click=self._film).props("no-caps").mark("film")
            self._status = (
                ui.label(
                    "Scenario and settings are those of the laboratory. Every dot is a slot of some alike customers."
                )
                .props('role="status" aria-live="polite"')
                .mark("film-status")
            )
            self._player = ui.html(_PLAYER, sanitize=False).classes("wide")

    @guarded
    async def _film(self) -> None:
        number = floor_number(self._number.value)
        experiment = self._laboratory.experiment
        scheme = experiment.first if self._which.value == FIRST else experiment.second
        self._button.disable()
        try:
            drawing, data = await self._workers.run(
                film_piece, experiment.scenario, experiment.changes, scheme, number, self._width
            )
        finally:
            self._button.enable()
        self._status.set_text(
            f"Floor {number} of {experiment.scenario} under scheme {self._which.value}: "
            f"{len(data['frames']) - 1} weeks. Play, or move the week."
        )
        root = f"document.querySelector('#c{self._player.id} .player')"
        await ui.run_javascript(
            f"new FloorPlayer({root}, {json.dumps(drawing)}, {json.dumps(data)}, '{self._theme()}'); 0", timeout=10.0
        )

    def _theme(self) -> str:
        return "dark" if self._dark else "light"


def film_piece(scenario: str, changes: Changes, scheme: Scheme, seed: int, width: int) -> tuple[str, dict[str, Any]]:
    """A drawing of the floor and what to paint on it in each week; done in another process."""
    from incentive_env.rendering.data import film_data
    from incentive_env.rendering.frame import film
    from incentive_env.rendering.svg import svg

    config = scenario_of(scenario, changes)
    frames = film(config, scheme, seed)
    return svg(config, width=width, name="film"), film_data(frames, width=width)
