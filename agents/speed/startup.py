"""Startup costs: import, first step and memory, each in a fresh process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from agents.speed.timing import median
from incentive_env import Config
from incentive_env.model.state import empty_state
from incentive_env.support.progress import Progress

# Timed from the first line: starting Python itself is not ours.
_IMPORT = "import time; start = time.perf_counter(); import incentive_env; print(time.perf_counter() - start)"
_FIRST_STEP = """
import time
start = time.perf_counter()
import gymnasium as gym, incentive_env
env = gym.make("incentive_env/Telesales-v1")
env.reset(seed=0)
env.step(env.action_space.sample())
print(time.perf_counter() - start)
"""
# The peak of this program alone. On Linux from /proc, because `ru_maxrss` there includes the parent's peak.
_PEAK = """
import resource, sys
import gymnasium as gym, incentive_env
envs = gym.make_vec("incentive_env/Telesales-v1", num_envs=int(sys.argv[1]))
envs.reset(seed=0)
for _ in range(3):
    envs.step(envs.action_space.sample())
try:
    with open("/proc/self/status") as status:
        print(next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM")))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def measure(config: Config, rounds: int, *, quick: bool = False) -> dict[str, Any]:
    """Start fresh processes, several times.

    Args:
        config: the scenario that the environment's name stands for.
        rounds: of imports and of first steps with the machine code on disk.
        quick: skips first steps with an empty cache, each of which compiles; smaller batches.

    Returns:
        Content for a JSON file: seconds, and bytes a floor.
    """
    cold = 0 if quick else 2
    with Progress("startup", cold + 1 + 2 * rounds + 2) as progress:
        done = 0

        def run(code: str, *arguments: object, **environment: str) -> float:
            nonlocal done
            done += 1
            result = fresh(code, *arguments, **environment)
            progress.move(done)
            return result

        without = [_with_empty_cache(run) for _ in range(cold)]
        run(_FIRST_STEP)  # the model may have changed: now its machine code is on disk
        imports, warm = [], []
        for _ in range(rounds):
            imports.append(run(_IMPORT))
            warm.append(run(_FIRST_STEP))
        sizes = (256, 1024) if quick else (512, 2048)
        peaks = [run(_PEAK, size) for size in sizes]
    return {
        "import_s": median(imports)._asdict(),
        "first_step_s": median(warm)._asdict(),
        "first_step_empty_cache_s": without,
        "memory": _memory(config, sizes, peaks),
    }


def fresh(code: str, *arguments: object, **environment: str) -> float:
    """The number that a new Python process prints.

    Raises:
        OSError: it failed.
    """
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode:
        raise OSError(f"a fresh process failed: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}")
    return float(done.stdout)


def _with_empty_cache(run: Any) -> float:
    with tempfile.TemporaryDirectory() as folder:
        seconds: float = run(_FIRST_STEP, NUMBA_CACHE_DIR=folder)
    return seconds


def _memory(config: Config, sizes: tuple[int, int], peaks: list[float]) -> Mapping[str, Any]:
    """Bytes that one more floor takes at the peak, against the size of its state."""
    few, many = sizes
    peak = (peaks[1] - peaks[0]) / (many - few)
    market = config.market
    state = sum(array.nbytes for array in empty_state(1, config.salesforce.reps, market.slots, market.products).arrays)
    return {"floors": [few, many], "peak_bytes_per_floor": peak, "state_bytes_per_floor": state, "ratio": peak / state}
