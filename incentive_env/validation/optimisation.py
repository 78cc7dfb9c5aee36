"""What optimising a proxy does to what it stands for."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.floors.batch import Floors
from incentive_env.floors.measures import RECORDED_CONVERSION, net_promoters, totals
from incentive_env.floors.reward import episode_score
from incentive_env.model.scheme import scheme_to_action
from incentive_env.model.state import YEAR
from incentive_env.support.seeds import FACT_SEARCH_SEEDS, floor_seeds
from incentive_env.support.statistics import jackknife
from incentive_env.validation.contract import Band, Outcome, Picture, at_peak, fact
from incentive_env.validation.lab import FLAT, Lab

SEARCHES = 5
POPULATION = 10
SEARCH_FLOORS = 6


class Length(NamedTuple):
    """How far a path of optimisation goes."""

    generations: int
    step: float  # first, of the half range of a lever: short, so that the path does not jump over its peak
    floors: int  # on which it is looked at


WHOLE, QUICK = Length(45, 0.12, 32), Length(16, 0.25, 16)  # at 20 generations most of the longer ones still rise


@fact(
    claim="More optimisation of the proxy first raises and then lowers the true objective",
    setup="the mean scheme of CMA-ES, generation by generation, on recorded conversion, from flat pay, five searches "
    "(shorter ones in the quick form); loyalty score of each on other floors; where the peak is, is found on one half "
    "of them, its height on the other; interval over searches",
    published="direction",
    source="Karwowski et al., ICLR 2024; Gao, Schulman & Hilton 2023",
    bands={"peak above the end, points": Band(0.0)},
)
def karwowski(lab: Lab) -> Outcome:
    """Loyalty along a path of optimisation on conversion."""
    length = QUICK if lab.quick else WHOLE
    paths = [_path(lab.config, search, length, lab.threads) for search in range(SEARCHES)]
    results = [_along(lab.config, path, lab.seeds[: length.floors], lab.threads) for path in paths]
    falls = np.array([float((at_peak(loyalty) - loyalty[-1]).mean()) for loyalty, _ in results])
    loyalty, conversion = (np.mean([result[i].mean(axis=1) for result in results], axis=0) for i in range(2))
    series = {"loyalty, true": loyalty, "100 × recorded conversion": 100 * conversion}
    return Outcome(
        {"peak above the end, points": jackknife(lambda mean: mean, falls)},
        Picture("lines", np.arange(len(loyalty)), series, "generation of the search", "points"),
    )


def _path(config: Config, search: int, length: Length, threads: int) -> list[NDArray[np.float64]]:
    """Mean actions of a search, generation by generation, flat pay first."""
    import cma

    start = scheme_to_action(FLAT, config).astype(float)
    # A generator of its own: the library would seed numpy's global one.
    random = np.random.default_rng([search, FACT_SEARCH_SEEDS.start])
    options = {
        "bounds": [-1.0, 1.0], "popsize": POPULATION, "verbose": -9, "seed": np.nan,
        "randn": lambda *shape: random.standard_normal(shape),
    }  # fmt: skip
    strategy = cma.CMAEvolutionStrategy(start, length.step, options)
    path = [start]
    for generation in range(length.generations):
        candidates = strategy.ask()
        first = FACT_SEARCH_SEEDS.start + 1000 * search + SEARCH_FLOORS * generation
        strategy.tell(
            candidates, list(-_conversion_of(config, candidates, range(first, first + SEARCH_FLOORS), threads))
        )
        path.append(np.clip(strategy.result.xfavorite, -1.0, 1.0))
    return path


def _conversion_of(
    config: Config, candidates: Sequence[NDArray[np.float64]], seeds: Sequence[int], threads: int
) -> NDArray[np.float64]:
    """Recorded conversion ``[candidates]`` of a first year, on the same floors."""
    weeks = _run(config, np.asarray(candidates), floor_seeds(seeds, len(seeds)), YEAR, threads)
    conversion: NDArray[np.float64] = RECORDED_CONVERSION.of(totals(weeks, axis=(1, 2)))
    return conversion


def _along(
    config: Config, path: Sequence[NDArray[np.float64]], seeds: NDArray[np.uint64], threads: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loyalty score and recorded conversion ``[generations, floors]`` along a path."""
    weeks = _run(config, np.asarray(path), seeds, config.horizon.episode_weeks, threads)
    return episode_score(net_promoters(weeks), config), RECORDED_CONVERSION.of(totals(weeks, axis=2))


def _run(
    config: Config, actions: NDArray[np.float64], seeds: NDArray[np.uint64], weeks: int, threads: int
) -> np.ndarray:
    """FLOOR_WEEK ``[actions, floors, weeks]`` of each action on the same floors, as one batch."""
    floors = Floors(config, len(actions) * len(seeds), threads=threads)
    floors.reset(np.tile(seeds, len(actions)))
    period = floors.decide(np.repeat(actions, len(seeds), axis=0), weeks)
    return period.floor_weeks.reshape(len(actions), len(seeds), weeks).copy()
