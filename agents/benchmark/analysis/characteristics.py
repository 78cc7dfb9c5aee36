"""What a comparison can and cannot detect: its rate of false alarms, and the size of loss that it finds.

Comparisons are simulated, with the variance that a results file shows, and judged by the code that judges real ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.benchmark.analysis.compare import adjusted_level, is_regression
from agents.benchmark.analysis.statistics import difference_spread
from agents.benchmark.results import Cell, Group, Results, cells_by_group, figures, name_of
from incentive_env.support.tables import markdown_table

LOSSES = tuple(round(0.1 * step, 1) for step in range(1, 11))  # in standard deviations over floors
POWER = 0.8  # a loss counts as found where this share of comparisons fails
MIN_SEEDS_TO_HALVE = 4

Floats = NDArray[np.float64]


class Components(NamedTuple):
    """What the loyalty of one group on one scenario varies by; variances in points²."""

    group: Group
    on: str
    seeds: int
    floors: int
    seed: float  # between training seeds
    floor: float  # between floors, the same for every seed
    luck: float  # of a seed on a floor; with one seed it is within `floor`
    unit: float  # standard deviation over the floors of one run, points: what losses are measured in

    @property
    def trained(self) -> bool:
        """Whether training has a part in its luck."""
        return self.group[1] is not None


def characteristics(
    results: Results, margin: float, *, comparisons: int = 2_000, shared: float = 0.0, seed: int = 0
) -> dict[str, Any]:
    """False alarms and power of `compare` on files like this one.

    A harmless change is one that moves every trajectory and no mean: in HEAD training seeds and floors have luck of
    their own. How much of what differs between floors stays with the floor cannot be read from one file.
    All components are taken as normal; `halves_alarm_rate` does without.

    Args:
        results: a whole run, as BASE.
        margin: of the comparison, points.
        comparisons: how many are simulated.
        shared: share of the variance between floors that a harmless change leaves in place, 0 to 1. With 0 all of it
            is redrawn: the most noise, and the least power.
        seed: of the simulation.

    Returns:
        Content for a JSON file. Rates are shares of comparisons with one regression or more; losses are in standard
        deviations over the floors of one run, and met by a group at home and on all held-out scenarios.
    """
    components = judged_components(results)
    highs = _simulated_highs(components, comparisons, shared, np.random.default_rng(seed))
    groups = dict.fromkeys(part.group for part in components)
    power = {group: _power(components, highs, margin, {group}) for group in groups}
    trained = {part.group for part in components if part.trained}
    return {
        "suite": results.suite,
        "digest": results.digest,
        "margin": margin,
        "comparisons": comparisons,
        "rows": len(components),
        "level": adjusted_level(len(components)),
        "shared": shared,
        "false_alarms": {
            "luck_redrawn": float(is_regression(highs, margin).any(axis=1).mean()),
            "halves": halves_alarm_rate(results, margin, seed=seed),
        },
        "losses": list(LOSSES),
        "loss_in_one_group": [_power_row(group, components, power[group]) for group in groups],
        "loss_in_all_trained": _power(components, highs, margin, trained) if trained else None,
        "components": [{**part._asdict(), "group": list(part.group)} for part in components],
    }


def judged_components(results: Results) -> list[Components]:
    """Components of every group and scenario that a comparison judges: untrained, or trained more than once."""
    groups = cells_by_group(results).values()
    judged = [cells for cells in groups if cells[0].reward is None or len(cells) > 1]
    return [components_of(cells, on) for cells in judged for on in cells[0].scored]


def components_of(cells: Sequence[Cell], on: str) -> Components:
    """Two-way analysis of variance without replication, by the method of moments; negative estimates are 0.

    Of a single seed all variance between floors is taken as the floors'. That bounds its luck from above.
    """
    loyalty = figures(cells, on)
    seeds, floors = loyalty.shape
    unit = float(np.sqrt(loyalty.var(axis=1, ddof=1).mean()))
    if seeds < 2:
        return Components(cells[0].group, on, seeds, floors, 0.0, unit**2, 0.0, unit)
    by_seed, by_floor = loyalty.mean(axis=1, keepdims=True), loyalty.mean(axis=0, keepdims=True)
    rest = loyalty - by_seed - by_floor + loyalty.mean()
    luck = float((rest**2).sum() / ((seeds - 1) * (floors - 1)))
    seed = max(0.0, float(by_seed.var(ddof=1)) - luck / floors)
    floor = max(0.0, float(by_floor.var(ddof=1)) - luck / seeds)
    return Components(cells[0].group, on, seeds, floors, seed, floor, luck, unit)


def halves_alarm_rate(results: Results, margin: float, *, splits: int = 1_000, seed: int = 0) -> float | None:
    """False alarms without a model: a group's training seeds are split at random into a BASE and a HEAD.

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
    alarms = np.zeros(splits, dtype=bool)
    for cells in groups:
        order = rng.permuted(np.tile(np.arange(len(cells)), (splits, 1)), axis=1)
        half = len(cells) // 2
        for on in cells[0].scored:
            loyalty = figures(cells, on)
            highs = _highs(loyalty[order[:, :half]], loyalty[order[:, half : 2 * half]], level)
            alarms |= is_regression(highs, margin)
    return float(alarms.mean())


def markdown(measured: dict[str, Any]) -> str:
    """The operating characteristics as text and a table."""
    alarms = measured["false_alarms"]
    halves = "" if alarms["halves"] is None else f"; with training seeds split in halves: {alarms['halves']:.1%}"
    heading = ["policy", "seeds", "1 sd, points", *(f"{loss:g} sd" for loss in measured["losses"])]
    rows = [
        (
            f"{name_of(row['policy'], row['reward'])}, {row['scenario']}",
            str(row["seeds"]),
            f"{row['unit']:.1f}",
            *_rates(row["rate"]),
        )
        for row in measured["loss_in_one_group"]
    ]
    if measured["loss_in_all_trained"] is not None:
        rows.append(("all trained policies", "", "", *_rates(measured["loss_in_all_trained"])))
    text = (
        f"{measured['comparisons']} simulated comparisons of {measured['rows']} rows, margin {measured['margin']:g}. "
        f"False alarms with all luck redrawn: {alarms['luck_redrawn']:.1%}{halves}. A change that moves nothing gives "
        f"the same figures bit for bit and raises no alarm. The table shows the share of comparisons that detect a "
        f"loss of a given size."
    )
    return f"{text}\n\n{markdown_table(heading, rows)}"


def _simulated_highs(
    components: Sequence[Components], comparisons: int, shared: float, rng: np.random.Generator
) -> Floats:
    """Upper ends ``[comparisons, rows]`` of the intervals of HEAD − BASE, where only luck differs.

    What the floors share cancels in the difference, and is not drawn. A run's luck in training is the same on all
    scenarios that it meets: the fewest chances to find a loss.
    """
    level = adjusted_level(len(components))
    highs = np.empty((comparisons, len(components)))
    of_training: dict[Group, Floats] = {}
    for row, part in enumerate(components):
        if part.group not in of_training:
            of_training[part.group] = rng.standard_normal((2, comparisons, part.seeds, 1))
        loyalty = np.sqrt(part.seed) * of_training[part.group]
        loyalty = loyalty + np.sqrt((1.0 - shared) * part.floor) * rng.standard_normal((2, comparisons, 1, part.floors))
        if part.luck > 0.0:
            loyalty += np.sqrt(part.luck) * rng.standard_normal(loyalty.shape)
        highs[:, row] = _highs(loyalty[0], loyalty[1], level)
    return highs


def _highs(base: Floats, head: Floats, level: float) -> Floats:
    spread = difference_spread(head, base, same_spread=True)
    highs: Floats = spread.mean + spread.half_width(level)
    return highs


def _power(components: Sequence[Components], highs: Floats, margin: float, losing: set[Group]) -> list[float]:
    """Share of comparisons that fail, for each of `LOSSES`: a loss moves intervals, and leaves their widths."""
    units = np.array([part.unit if part.group in losing else 0.0 for part in components])
    return [float(is_regression(highs - loss * units, margin).any(axis=1).mean()) for loss in LOSSES]


def _power_row(group: Group, components: Sequence[Components], rate: Sequence[float]) -> dict[str, Any]:
    home = next(part for part in components if part.group == group and part.on == group[2])
    found = next((loss for loss, share in zip(LOSSES, rate, strict=True) if share >= POWER), None)
    policy, reward, scenario = group
    return {"policy": policy, "reward": reward, "scenario": scenario, "seeds": home.seeds, "unit": home.unit,
            "rate": list(rate), "found": found}  # fmt: skip


def _rates(rates: Sequence[float]) -> list[str]:
    return [f"{rate:.2f}" for rate in rates]
