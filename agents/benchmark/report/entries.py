"""What is shown as one line everywhere: a policy with all its training seeds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.report.theme import Style, styles
from agents.benchmark.results import Cell, Group, Kind, Results, Scored, cells_by_group, figures, name_of


class Entry(NamedTuple):
    """A group of cells, its name on the page, and its line in the figures."""

    group: Group
    label: str
    style: Style
    cells: tuple[Cell, ...]  # one a training seed

    @property
    def kind(self) -> Kind:
        """How it came about, or what it was allowed to know."""
        return self.cells[0].kind

    def scored(self, scenario: str) -> list[Scored]:
        """How each training seed did in a scenario; empty where it was not scored there."""
        return [cell.scored[scenario] for cell in self.cells if scenario in cell.scored]


def entries_of(results: Results, home: str) -> dict[Group, Entry]:
    """The groups at home in a scenario; what was trained first, so that it has the colours that differ most."""
    ordered = sorted(cells_by_group(results, home).items(), key=lambda item: item[0][1] is None)
    return {
        group: Entry(group, name_of(*group[:2]), style, tuple(cells))
        for (group, cells), style in zip(ordered, styles(len(ordered)), strict=True)
    }


def scenarios_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Scenarios that any of the entries was scored in, the home first."""
    return tuple(dict.fromkeys(name for entry in entries for cell in entry.cells for name in cell.scored))


def pooled_loyalty(entry: Entry, scenarios: Sequence[str]) -> NDArray[np.float64]:
    """Loyalty ``[seeds, floors]`` on the floors of all scenarios that the entry was scored in."""
    return np.concatenate([figures(entry.cells, name) for name in scenarios if entry.scored(name)], axis=1)


def mean_levers(entry: Entry, scenario: str) -> dict[str, list[float]]:
    """The scheme, decision by decision, as a mean over training seeds."""
    scored = entry.scored(scenario)
    return {lever: np.mean([seed.levers[lever] for seed in scored], axis=0).tolist() for lever in scored[0].levers}


def mean_channels(entry: Entry, scenario: str) -> dict[str, float]:
    """Gamed cases a call by channel, as a mean over training seeds."""
    scored = entry.scored(scenario)
    return {channel: float(np.mean([seed.channels[channel] for seed in scored])) for channel in scored[0].channels}
