"""Which coefficients matter: Morris's elementary effects on the score, and on the lead of a good scheme over flat pay.

Every coefficient moves along random trajectories, one at a time.

Example:
    python scripts/sensitivity.py --run runs/sensitivity --out runs/sensitivity.json --picture runs/sensitivity.png
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from agents.options import OptionalRun, Resume, check_resume
from agents.registry import load_policy
from agents.studies.coefficients import coefficients
from agents.studies.kept import Kept
from agents.studies.sensitivity import Point, all_values, draw_design, ranked, sensitivity
from incentive_env import load_config
from incentive_env.cli.common import console, save, script
from incentive_env.cli.options import Floors, Json, Overrides, Picture, Processes, Scenario, Seed
from incentive_env.support.files import written_whole
from incentive_env.support.locks import locked
from incentive_env.support.tables import rich_table

OUTPUTS = {"score": "score of {policy}", "advantage": "lead of {policy} over {base}", "base": "score of {base}"}
SHOWN = ("score", "advantage")  # of them, in tables and the picture
_ROWS, _BARS, _LABELS = 30, 25, 9


@script
def main(
    policy: Annotated[str, typer.Option(help="the good scheme: a policy's name or path")] = "retention_first",
    base: Annotated[str, typer.Option(help="what it is compared with")] = "flat_salary",
    only: Annotated[list[str] | None, typer.Option(help="a section or key to move; repeatable")] = None,
    spread: Annotated[float, typer.Option(min=0.001, max=1.0, help="share moved to either side")] = 0.2,
    trajectories: Annotated[int, typer.Option(min=2, max=1000, help="elementary effects a coefficient")] = 6,
    levels: Annotated[int, typer.Option(min=4, max=100, help="places of an interval, an even number")] = 4,
    config: Scenario = "telesales",
    override: Overrides = None,
    floors: Floors = 8,
    seed: Seed = 0,
    processes: Processes = 1,
    run: OptionalRun = None,
    resume: Resume = False,
    out: Json = None,
    picture: Picture = None,
) -> None:
    if levels % 2:
        raise ValueError(f"--levels {levels}: must be even")
    scenario = load_config(config, override or [])
    moved = coefficients(scenario, only or [], spread)
    for name in (policy, base):
        load_policy(name, scenario)  # an unknown name is refused before any work
    check_resume(run, resume)
    about = {
        "scenario": scenario.name, "policy": policy, "base": base, "floors": floors, "levels": levels,
        "spread": spread, "seed": seed,
    }  # fmt: skip
    design = draw_design(scenario, moved, trajectories, levels, seed)
    points = [Point(scenario, values, (policy, base), floors) for values in all_values(moved, design)]
    with locked(run):
        kept = Kept(run, {**about, "config": scenario.model_dump(), "moved": moved}, resume=resume)
        found = {**about, "trajectories": trajectories, **sensitivity(moved, design, levels, points, kept, processes)}
    titles = {name: title.format(policy=policy, base=base) for name, title in OUTPUTS.items()}
    for name in SHOWN:
        console().print(_table(found, name, titles[name]))
    print(told_lead(found))
    save(out, found)
    if picture is not None:
        draw(found, titles, picture)


def told_lead(found: dict[str, Any]) -> str:
    """Whether the conclusion holds whatever the coefficients."""
    lead = found["lead"]
    return (
        f"{found['policy']} over {found['base']} at {found['evaluations']} points: {lead['mean']:+.1f} points "
        f"({lead['least']:+.1f} … {lead['most']:+.1f}), ahead at {100.0 * lead['share_ahead']:.1f} % of them"
    )


def draw(found: dict[str, Any], titles: dict[str, str], path: Path) -> None:
    """For the score and the lead: bars of the largest mu*, and mu* against sigma."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 15), dpi=110, layout="constrained")
    grid = figure.subplots(len(SHOWN), 2)
    for (left, right), name in zip(grid, SHOWN, strict=True):
        _draw_bars(left, ranked(found, name)[:_BARS], name)
        _draw_scatter(right, ranked(found, name), name)
        left.set_title(f"{titles[name].replace('_', ' ')}: the largest effects", fontsize=11)
        right.set_title("all effects; above the line they hang on the other coefficients, or on luck", fontsize=11)
    figure.suptitle(
        f"Sensitivity, {found['scenario']}: each coefficient ± {100.0 * found['spread']:g} %, "
        f"{found['trajectories']} trajectories on {found['floors']} floors",
        fontsize=13,
    )
    with written_whole(path) as partial:
        figure.savefig(partial)


def _table(found: dict[str, Any], name: str, title: str) -> Table:
    caption = (
        "points of loyalty per whole interval; mu*: mean size of the effect (95 %), mu: its mean, sigma: its spread, "
        "luck: mu* that the draw of so few floors may give by itself"
    )
    rows = [
        (
            key, f"{row['value']:.4g}", f"{row['low']:.4g} … {row['high']:.4g}",
            f"{row[name]['mu_star']:.1f} ± {row[name]['mu_star_conf']:.1f}", f"{row[name]['mu']:+.1f}",
            f"{row[name]['sigma']:.1f}", f"{row[name]['luck']:.1f}",
        )
        for key, row in ranked(found, name)[:_ROWS]
    ]  # fmt: skip
    headings = ("coefficient", "value", "moved", "mu*", "mu", "sigma", "luck")
    return rich_table(headings, rows, f"{found['scenario']}: {title}", caption=caption)


def _draw_bars(axes: Any, rows: list[tuple[str, dict[str, Any]]], name: str) -> None:
    effects = [row[name] for _, row in rows]
    sizes = [one["mu_star"] for one in effects]
    colours = ["#1e7d4f" if one["mu"] >= 0.0 else "#c0392b" for one in effects]
    halves = [one["mu_star_conf"] for one in effects]
    error = {"ecolor": "#34495e", "capsize": 2, "lw": 1.0}
    axes.barh([key for key, _ in rows], sizes, xerr=halves, color=colours, alpha=0.8, error_kw=error)
    axes.plot([one["luck"] for one in effects], range(len(rows)), "|", color="black", ms=9, mew=2)
    axes.invert_yaxis()
    axes.set_xlim(left=0.0)
    axes.set_xlabel("mu*, points per interval (95 %); green: raises, red: lowers; black: luck")
    axes.tick_params(axis="y", labelsize=9)
    axes.grid(axis="x", alpha=0.25)


def _draw_scatter(axes: Any, rows: list[tuple[str, dict[str, Any]]], name: str) -> None:
    sizes = np.array([row[name]["mu_star"] for _, row in rows])
    spreads = np.array([row[name]["sigma"] for _, row in rows])
    axes.scatter(sizes, spreads, s=18, color="#34495e", alpha=0.6, lw=0)
    most = 1.05 * max(sizes.max(), spreads.max(), 1e-9)
    axes.plot([0.0, most], [0.0, most], ":", color="grey")
    right, top = 1.4 * max(sizes.max(), 1e-9), 1.1 * max(spreads.max(), 1e-9)
    axes.set_xlim(0.0, right)
    axes.set_ylim(-0.06 * top, top)
    labels: list[tuple[float, float]] = []  # a label stands right of its dot, or lower where another one is
    for place in sorted(range(min(_LABELS, len(rows))), key=lambda place: -spreads[place]):
        x, height = sizes[place], spreads[place]
        for other, taken in sorted(labels, key=lambda label: -label[1]):
            if abs(x - other) < 0.35 * right and abs(height - taken) < 0.028 * top:
                height = taken - 0.028 * top
        labels.append((x, height))
        axes.annotate(
            rows[place][0], (x, spreads[place]), xytext=(x + 0.02 * right, height), fontsize=8.5, va="center",
            arrowprops={"arrowstyle": "-", "color": "grey", "lw": 0.5},
        )  # fmt: skip
    axes.set_xlabel("mu*, points per interval")
    axes.set_ylabel("sigma, points per interval")
    axes.grid(alpha=0.25)


if __name__ == "__main__":
    main()
