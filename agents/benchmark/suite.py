"""Suites, ``configs/benchmark/*.yaml``: which policies are trained on what, and on which floors they are scored."""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.benchmark.results import FloorRange
from agents.plans import Plan, load_plan
from agents.policy_file import shipped
from agents.registry import NAMES
from incentive_env import Config, ConfigError, load_config
from incentive_env.config import config_directory, read_yaml
from incentive_env.objective import reward_weights

# Floors of the benchmark alone: no search, no training and no adjustment of the model has met them.
FIRST_FLOORS = {"home": 50_000, "held_out": 60_000, "curve": 70_000}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FloorCounts(_Part):
    """On how many floors policies are scored; always the same floors."""

    home: int = Field(ge=2, le=10_000, description="of the scenario that a policy is at home in")
    held_out: int = Field(ge=2, le=10_000, description="of each scenario that it never saw")
    curve: int = Field(ge=2, le=10_000, description="for the checkpoints during training")


class Entry(_Part):
    """Policies that are treated alike."""

    policies: tuple[str, ...] = Field(min_length=1, description="fixed schemes, shipped policies, or training files")
    rewards: tuple[str, ...] = Field((), description="presets that each is trained on; none for what is not trained")
    seeds: int = Field(1, ge=1, le=1000, description="training seeds, from 0 on")
    changes: dict[str, Any] = Field({}, description="entries that take the place of the training file's")
    scenarios: tuple[str, ...] | None = Field(None, description="homes; all of the suite where not given")


class Suite(_Part):
    """A whole suite."""

    description: str
    scenarios: dict[str, tuple[str, ...]] = Field(min_length=1, description="homes, and what is held out from each")
    floors: FloorCounts
    points: int = Field(
        10, ge=1, le=1000, description="checkpoints of a training that are evaluated, besides the first"
    )
    entries: tuple[Entry, ...] = Field(min_length=1)

    def floor_ranges(self) -> dict[str, FloorRange]:
        """Seeds of the floors, by use."""
        return {use: FloorRange(first=first, count=getattr(self.floors, use)) for use, first in FIRST_FLOORS.items()}


class Job(NamedTuple):
    """One cell to be run."""

    policy: str
    reward: str | None
    scenario: str
    seed: int
    changes: dict[str, Any]

    @property
    def name(self) -> str:
        """The policy's name, without the folder of a training file of one's own."""
        return Path(self.policy).stem

    @property
    def key(self) -> str:
        """Name of the cell in files and messages."""
        parts = (self.name, self.reward, self.scenario, str(self.seed))
        return "-".join(part for part in parts if part is not None)


class Trained(NamedTuple):
    """What a job needs, loaded and checked."""

    config: Config
    held_out: dict[str, Config]
    plan: Plan | None  # None where nothing is trained


def load_suite(name: "str | Path") -> tuple[str, Suite]:
    """Load a suite by name (in ``configs/benchmark``) or path, and check all that it names.

    Returns:
        Its name, and the suite.

    Raises:
        ConfigError: missing, malformed, or it names a policy, reward, scenario or training file that there is not.
    """
    folder = config_directory() / "benchmark"
    path = folder / f"{name}.yaml" if (folder / f"{name}.yaml").is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        raise ConfigError(f"no suite {str(name)!r}; suites: {known}, or a path")
    try:
        suite = Suite.model_validate(read_yaml(path))
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))} = {e['input']!r} in {path}: {e['msg']}" for e in error.errors()]
        raise ConfigError("\n".join(lines)) from None
    keys: set[str] = set()
    for job in jobs_of(suite):
        loaded(suite, job)
        if job.key in keys:
            raise ConfigError(f"{path}: names the cell {job.key} twice")
        keys.add(job.key)
    return path.stem, suite


def jobs_of(suite: Suite) -> Iterator[Job]:
    """All cells, in the order of the suite."""
    for scenario in suite.scenarios:
        for entry in suite.entries:
            if entry.scenarios is not None and scenario not in entry.scenarios:
                continue
            for policy in entry.policies:
                for reward in entry.rewards or (None,):
                    for seed in range(entry.seeds):
                        yield Job(policy, reward, scenario, seed, entry.changes)


def loaded(suite: Suite, job: Job) -> Trained:
    """Load what a job needs.

    Raises:
        ConfigError: the job names something that there is not, or is trained without a reward, or the reverse.
    """
    config = _scenario(job.scenario)
    held_out = {name: _scenario(name) for name in suite.scenarios[job.scenario]}
    if job.policy in NAMES or job.policy in shipped(config):
        if job.reward is not None or job.seed > 0 or job.changes:
            raise ConfigError(f"policy {job.policy}: is not trained, so it takes no rewards, seeds or changes")
        return Trained(config, held_out, None)
    plan = load_plan(job.policy, job.changes)
    if job.reward is None:
        raise ConfigError(f"policy {job.policy}: is trained, so the suite must say on which rewards")
    reward_weights(config, job.reward)
    return Trained(config, held_out, plan)


@cache
def _scenario(name: str) -> Config:
    return load_config(name)


def hash_of(content: Any) -> str:
    """Sixteen letters that change with any number of the content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def suite_hash(suite: Suite) -> str:
    """A hash of the suite and of every training file that it names."""
    plans = {}
    for job in jobs_of(suite):
        plan = loaded(suite, job).plan
        plans[f"{job.policy} {hash_of(job.changes)}"] = None if plan is None else plan.model_dump(mode="json")
    return hash_of([suite.model_dump(mode="json", exclude={"description"}), plans])
