"""What a comparison can and cannot detect: its rate of false alarms, and the size of loss that it finds, in points.

Comparisons are simulated, with the variance that a results file shows, and judged by the limits that judge real ones.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.benchmark.analysis.luck import MEMORY, Floats
from agents.benchmark.analysis.redraws import (
    DEPTH,
    LUCK,
    Components,
    Needed,
    Row,
    alarms,
    components_of,
    draw_rows,
    needed,
)
from agents.benchmark.analysis.rows import adjusted_level, is_regression
from agents.benchmark.analysis.spread import difference_spread
from agents.benchmark.results import Group, Results, cells_by_group, figures, name_of
from incentive_env.support.tables import markdown_table

POWERS = (0.8, 0.95)  # shares of comparisons that find a loss
MIN_SEEDS_TO_HALVE = 4

_KINDS = ("loyalty", "worst", "spread")


def characteristics(
    results: Results, margin: float, *, comparisons: int = 2_000, shared: float = 0.0, seed: int = 0
) -> dict[str, Any]:
    """False alarms and power of `compare` on files like this one.

    A harmless change is one that moves every trajectory and no mean: in HEAD training seeds and floors have luck of
    their own. How much of what differs between floors stays with the floor cannot be read from one file.
    Luck of floors is taken as normal; that of training in each way of `LUCK`. Losses are found amid normal luck.

    Args:
        results: a whole run, as BASE.
        margin: of the comparison, points.
        comparisons: how many are simulated.
        shared: share of the variance between floors that a harmless change leaves in place, 0 to 1. With 0 all of it
            is redrawn: the most noise, and the least power.
        seed: of the simulation.

    Returns:
        Content for a JSON file. Rates are shares of comparisons with one regression or more; losses are in points: of
        all runs of a group at home and on all held-out scenarios (``loyalty``), of one of its runs (``worst``), and of
        the standard deviation over its runs when their deviations grow (``spread``); each as it is found in 80 % and
        95 % of comparisons.
    """
    rng = np.random.default_rng(seed)
    components = judged_components(results)
    rows = draw_rows(components, comparisons, shared, rng)
    found = {name: needed(rows, luck, margin, rng) for name, luck in LUCK.items()}
    groups = list(dict.fromkeys(part.group for part in components))
    trained = [group for group in groups if group[1] is not None]
    return {
        "suite": results.suite,
        "digest": results.digest,
        "margin": margin,
        "comparisons": comparisons,
        "rows": len(components),
        "runs": sum(part.seeds for part in components if part.has_spread and part.on == part.group[2]),
        "level": adjusted_level(len(components)),
        "shared": shared,
        "powers": list(POWERS),
        "false_alarms": {name: _rates(alarms(each)) for name, each in found.items()},
        "false_alarms_of_halves": halves_alarm_rate(results, margin, seed=seed),
        "losses": [_losses(rows, found["normal"], [group]) for group in groups],
        "losses_of_all_trained": _losses(rows, found["normal"], trained) if trained else None,
        "components": [{**part._asdict(), "group": list(part.group)} for part in components],
    }


def judged_components(results: Results) -> list[Components]:
    """Components of every group and scenario that a comparison judges: untrained, or trained more than once."""
    groups = cells_by_group(results).values()
    judged = [cells for cells in groups if cells[0].reward is None or len(cells) > 1]
    return [components_of(cells, on) for cells in judged for on in cells[0].scored]


def halves_alarm_rate(results: Results, margin: float, *, splits: int = 1_000, seed: int = 0) -> float | None:
    """False alarms of loyalty without a model: training seeds of a group are split at random into a BASE and a HEAD.

    Both halves come from the same code and meet the same floors, so that every regression is false. The intervals are
    those of half the seeds. The splits share their few runs: over many files the rate is what a comparison promises, in
    one file it may be greater by chance.

    Args:
        results: groups with fewer than 4 seeds are left out.
        margin: of the comparison, points.
        splits: how many; of few seeds they repeat.
        seed: of the splits.

    Returns:
        Share of the splits with one regression or more; None where no group has seeds enough.
    """
    groups = [cells for cells in cells_by_group(results).values() if len(cells) >= MIN_SEEDS_TO_HALVE]
    if not groups:
        return None
    rng = np.random.default_rng(seed)
    level = adjusted_level(sum(len(cells[0].scored) for cells in groups))
    alarmed = np.zeros(splits, dtype=bool)
    for cells in groups:
        order = rng.permuted(np.tile(np.arange(len(cells)), (splits, 1)), axis=1)
        half = len(cells) // 2
        for on in cells[0].scored:
            loyalty = figures(cells, on)
            spread = difference_spread(loyalty[order[:, half : 2 * half]], loyalty[order[:, :half]], same_spread=True)
            alarmed |= is_regression(spread.mean + spread.half_width(level), margin)
    return float(alarmed.mean())


def markdown(measured: dict[str, Any]) -> str:
    """The operating characteristics as text and tables."""
    halves = measured["false_alarms_of_halves"]
    runs = measured["runs"]
    text = (
        f"{measured['comparisons']} simulated comparisons of the suite `{measured['suite']}` with itself "
        f"(`{measured['digest']}`), {measured['rows']} rows of loyalty, margin {measured['margin']:g}, all luck of "
        f"floors redrawn. A bad run lies {DEPTH:g} points below. A change that moves nothing gives the same figures "
        "bit for bit and raises no alarm."
    )
    if halves is not None:
        text += f" With the training seeds themselves split in halves, {halves:.1%} of comparisons have a regression."
    few = (
        f"The suite has {runs} runs in groups of four or more. With fewer than {MEMORY}, falls of single runs are "
        "shown and never fail.\n"
    )
    alarm_rows = [
        (name, *(f"{rate:.1%}" for rate in rates.values())) for name, rates in measured["false_alarms"].items()
    ]
    return "\n".join([
        text, "", markdown_table(("luck of training: false alarms", *_names(measured)), alarm_rows),
        "The loss in points that is found in 80 % and in 95 % of comparisons: of all runs of a policy, of one of its "
        "runs, and of the standard deviation over its runs.", "",
        markdown_table(
            ("policy", "seeds", "loyalty, 80 %", "95 %", "one run, 80 %", "95 %", "spread, 80 %", "95 %"),
            [_line(row) for row in (*measured["losses"], measured["losses_of_all_trained"]) if row is not None],
        ),
        *([few] if runs < MEMORY else []),
    ])  # fmt: skip


def _losses(rows: Sequence[Row], found: Sequence[Needed], groups: Sequence[Group]) -> dict[str, Any]:
    """Losses of one group, or of all trained ones at once."""
    numbers = [number for number, row in enumerate(rows) if row.part.group in groups]
    here = [found[number] for number in numbers]
    alone = len(groups) == 1
    policy, reward, scenario = groups[0] if alone else ("all trained policies", None, None)
    wide = [number for number in numbers if found[number].spread is not None]
    return {
        "policy": policy,
        "reward": reward,
        "scenario": scenario,
        "seeds": rows[numbers[0]].part.seeds if alone else None,
        "loyalty": _found_at([row.loyalty for row in here]),
        "worst": _found_at([row.worst for row in here if row.worst is not None]) if alone else None,
        "spread": _found_at([_wider(rows[number], found[number]) for number in wide]) if alone else None,
    }


def _wider(row: Row, found: Needed) -> Floats:
    """Standard deviation over runs at which a row is a regression, points."""
    part = row.part
    usual = np.sqrt(part.seed + part.luck / part.floors)
    assert found.spread is not None
    wider: Floats = found.spread * usual
    return wider


def _found_at(losses: Sequence[Floats]) -> list[float] | None:
    """The loss that any row finds in each of `POWERS` of comparisons."""
    if not losses:
        return None
    return [max(0.0, float(loss)) for loss in np.quantile(np.min(losses, axis=0), POWERS)]


def _rates(alarmed: dict[str, Floats]) -> dict[str, float]:
    return {measure: float(np.mean(each)) for measure, each in alarmed.items()}


def _names(measured: dict[str, Any]) -> list[str]:
    return list(next(iter(measured["false_alarms"].values())))


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    name = name_of(row["policy"], row["reward"]) + ("" if row["scenario"] is None else f", {row['scenario']}")
    cells = [f"{loss:.1f}" for kind in _KINDS for loss in row[kind] or ()]
    blanks = [""] * (2 * len(_KINDS) - len(cells))
    return name, str(row["seeds"] or ""), *cells, *blanks
