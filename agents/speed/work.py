"""Work to be timed: floors are opened, take a few decisions, and are opened anew."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from agents.speed.timing import Floats
from incentive_env import Config, SalesFloorEnv, SalesFloorVectorEnv, Scheme
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.model.scheme import scheme_to_action

# Decisions before floors are opened again. Later some have closed and cost nothing, which would flatter the figures.
FRESH = 3
FEWEST = 32  # floors in a sample: of a small batch several are opened, one after the other

NEUTRAL, RANDOM = "neutral", "random"  # pay: the scenario's neutral scheme, or another one every time

Pay = Callable[[], NDArray[np.float32]]


class Sample(NamedTuple):
    """Seconds a customer-week, on the average of a few decisions."""

    step: float  # of the whole step
    core: float  # of that, in the compiled simulation
    cpu: float  # that all cores together were busy: threads that were given no core of their own show here


class Work:
    """Opens floors, takes `FRESH` decisions, and times these alone.

    Args:
        env: an environment or a batch.
        floors: what it runs.
        pay: gives the action of the next decision.
        decisions: before floors are opened anew.

    Attributes:
        samples: one a call.
    """

    def __init__(self, env: Any, floors: Floors, pay: Pay, decisions: int = FRESH) -> None:
        self._env, self._pay, self._decisions = env, pay, decisions
        self._core = _CoreClock(floors)
        self._floors = floors.num_floors
        self._openings = -(-FEWEST // self._floors)
        config = floors.config
        self.customer_weeks = config.slots * config.horizon.decision_weeks * self._floors  # of a step
        self.samples: list[Sample] = []

    def __call__(self) -> float:
        """Seconds a customer-week; the floors are the same ones every time."""
        step = core = cpu = 0.0
        steps = 0
        for opening in range(self._openings):
            self._env.reset(seed=opening * self._floors)
            for _ in range(self._decisions):
                action = self._pay()
                self._core.restart()
                busy = time.process_time()
                start = time.perf_counter()
                _, _, closed, _, _ = self._env.step(action)
                took = time.perf_counter() - start
                busy = time.process_time() - busy
                if self._floors == 1 and np.any(closed):
                    break  # its last step holds the rest of the episode, and is none of four weeks
                step, core, cpu, steps = step + took, core + self._core.seconds, cpu + busy, steps + 1
        weeks = max(steps, 1) * self.customer_weeks
        self.samples.append(Sample(step / weeks, core / weeks, cpu / weeks))
        return self.samples[-1].step

    def outside(self, last: int) -> Floats:
        """The share of a step that is spent outside the compiled simulation ``[last]``, of the last samples."""
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


def batch_work(config: Config, floors: int, kind: str = NEUTRAL, *, threads: int = 1, decisions: int = FRESH) -> Work:
    """A batch of floors."""
    envs = SalesFloorVectorEnv(floors, config, threads=threads)
    return Work(envs, envs.floors, pay(config, kind, floors), decisions)


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
    """The seconds of a step in the compiled simulation, from the first thread's start to the last one's end."""

    def __init__(self, floors: Floors) -> None:
        self._lock = threading.Lock()
        self._first, self._last = math.inf, -math.inf  # s
        weeks = floors.config.horizon.decision_weeks
        runner = floors._runner(weeks)
        floors._runners[weeks] = runner._replace(simulate=self._timed(runner.simulate))

    def _timed(self, simulate: Callable[..., None]) -> Callable[..., None]:
        def timed(*arguments: Any) -> None:
            start = time.perf_counter()
            simulate(*arguments)
            end = time.perf_counter()
            with self._lock:
                self._first, self._last = min(self._first, start), max(self._last, end)

        return timed

    def restart(self) -> None:
        """Forget the last step."""
        with self._lock:
            self._first, self._last = math.inf, -math.inf

    @property
    def seconds(self) -> float:
        """Of the step since the restart; 0 where nothing was simulated."""
        return max(0.0, self._last - self._first)
