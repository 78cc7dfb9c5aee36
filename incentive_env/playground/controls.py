"""Controls that a mouse, a keyboard and a screen reader can use alike."""

import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import wraps
from typing import Any, NamedTuple

from nicegui import ui

from incentive_env.cli.words import LEVERS as LEVER_WORDS
from incentive_env.config import Config
from incentive_env.model.scheme import Scheme, lever_ranges
from incentive_env.model.state import LEVERS

_STEPS = 100  # of a lever's slider, from one end of its range to the other
_UNITS = {
    "base_pay": "€/week", "commission": "€/sale", "target": "of calls sold", "pressure": "share",
    "activity_pay": "€/logged call", "survey_bonus": "€/week at NPS 100", "retention_pay": "€/sale that lasts",
    "audit": "of calls", "coaching": "hours/week", "autonomy": "share", "research": "€/week",
}  # fmt: skip
_SHARES = ("target", "pressure", "audit", "autonomy")


class Row(NamedTuple):
    """A slider with its label and its value in words."""

    slider: ui.slider
    value: ui.label
    said: Callable[[float], str]

    def show(self, value: float) -> None:
        """Write the value beside the slider, and tell it to screen readers."""
        words = self.said(value)
        self.value.set_text(words)
        self.slider.props(f'aria-valuetext="{words}"')


def guarded(action: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Let an error appear as a message on the page, with the page still alive."""

    @wraps(action)
    async def guard(*arguments: Any, **named: Any) -> None:
        try:
            await action(*arguments, **named)
        except ValueError as error:  # a mistake of the user's, a ConfigError among them
            _tell(str(error))
        except Exception as error:
            traceback.print_exc()
            _tell(f"That did not work: {error}. The page is still there; try again, or change something.")

    return guard


def _tell(message: str) -> None:
    ui.notify(message, type="negative", multi_line=True, close_button="close", timeout=12_000)


def heading(text: str, level: int = 2) -> ui.label:
    """A heading that screen readers find."""
    return ui.label(text).classes("heading").props(f'role="heading" aria-level="{level}"')


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


def slider_row(
    label: str, low: float, high: float, step: float, value: float, said: Callable[[float], str],
    changed: Callable[[float], Any], *, hint: str = "",
) -> Row:  # fmt: skip
    """A labelled slider; ``changed`` is told every value while it is dragged."""
    with ui.element("div").classes("lever"):
        with ui.element("div").classes("lever-head"):
            name = ui.label(label)
            if hint:
                name.tooltip(hint)
            shown = ui.label(said(value)).classes("lever-value")
        slider = ui.slider(min=low, max=high, step=step, value=value)
        slider.props(f'aria-label="{label}" dense').mark(label.replace(" ", "-"))
    row = Row(slider, shown, said)
    row.show(value)

    def moved(event: Any) -> None:
        if event.value is not None:
            row.show(float(event.value))
            changed(float(event.value))

    slider.on_value_change(moved)
    return row


class SchemeSliders:
    """Eleven sliders that show and set a scheme.

    Args:
        scheme: to begin with.
        config: for the ranges of the levers.
        changed: is told the scheme whenever somebody moves a slider.
    """

    def __init__(self, scheme: Scheme, config: Config, changed: Callable[[Scheme], Any]) -> None:
        self.scheme = scheme
        self._changed, self._quiet = changed, False
        self._rows: dict[str, Row] = {}
        low, high = lever_ranges(config)
        for lever, least, most in zip(LEVERS, low, high, strict=True):
            words = LEVER_WORDS[lever]
            self._rows[lever] = slider_row(
                lever.replace("_", " "), float(least), float(most), float(most - least) / _STEPS,
                float(getattr(scheme, lever)), lambda value, lever=lever: lever_words(lever, value),  # type: ignore[misc]
                lambda value, lever=lever: self._moved(lever, value),  # type: ignore[misc]
                hint=f"{words.does}. What it costs: {words.costs}.",
            )  # fmt: skip

    def show(self, scheme: Scheme, config: Config) -> None:
        """Show another scheme, or other ranges, without telling anybody of a change."""
        self._quiet, self.scheme = True, scheme
        low, high = lever_ranges(config)
        for lever, least, most in zip(LEVERS, low, high, strict=True):
            row, value = self._rows[lever], float(getattr(scheme, lever))
            row.slider.props(f"min={least:g} max={most:g} step={(most - least) / _STEPS:g}")
            row.slider.set_value(value)
            row.show(value)
        self._quiet = False

    def set_enabled(self, enabled: bool) -> None:
        """Let them be moved, or not."""
        for row in self._rows.values():
            row.slider.set_enabled(enabled)

    def _moved(self, lever: str, value: float) -> None:
        if self._quiet or abs(value - getattr(self.scheme, lever)) < 1e-12:
            return
        self.scheme = self.scheme._replace(**{lever: value})
        self._changed(self.scheme)


def lever_words(lever: str, value: float) -> str:
    """A lever's value with its unit."""
    if lever in _SHARES:
        number = f"{100 * value:.1f} %" if lever == "audit" else f"{100 * value:.0f} %"
        return number if _UNITS[lever] == "share" else f"{number} {_UNITS[lever]}"
    return f"{value:.0f} {_UNITS[lever]}" if value >= 100 else f"{value:.3g} {_UNITS[lever]}"
