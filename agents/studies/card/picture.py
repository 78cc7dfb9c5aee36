"""The card's picture: how each proxy lies to the truth before it is paid on and after, and what of its rise is real."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from agents.studies.card.curves import Curve
from agents.studies.card.proxies import PROXIES
from incentive_env.studies.evaluate import proxy_of
from incentive_env.support.files import written_whole

_BEFORE, _AFTER, _REAL = "#0072b2", "#d55e00", "#009e73"


def draw_card(card: dict[str, Any], path: Path) -> None:
    """A column for each proxy: above the clouds of floors, below the rises."""
    proxies = card["proxies"]
    figure = Figure(figsize=(4.2 * len(proxies), 7.4), layout="constrained")
    axes = figure.subplots(2, len(proxies), squeeze=False)
    for (above, below), proxy in zip(axes.T, proxies.values(), strict=True):
        _draw_clouds(above, proxy)
        _draw_rises(below, proxy)
    axes[0, 0].set_ylabel("score: true loyalty, points")
    figure.suptitle(
        f"{card['scenario']}: good measures, until they are paid on. {card['floors']} floors; rises over a flat salary",
        fontsize=14,
    )
    with written_whole(path) as partial:
        figure.savefig(partial, dpi=110, format="png")


def _draw_clouds(axes: Any, proxy: dict[str, Any]) -> None:
    for (policy, cloud), colour in zip(proxy["clouds"].items(), (_BEFORE, _AFTER), strict=True):
        r = proxy["r"][policy]["episode"]
        label = f"{policy.replace('_', ' ')}: r {'unknown' if r is None else f'{r[0]:+.2f}'}"
        axes.scatter(cloud["proxy"], cloud["score"], s=12, alpha=0.55, color=colour, label=label, linewidths=0)
    axes.set_xlabel(f"{proxy['title']}, {proxy['unit']}")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), fontsize=10, frameon=False)
    axes.grid(alpha=0.25)


def _draw_rises(axes: Any, proxy: dict[str, Any]) -> None:
    """Bars in the proxy's unit; a policy's change of the score stands in its label."""
    rows = proxy["rises"]
    places = np.arange(len(rows))
    series = [("proxy", proxy["title"], _AFTER), ("real", proxy["real"], _REAL)]
    shown = [one for one in series if rows[0][one[0]] is not None]
    shifts = (0.0,) if len(shown) == 1 else (-0.2, 0.2)
    for shift, (key, title, colour) in zip(shifts, shown, strict=True):
        means = np.array([row[key][0] for row in rows])
        errors = np.array([[row[key][0] - row[key][1], row[key][2] - row[key][0]] for row in rows]).T
        axes.bar(places + shift, means, 0.38, yerr=errors, color=colour, label=title, capsize=3)
    axes.axhline(0.0, color="#444444", lw=0.8)
    labels = [f"{row['policy'].replace('_', ' ')}\nloyalty {row['truth'][0]:+.1f}" for row in rows]
    axes.set_xticks(places, labels, fontsize=10)
    axes.set_xlim(-0.6, len(rows) - 0.4)
    axes.set_ylabel(f"rise, {proxy['unit']}")
    axes.legend(fontsize=9, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.2))
    axes.grid(axis="y", alpha=0.25)


def draw_curves(curves: Sequence[Curve], path: Path) -> None:
    """A panel for each reward: the rise of the proxy against that of loyalty, a line a method, a dot a strength."""
    rewards = list(dict.fromkeys(curve.reward for curve in curves))
    figure = Figure(figsize=(5.4 * len(rewards), 5.6), layout="constrained")
    axes = figure.subplots(1, len(rewards), squeeze=False)[0]
    methods = list(dict.fromkeys(curve.method for curve in curves))
    colours = {method: colormaps["tab20"](number % 20) for number, method in enumerate(methods)}
    for panel, reward in zip(axes, rewards, strict=True):
        for curve in (one for one in curves if one.reward == reward):
            _draw_curve(panel, curve, colours[curve.method])
        panel.axhline(0.0, color="#444444", lw=0.8)
        panel.axvline(0.0, color="#444444", lw=0.8)
        panel.set_title(f"trained on {reward}", fontsize=12)
        panel.set_xlabel(f"rise of {PROXIES[proxy_of(reward)].title}, {PROXIES[proxy_of(reward)].unit}")
        panel.grid(alpha=0.25)
    axes[0].set_ylabel("rise of true loyalty, points")
    figure.suptitle("What each method keeps of the truth as the proxy rises, over a flat salary", fontsize=14)
    lines, labels = axes[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=5, fontsize=10, frameon=False)
    with written_whole(path) as partial:
        figure.savefig(partial, dpi=110, format="png")


def _draw_curve(axes: Any, curve: Curve, colour: Any) -> None:
    """Dots grow with the strength."""
    rises, truths = ([getattr(point, name).mean for point in curve.points] for name in ("proxy", "truth"))
    axes.plot(rises, truths, color=colour, lw=1.4, label=curve.method.replace("_", " "))
    axes.scatter(rises, truths, s=14 + 14 * np.arange(len(rises)), color=colour, zorder=3)
