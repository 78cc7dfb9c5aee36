"""Controls that a mouse, a keyboard and a screen reader can use alike."""

import json
import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial, wraps
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.events import GenericEventArguments

from incentive_env.config import Config
from incentive_env.config.levers import LEVERS, Lever
from incentive_env.model.scheme import Scheme, lever_ranges
from incentive_env.playground.work import LostWorkerError

_ANY = "any"  # step of a lever's slider: a preset's value need not lie on a grid; keys move it by a hundredth
_EMIT = "(event) => emit(Number(Number(event.target.value).toPrecision(4)))"


class Words(NamedTuple):
    """How a slider's value is told: times a factor, with so many decimals, and a unit."""

    unit: str = ""
    factor: float = 1.0
    decimals: int | None = None  # as many as the size of the number makes sense of


class Slider(ui.element):
    """A labelled slider of the browser's own, which keyboards and screen readers know.

    Args:
        label: what it sets.
        least: lower end.
        most: upper end.
        step: between two values, or ``"any"``.
        value: to begin with.
        words: how the value is told.
        changed: is told every value that the visitor sets, while the slider is dragged.
        hint: what there is to know about it.
    """

    def __init__(
        self, label: str, least: float, most: float, step: float | str, value: float, words: Words,
        changed: Callable[[float], Any], *, hint: str = "",
    ) -> None:  # fmt: skip
        with ui.element("div").classes("lever"):
            with ui.element("div").classes("lever-head"):
                name = ui.label(label)
                if hint:
                    name.tooltip(hint)
                ui.label().classes("lever-value")
            super().__init__("input")
        decimals = "auto" if words.decimals is None else words.decimals
        self.props(f'type=range aria-label="{label}" data-factor={words.factor} data-decimals={decimals}')
        self.props(f'data-unit="{words.unit}" autocomplete=off').mark(label.replace(" ", "-"))
        self.props["aria-description"] = hint
        self._range, self._step, self._changed = (least, most), step, changed
        self.value = value
        self.on("input", self._moved, js_handler=_EMIT, throttle=0.05)
        self.show(value)

    def show(self, value: float, least: float | None = None, most: float | None = None) -> None:
        """Show a value, and perhaps other ends, without telling anybody of a change."""
        if least is not None and most is not None:
            self._range = (least, most)
        self.value = value
        self.client.run_javascript(f"setSliders({json.dumps([[self.id, *self._range, self._step, value]])})")

    def set_value(self, value: float) -> None:
        """What a visitor does: set a value, and tell of it."""
        self.value = value
        self._changed(value)

    def _moved(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int | float):  # from a browser, which may be anybody's
            self.set_value(min(max(float(event.args), self._range[0]), self._range[1]))


def guarded(action: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Let an error appear as a message on the page, with the page still alive."""

    @wraps(action)
    async def guard(*arguments: Any, **named: Any) -> None:
        try:
            await action(*arguments, **named)
        except ValueError as error:  # a mistake of the user's, a ConfigError among them
            _tell(str(error))
        except LostWorkerError as error:
            _tell(f"{error}. Another one is there: change something, and it goes on.")
        except Exception as error:
            traceback.print_exc()
            _tell(f"That did not work: {error}. The page is still there; try again, or change something.")

    return guard


def _tell(message: str) -> None:
    ui.notify(message, type="negative", multi_line=True, close_button="close", timeout=12_000)


def floor_number(value: Any) -> int:
    """The number of a floor, as a visitor has written it.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, int | float) or not 0 <= value < 2**53 or value != int(value):
        raise ValueError("number of the floor: must be a whole number from 0 on")
    return int(value)


def heading(text: str, level: int = 2) -> ui.label:
    """A heading that screen readers find."""
    return ui.label(text).classes("heading").props(f'role="heading" aria-level="{level}"')


def focus(element: ui.label) -> None:
    """Take a keyboard along to what has replaced the button that was pressed."""
    element.props("tabindex=-1")
    element.client.run_javascript(f"setTimeout(() => document.getElementById('c{element.id}')?.focus(), 50)")


def status(text: str = "…") -> ui.label:
    """A sentence that screen readers say whenever it changes."""
    return ui.label(text).classes("summary").props('role="status" aria-live="polite"')


def table(columns: Mapping[str, str], rows: list[dict[str, str]], *, words: Collection[str] = ()) -> ui.table:
    """A table of figures: the first column names the row, and is set to the left, as are columns of words."""
    key = next(iter(columns))
    declared = [
        {"name": name, "field": name, "label": label, "align": "left" if name == key or name in words else "right"}
        for name, label in columns.items()
    ]
    return ui.table(columns=declared, rows=rows, row_key=key).props("dense").classes("figures")


class SchemeSliders:
    """Sliders, one a lever, that show and set a scheme.

    Args:
        scheme: to begin with.
        config: for the ranges of the levers.
        changed: is told the scheme whenever a visitor moves a slider.
    """

    def __init__(self, scheme: Scheme, config: Config, changed: Callable[[Scheme], Any]) -> None:
        self.scheme = scheme
        self._changed = changed
        self._sliders: dict[str, Slider] = {}
        for lever, least, most in zip(LEVERS, *_ranges(config), strict=True):
            row = LEVERS[lever]
            self._sliders[lever] = Slider(
                lever.replace("_", " "), least, most, _ANY, getattr(scheme, lever), _words(row),
                partial(self._moved, lever), hint=f"{row.does}. What it costs: {row.costs}.",
            )  # fmt: skip

    def show(self, scheme: Scheme, config: Config) -> None:
        """Show another scheme, or other ranges, without telling anybody of a change."""
        self.scheme = scheme
        for lever, least, most in zip(LEVERS, *_ranges(config), strict=True):
            self._sliders[lever].show(getattr(scheme, lever), least, most)

    def _moved(self, lever: str, value: float) -> None:
        self.scheme = self.scheme._replace(**{lever: value})
        self._changed(self.scheme)


def _words(lever: Lever) -> Words:
    """How a lever's value is shown: what is a share as a percentage."""
    if not lever.is_share:
        return Words(lever.unit, decimals=lever.decimals)
    return Words(f"% {lever.unit.removeprefix('share').strip()}".strip(), 100.0, lever.decimals - 2)


def _ranges(config: Config) -> tuple[list[float], list[float]]:
    low, high = lever_ranges(config)
    return low.tolist(), high.tolist()
