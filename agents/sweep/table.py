"""Results of a sweep: a table with the best setting first, and a CSV line per cell."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.table import Table

from agents.benchmark.analysis.statistics import Estimate, two_way_interval
from agents.sweep.spec import FIGURES
from incentive_env.support.tables import rich_table, with_interval

_ROWS = 40  # of the table; the rest is in the files
_SHOWN = ("conversion", "gaming", "profit", "wellbeing")
_DIGITS = {"loyalty": 1, "nps": 1, "wellbeing": 1, "profit": 0, "conversion": 3, "gaming": 3, "volume": 3}


class Group(NamedTuple):
    """A setting over its training seeds."""

    setting: dict[str, Any]
    cells: list[dict[str, Any]]
    objective: Estimate  # mean with its 95 % interval, over floors and seeds


def groups_of(results: Mapping[str, Any]) -> list[Group]:
    """Settings of a sweep, the best first."""
    by_setting: dict[str, list[dict[str, Any]]] = {}
    for cell in results["cells"]:
        by_setting.setdefault(json.dumps(cell["setting"], sort_keys=True), []).append(cell)
    figure = results["objective"]
    groups = [
        Group(cells[0]["setting"], cells, two_way_interval([cell["floors"][figure] for cell in cells]))
        for cells in by_setting.values()
    ]
    sign = -1.0 if results["direction"] == "maximise" else 1.0
    return sorted(groups, key=lambda group: sign * group.objective.value)


def table_of(results: Mapping[str, Any]) -> Table:
    """The best settings, with their varied entries and figures."""
    groups, figure = groups_of(results), results["objective"]
    names = list(results["vary"])
    others = [name for name in _SHOWN if name != figure]
    rows = []
    for group in groups[:_ROWS]:
        means = [f"{_mean(group.cells, name):.{_DIGITS[name]}f}" for name in others]
        values = [_brief(group.setting.get(name)) for name in names]
        objective = with_interval(group.objective, f".{_DIGITS[figure]}f")
        rows.append((*values, str(len(group.cells)), objective, *means))
    headings = (*(_short(name, names) for name in names), "seeds", f"{figure} (95 %)", *others)
    return rich_table(headings, rows, _title(results, groups), left=len(names))


def csv_of(results: Mapping[str, Any]) -> str:
    """One line per cell: its setting, training seed and mean figures."""
    names = list(dict.fromkeys(name for cell in results["cells"] for name in cell["setting"]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "seed", *FIGURES])
    for cell in results["cells"]:
        values = [_shown(cell["setting"].get(name)) for name in names]
        writer.writerow([*values, cell["seed"], *(cell["mean"][figure] for figure in FIGURES)])
    return text.getvalue()


def _title(results: Mapping[str, Any], groups: Sequence[Group]) -> str:
    best = "highest" if results["direction"] == "maximise" else "lowest"
    shown = f"the best {_ROWS} of {len(groups)}" if len(groups) > _ROWS else f"{len(groups)}"
    return f"{results['sweep']}: {shown} settings, {best} {results['objective']} first"


def _short(name: str, names: Sequence[str]) -> str:
    """The last part of a name, if no other name shares it."""
    last = name.rpartition(".")[2]
    return last if [other.rpartition(".")[2] for other in names].count(last) == 1 else name


def _mean(cells: Sequence[dict[str, Any]], figure: str) -> float:
    return float(sum(cell["mean"][figure] for cell in cells)) / len(cells)


def _brief(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else _shown(value)


def _shown(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
