"""CMA-ES over policies: restarts, fresh floors each generation, a validation among finalists, checkpoints.

All candidates of a generation run on the same floors, so that luck does not separate them. The next generation gets
fresh floors, so that the winner is not just lucky on a few. The landscape has more than one basin:
each start gets its own run, and their means, best candidates and starting points are compared on unseen floors.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cma
import numpy as np
from numpy.typing import NDArray

from agents.search.checkpoint import Memory, read_memory, write_memory
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS

Objective = Callable[[NDArray[np.float64], Sequence[int]], NDArray[np.float64]]
"""From candidates ``[candidates, size]`` and seeds to values ``[candidates, seeds]``, to be made large."""


class Start(NamedTuple):
    """Where a restart begins."""

    name: str
    point: NDArray[np.float64]  # [size]
    sigma: float  # first standard deviation of every entry


class SearchBudget(NamedTuple):
    """The length and precision of a search."""

    generations: int  # of each restart
    population: int  # candidates in a generation, at least 3
    floors: int  # of a generation, the same for all its candidates
    validation_floors: int  # on which the finalists are compared
    seed: int = 0
    bounds: tuple[float, float] | None = None  # of every entry
    diagonal: bool = False  # one variance an entry and no covariance (sep-CMA-ES), for hundreds of entries


class Finalist(NamedTuple):
    """A candidate in the validation."""

    start: str  # name of the restart
    kind: str  # "start", "mean" (where the distribution ended) or "best" (of all generations, by its own floors)
    point: NDArray[np.float64]  # [size]
    values: NDArray[np.float64]  # [validation floors]


class Found(NamedTuple):
    """The result of a search."""

    winner: Finalist  # best mean in the validation
    finalists: list[Finalist]


def search(
    objective: Objective, starts: Sequence[Start], plan: SearchBudget, *, checkpoint_path: Path | None = None,
    description: dict[str, Any] | None = None, resume: bool = False, label: str = "search", plain: bool = False,
    quiet: bool = False, watch: Callable[[NDArray[np.float64], int], None] | None = None,
) -> Found:  # fmt: skip
    """Search from each start in turn, and keep the winner of the validation.

    Args:
        objective: what to maximize.
        starts: one restart each.
        plan: budget and shape of the search.
        checkpoint_path: file written after every generation; by default none.
        description: what is searched for, kept with the checkpoint; a resumed search must have the same.
        resume: continue from the checkpoint, if there is one; the result is the same as without interruption.
        label: name in the progress.
        plain: progress as lines even on a terminal.
        quiet: no progress at all.
        watch: called after each generation with the mean of the search and the number of generations.

    Raises:
        SearchError: a checkpoint exists and is not resumed, is damaged, or belongs to another search.
        ValueError: the plan or a start cannot be used.
    """
    _check(starts, plan)
    whole = {**(description or {}), **plan._asdict(), "starts": [(s.name, s.point.tolist(), s.sigma) for s in starts]}
    memory = read_memory(checkpoint_path, whole, resume=resume)
    while memory.generation < len(memory.values):
        _repeat(memory, starts, plan)
    size_of_generation = plan.population * plan.floors
    total = len(starts) * (plan.generations * size_of_generation + 3 * plan.validation_floors)
    done = (len(memory.ended) * plan.generations + memory.generation) * size_of_generation
    with Progress(label, total, done=done, plain=plain, quiet=quiet) as progress:
        while len(memory.ended) < len(starts):
            _advance(memory, objective, starts, plan)
            if watch is not None:
                mean = memory.ended[-1][0] if memory.strategy is None else np.asarray(memory.strategy.result.xfavorite)
                watch(mean, len(memory.ended) * plan.generations + memory.generation)
            if checkpoint_path is not None:
                write_memory(checkpoint_path, memory)
            progress.move((len(memory.ended) * plan.generations + memory.generation) * size_of_generation)
        return _validate(objective, starts, memory, plan, progress, total)


def generation_seeds(plan: SearchBudget, generation: int) -> list[int]:
    """Floors of a generation, drawn by its number, so that restarts can be compared."""
    drawn = np.random.default_rng([plan.seed, generation]).choice(len(SEARCH_SEEDS), plan.floors, replace=False)
    return [SEARCH_SEEDS[int(number)] for number in drawn]


def _advance(memory: Memory, objective: Objective, starts: Sequence[Start], plan: SearchBudget) -> None:
    """One generation of the restart under way; close it after its last."""
    candidates = _candidates(memory, starts, plan)
    means = objective(candidates, generation_seeds(plan, memory.generation)).mean(axis=1)
    if not np.isfinite(means).all():
        raise ValueError(f"the objective is {means[~np.isfinite(means)][0]} for a candidate, must be finite")
    memory.values.append(means.tolist())
    _learn(memory, candidates, means, plan)


def _repeat(memory: Memory, starts: Sequence[Start], plan: SearchBudget) -> None:
    """One generation again, from its values."""
    candidates = _candidates(memory, starts, plan)
    _learn(memory, candidates, np.array(memory.values[memory.generation]), plan)


def _candidates(memory: Memory, starts: Sequence[Start], plan: SearchBudget) -> NDArray[np.float64]:
    """The candidates of the next generation ``[population, size]``."""
    number = len(memory.ended)
    if memory.strategy is None:
        memory.strategy = new_strategy(
            starts[number], plan.population, [plan.seed, number], bounds=plan.bounds, diagonal=plan.diagonal
        )
    return np.asarray(memory.strategy.ask())


def _learn(memory: Memory, candidates: NDArray[np.float64], means: NDArray[np.float64], plan: SearchBudget) -> None:
    strategy = memory.strategy
    strategy.tell(list(candidates), (-means).tolist())
    memory.generation += 1
    if means.max() > memory.best_value:
        memory.best_value, memory.best = float(means.max()), candidates[means.argmax()].copy()
    if memory.generation == plan.generations or strategy.stop():
        memory.end_restart(np.asarray(strategy.result.xfavorite))


def _validate(
    objective: Objective, starts: Sequence[Start], memory: Memory, plan: SearchBudget, progress: Progress, total: int
) -> Found:
    seeds = VALIDATION_SEEDS[: plan.validation_floors]
    finalists: list[Finalist] = []
    left = 3 * len(starts)
    for start, (mean, best) in zip(starts, memory.ended, strict=True):
        for kind, point in (("start", start.point), ("mean", mean), ("best", best)):
            finalists.append(Finalist(start.name, kind, point, objective(point[None], seeds)[0]))
            left -= 1
            progress.move(total - left * plan.validation_floors)
    return Found(max(finalists, key=lambda finalist: float(finalist.values.mean())), finalists)


def new_strategy(
    start: Start, population: int, luck: list[int], *, bounds: tuple[float, float] | None, diagonal: bool = False
) -> Any:
    """A CMA-ES of the library ``cma``, whose luck is its own: a seed of numbers, and no global state."""
    options = {
        "popsize": population, "randn": _Normals(luck), "seed": math.nan,
        "CMA_diagonal": diagonal, "verbose": -10, "verb_log": 0, "verb_disp": 0,
        # Values vary with the luck of a generation, so a plateau does not stop the search.
        "maxiter": math.inf, "tolfun": 0, "tolfunhist": 0, "tolstagnation": math.inf, "tolflatfitness": 10,
        "tolxstagnation": False,
    }  # fmt: skip
    if bounds is not None:
        options["bounds"] = list(bounds)
    return cma.CMAEvolutionStrategy(start.point, start.sigma, options)


class _Normals:
    """Normal numbers from the restart's own seed; the library would use a global state."""

    def __init__(self, seed: list[int]) -> None:
        self._random = np.random.default_rng(seed)

    def __call__(self, *shape: int) -> NDArray[np.float64]:
        return self._random.standard_normal(shape)


def _check(starts: Sequence[Start], plan: SearchBudget) -> None:
    if not starts:
        raise ValueError("starts: at least one is needed")
    for name, least in (("generations", 1), ("population", 3), ("floors", 1), ("validation_floors", 1)):
        if getattr(plan, name) < least:
            raise ValueError(f"{name} = {getattr(plan, name)}: must be at least {least}")
    for start in starts:
        if not (start.sigma > 0.0 and math.isfinite(start.sigma)):
            raise ValueError(f"start {start.name}: sigma = {start.sigma}: must be above 0")
        if not np.isfinite(start.point).all():
            raise ValueError(f"start {start.name}: must be finite")
        if plan.bounds and not ((start.point >= plan.bounds[0]) & (start.point <= plan.bounds[1])).all():
            raise ValueError(f"start {start.name}: lies outside the bounds {plan.bounds[0]:g} to {plan.bounds[1]:g}")
