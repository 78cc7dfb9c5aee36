"""Work to be timed: whole episodes, the openings of the next ones included."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from agents.speed.timing import Floats
from incentive_env import Config, SalesFloorEnv, SalesFloorVectorEnv, Scheme
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.model.scheme import scheme_to_action

FEWEST = 32  # episodes in a sample, one after the other in a small batch

NEUTRAL, RANDOM = "neutral", "random"  # pay: the scenario's neutral scheme, or another one every time

Pay = Callable[[], NDArray[np.float32]]


class Sample(NamedTuple):
    """Seconds, on the average of the decisions of an episode."""

    step: float  # a customer-week under the manager: of all that is done for it, from the opening of the floor on
    core: float  # of that, in the compiled simulation
    cpu: float  # that all cores together were busy: threads that were given no core of their own show here
    simulated: float  # in the compiled simulation, a customer-week that was simulated, in openings too


class Work:
    """Plays on, as many decisions a call as an episode has; floors whose episode is over open again at once.

    Args:
        env: an environment, or a batch that opens floors by itself.
        floors: what it runs.
        pay: gives the action of the next decision.

    Attributes:
        samples: one a call.
    """

    def __init__(self, env: Any, floors: Floors, pay: Pay) -> None:
        self._env, self._pay, self._floors = env, pay, floors
        self._core = _CoreClock(floors)
        horizon = floors.config.horizon
        self._steps = horizon.decisions * -(-FEWEST // floors.num_floors)
        self._customer_weeks = self._steps * floors.num_floors * floors.config.slots * horizon.decision_weeks
        self.samples: list[Sample] = []
        env.reset(seed=0)

    def __call__(self) -> float:
        """Seconds a customer-week."""
        self._core.restart()
        cpu, start = time.process_time(), time.perf_counter()
        for _ in range(self._steps):
            _, _, terminated, truncated, _ = self._env.step(self._pay())
            if self._floors.num_floors == 1 and (terminated or truncated):
                self._env.reset()
        step, cpu = time.perf_counter() - start, time.process_time() - cpu
        core, weeks = self._core.seconds, self._customer_weeks
        self.samples.append(Sample(step / weeks, core / weeks, cpu / weeks, core / self._core.customer_weeks))
        return self.samples[-1].step

    def outside(self, last: int) -> Floats:
        """The share of the time that is spent outside the compiled simulation ``[last]``, of the last samples."""
        return np.array([1.0 - sample.core / sample.step for sample in self.samples[-last:]])

    def cores(self, last: int) -> Floats:
        """How many cores were busy ``[last]``, of the last samples."""
        return np.array([sample.cpu / sample.step for sample in self.samples[-last:]])


def env_work(config: Config, kind: str, *, wrapped: bool = False) -> Work:
    """One floor.

    Args:
        config: the scenario.
        kind: of the pay.
        wrapped: in the checks that ``gym.make`` puts around an environment.
    """
    made: gym.Env[Any, Any]
    made = gym.make("incentive_env/Telesales-v1", config=config) if wrapped else SalesFloorEnv(config)
    return Work(made, cast(SalesFloorEnv, made.unwrapped).floors, pay(config, kind))


def batch_work(config: Config, floors: int, kind: str = NEUTRAL, *, threads: int = 1) -> Work:
    """A batch of floors."""
    envs = SalesFloorVectorEnv(floors, config, threads=threads, autoreset_mode=AutoresetMode.SAME_STEP)
    return Work(envs, envs.floors, pay(config, kind, floors))


def pay(config: Config, kind: str, floors: int | None = None) -> Pay:
    """What gives the next action, ``[floors, levers]`` or of a single environment ``[levers]``.

    Args:
        config: the scenario.
        kind: `NEUTRAL` or `RANDOM`.
        floors: of a batch.
    """
    neutral = scheme_to_action(Scheme(*(getattr(config.neutral_scheme, lever) for lever in LEVERS)), config)
    always = neutral if floors is None else np.tile(neutral, (floors, 1))
    random = np.random.default_rng(0)
    if kind == NEUTRAL:
        return lambda: always
    return lambda: random.uniform(-1.0, 1.0, always.shape).astype(np.float32)


class _CoreClock:
    """What a batch does in the compiled simulation: openings, weeks, and the rest of episodes that closed."""

    def __init__(self, floors: Floors) -> None:
        self._slots = floors.config.slots
        self.restart()
        run, open_floors = floors._run, floors._open_floors

        def timed_run(runner: Any, which: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
            start = time.perf_counter()
            run(runner, which, rows)
            self.seconds += time.perf_counter() - start
            self.customer_weeks += len(which) * runner.period.floor_weeks.shape[1] * self._slots

        def timed_opening(*arguments: Any) -> None:
            start = time.perf_counter()
            open_floors(*arguments)
            self.seconds += time.perf_counter() - start

        vars(floors).update(_run=timed_run, _open_floors=timed_opening)

    def restart(self) -> None:
        """Forget what was done."""
        self.seconds, self.customer_weeks = 0.0, 0
