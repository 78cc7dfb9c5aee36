"""The playground's computations, and the processes that do them: the page itself never waits for a floor."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.model.scheme import Scheme
from incentive_env.playground.experiment import Changes, Experiment, scenario_of, within
from incentive_env.playground.figures import Figures, figures_of
from incentive_env.policies import FIXED, FixedPolicy, Policy, found_for
from incentive_env.policies.files import read_policy
from incentive_env.policies.schedule import Schedule
from incentive_env.studies.evaluate import evaluate
from incentive_env.studies.explain import Explanation, explain, explanation_of
from incentive_env.studies.simulate import roll_out

Result = TypeVar("Result")
_MOST_FLOORS = 8  # in a piece of work: so that a newer request need not wait long for an older one


class LostWorkerError(RuntimeError):
    """A worker process ended before its work was done, possibly out of memory."""


class Reasons(NamedTuple):
    """What moved the customers of a scheme's floors, mean over floors."""

    wholes: NDArray[np.float64]  # [weeks + 1, measures]
    parts: NDArray[np.float64]  # [weeks, measures, causes]


class Run(NamedTuple):
    """How floors went under a scheme, and why."""

    figures: Figures
    reasons: Reasons


class Rival(NamedTuple):
    """How a policy managed the player's floor."""

    name: str
    score: float  # long-term loyalty, points
    conversion: float  # recorded
    nps: float  # measured
    profit: float  # € a week
    gaming: float  # share
    loyalty_by_week: NDArray[np.float64]


class Workers:
    """A few processes, shared by all browsers; each request is cut into pieces that take turns.

    Args:
        count: how many; as many as there are cores, up to four, where not given.
        threads: threads of this process instead, which start at once but hold each other and the page up.
    """

    def __init__(self, count: int | None = None, *, threads: bool = False) -> None:
        self.count = count or max(1, min(4, os.cpu_count() or 1))
        self._threads = threads
        self._pool = self._open()

    def warm(self) -> None:
        """Let every process load the simulator, and wait for it; compiles it where that was never done."""
        for future in [self._pool.submit(warm_up) for _ in range(self.count)]:
            future.result()

    async def run(self, job: Callable[..., Result], *arguments: Any) -> Result:
        """Do one piece of work elsewhere."""
        return (await self.run_all(job, [arguments]))[0]

    async def run_all(self, job: Callable[..., Result], pieces: Sequence[tuple[Any, ...]]) -> list[Result]:
        """Do pieces of work elsewhere, no more of them at a time than there are processes, so that others get theirs.

        Raises:
            LostWorkerError: a process died; a new one is there for the next request.
        """
        turn, pool = asyncio.Semaphore(self.count), self._pool

        async def do(piece: tuple[Any, ...]) -> Result:
            async with turn:
                return await asyncio.wrap_future(pool.submit(job, *piece))

        try:
            return list(await asyncio.gather(*map(do, pieces)))
        except BrokenProcessPool:
            if self._pool is pool:  # nobody else has replaced it yet
                self._pool = self._open()
            raise LostWorkerError("a process of the playground has ended unexpectedly") from None

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> Executor:
        if self._threads:
            return ThreadPoolExecutor(self.count)
        return ProcessPoolExecutor(self.count, mp_context=get_context("spawn"), initializer=_follow_parent)


def _follow_parent() -> None:
    """End with the process that serves, however it ends; Ctrl-C reaches all of a terminal, and is its business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def warm_up() -> None:
    """Load the simulator and everything else that a first request would wait for."""
    from scipy import stats  # noqa: F401

    run_piece("telesales", (), Scheme(), range(1))


def pieces_of(seeds: range, workers: int) -> list[range]:
    """Floors shared out: evenly over the processes, and in pieces that are not too long."""
    size = max(1, min(_MOST_FLOORS, -(-len(seeds) // workers)))
    return [seeds[at : at + size] for at in range(0, len(seeds), size)]


def run_piece(scenario: str, changes: Changes, scheme: Scheme, seeds: range) -> tuple[Figures, Reasons, int]:
    """Some floors under a scheme, through the episode: how it went and why, and how many they are."""
    config = scenario_of(scenario, changes)
    rollout = roll_out(config, scheme, seeds, watch=True)
    return figures_of(rollout, config), _reasons(explanation_of(rollout, config, seeds)), len(seeds)


async def run(experiment: Experiment, scheme: Scheme, workers: Workers) -> Run:
    """All floors of an experiment under one of its schemes."""
    seeds = pieces_of(experiment.seeds, workers.count)
    requests = [(experiment.scenario, experiment.changes, scheme, piece) for piece in seeds]
    parts = await workers.run_all(run_piece, requests)
    total = sum(count for *_, count in parts)
    return Run(
        Figures.join([figures for figures, _, _ in parts]),
        Reasons(
            np.sum([reasons.wholes * (count / total) for _, reasons, count in parts], axis=0),
            np.sum([reasons.parts * (count / total) for _, reasons, count in parts], axis=0),
        ),
    )


def judge_game(
    scenario: str, changes: Changes, seed: int, actions: NDArray[np.floating]
) -> tuple[list[Rival], Reasons]:
    """The player beside every policy that could have managed the floor, best first; and what moved the customers."""
    config = scenario_of(scenario, changes)
    rivals = [_rival("you", config, Schedule(actions), seed)]
    for name, policy in _others(scenario, config):
        rivals.append(_rival(name, config, policy, seed))
    rivals.sort(key=lambda rival: -rival.score)
    return rivals, _reasons(explain(config, Schedule(actions), [seed]))


def _others(scenario: str, config: Config) -> Iterator[tuple[str, Policy]]:
    """Every policy that could manage the floor by its reports: hand-made, found by search, trained."""
    for name, fixed in FIXED.items():
        yield name, FixedPolicy(within(fixed.scheme, config), config)
    for name, path in found_for(scenario).items():
        policy = read_policy(path, config)
        if policy.sees == "report":
            yield name, policy


def _rival(name: str, config: Config, policy: Any, seed: int) -> Rival:
    result = evaluate(config, policy, [seed])
    return Rival(
        name, float(result.loyalty[0]), float(result.conversion[0]), float(result.nps[0]), float(result.profit[0]),
        float(result.gaming[0]), result.loyalty_by_week,
    )  # fmt: skip


def _reasons(explanation: Explanation) -> Reasons:
    return Reasons(explanation.wholes.mean(axis=0), explanation.parts.mean(axis=0))
