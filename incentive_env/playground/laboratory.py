"""The laboratory: two schemes on the same floors, and charts that follow the sliders."""

import asyncio
from functools import partial
from typing import Any, NamedTuple

from nicegui import background_tasks, ui

from incentive_env.config.words import OUTCOMES
from incentive_env.model.scheme import Scheme
from incentive_env.playground import charts, work
from incentive_env.playground.charts import FIRST, SECOND, Chart, Course
from incentive_env.playground.controls import (
    SchemeSliders,
    Slider,
    Words,
    floor_number,
    guarded,
    heading,
    status,
    table,
)
from incentive_env.playground.experiment import SETTINGS, Experiment, within
from incentive_env.playground.figures import Comparison, Figures, compare
from incentive_env.playground.presets import preset_options, scenario_options, scheme_named
from incentive_env.playground.reasons import ReasonsPanel
from incentive_env.playground.work import Run, Workers

_INTO_VIEW = "setTimeout(() => document.querySelector('.settings')?.scrollIntoView({behavior: 'smooth'}), 250)"
_REMEMBERED = 12  # results of recent requests, so that going back costs nothing
_COLUMNS = {"figure": "figure", "a": "A", "b": "B", "more": "B − A", "interval": "95 % interval"}


class Panel(NamedTuple):
    """A chart of the laboratory: courses over the weeks, or none for gaming by channel."""

    title: str
    courses: tuple[Course, ...] = ()
    units: tuple[str, ...] = ()


_PANELS = {
    "conversion": Panel("Recorded conversion", (Course("conversion", "", 4),), ("share",)),
    "loyalty": Panel(
        "Loyalty: true, and as surveys measure it",
        (Course("loyalty", "true", 2), Course("nps", "measured", 1, faint=True)), ("points",),
    ),
    "customers": Panel(
        "Trust and irritation of the customers",
        (Course("trust", "trust", 4), Course("irritation", "irritation", 4, faint=True, axis=1)),
        ("trust", "irritation"),
    ),
    "gaming": Panel("Gaming by channel"),
    "people": Panel(
        "Strain of the reps, and exits",
        (Course("strain", "strain", 3), Course("exits", "exits", 0, faint=True, axis=1)), ("strain", "exits %/year"),
    ),
    "cash": Panel(
        "Cash of the floor, and the volume that the client leaves it",
        (Course("cash", "cash", 1), Course("volume", "volume", 0, faint=True, axis=1)), ("thousand €", "volume %"),
    ),
}  # fmt: skip


class Laboratory:
    """One browser's laboratory; nothing in it is shared with another's."""

    def __init__(self, workers: Workers, *, dark: bool) -> None:
        self.experiment = Experiment()
        self._workers, self.dark = workers, dark
        self._active = SECOND
        self._task: asyncio.Task[Any] | None = None
        self._requested = 0
        self._runs: dict[Any, Run] = {}
        self._build()

    def begin(self) -> None:
        """Draw for the first time."""
        self._request()

    def set_dark(self, dark: bool) -> None:
        """Draw in the other colours."""
        self.dark = dark
        self._request()

    @property
    def shown_scheme(self) -> Scheme:
        """The scheme that the sliders show."""
        return self.experiment.first if self._active == FIRST else self.experiment.second

    # The page

    def _build(self) -> None:
        with ui.element("div").classes("columns"):
            with ui.element("section").classes("panel controls").props('aria-label="Settings"'):
                self._build_schemes()
                self._build_settings()
            with ui.element("section").classes("results").props('aria-label="Results"'):
                self._summary = status().mark("summary")
                with ui.element("div").classes("charts"):
                    self._charts = {name: self._build_chart(name, panel.title) for name, panel in _PANELS.items()}
                    self._why = ReasonsPanel(self._last_week(), self._request)
                heading("Figures as a table")
                self._table = table(_COLUMNS, []).mark("results")

    def _build_schemes(self) -> None:
        heading("Scheme")
        ui.toggle({FIRST: "Scheme A", SECOND: "Scheme B"}, value=self._active, on_change=self._choose).props(
            'aria-label="Scheme that the sliders set" no-caps spread'
        ).mark("which-scheme")
        self._preset = (
            ui.select(
                preset_options(self.experiment.scenario),
                value="quota_with_threat",
                label="preset",
                on_change=self._take_preset,
            )
            .classes("wide")
            .mark("preset")
        )
        self._sliders = SchemeSliders(self.shown_scheme, self.experiment.config, self._set_scheme)
        with ui.row().classes("buttons"):
            ui.button("Export as a config", on_click=self._export).props("no-caps outline").mark("export")
            ui.button("Start again", on_click=self._start_again).props("no-caps flat").mark("start-again")

    def _build_settings(self) -> None:
        with ui.expansion("Floors and settings").classes("wide settings").mark("settings") as settings:
            settings.on_value_change(lambda: settings.client.run_javascript(_INTO_VIEW))
            self._scenario = (
                ui.select(
                    scenario_options(), value=self.experiment.scenario, label="scenario", on_change=self._take_scenario
                )
                .classes("wide")
                .mark("scenario")
            )
            self._floors = Slider(
                "floors", 2, 64, 2, self.experiment.floors, Words(decimals=0), self._set_floors,
                hint="more floors: narrower intervals, slower charts",
            )  # fmt: skip
            self._seed = (
                ui.number(
                    "number of the first floor",
                    value=self.experiment.seed,
                    min=0,
                    precision=0,
                    on_change=self._set_seed,
                )
                .classes("wide")
                .mark("seed")
            )
            self._settings = {
                setting.key: Slider(
                    setting.label, setting.low, setting.high, setting.step, self.experiment.value(setting.key), Words(),
                    partial(self._change, setting.key), hint=setting.key,
                )
                for setting in SETTINGS
            }  # fmt: skip

    def _build_chart(self, name: str, title: str) -> Chart:
        with ui.element("figure").classes("chart"):
            heading(title)
            return Chart().mark(f"chart-{name}")

    # What is set

    def _choose(self, event: Any) -> None:
        self._active = event.value
        self._sliders.show(self.shown_scheme, self.experiment.config)
        self._preset.set_value(self._preset_of(self.shown_scheme))

    def _take_preset(self, event: Any) -> None:
        if event.value is not None:
            scheme = within(scheme_named(event.value, self.experiment.scenario), self.experiment.config)
            self._sliders.show(scheme, self.experiment.config)
            self._set_scheme(scheme, keep_preset=True)

    def _preset_of(self, scheme: Scheme) -> str | None:
        """The preset that a scheme is, if it is one."""
        scenario, config = self.experiment.scenario, self.experiment.config
        names = preset_options(scenario)
        return next((name for name in names if within(scheme_named(name, scenario), config) == scheme), None)

    def _set_scheme(self, scheme: Scheme, *, keep_preset: bool = False) -> None:
        if self._active == FIRST:
            self.experiment = self.experiment._replace(first=scheme)
        else:
            self.experiment = self.experiment._replace(second=scheme)
        if not keep_preset and self._preset.value is not None:
            self._preset.set_value(None)
        self._request()

    def _take_scenario(self, event: Any) -> None:
        self.experiment = self.experiment.in_scenario(event.value)
        self._show_experiment()
        self._request()

    def _set_floors(self, value: float) -> None:
        self.experiment = self.experiment._replace(floors=int(value))
        self._request()

    @guarded
    async def _set_seed(self, event: Any) -> None:
        self.experiment = self.experiment._replace(seed=floor_number(event.value))
        self._request()

    def _change(self, key: str, value: float) -> None:
        self.experiment = self.experiment.with_change(key, value)
        self._request()

    def _start_again(self) -> None:
        self.experiment = Experiment()
        self._show_experiment()
        self._request()

    def _show_experiment(self) -> None:
        config = self.experiment.config
        self._scenario.set_value(self.experiment.scenario)
        presets = preset_options(self.experiment.scenario)
        self._preset.set_options(presets, value=self._preset_of(self.shown_scheme))
        self._floors.show(self.experiment.floors)
        self._seed.set_value(self.experiment.seed)
        for key, slider in self._settings.items():
            slider.show(self.experiment.value(key))
        self._sliders.show(self.shown_scheme, config)

    def _export(self) -> None:
        name = f"scheme_{self._active.lower()}.yaml"
        ui.download.content(self.experiment.as_yaml(self.shown_scheme).encode(), name, "application/yaml")
        command = f"incentive-env simulate --config {name} {self.experiment.options}"
        ui.notify(f"{name}: run it with  {command}", type="positive", timeout=10_000)

    # Results

    def _request(self) -> None:
        """Ask for new charts; where some are being drawn, the newest request follows."""
        self._requested += 1
        if self._task is None or self._task.done():
            self._task = background_tasks.create(self._redraw(), name="laboratory")

    async def _redraw(self) -> None:
        drawn = -1
        while drawn != self._requested:  # even if an older request failed
            drawn = self._requested
            with self._summary:  # where messages of errors have their place, too
                await self._show(self.experiment)

    @guarded
    async def _show(self, experiment: Experiment) -> None:
        first, second = await asyncio.gather(
            self._run(experiment, experiment.first), self._run(experiment, experiment.second)
        )
        drawings = self._draw(experiment, first.figures, second.figures)
        why = self._why.draw(first.reasons, second.reasons, config=experiment.config, dark=self.dark)
        charts.show([*drawings, *why])

    async def _run(self, experiment: Experiment, scheme: Scheme) -> Run:
        key = (experiment.scenario, experiment.changes, experiment.floors, experiment.seed, scheme)
        run = self._runs.pop(key, None) or await work.run(experiment, scheme, self._workers)
        self._runs[key] = run  # the newest is last, and the first goes first
        while len(self._runs) > _REMEMBERED:
            self._runs.pop(next(iter(self._runs)))
        return run

    def _draw(self, experiment: Experiment, first: Figures, second: Figures) -> list[tuple[Chart, charts.Options]]:
        """Write sentence and table; gives what the charts are to show."""
        horizon = experiment.config.horizon
        episode = horizon.episode_weeks
        compared = compare(first, second)
        said = f"{_say(compared, len(first.whole))} {_open(first, second, horizon.decisions, episode)}"
        self._summary.set_text(said)
        self._table.rows = [_row(comparison) for comparison in compared]
        self._table.update()
        drawings = []
        for name, panel in _PANELS.items():
            words = f"{panel.title}. {said}"
            if panel.courses:
                lines = charts.lines_of(first, second, panel.courses)
                options = charts.line_chart(
                    first.weeks, lines, panel.units, dark=self.dark, run_off_from=episode, said=words
                )
            else:
                options = charts.channel_chart(first, second, dark=self.dark, said=words)
            drawings.append((self._charts[name], options))
        return drawings

    def _last_week(self) -> int:
        horizon = self.experiment.config.horizon
        return horizon.total_weeks


def _row(comparison: Comparison) -> dict[str, str]:
    outcome, more = comparison.outcome, comparison.more
    digits = outcome.decimals
    return {
        "figure": f"{outcome.label}, {outcome.unit}",
        "a": f"{comparison.first:,.{digits}f}", "b": f"{comparison.second:,.{digits}f}",
        "more": f"{more.mean:+,.{digits}f}", "interval": f"{more.low:+,.{digits}f} … {more.high:+,.{digits}f}",
    }  # fmt: skip


def _open(first: Figures, second: Figures, decisions: int, week: int) -> str:
    """How many floors client and bank have left open: what is closed makes no calls and has no reps to measure."""
    left = [int(figures.open[:, min(decisions, figures.open.shape[1]) - 1].sum()) for figures in (first, second)]
    return f"Still open in week {week}: {left[0]} floors under A, {left[1]} under B."


def _say(compared: list[Comparison], floors: int) -> str:
    """The comparison in a sentence, which is all that a screen reader has of the charts at once."""
    said = []
    for name in ("loyalty", "conversion", "gaming"):
        outcome, _, _, more = compared[list(OUTCOMES).index(name)]
        digits, unit = outcome.decimals, {"share": "", "%": " percentage points"}.get(outcome.unit, f" {outcome.unit}")
        said.append(f"{outcome.label} {more.mean:+.{digits}f}{unit} ({more.low:+.{digits}f} … {more.high:+.{digits}f})")
    return f"B against A on {floors} floors: {', '.join(said)}."
