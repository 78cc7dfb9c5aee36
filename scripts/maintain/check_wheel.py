"""Build the wheel, check its content, and use it in an empty virtual environment far from the checkout.

Example:
    python scripts/maintain/check_wheel.py --out dist
"""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import script
from incentive_env.cli.options import written

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = "incentive_env/configs/scenarios/telesales.yaml"
USE = """
import sys
import gymnasium as gym, numpy as np
import incentive_env

assert incentive_env.__file__.startswith(sys.prefix), f"imported from {incentive_env.__file__}"
env = gym.make("incentive_env/Telesales-v1")
observation, _ = env.reset(seed=1)
observation, reward, *_ = env.step(np.zeros(env.action_space.shape, np.float32))
assert observation in env.observation_space and np.isfinite(reward), (observation, reward)
envs = gym.make_vec("incentive_env/Telesales-v1", num_envs=3)
observations, _ = envs.reset(seed=1)
observations, rewards, *_ = envs.step(np.zeros(envs.action_space.shape, np.float32))
assert observations in envs.observation_space and rewards.shape == (3,), (observations, rewards)
assert rewards[0] == reward, f"floor of seed 1: {reward} alone, {rewards[0]} in a batch"

from importlib.metadata import metadata
from incentive_env.cli.common import EXTRAS
offered = set(metadata("incentive-env").get_all("Provides-Extra"))
assert offered == {*EXTRAS.values(), "all"}, f"extras of the wheel: {sorted(offered)}"
"""


@script
def main(
    out: Annotated[Path, written("folder that gets the wheel once it has passed", folder=True)] = ROOT / "dist",
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        try:
            out.mkdir(parents=True, exist_ok=True)
            place = Path(temporary)
            print("building the wheel", flush=True)
            wheel = build(place)
            print(f"looking into {wheel.name}", flush=True)
            inspect(wheel)
            print("using it in a fresh virtual environment", flush=True)
            use(wheel, place)
            (out / wheel.name).write_bytes(wheel.read_bytes())
        except subprocess.CalledProcessError as error:
            typer.echo(f"failed with exit code {error.returncode}: {' '.join(error.cmd[:5])} ...", err=True)
            raise typer.Exit(1) from None
        except ValueError as error:
            typer.echo(f"{error}", err=True)
            raise typer.Exit(1) from None
    print(f"{out / wheel.name}: ok")


def build(place: Path) -> Path:
    """Build the wheel of the checkout into ``place``."""
    _pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(place), str(ROOT), cwd=place)
    (wheel,) = place.glob("*.whl")
    return wheel


def inspect(wheel: Path) -> None:
    """Raise ValueError unless the wheel holds the package with its scenarios, and nothing else at the top."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    name, version = wheel.name.split("-")[:2]
    strangers = {entry.partition("/")[0] for entry in names} - {"incentive_env", f"{name}-{version}.dist-info"}
    if strangers:
        raise ValueError(f"{wheel.name}: unexpected at the top level: {', '.join(sorted(strangers))}")
    if SCENARIO not in names:
        raise ValueError(f"{wheel.name}: {SCENARIO} is missing")
    left_over = [entry for entry in names if entry.endswith((".pyc", ".nbi", ".nbc"))]
    if left_over:
        raise ValueError(f"{wheel.name}: caches were packed: {', '.join(left_over[:3])}")


def use(wheel: Path, place: Path) -> None:
    """Install the wheel in an empty environment under ``place``, and run episodes there."""
    venv.create(place / "venv", with_pip=True)
    python = str(place / "venv" / "bin" / "python")
    _pip(python, "install", "-c", str(ROOT / "constraints.txt"), str(wheel), cwd=place)
    subprocess.run([python, "-c", USE], cwd=place, check=True, env=_environment())


def _pip(python: str, *arguments: str, cwd: Path) -> None:
    subprocess.run([python, "-m", "pip", "-q", *arguments], cwd=cwd, check=True, env=_environment())


def _environment() -> dict[str, str]:
    constraints = str(ROOT / "constraints.txt")
    misleading = ("PYTHONPATH", "PYTHONHOME", "NUMBA_CACHE_DIR")
    kept = {key: value for key, value in os.environ.items() if key not in misleading}
    return {**kept, "PIP_CONSTRAINT": constraints, "PIP_BUILD_CONSTRAINT": constraints}


if __name__ == "__main__":
    main()
