"""The laboratory: two schemes on the same floors, and charts that follow the sliders."""

import asyncio
from functools import partial
from typing import Any, NamedTuple

from nicegui import background_tasks, ui

from incentive_env.config.words import OUTCOMES
from incentive_env.model.scheme import Scheme
from incentive_env.playground import charts, work
from incentive_env.playground.charts import FIRST, SECOND, Chart, Course, Look
from incentive_env.playground.controls import (
    Scale,
    SchemeSliders,
    Slider,
    button,
    choice,
    floor_number,
    guarded,
    heading,
    number_field,
    status,
    table,
)
from incentive_env.playground.experiment import SETTINGS, Experiment, within
from incentive_env.playground.figures import Comparison, Figures, compare
from incentive_env.playground.presets import preset_options, scenario_options, scheme_named
from incentive_env.playground.reasons import ReasonsPanel
from incentive_env.playground.work import Run, Workers
from incentive_env.support.tables import span, with_interval

_SCROLL = "setTimeout(() => document.querySelector('.settings')?.scrollIntoView({behavior: 'smooth'}), 250)"
_CACHED = 12  # recent results, kept so that going back is immediate
_COLUMNS = {"figure": "figure", "a": "A", "b": "B", "more": "B − A", "interval": "95 % interval"}


class Panel(NamedTuple):
    """A chart of the laboratory: figures over the weeks, or without any, gaming by channel."""

    title: str
    courses: tuple[Course, ...] = ()
    units: tuple[str, ...] = ()


_PANELS = {
    "conversion": Panel("Recorded conversion", (Course("conversion", "", 4),), ("share",)),
    "loyalty": Panel(
        "Loyalty: true and as measured by surveys",
        (Course("loyalty", "true", 2), Course("nps", "measured", 1, faint=True)), ("points",),
    ),
    "customers": Panel(
        "Customers' trust and irritation",
        (Course("trust", "trust", 4), Course("irritation", "irritation", 4, faint=True, axis=1)),
        ("trust", "irritation"),
    ),
    "gaming": Panel("Gaming by channel"),
    "people": Panel(
        "Reps' strain and exits",
        (Course("strain", "strain", 3), Course("exits", "exits", 0, faint=True, axis=1)), ("strain", "exits %/year"),
    ),
    "cash": Panel(
        "Cash, and the share of volume that the client leaves with the floor",
        (Course("cash", "cash", 1), Course("volume", "volume", 0, faint=True, axis=1)), ("thousand €", "volume %"),
    ),
}  # fmt: skip


class Laboratory:
    """The laboratory of one browser; nothing is shared with other browsers."""

    def __init__(self, workers: Workers, *, dark: bool) -> None:
        self.experiment = Experiment()
        self._workers, self._dark = workers, dark
        self._active = SECOND
        self._task: asyncio.Task[Any] | None = None
        self._requested = 0
        self._runs: dict[Any, Run] = {}
        self._build()

    def set_dark(self, dark: bool) -> None:
        """Redraw in the other colors."""
        self._dark = dark
        self.request()

    @property
    def shown_scheme(self) -> Scheme:
        """The scheme that the sliders show."""
        return self.experiment.first if self._active == FIRST else self.experiment.second

    # The page

    def _build(self) -> None:
        with ui.element("div").classes("columns"):
            with ui.element("section").classes("panel controls").props('aria-label="Settings"'):
                self._build_schemes()
                with ui.expansion("Floors and settings").classes("wide settings").mark("settings") as settings:
                    settings.on_value_change(lambda: settings.client.run_javascript(_SCROLL))
                    self._build_settings()
            with ui.element("section").classes("results").props('aria-label="Results"'):
                self._summary = status().mark("summary")
                with ui.element("div").classes("charts"):
                    self._charts: dict[str, Chart] = {}
                    for name, panel in _PANELS.items():
                        with ui.element("figure").classes("chart"):
                            heading(panel.title)
                            self._charts[name] = Chart().mark(f"chart-{name}")
                    self._why = ReasonsPanel(self.experiment.config.horizon.episode_weeks, self.request)
                heading("Figures as a table")
                self._table = table(_COLUMNS).mark("results")

    def _build_schemes(self) -> None:
        heading("Scheme")
        ui.toggle({FIRST: "Scheme A", SECOND: "Scheme B"}, value=self._active, on_change=self._select_scheme).props(
            'aria-label="Scheme that the sliders set" no-caps spread'
        ).mark("which-scheme")
        presets = preset_options(self.experiment.scenario)
        self._preset = choice(
            presets, "preset", value="quota_with_threat", label="preset", on_change=self._select_preset
        ).classes("wide")
        self._sliders = SchemeSliders(self.shown_scheme, self.experiment.config, self._set_scheme)
        with ui.row().classes("buttons"):
            button("Export as a config", self._export, "export", "outline")
            button("Start over", self._start_over, "start-over", "flat")

    def _build_settings(self) -> None:
        experiment = self.experiment
        self._scenario = choice(
            scenario_options(), "scenario", value=experiment.scenario, label="scenario", on_change=self._select_scenario
        ).classes("wide")
        self._floors = Slider(
            "floors", Scale(2, 64, 2, decimals=0), experiment.floors,
            lambda value: self._set(self.experiment._replace(floors=int(value))),
            hint="more floors: narrower intervals, slower charts",
        )  # fmt: skip
        self._seed = number_field("first floor number", experiment.seed, "seed", changed=self._set_seed).classes("wide")
        self._settings = {
            setting.key: Slider(
                setting.label, Scale(setting.low, setting.high, setting.step), experiment.value(setting.key),
                partial(self._set_key, setting.key), hint=setting.key,
            )
            for setting in SETTINGS
        }  # fmt: skip

    # What the user sets

    def _set(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.request()

    def _select_scheme(self, event: Any) -> None:
        self._active = event.value
        self._sliders.show(self.shown_scheme, self.experiment.config)
        self._preset.set_value(self._preset_of(self.shown_scheme))

    def _select_preset(self, event: Any) -> None:
        if event.value is not None:
            scheme = within(scheme_named(event.value, self.experiment.scenario), self.experiment.config)
            self._sliders.show(scheme, self.experiment.config)
            self._set_scheme(scheme, keep_preset=True)

    def _preset_of(self, scheme: Scheme) -> str | None:
        """The preset that a scheme matches, if any."""
        scenario, config = self.experiment.scenario, self.experiment.config
        names = preset_options(scenario)
        return next((name for name in names if within(scheme_named(name, scenario), config) == scheme), None)

    def _set_scheme(self, scheme: Scheme, *, keep_preset: bool = False) -> None:
        if not keep_preset and self._preset.value is not None:
            self._preset.set_value(None)
        self._set(self.experiment._replace(**{"first" if self._active == FIRST else "second": scheme}))

    def _select_scenario(self, event: Any) -> None:
        self.experiment = self.experiment.in_scenario(event.value)
        self._show_experiment()

    @guarded
    async def _set_seed(self, event: Any) -> None:
        self._set(self.experiment._replace(seed=floor_number(event.value)))

    def _set_key(self, key: str, value: float) -> None:
        self._set(self.experiment.with_change(key, value))

    def _start_over(self) -> None:
        self.experiment = Experiment()
        self._show_experiment()

    def _show_experiment(self) -> None:
        """Let every control show the experiment, and redraw."""
        experiment = self.experiment
        self._scenario.set_value(experiment.scenario)
        self._preset.set_options(preset_options(experiment.scenario), value=self._preset_of(self.shown_scheme))
        self._floors.show(experiment.floors)
        self._seed.set_value(experiment.seed)
        for key, slider in self._settings.items():
            slider.show(experiment.value(key))
        self._sliders.show(self.shown_scheme, experiment.config)
        self.request()

    def _export(self) -> None:
        name = f"scheme_{self._active.lower()}.yaml"
        ui.download.content(self.experiment.as_yaml(self.shown_scheme).encode(), name, "application/yaml")
        command = f"incentive-env simulate --config {name} {self.experiment.options}"
        ui.notify(f"{name}: run it with  {command}", type="positive", timeout=10_000)

    # Results

    def request(self) -> None:
        """Redraw. While floors are being simulated, requests wait, and only the newest is drawn."""
        self._requested += 1
        if self._task is None or self._task.done():
            self._task = background_tasks.create(self._redraw(), name="laboratory")

    async def _redraw(self) -> None:
        drawn = -1
        while drawn != self._requested:  # even if an older request failed
            drawn = self._requested
            with self._summary:  # the page on which `guarded` shows errors
                await self._show(self.experiment)

    @guarded
    async def _show(self, experiment: Experiment) -> None:
        first, second = await asyncio.gather(
            self._run(experiment, experiment.first), self._run(experiment, experiment.second)
        )
        drawings = self._draw(experiment, first.figures, second.figures)
        charts.show([*drawings, *self._why.draw(first.reasons, second.reasons, experiment.config, self._dark)])

    async def _run(self, experiment: Experiment, scheme: Scheme) -> Run:
        key = (experiment.scenario, experiment.changes, experiment.floors, experiment.seed, scheme)
        run = self._runs.pop(key, None) or await work.run(experiment, scheme, self._workers)
        self._runs[key] = run  # the newest is last; the oldest is dropped first
        while len(self._runs) > _CACHED:
            self._runs.pop(next(iter(self._runs)))
        return run

    def _draw(self, experiment: Experiment, first: Figures, second: Figures) -> list[tuple[Chart, charts.Options]]:
        """Write the summary and the table; returns what the charts are to show."""
        horizon = experiment.config.horizon
        compared = compare(first, second)
        still_open = [int(figures.open[:, -1].sum()) for figures in (first, second)]
        summary = (
            f"{_summary_of(compared, len(first.whole))} Still open in week {horizon.episode_weeks}: "
            f"{still_open[0]} floors under A, {still_open[1]} under B."
        )
        self._summary.set_text(summary)
        self._table.rows = [_row(comparison) for comparison in compared]
        self._table.update()
        drawings = []
        for name, panel in _PANELS.items():
            look = Look(self._dark, f"{panel.title}. {summary}", horizon.scored_from)
            if panel.courses:
                lines = charts.lines_of(first, second, panel.courses)
                options = charts.line_chart(first.weeks, lines, panel.units, look)
            else:
                options = charts.channel_chart(first, second, look)
            drawings.append((self._charts[name], options))
        return drawings


def _row(comparison: Comparison) -> dict[str, str]:
    outcome, more = comparison.outcome, comparison.more
    spec = f",.{outcome.decimals}f"
    return {
        "figure": f"{outcome.label}, {outcome.unit}",
        "a": f"{comparison.first:{spec}}", "b": f"{comparison.second:{spec}}",
        "more": f"{more.mean:+{spec}}", "interval": span(more, f"+{spec}"),
    }  # fmt: skip


def _summary_of(compared: list[Comparison], floors: int) -> str:
    """The comparison in one sentence, for screen readers too."""
    parts = []
    for name in ("loyalty", "conversion", "gaming"):
        outcome, _, _, more = compared[list(OUTCOMES).index(name)]
        unit = {"share": "", "%": " percentage points"}.get(outcome.unit, f" {outcome.unit}")
        mean, spread = with_interval(more, f"+.{outcome.decimals}f").split(" ", 1)
        parts.append(f"{outcome.label} {mean}{unit} {spread}")
    return f"B against A on {floors} floors: {', '.join(parts)}."
