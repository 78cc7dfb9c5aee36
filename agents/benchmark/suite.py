"""Suites, ``configs/suites/*.yaml``: which policies are trained on what, and on which floors they are scored."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from agents.algorithms.search import SearchPlan
from agents.algorithms.table import LearnerPlan
from agents.benchmark.results import FloorRange, key_of
from agents.loading import Part, checked, load, shipped_names
from agents.registry import NAMES
from agents.search.objective import SCORE
from incentive_env import Config, ConfigError, load_config
from incentive_env.floors.reward import reward_weights
from incentive_env.policies.files import resolved, shipped, unknown_policy
from incentive_env.support.seeds import BENCHMARK_SEEDS
from incentive_env.support.spelling import nearest


class FloorCounts(Part):
    """On how many floors policies are scored; always the same floors."""

    home: int = Field(ge=2, le=10_000, description="of the scenario that a policy is at home in")
    held_out: int = Field(ge=2, le=10_000, description="of each scenario that it never saw")
    curve: int = Field(ge=2, le=10_000, description="for the checkpoints during training")


class Entry(Part):
    """Policies that are treated alike."""

    policies: tuple[str, ...] = Field(min_length=1, description="fixed schemes, shipped policies, or training files")
    rewards: tuple[str, ...] = Field(
        (), description="presets that each is trained on, or for searches the score; none for what is not trained"
    )
    seeds: int = Field(1, ge=1, le=1000, description="training seeds, from 0 on")
    changes: dict[str, Any] = Field({}, description="entries that take the place of the training file's")
    strengths: tuple[Annotated[float, Field(ge=0.0, allow_inf_nan=False)], ...] = Field(
        (), description="λ of methods against reward hacking, a cell each; the training file's where not given"
    )
    scenarios: tuple[str, ...] | None = Field(None, description="homes; all of the suite where not given")


class MainTable(Part):
    """Budget and start of the main table: what was trained or searched otherwise is shown apart."""

    decisions: int = Field(ge=1, description="of a training or a search, validation included; within 10 %")
    starts_from: str = Field(description="fixed scheme that it began at")


class Suite(Part):
    """A whole suite."""

    description: str
    scenarios: dict[str, tuple[str, ...]] = Field(
        min_length=1, description="homes, and what is held out from each; presets' names or paths"
    )
    floors: FloorCounts
    points: int = Field(
        10, ge=1, le=1000, description="checkpoints of a training that are evaluated, besides the first"
    )
    main: MainTable | None = Field(None, description="budget and start of the main table; everything where not given")
    twins: tuple[tuple[str, ...], ...] = Field(
        (), description="trainings that differ in what they see alone; the first of each sees the report"
    )
    entries: tuple[Entry, ...] = Field(min_length=1)

    def floor_ranges(self) -> dict[str, FloorRange]:
        """Seeds of the floors, by use."""
        counts = self.floors.model_dump()
        return {use: FloorRange(first=seeds.start, count=counts[use]) for use, seeds in BENCHMARK_SEEDS.items()}


class Job(NamedTuple):
    """One cell to be run, with all that it needs."""

    policy: str  # as the suite names it
    reward: str | None
    seed: int
    config: Config
    held_out: tuple[Config, ...]
    plan: LearnerPlan | None  # None where nothing is trained
    strength: float | None = None  # where the suite says so

    @property
    def name(self) -> str:
        """The policy's name, without the folder of a training file of one's own, and with its strength."""
        stem = Path(self.policy).stem
        return stem if self.strength is None else f"{stem}@{self.strength:g}"

    @property
    def key(self) -> str:
        """Name of the cell in files and messages."""
        return key_of(self.name, self.reward, self.config.name, self.seed)


class Benchmark(NamedTuple):
    """A suite with its cells, loaded and checked."""

    name: str
    suite: Suite
    jobs: tuple[Job, ...]

    @property
    def configs(self) -> dict[str, Config]:
        """All scenarios by name, homes and held-out ones."""
        return {config.name: config for job in self.jobs for config in (job.config, *job.held_out)}


def benchmark_of(content: Mapping[str, Any], path: Path) -> Benchmark:
    """The suite of a file, and all that it names.

    Raises:
        ConfigError: malformed, or it names a reward, scenario or training file that does not exist.
        PolicyError: it names a policy that does not exist.
    """
    suite = checked(Suite, content, path)
    jobs = tuple(_jobs_of(suite, path))
    if not jobs:
        raise ConfigError(f"{path}: holds no cells")
    trained = {job.name for job in jobs if job.plan is not None}
    unknown = sorted({name for twins in suite.twins for name in twins} - trained)
    if unknown:
        hint = nearest(unknown[0], sorted(trained))
        raise ConfigError(f"{path}: twins names {unknown[0]}, which the suite does not train{hint}")
    keys = [job.key for job in jobs]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ConfigError(f"{path}: names the cell {twice} twice")
    return Benchmark(path.stem, suite, jobs)


def _jobs_of(suite: Suite, path: Path) -> Iterator[Job]:
    """All cells, in the order of the suite."""
    unknown = {home for entry in suite.entries for home in entry.scenarios or ()} - set(suite.scenarios)
    if unknown:
        raise ConfigError(
            f"{path}: entries.scenarios names {', '.join(sorted(unknown))}; homes: {', '.join(suite.scenarios)}"
        )
    met: dict[str, Config] = {}
    for home, others in suite.scenarios.items():
        config, held_out = load_config(home), tuple(load_config(other) for other in others)
        names = [one.name for one in (config, *held_out)]
        twice = next((one.name for one in (config, *held_out) if met.setdefault(one.name, one) != one), None)
        twice = twice or next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ConfigError(f"{path}: two scenarios are called {twice}; results are distinguished by name")
        for entry in suite.entries:
            if entry.scenarios is None or home in entry.scenarios:
                for policy, strength in product(entry.policies, entry.strengths or (None,)):
                    plan = _plan_of(policy, entry, strength, config)
                    for reward, seed in product(entry.rewards or (None,), range(entry.seeds)):
                        yield Job(policy, reward, seed, config, held_out, plan, strength)


def _plan_of(policy: str, entry: Entry, strength: float | None, config: Config) -> LearnerPlan | None:
    """How a policy is trained; ``None`` for one that is not.

    A shipped policy and the training file that it came of may have one name; the training file is meant where the
    entry says on which rewards.
    """
    plans = shipped_names("learner")
    if policy in NAMES or (policy in shipped(config) and not (entry.rewards and policy in plans)):
        if entry.rewards or entry.seeds > 1 or entry.changes or entry.strengths:
            raise ConfigError(f"policy {policy}: is not trained, so it takes no rewards, seeds, changes or strengths")
        return None
    if policy not in plans and not Path(policy).is_file():
        raise unknown_policy(policy, config, "or the file of a plan", plans)
    changes = entry.changes if strength is None else {**entry.changes, "strength": strength}
    plan: LearnerPlan = load("learner", policy, changes)
    if not entry.rewards:
        raise ConfigError(f"policy {policy}: is trained, so the suite must say on which rewards")
    for reward in entry.rewards:
        if reward != SCORE or not isinstance(plan, SearchPlan):
            reward_weights(config, reward)
    for key, name in plan.schemes().items():
        resolved(key, name, config)
    return plan
