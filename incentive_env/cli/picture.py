"""The picture of a simulation: what is measured, what is meant, who games how, and how people and money fare."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.cli.common import counted
from incentive_env.config.channels import CHANNELS
from incentive_env.floors.measures import net_promoters
from incentive_env.model.state import YEAR
from incentive_env.studies.simulate import Panel
from incentive_env.support.files import written_whole

_MEASURED, _TRUE, _STRAIN, _PLAIN = "#c0392b", "#1e7d4f", "#8e44ad", "#34495e"
_EXIT_WEEKS = YEAR // 4  # exits are rare: over how many weeks they are counted


def draw_picture(panel: Panel, title: str, path: Path) -> None:
    """Draw the weeks of a simulation into a PNG, SVG or PDF file: its floors together, and how far they are apart."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 7.4), layout="constrained")
    axes = figure.subplots(2, 3, sharex=True)
    floors = _Floors(panel)
    draw = (_draw_conversion, _draw_loyalty, _draw_gaming, _draw_strain, _draw_exits, _draw_cash)
    for place, draw_in in zip(axes.flat, draw, strict=True):
        draw_in(place, floors)
        _finish(place, floors)
    for place in axes[1]:
        place.set_xlabel("week")
    figure.suptitle(f"{title}\n", fontsize=13)
    figure.text(0.5, 0.955, _reading(floors), ha="center", va="top", fontsize=9.5, color="#555555")
    with written_whole(path) as partial:
        figure.savefig(partial, dpi=140, format=path.suffix.lower().removeprefix("."))


class _Floors:
    """Floor-weeks of a panel as arrays ``[floors, weeks]``."""

    def __init__(self, panel: Panel) -> None:
        horizon = panel.config.horizon
        self.count = len(np.unique(panel.floor_weeks["seed"]))
        self.table = panel.floor_weeks.reshape(self.count, -1)
        self.weeks = self.table["week"][0]
        self.period = horizon.decision_weeks
        self.scored = (horizon.scored_from, horizon.episode_weeks)
        self.slots = panel.config.slots

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        column: NDArray[np.float64] = self.table[name]
        return column


def _reading(floors: _Floors) -> str:
    """How to read the lines, and what they leave out."""
    said = ["all floors together; shade: where 8 in 10 of the floors with reps are"] if floors.count > 1 else []
    if floors.weeks[-1] > floors.scored[0]:
        said.append("gray: the weeks in which loyalty is scored")
    empty = int((floors["present"][:, -1] == 0).sum())
    if empty:
        said.append(f"at the end {empty} of {counted(floors.count, 'floor')} without a rep")
    return "; ".join(said)


def _draw_conversion(axes: Any, floors: _Floors) -> None:
    judged = floors["recorded_sales"] + floors["recorded_refusals"]
    _ratio(axes, floors, (floors["recorded_sales"], judged), _MEASURED, "recorded")
    _ratio(axes, floors, (floors["sales"], floors["calls"]), _PLAIN, "sales / calls in truth")
    highest = max((float(np.nanmax(line.get_ydata(), initial=0.0)) for line in axes.lines), default=0.0)
    axes.set_ylim(0, 1.5 * max(highest, 0.05))  # a floor with a handful of calls would stretch it
    axes.set_title("conversion")
    _add_legend(axes)


def _draw_loyalty(axes: Any, floors: _Floors) -> None:
    surveyed = 100 * (floors["survey_promoters"] - floors["survey_detractors"])
    _ratio(axes, floors, (surveyed, floors["surveys"]), _MEASURED, "measured NPS")
    net = net_promoters(floors.table)
    _ratio(axes, floors, (100 * net, np.full_like(net, floors.slots)), _TRUE, "true loyalty")
    axes.axhline(0, color="#000000", lw=0.6, alpha=0.4)
    axes.set_title("loyalty, points")
    _add_legend(axes)


def _draw_gaming(axes: Any, floors: _Floors) -> None:
    """Cases of each channel per 100 calls, one upon the other; a call may be gamed in more ways than one."""
    calls = np.maximum(_over(floors["calls"], floors.period).sum(axis=0), 1.0)
    layers = [100 * _over(floors[f"gamed_{channel}"], floors.period).sum(axis=0) / calls for channel in CHANNELS]
    labels = [channel.replace("_", " ") for channel in CHANNELS]
    axes.stackplot(floors.weeks, layers, labels=labels, colors=[row.colour for row in CHANNELS.values()], lw=0)
    axes.set_ylim(0, 1.5 * max(float(np.sum(layers, axis=0).max()), 1.0))
    axes.set_title("gaming by channel, cases per 100 calls")
    axes.legend(frameon=False, fontsize=8.5, ncols=3, loc="upper left")


def _draw_strain(axes: Any, floors: _Floors) -> None:
    _ratio(axes, floors, (floors["strain"], floors["present"]), _STRAIN, "strain")
    _ratio(axes, floors, (floors["motivation"], floors["present"]), _PLAIN, "motivation")
    axes.set_ylim(bottom=0)
    axes.set_title("strain and motivation of the reps, 1 is full")
    _add_legend(axes)


def _draw_exits(axes: Any, floors: _Floors) -> None:
    """Of all floors together, for a single one has few."""
    present = np.maximum(_over(floors["present"], _EXIT_WEEKS).sum(axis=0), 1.0)
    layers = [100 * YEAR * _over(floors[name], _EXIT_WEEKS).sum(axis=0) / present for name in ("quits", "dismissals")]
    axes.stackplot(floors.weeks, layers, labels=["quit", "dismissed"], colors=("#7f8c8d", _MEASURED), lw=0)
    axes.set_ylim(0, max(float(np.sum(layers, axis=0).max()), 1.0))
    axes.set_title(f"exits, % of reps a year, over {_EXIT_WEEKS} weeks")
    _add_legend(axes)


def _draw_cash(axes: Any, floors: _Floors) -> None:
    cash = floors["cash"] / 1000
    _ratio(axes, floors, (cash, np.ones_like(cash)), _PLAIN, "cash")
    axes.axhline(0, color="#000000", lw=0.6, alpha=0.4)
    axes.set_title("cash, 1000 €")


def _ratio(
    axes: Any, floors: _Floors, parts: tuple[NDArray[np.float64], NDArray[np.float64]], colour: str, label: str
) -> None:
    """What was counted over the last quota period against what it was counted in, both ``[floors, weeks]``."""
    above, below = (_over(part, floors.period) for part in parts)
    axes.plot(floors.weeks, _share(above.sum(axis=0), below.sum(axis=0)), color=colour, lw=1.8, label=label)
    if floors.count > 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a week in which no floor has anybody
            low, high = np.nanquantile(_share(above, below), (0.1, 0.9), axis=0)
        axes.fill_between(floors.weeks, low, high, color=colour, alpha=0.13, lw=0)


def _share(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ratio; nothing where there was nothing."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _add_legend(axes: Any) -> None:
    """Names of the lines, above all of them."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.2 * (high - low))
    axes.legend(frameon=False, fontsize=9, loc="upper left", ncols=2)


def _finish(axes: Any, floors: _Floors) -> None:
    axes.margins(x=0.0)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if floors.weeks[-1] > floors.scored[0]:
        axes.axvspan(floors.scored[0], min(floors.scored[1], floors.weeks[-1]), color="#000000", alpha=0.05, lw=0)


def _over(counts: Any, weeks: int) -> NDArray[np.float64]:
    """Counts ``[floors, weeks]`` summed over the last weeks, fewer at the beginning."""
    sums = np.cumsum(counts, axis=1, dtype=np.float64)
    before = np.zeros_like(sums)
    before[:, weeks:] = sums[:, :-weeks] if weeks < sums.shape[1] else before[:, weeks:]
    window: NDArray[np.float64] = sums - before
    return window
