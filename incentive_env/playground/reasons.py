"""Why loyalty moved: a panel with the effect of each cause, for chosen weeks and schemes."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from incentive_env.config import Config
from incentive_env.model.witness import CAUSES, MEASURES, TIME
from incentive_env.playground import charts
from incentive_env.playground.charts import Chart, Look
from incentive_env.playground.controls import choice, heading, number_field
from incentive_env.playground.work import Reasons
from incentive_env.studies.explain import WORDS

_BARS = 13  # in the timeline, at most
_COMPARED = {"B against A": (-1, 1), "A over time": (1, 0), "B over time": (0, 1)}  # weights of A's and B's parts


class ReasonsPanel:
    """Charts of the effect of each cause, with a summary of them in words.

    Args:
        last_week: of a run.
        changed: called when the user chooses something else.
    """

    def __init__(self, last_week: int, changed: Callable[..., Any]) -> None:
        with ui.element("figure").classes("chart whole"):
            heading("Why: what moved customers")
            with ui.row().classes("buttons"):
                self._measure, self._compared = (
                    choice(options, marker, value=options[0], label=label, on_change=changed)
                    .props("dense").classes("choice")
                    for label, marker, options in (
                        ("what moved", "measure", list(MEASURES)), ("which scheme", "compared", list(_COMPARED)),
                    )
                )  # fmt: skip
                self._from, self._to = (
                    number_field(f"{end} week", week, f"{end}-week", least=1, changed=changed)
                    .props("dense").classes("week")
                    for end, week in (("from", 1), ("to", last_week))
                )  # fmt: skip
            self._summary = ui.label("…").classes("caption").props('aria-live="polite"').mark("reasons-summary")
            with ui.element("div").classes("charts"):
                self._bars = Chart().mark("chart-reasons")
                self._timeline = Chart().mark("chart-timeline")

    def draw(self, first: Reasons, second: Reasons, config: Config, dark: bool) -> list[tuple[Chart, charts.Options]]:
        """Write the summary of the chosen reasons; returns what the charts are to show."""
        measure = MEASURES.index(self._measure.value)
        weeks = len(first.parts)
        begin = min(max(int(self._from.value or 1), 1), weeks)
        end = min(max(int(self._to.value or weeks), begin), weeks)
        weights = _COMPARED[self._compared.value]
        levels, effects = (weights[0] * a + weights[1] * b for a, b in zip(first, second, strict=True))
        timeline = effects[begin - 1 : end, measure]
        parts = timeline.sum(axis=0)
        change = levels[end, measure] - levels[begin - 1, measure]
        ranked = sorted((value, cause) for value, cause in zip(parts, CAUSES, strict=True) if cause != "time")
        down = ", ".join(f"{WORDS[cause]} {value:+.3g}" for value, cause in ranked[:3] if value < 0.0)
        up = ", ".join(f"{WORDS[cause]} {value:+.3g}" for value, cause in ranked[:-3:-1] if value > 0.0)
        summary = (
            f"{self._compared.value}, weeks {begin} to {end}: {self._measure.value} {change:+.3g}; the bars sum to "
            f"{parts.sum():+.3g}. Lowered by {down or 'nothing'}. Raised by {up or 'nothing'}. "
            f"Effect of time, which heals: {parts[TIME]:+.3g}."
        )
        self._summary.set_text(summary)
        look = Look(dark, summary, config.horizon.scored_from)
        over_time = look._replace(summary=f"Period by period, by kind of cause. {summary}")
        period = _period(len(timeline), config.horizon.decision_weeks)
        return [
            (self._bars, charts.reasons_chart(parts, self._measure.value, look)),
            (self._timeline, charts.timeline_chart(timeline, period, begin, over_time)),
        ]


def _period(weeks: int, decision: int) -> int:
    """Weeks in each bar, for about a dozen bars: single weeks, or whole decision periods."""
    return 1 if weeks <= _BARS else decision * -(-weeks // (_BARS * decision))
