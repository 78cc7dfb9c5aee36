"""What optimising a proxy does to what it stands for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.floors import Floors
from incentive_env.model.scheme import scheme_to_action
from incentive_env.objective import loyalty_score
from incentive_env.validation.contract import Band, Outcome, Picture, difference, fact
from incentive_env.validation.lab import FLAT, Lab

SEARCHES, QUICK_SEARCHES = 5, 2
GENERATIONS = 20
POPULATION = 10
SEARCH_FLOORS = 6
FIRST_STEP = 0.12  # of the half range of a lever: short, so that the path does not jump over its peak
_SEARCH_SEEDS = 700_000


@fact(
    claim="More optimisation of the proxy first raises and then lowers the true objective",
    setup="the mean scheme of CMA-ES, generation by generation, on recorded conversion, from flat pay, five searches "
    "(two in the quick form); loyalty score of each on other floors; where the peak is, is found on one half of them, "
    "its height on the other",
    published="direction",
    source="Karwowski et al., ICLR 2024; Gao, Schulman & Hilton 2023",
    bands={"peak above the end, points": Band(0.0), "peak above the start, points": Band(0.0)},
)
def karwowski(lab: Lab) -> Outcome:
    """Loyalty along a path of optimisation on conversion."""
    paths = [_path(lab.config, search) for search in range(QUICK_SEARCHES if lab.quick else SEARCHES)]
    floors = max(len(lab.seeds) // 4, 8)
    results = [_along(lab.config, path, lab.seeds[:floors]) for path in paths]
    loyalty = np.mean([loyalty for loyalty, _ in results], axis=0)  # [generations, floors]
    conversion = np.mean([conversion for _, conversion in results], axis=0)
    peaks, starts, ends = _split(loyalty)
    estimates = {
        "peak above the end, points": difference(peaks, ends),
        "peak above the start, points": difference(peaks, starts),
    }
    series = {"loyalty, true": loyalty.mean(axis=1), "100 × recorded conversion": 100 * conversion.mean(axis=1)}
    return Outcome(estimates, Picture("lines", np.arange(len(loyalty)), series, "generation of the search", "points"))


def _path(config: Config, search: int) -> list[NDArray[np.float64]]:
    """Mean actions of a search, generation by generation, flat pay first."""
    import cma

    start = scheme_to_action(FLAT, config).astype(float)
    options = {"bounds": [-1.0, 1.0], "popsize": POPULATION, "seed": 1 + search, "verbose": -9}
    strategy = cma.CMAEvolutionStrategy(start, FIRST_STEP, options)
    path = [start]
    for generation in range(GENERATIONS):
        candidates = strategy.ask()
        first = _SEARCH_SEEDS + 1000 * search + SEARCH_FLOORS * generation
        strategy.tell(candidates, list(-_conversion_of(config, candidates, range(first, first + SEARCH_FLOORS))))
        path.append(np.clip(strategy.result.xfavorite, -1.0, 1.0))
    return path


def _conversion_of(
    config: Config, candidates: Sequence[NDArray[np.float64]], seeds: Sequence[int]
) -> NDArray[np.float64]:
    """Recorded conversion ``[candidates]`` of a first year, on the same floors."""
    weeks = _run(config, np.asarray(candidates), np.asarray(seeds, np.uint64), 52)
    sales, refusals = (weeks[name].sum(axis=(1, 2)) for name in ("recorded_sales", "recorded_refusals"))
    conversion: NDArray[np.float64] = sales / np.maximum(sales + refusals, 1.0)
    return conversion


def _along(
    config: Config, path: Sequence[NDArray[np.float64]], seeds: NDArray[np.uint64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loyalty score and recorded conversion ``[generations, floors]`` along a path."""
    horizon = config.horizon
    weeks = _run(config, np.asarray(path), seeds, horizon.decisions * horizon.decision_weeks + horizon.run_off_weeks)
    episode = weeks[..., : -horizon.run_off_weeks]
    sales, refusals = (episode[name].sum(axis=2) for name in ("recorded_sales", "recorded_refusals"))
    return loyalty_score(weeks[..., -horizon.run_off_weeks :], config), sales / np.maximum(sales + refusals, 1.0)


def _run(config: Config, actions: NDArray[np.float64], seeds: NDArray[np.uint64], weeks: int) -> np.ndarray:
    """FLOOR_WEEK ``[actions, floors, weeks]`` of each action on the same floors, as one batch."""
    floors = Floors(config, len(actions) * len(seeds))
    floors.reset(np.tile(seeds, len(actions)))
    period = floors.decide(np.repeat(actions, len(seeds), axis=0), weeks)
    return period.floor_weeks.reshape(len(actions), len(seeds), weeks).copy()


def _split(loyalty: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Loyalty ``[floors]`` at the peak that the other half of the floors shows, at the start, and at the end."""
    floors = loyalty.shape[1]
    halves = [np.arange(floors) % 2 == 0, np.arange(floors) % 2 == 1]
    peaks = np.empty(floors)
    for mine, other in (halves, halves[::-1]):
        peaks[mine] = loyalty[int(np.argmax(loyalty[:, other].mean(axis=1)))][mine]
    return peaks, loyalty[0], loyalty[-1]
