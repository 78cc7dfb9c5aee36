"""Why loyalty moved: a panel with what each cause did, over the weeks and of the scheme that are asked for."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from incentive_env.config import Config
from incentive_env.model.witness import CAUSES, MEASURES, TIME
from incentive_env.playground import charts
from incentive_env.playground.charts import Chart
from incentive_env.playground.controls import heading
from incentive_env.playground.work import Reasons
from incentive_env.studies.explain import WORDS

_BARS = 13  # in the timeline, at most
_COMPARED = {"B against A": (-1, 1), "A over time": (1, 0), "B over time": (0, 1)}  # how A's and B's parts count


class ReasonsPanel:
    """A chart of parts that sum to the change of the whole, which the sentence above it says.

    Args:
        last_week: of a run.
        changed: is told when something else is asked for.
    """

    def __init__(self, last_week: int, changed: Callable[..., Any]) -> None:
        with ui.element("figure").classes("chart whole"):
            heading("Why: what moved customers")
            with ui.row().classes("buttons"):
                self._measure = _choice(list(MEASURES), "what moved", changed).mark("measure")
                self._compared = _choice(list(_COMPARED), "of which scheme", changed).mark("compared")
                self._from = _week("from week", 1, changed)
                self._to = _week("to week", last_week, changed)
            self._said = ui.label("…").classes("said").props('aria-live="polite"').mark("reasons-said")
            with ui.element("div").classes("charts"):
                self._bars = Chart().mark("chart-reasons")
                self._timeline = Chart().mark("chart-timeline")

    def draw(
        self, first: Reasons, second: Reasons, *, config: Config, dark: bool
    ) -> list[tuple[Chart, charts.Options]]:
        """Say what is asked for of the two schemes' reasons; gives what the charts are to show."""
        measure = MEASURES.index(self._measure.value)
        weeks = len(first.parts)
        begin = min(max(int(self._from.value or 1), 1), weeks)
        end = min(max(int(self._to.value or weeks), begin), weeks)
        of_first, of_second = _COMPARED[self._compared.value]
        asked = Reasons(
            of_first * first.wholes + of_second * second.wholes, of_first * first.parts + of_second * second.parts
        )
        timeline = asked.parts[begin - 1 : end, measure]
        parts = timeline.sum(axis=0)
        change = asked.wholes[end, measure] - asked.wholes[begin - 1, measure]
        ranked = sorted((value, cause) for value, cause in zip(parts, CAUSES, strict=True) if cause != "time")
        down = ", ".join(f"{WORDS[cause]} {value:+.3g}" for value, cause in ranked[:3] if value < 0.0)
        up = ", ".join(f"{WORDS[cause]} {value:+.3g}" for value, cause in ranked[:-3:-1] if value > 0.0)
        named = f"Lowered by {down or 'nothing'}. Raised by {up or 'nothing'}. Time, which heals: {parts[TIME]:+.3g}."
        said = (
            f"{self._compared.value}, weeks {begin} to {end}: {self._measure.value} {change:+.3g}, and the bars sum to "
            f"{parts.sum():+.3g}. {named}"
        )
        self._said.set_text(said)
        horizon = config.horizon
        bars = charts.reasons_chart(parts, self._measure.value, dark=dark, said=said)
        course = charts.timeline_chart(
            timeline, _period(len(timeline), horizon.decision_weeks), begin, dark=dark,
            said=f"Period by period, by kind of cause. {said}",
            run_off_from=horizon.episode_weeks,
        )  # fmt: skip
        return [(self._bars, bars), (self._timeline, course)]


def _period(weeks: int, decision: int) -> int:
    """Weeks of a bar, so that there are a dozen of them or so: single weeks, or whole decisions."""
    if weeks <= _BARS:
        return 1
    return decision * -(-weeks // (_BARS * decision))


def _choice(options: list[str], label: str, changed: Callable[..., Any]) -> ui.select:
    return ui.select(options, value=options[0], label=label, on_change=changed).props("dense").classes("choice")


def _week(label: str, week: int, changed: Callable[..., Any]) -> ui.number:
    number = ui.number(label, value=week, min=1, precision=0, on_change=changed)
    return number.props("dense").classes("week").mark(label.replace(" ", "-"))
