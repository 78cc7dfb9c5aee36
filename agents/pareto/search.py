"""A front of fixed schemes: NSGA-II on some floors, and a validation on fresh ones that keeps what still stands.

A front is made of maxima, so one that was found on a few floors is found among the lucky: what it promises on its own
floors is more than what it keeps. The front that counts is that of the validation, of schemes chosen without it.
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from agents.pareto.dominance import Resampled, hypervolume, most_telling, on_front, resample
from agents.pareto.returns import scheme_returns
from agents.search.static import StaticForm, hand_made, point_of, scheme_of
from incentive_env import Config, Scheme
from incentive_env.config.levers import LEVERS
from incentive_env.floors.reward_vector import OBJECTIVES
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS


class FrontBudget(NamedTuple):
    """How long to look, and how closely."""

    population: int = 64  # schemes in a generation; the first holds the hand-made ones, at least one more than they are
    generations: int = 20
    floors: int = 16  # of the search, the same for all schemes of all generations
    finalists: int = 96  # schemes of the search's front that go into the validation
    validation_floors: int = 256
    seed: int = 0  # of search, floors and bootstrap


class Candidate(NamedTuple):
    """A scheme that came as far as the validation."""

    name: str
    hand_made: bool
    scheme: Scheme
    returns: NDArray[np.float64]  # [validation floors, objectives]
    on_front: bool
    kept: float  # share of bootstrap draws of the floors in which it is on the front


class Front(NamedTuple):
    """What a search came to."""

    candidates: list[Candidate]  # most loyal first
    reference: NDArray[np.float64]  # [objectives]
    resampled: Resampled
    tried: int  # schemes of the search
    promised: int  # schemes on the front on the search's floors
    promised_hypervolume: float  # of the validated schemes, on the search's floors
    search_seeds: list[int]
    validation_seeds: range


def find_front(
    config: Config, reference: NDArray[np.float64], plan: FrontBudget, *, threads: int = 1, quiet: bool = False
) -> Front:
    """Look for schemes that no other beats in all objectives, and validate them together with the hand-made ones.

    Args:
        config: the scenario.
        reference: ``[objectives]`` from where hypervolume is measured.
        plan: budget of the search.
        threads: over how many threads floors are shared out; the front is the same for any number.
        quiet: no progress.

    Raises:
        ValueError: the population has no room for the hand-made schemes.
        ImportError: optuna or moocore is not installed.
    """
    known = hand_made(config)
    if plan.population <= len(known):
        raise ValueError(f"population = {plan.population}: must be above {len(known)}, the hand-made schemes")
    _require_libraries()
    seeds = _search_seeds(plan)
    validated = len(known) + plan.finalists
    total = plan.population * plan.generations * plan.floors + validated * plan.validation_floors
    with Progress("floors", total, quiet=quiet) as progress:
        points, means = _search(config, known, seeds, plan, threads, progress)
        chosen = most_telling(means, reference, plan.finalists)
        schemes = {scheme_of(points[row], config): row for row in chosen if row >= len(known)}  # some round to the same
        hand = {scheme_of(point, config): name for name, point in known.items()}
        everyone = list(dict.fromkeys([*hand, *schemes]))
        actions = np.stack([point_of(scheme, config) for scheme in everyone])
        fresh = VALIDATION_SEEDS[: plan.validation_floors]
        before = total - validated * plan.validation_floors
        returns = scheme_returns(
            config, actions, fresh, threads=threads, watch=lambda done: progress.move(before + done)
        )
        progress.move(total)
    rows = [*range(len(hand)), *(schemes[scheme] for scheme in everyone[len(hand) :])]
    return Front(
        _candidates(everyone, hand, returns, again := resample(returns, reference, seed=plan.seed)), reference, again,
        len(points), int(on_front(means).sum()), hypervolume(means[rows], reference), seeds, fresh,
    )  # fmt: skip


def _require_libraries() -> None:
    """Miss them before the work and not after."""
    import moocore  # noqa: F401
    import optuna  # noqa: F401


def _search_seeds(plan: FrontBudget) -> list[int]:
    drawn = np.random.default_rng([plan.seed, 0]).choice(len(SEARCH_SEEDS), plan.floors, replace=False)
    return [SEARCH_SEEDS[int(number)] for number in drawn]


def _search(
    config: Config, known: dict[str, NDArray[np.float64]], seeds: list[int], plan: FrontBudget, threads: int,
    progress: Progress,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """All points ``[schemes, 11]`` that were tried, the hand-made ones first, and their means ``[schemes, 4]``."""
    ask, tell = _nsga2(_first_points(known, plan), plan)
    points, means, done = [], [], 0
    for _ in range(plan.generations):
        generation = ask()

        def watch(more: int, done: int = done) -> None:
            progress.move(done + more)

        returns = scheme_returns(config, generation, seeds, threads=threads, watch=watch)
        done += returns.shape[0] * returns.shape[1]
        points.append(generation)
        means.append(returns.mean(axis=1))
        tell(means[-1])
    return np.concatenate(points), np.concatenate(means)


def _first_points(known: dict[str, NDArray[np.float64]], plan: FrontBudget) -> NDArray[np.float64]:
    """The hand-made schemes, and others spread evenly over the box."""
    low, high = StaticForm.bounds
    spread = qmc.Sobol(len(LEVERS), rng=np.random.default_rng([plan.seed, 1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # balance asks for a power of two, and is not needed here
        drawn = low + (high - low) * spread.random(plan.population - len(known))
    return np.stack([*known.values(), *drawn])


def _nsga2(
    first: NDArray[np.float64], plan: FrontBudget
) -> tuple[Callable[[], NDArray[np.float64]], Callable[[NDArray[np.float64]], None]]:
    """Optuna's NSGA-II with simulated binary crossover, a generation at a time."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.NSGAIISampler(
            population_size=plan.population, crossover=optuna.samplers.nsgaii.SBXCrossover(), seed=plan.seed
        )
    study = optuna.create_study(directions=["maximize"] * len(OBJECTIVES), sampler=sampler)
    low, high = StaticForm.bounds
    space: dict[str, optuna.distributions.BaseDistribution] = {
        lever: optuna.distributions.FloatDistribution(low, high) for lever in LEVERS
    }
    for point in first:
        study.enqueue_trial(dict(zip(LEVERS, point.tolist(), strict=True)))
    asked: list[Any] = []

    def ask() -> NDArray[np.float64]:
        asked[:] = [study.ask(space) for _ in range(plan.population)]
        return np.array([[trial.params[lever] for lever in LEVERS] for trial in asked])

    def tell(means: NDArray[np.float64]) -> None:
        for trial, values in zip(asked, means.tolist(), strict=True):
            study.tell(trial, values)

    return ask, tell


def _candidates(
    schemes: list[Scheme], hand: dict[Scheme, str], returns: NDArray[np.float64], resampled: Resampled
) -> list[Candidate]:
    means = returns.mean(axis=1)
    stands = on_front(means)
    order = np.argsort(-means[:, OBJECTIVES.index("loyalty")], kind="stable")
    candidates, found = [], 0
    for row in order:
        scheme = schemes[row]
        found += scheme not in hand
        name = hand.get(scheme, f"found_{found:03d}")
        candidates.append(
            Candidate(name, scheme in hand, scheme, returns[row], bool(stands[row]), float(resampled.kept[row]))
        )
    return candidates
