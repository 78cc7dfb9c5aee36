"""A front of fixed schemes: NSGA-II on some floors, then a validation on fresh ones.

A front consists of maxima, so its schemes were partly lucky on the floors of the search and do worse on others. The
front that counts is that of the validation, on floors that did not choose the schemes.
"""

import warnings
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from agents.pareto.dominance import Resampled, hypervolume, most_informative, on_front, resample
from agents.pareto.returns import scheme_returns
from agents.search.static import StaticForm, hand_made, point_of, scheme_of
from incentive_env import Config, Scheme
from incentive_env.config.levers import LEVERS
from incentive_env.floors.reward_vector import OBJECTIVES
from incentive_env.support.progress import Progress
from incentive_env.support.seeds import SEARCH_SEEDS, VALIDATION_SEEDS


class FrontBudget(NamedTuple):
    """The budget of a search."""

    population: int = 64  # schemes in a generation; the first holds all hand-made ones and at least one more
    generations: int = 20
    floors: int = 16  # of the search, the same for all schemes of all generations
    finalists: int = 96  # schemes of the search's front that go into the validation
    validation_floors: int = 256
    seed: int = 0  # of search, floors and bootstrap


class Candidate(NamedTuple):
    """A scheme in the validation."""

    name: str
    hand_made: bool
    scheme: Scheme
    returns: NDArray[np.float64]  # [validation floors, objectives]
    on_front: bool
    kept: float  # share of bootstrap draws of the floors in which it is on the front


class Front(NamedTuple):
    """The result of a search."""

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
    """Search for schemes that no other dominates, and validate them together with the hand-made ones.

    Args:
        config: the scenario.
        reference: ``[objectives]`` reference point of the hypervolume.
        plan: budget of the search.
        threads: number of threads that share the floors; the front is the same for any number.
        quiet: no progress.

    Raises:
        ValueError: the population is too small for the hand-made schemes.
        ImportError: optuna or moocore is not installed.
    """
    known = hand_made(config)
    if plan.population <= len(known):
        raise ValueError(f"population = {plan.population}: must be above {len(known)}, the hand-made schemes")
    import moocore  # noqa: F401  (if missing, before the work and not after)
    import optuna  # noqa: F401

    drawn = np.random.default_rng([plan.seed, 0]).choice(len(SEARCH_SEEDS), plan.floors, replace=False)
    seeds = [SEARCH_SEEDS[int(number)] for number in drawn]
    searched = plan.population * plan.generations * plan.floors
    total = searched + (len(known) + plan.finalists) * plan.validation_floors
    with Progress("floors", total, quiet=quiet) as progress:
        points, means = _search(config, known, seeds, plan, threads, progress)
        chosen = most_informative(means, reference, plan.finalists)
        schemes = {scheme_of(points[row], config): row for row in chosen if row >= len(known)}  # some round to the same
        hand = {scheme_of(point, config): name for name, point in known.items()}
        everyone = list(dict.fromkeys([*hand, *schemes]))
        actions = np.stack([point_of(scheme, config) for scheme in everyone])
        fresh = VALIDATION_SEEDS[: plan.validation_floors]
        returns = scheme_returns(config, actions, fresh, threads=threads, watch=partial(_move_on, progress, searched))
        progress.move(total)
    rows = [*range(len(hand)), *(schemes[scheme] for scheme in everyone[len(hand) :])]
    return Front(
        _candidates(everyone, hand, returns, again := resample(returns, reference, seed=plan.seed)), reference, again,
        len(points), int(on_front(means).sum()), hypervolume(means[rows], reference), seeds, fresh,
    )  # fmt: skip


def _search(
    config: Config, known: dict[str, NDArray[np.float64]], seeds: list[int], plan: FrontBudget, threads: int,
    progress: Progress,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """All points ``[schemes, levers]`` tried, the hand-made ones first, and their means ``[schemes, objectives]``.

    Optuna's NSGA-II with simulated binary crossover, a generation at a time.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.NSGAIISampler(
            population_size=plan.population, crossover=optuna.samplers.nsgaii.SBXCrossover(), seed=plan.seed
        )
    study = optuna.create_study(directions=["maximize"] * len(OBJECTIVES), sampler=sampler)
    space: dict[str, optuna.distributions.BaseDistribution] = dict.fromkeys(
        LEVERS, optuna.distributions.FloatDistribution(*StaticForm.bounds)
    )
    for point in _first_points(known, plan):
        study.enqueue_trial(dict(zip(LEVERS, point.tolist(), strict=True)))
    points, means = [], []
    for generation in range(plan.generations):
        trials = [study.ask(space) for _ in range(plan.population)]
        points.append(np.array([[trial.params[lever] for lever in LEVERS] for trial in trials]))
        watch = partial(_move_on, progress, generation * plan.population * plan.floors)
        means.append(scheme_returns(config, points[-1], seeds, threads=threads, watch=watch).mean(axis=1))
        for trial, values in zip(trials, means[-1].tolist(), strict=True):
            study.tell(trial, values)
    return np.concatenate(points), np.concatenate(means)


def _move_on(progress: Progress, before: int, done: int) -> None:
    progress.move(before + done)


def _first_points(known: dict[str, NDArray[np.float64]], plan: FrontBudget) -> NDArray[np.float64]:
    """The hand-made schemes, and others spread evenly over the box."""
    low, high = StaticForm.bounds
    spread = qmc.Sobol(len(LEVERS), rng=np.random.default_rng([plan.seed, 1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # balanced only for a power of two, which is not needed
        drawn = low + (high - low) * spread.random(plan.population - len(known))
    return np.stack([*known.values(), *drawn])


def _candidates(
    schemes: list[Scheme], hand: dict[Scheme, str], returns: NDArray[np.float64], resampled: Resampled
) -> list[Candidate]:
    means = returns.mean(axis=1)
    kept = on_front(means)
    candidates, found = [], 0
    for row in np.argsort(-means[:, OBJECTIVES.index("loyalty")], kind="stable"):
        scheme = schemes[row]
        found += scheme not in hand
        name = hand.get(scheme, f"found_{found:03d}")
        shares = bool(kept[row]), float(resampled.kept[row])
        candidates.append(Candidate(name, scheme in hand, scheme, returns[row], *shares))
    return candidates
