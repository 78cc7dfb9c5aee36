"""The floor view: reps as tiles and customers as dots, week by week, under a scheme of the laboratory."""

import json
from typing import Any

from nicegui import ui

from incentive_env.model.scheme import Scheme
from incentive_env.playground.charts import FIRST, SECOND
from incentive_env.playground.controls import button, choice, floor_number, guarded, number_field
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
      <option value="500">slow</option><option value="200" selected>normal</option><option value="80">fast</option>
    </select></label>
  </div>
  <div data-part="stage"></div>
</div>
"""


class FloorPage:
    """The floor view of one browser."""

    def __init__(self, laboratory: Laboratory, workers: Workers, *, dark: bool) -> None:
        self._laboratory, self._workers, self._dark = laboratory, workers, dark
        self._width = _WIDE
        self._build()

    def set_dark(self, dark: bool) -> None:
        """Redraw in the other colors."""
        self._dark = dark
        ui.run_javascript(
            f"document.querySelectorAll('.player svg').forEach(e => e.setAttribute('data-theme', '{self._theme()}'))"
        )

    def set_narrow(self, narrow: bool) -> None:
        """Draw the next film for a phone or for a desktop screen."""
        self._width = _NARROW if narrow else _WIDE

    def _build(self) -> None:
        schemes = {name: f"scheme {name} of the laboratory" for name in (FIRST, SECOND)}
        with ui.element("section").classes("panel wide").props('aria-label="Floor view"'):
            with ui.row().classes("buttons"):
                self._which = choice(schemes, "film-scheme", value=SECOND).props('dense aria-label="scheme"')
                self._number = number_field("floor number", 0, "film-seed").props("dense")
                self._button = button("Show the floor", self._film, "film")
            self._status = (
                ui.label("Scenario and settings are those of the laboratory. Each dot is a slot of similar customers.")
                .props('role="status" aria-live="polite"').mark("film-status")
            )  # fmt: skip
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
            f"{len(data['frames']) - 1} weeks. Press Play, or move the slider."
        )
        root = f"document.querySelector('#c{self._player.id} .player')"
        # No answer is awaited: a slow browser, or one that has left, is no fault of the page.
        ui.run_javascript(f"new FloorPlayer({root}, {json.dumps(drawing)}, {json.dumps(data)}, '{self._theme()}')")

    def _theme(self) -> str:
        return "dark" if self._dark else "light"


def film_piece(scenario: str, changes: Changes, scheme: Scheme, seed: int, width: int) -> tuple[str, dict[str, Any]]:
    """A drawing of the floor, and what to show on it in each week; runs in another process."""
    from incentive_env.rendering.data import film_data
    from incentive_env.rendering.frame import film
    from incentive_env.rendering.svg import svg

    config = scenario_of(scenario, changes)
    frames = film(config, scheme, seed)
    return svg(config, width=width, name="film"), film_data(frames, width=width)
