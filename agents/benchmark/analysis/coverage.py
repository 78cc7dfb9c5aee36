"""How often each kind of interval that the project prints covers the truth, by simulation.

A kind is a function of a world and a generator that returns the truth and another function, which draws what a suite
shows and returns its interval. The intervals come from the code that tables use.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from agents.benchmark.analysis import statistics
from agents.benchmark.analysis.spread import Floats
from agents.benchmark.analysis.worlds import DEPTH, SCENARIOS, WORLDS, World
from incentive_env.floors.reward import goodhart_gap
from incentive_env.support import statistics as of_floors
from incentive_env.support.tables import markdown_table

Drawn = Sequence[float | None]  # figure, low, high
Kind = Callable[[World, np.random.Generator], tuple[float, Callable[[], Drawn]]]

OPEN, CLOSE = "<!-- coverage -->", "<!-- /coverage -->"  # around the table of `docs/benchmark.md`

_CHECKPOINTS = 10
_WINS = 0.8  # true probability of improvement


def loyalty(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], statistics.Estimate]]:
    """Mean over floors of the median run."""
    return world.truth(_median), lambda: statistics.two_way_interval(world.scores(rng, world.floor(rng)))


def lead_over_fixed(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Paired difference to a policy that needs no training."""

    def draw() -> Drawn:
        floor = world.floor(rng)
        other = 0.7 * floor + rng.standard_normal(floor.shape)
        return statistics.paired_difference(world.scores(rng, floor), other)[:3]

    return world.truth(_median), draw


def lead_over_trained(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Paired difference to a policy that was trained as often."""

    def draw() -> Drawn:
        floor = world.floor(rng)
        return statistics.paired_difference(world.scores(rng, floor) + 1.0, world.scores(rng, 0.7 * floor))[:3]

    return 1.0, draw


def normalized_score(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Loyalty on the scale of two references."""
    truth, draw = loyalty(world, rng)
    return (truth + 4.0) / 10.0, lambda: statistics.normalised(draw(), -4.0, 6.0)


def iqm(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Interquartile mean over runs, on these floors."""
    truth = world.truth(lambda luck: float(statistics.interquartile_mean(luck)))
    return truth, lambda: statistics.iqm_interval(world.luck(rng, world.runs))


def aggregate_iqm(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Interquartile mean over scenarios of the median run."""

    def scores(runs: int, draws: np.random.Generator) -> Floats:
        own = 0.5 * draws.standard_normal((runs, len(SCENARIOS)))
        matrix: Floats = world.luck(draws, runs, 1) + SCENARIOS + own
        return matrix

    many = statistics.interquartile_mean(scores(200_000, np.random.default_rng(1)), axis=1)
    return _median(many), lambda: statistics.aggregate_interval(scores(world.runs, rng))


def improvement_on_fixed(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Probability that a run beats a policy that needs no training."""
    bar = world.truth(lambda luck: float(np.quantile(luck, 1.0 - _WINS)))
    return _WINS, lambda: statistics.probability_of_improvement(world.luck(rng, world.runs), [bar])


def improvement_on_trained(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Probability that a run beats a run of a policy that was trained as often."""
    first, second = (world.luck(np.random.default_rng(seed), 400_000) for seed in (1, 2))
    lead = float(np.quantile(second - first, _WINS))
    return _WINS, lambda: statistics.probability_of_improvement(
        world.luck(rng, world.runs) + lead, world.luck(rng, world.runs)
    )


def goodhart_drop(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Fall of the truth from its peak to the end of training, of the median run."""

    def drops(runs: int, draws: np.random.Generator) -> Floats:
        curves = _curves(world, runs, draws)
        fallen: Floats = curves.max(axis=1) - curves[:, -1]
        return fallen

    truth = _median(drops(200_000, np.random.default_rng(1)))
    return truth, lambda: statistics.median_interval(drops(world.runs, rng), (0.0, np.inf))


def goodhart_gap_over_flat(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Rise of the proxy beyond that of the truth, of the median run on these floors."""
    base = world.floor(np.random.default_rng(3))[0]

    def gap(luck: float) -> float:
        return goodhart_gap(base - luck, base + luck, base, base)

    truth = gap(world.truth(_median))
    return truth, lambda: statistics.median_interval([gap(luck) for luck in world.luck(rng, world.runs)])


def correlation_of_checkpoints(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Correlation of proxy and truth along training, of the median run."""

    def of_runs(runs: int, draws: np.random.Generator) -> Floats:
        truth, proxy = (
            _curves(world, runs, draws),
            np.arange(_CHECKPOINTS) + draws.standard_normal((runs, _CHECKPOINTS)),
        )
        centred = [each - each.mean(axis=1, keepdims=True) for each in (truth, proxy)]
        r: Floats = (centred[0] * centred[1]).sum(axis=1) / np.sqrt(
            np.prod([(c**2).sum(axis=1) for c in centred], axis=0)
        )
        return r

    truth = _median(of_runs(200_000, np.random.default_rng(1)))
    return truth, lambda: statistics.median_interval(of_runs(world.runs, rng), (-1.0, 1.0))


def profile(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Share of the median run's floors above a threshold, on these floors."""
    floor = world.floor(np.random.default_rng(3))
    many = world._replace(runs=20_000).scores(np.random.default_rng(1), floor)

    def draw() -> Drawn:
        shown = statistics.performance_profile(world.scores(rng, floor), [1.0])
        return float(shown.share[0]), *(None if end is None else float(end[0]) for end in shown[2:])

    return _median((many > 1.0).mean(axis=1)), draw


def mean_over_floors(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Mean over floors, of a policy that needs no training; floors have the luck that runs have elsewhere."""
    return -DEPTH * world.bad, lambda: of_floors.interval(world.luck(rng, world.floors))


def ratio_over_floors(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Ratio of two means over floors, by leaving out one floor at a time."""

    def draw() -> Drawn:
        part = world.luck(rng, world.floors)
        whole = 60.0 + part + rng.standard_normal(world.floors)
        return of_floors.jackknife(np.divide, 30.0 + part, whole)

    return (30.0 - DEPTH * world.bad) / (60.0 - DEPTH * world.bad), draw


def correlation_over_floors(world: World, rng: np.random.Generator) -> tuple[float, Callable[[], Drawn]]:
    """Correlation of two figures over floors."""
    luck = world.luck(np.random.default_rng(1), 400_000)
    deviation = float(luck.std())

    def draw() -> Drawn:
        x = world.luck(rng, world.floors)
        return of_floors.correlation(x, x + deviation * rng.standard_normal(world.floors))

    return float(np.sqrt(0.5)), draw


KINDS: dict[str, Kind] = {
    "loyalty": loyalty,
    "difference to a fixed scheme": lead_over_fixed,
    "difference to a trained policy": lead_over_trained,
    "normalized score": normalized_score,
    "IQM over seeds": iqm,
    "IQM over scenarios": aggregate_iqm,
    "probability of improvement, on a fixed scheme": improvement_on_fixed,
    "probability of improvement, on a trained policy": improvement_on_trained,
    "Goodhart drop": goodhart_drop,
    "Goodhart gap": goodhart_gap_over_flat,
    "correlation over checkpoints": correlation_of_checkpoints,
    "performance profile": profile,
    "mean over floors": mean_over_floors,
    "ratio of means over floors": ratio_over_floors,
    "correlation over floors": correlation_over_floors,
}
OF_FLOORS = ("mean over floors", "ratio of means over floors", "correlation over floors")  # have no runs


def covered(kind: Kind, world: World, draws: int, seed: int = 0) -> float:
    """Share of the draws whose interval holds the truth."""
    truth, draw = kind(world, np.random.default_rng(seed))
    hits = 0
    for _ in range(draws):
        _, low, high = draw()
        assert low is not None
        assert high is not None
        hits += low <= truth + 1e-12 and truth - 1e-12 <= high
    return hits / draws


def measure(draws: int, seed: int = 0) -> dict[str, Any]:
    """Coverage of every kind in every world, for a JSON file."""
    rows = [
        {"kind": name, "world": world.name, "coverage": covered(kind, world, draws, seed)}
        for name, kind in KINDS.items()
        for world in WORLDS
        if not (name in OF_FLOORS and world.runs != WORLDS[0].runs)
    ]
    return {"draws": draws, "seed": seed, "claimed": statistics.COVERS, "depth": DEPTH, "rows": rows}


def markdown(measured: dict[str, Any]) -> str:
    """A table with a line for each kind and a column for each world."""
    found = {(row["kind"], row["world"]): row["coverage"] for row in measured["rows"]}
    worlds = list(dict.fromkeys(row["world"] for row in measured["rows"]))
    lines = [
        (kind, *(f"{found[kind, world]:.3f}" if (kind, world) in found else "" for world in worlds))
        for kind in dict.fromkeys(row["kind"] for row in measured["rows"])
    ]
    return markdown_table(("interval", *worlds), lines)


def _curves(world: World, runs: int, draws: np.random.Generator) -> Floats:
    """Truth ``[runs, checkpoints]`` along training: it rises, and then falls as far as a run is unlucky."""
    time = np.linspace(0.0, 1.0, _CHECKPOINTS)
    curves: Floats = 10.0 * time - (8.0 - world.luck(draws, runs, 1)) * time**2
    return curves + draws.standard_normal(curves.shape)


def _median(values: Floats) -> float:
    return float(np.median(values))
