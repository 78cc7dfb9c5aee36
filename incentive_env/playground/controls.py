"""Controls that work with a mouse, a keyboard and a screen reader."""

import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial, wraps
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.events import GenericEventArguments

from incentive_env.config import Config
from incentive_env.config.levers import LEVERS, Lever
from incentive_env.model.scheme import Scheme, lever_ranges
from incentive_env.playground.work import LostWorkerError

_LOG = logging.getLogger("incentive_env.playground")
_EMIT = "(event) => emit(Number(Number(event.target.value).toPrecision(4)))"


class Scale(NamedTuple):
    """A slider's range, and how its value is shown: times a factor, with a number of decimals, and a unit."""

    least: float
    most: float
    step: float | str = "any"  # "any": a preset's value need not lie on a grid; keys move it by a hundredth
    unit: str = ""
    factor: float = 1.0
    decimals: int | None = None  # None: depends on the size of the number


class Slider(ui.element):
    """A labeled slider of the browser's own, which keyboards and screen readers support.

    Args:
        label: its name.
        scale: range and number format.
        value: initial value.
        changed: called with every new value while the slider is dragged.
        hint: a longer description.
    """

    def __init__(
        self, label: str, scale: Scale, value: float, changed: Callable[[float], Any], *, hint: str = ""
    ) -> None:
        with ui.element("div").classes("lever"):
            with ui.element("div").classes("lever-head"):
                name = ui.label(label)
                if hint:
                    name.tooltip(hint)
                ui.label().classes("lever-value")
            super().__init__("input")
        decimals = "auto" if scale.decimals is None else scale.decimals
        self.props(f'type=range aria-label="{label}" data-factor={scale.factor} data-decimals={decimals}')
        self.props(f'data-unit="{scale.unit}" autocomplete=off').mark(label.replace(" ", "-"))
        self.props["aria-description"] = hint
        self._scale, self._changed = scale, changed
        self.on("input", self._moved, js_handler=_EMIT, throttle=0.05)
        self.show(value)

    def show(self, value: float, scale: Scale | None = None) -> None:
        """Show a value, and a new range if one is given, without calling ``changed``."""
        self._scale = scale or self._scale
        self.value = value
        self.client.run_javascript(f"setSliders({json.dumps([[self.id, *self._scale[:3], value]])})")

    def set_value(self, value: float) -> None:
        """Set a value as the user would, and call ``changed``."""
        self.value = value
        self._changed(value)

    def _moved(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int | float):  # sent by a browser: not to be trusted
            self.set_value(min(max(float(event.args), self._scale.least), self._scale.most))


def guarded(action: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Show an error as a message on the page, which stays usable."""

    @wraps(action)
    async def guard(*arguments: Any, **named: Any) -> None:
        try:
            await action(*arguments, **named)
            return
        except ValueError as error:  # the user's mistake; ConfigError is one
            message = str(error)
        except LostWorkerError as error:
            message = f"{error}. A new one has started: change something to try again."
        except Exception as error:
            _LOG.exception("An action of the page failed")
            message = f"Something went wrong: {error}. The page still works: try again, or change something."
        ui.notify(message, type="negative", multi_line=True, close_button="close", timeout=12_000)

    return guard


def floor_number(value: Any) -> int:
    """The floor number that the user entered.

    Raises:
        ValueError: it is not a whole number, or negative.
    """
    if not isinstance(value, int | float) or not 0 <= value < 2**53 or value != int(value):
        raise ValueError(f"floor number = {value}: must be a whole number, 0 or above")
    return int(value)


def choice(options: Any, marker: str, **more: Any) -> ui.select:
    """A list to choose from; ``more`` goes to `nicegui.ui.select`."""
    return ui.select(options, **more).mark(marker)


def number_field(label: str, value: int, marker: str, *, least: int = 0, changed: Any = None) -> ui.number:
    """A field for a whole number."""
    return ui.number(label, value=value, min=least, precision=0, on_change=changed).mark(marker)


def button(text: str, action: Callable[..., Any], marker: str, style: str = "") -> ui.button:
    """A button; ``style`` is one of Quasar's, such as ``"outline"``."""
    return ui.button(text, on_click=action).props(f"no-caps {style}").mark(marker)


def heading(text: str, level: int = 2) -> ui.label:
    """A heading, also for screen readers."""
    return ui.label(text).classes("heading").props(f'role="heading" aria-level="{level}"')


def focus(element: ui.label) -> None:
    """Move the keyboard focus to the element that replaced the pressed button."""
    element.props("tabindex=-1")
    element.client.run_javascript(f"setTimeout(() => document.getElementById('c{element.id}')?.focus(), 50)")


def status(text: str = "…") -> ui.label:
    """A sentence that screen readers read out whenever it changes."""
    return ui.label(text).classes("summary").props('role="status" aria-live="polite"')


def table(columns: Mapping[str, str], *, words: Collection[str] = ()) -> ui.table:
    """A table with a heading for each column; the first column, and columns of words, are left-aligned."""
    key = next(iter(columns))
    declared = [
        {"name": name, "field": name, "label": label, "align": "left" if name in (key, *words) else "right"}
        for name, label in columns.items()
    ]
    return ui.table(columns=declared, rows=[], row_key=key).props("dense").classes("figures")


class SchemeSliders:
    """A slider for each lever of a scheme.

    Args:
        scheme: initial scheme.
        config: sets the ranges of the levers.
        changed: called with the scheme whenever the user moves a slider.
    """

    def __init__(self, scheme: Scheme, config: Config, changed: Callable[[Scheme], Any]) -> None:
        self.scheme, self._changed = scheme, changed
        self._sliders = {
            name: Slider(
                name.replace("_", " "), scale, getattr(scheme, name), partial(self._moved, name),
                hint=f"{LEVERS[name].does}. What it costs: {LEVERS[name].costs}.",
            )
            for name, scale in _scales(config).items()
        }  # fmt: skip

    def show(self, scheme: Scheme, config: Config) -> None:
        """Show another scheme, or new ranges, without calling ``changed``."""
        self.scheme = scheme
        for name, scale in _scales(config).items():
            self._sliders[name].show(getattr(scheme, name), scale)

    def _moved(self, lever: str, value: float) -> None:
        self.scheme = self.scheme._replace(**{lever: value})
        self._changed(self.scheme)


def _scales(config: Config) -> dict[str, Scale]:
    low, high = (ends.tolist() for ends in lever_ranges(config))
    return {lever.name: scale_of(lever, *ends) for lever, *ends in zip(LEVERS.values(), low, high, strict=True)}


def scale_of(lever: Lever, least: float, most: float) -> Scale:
    """How a lever is shown: a share as a percentage."""
    if not lever.is_share:
        return Scale(least, most, unit=lever.unit, decimals=lever.decimals)
    unit = f"% {lever.unit.removeprefix('share').strip()}".strip()
    return Scale(least, most, unit=unit, factor=100.0, decimals=lever.decimals - 2)
