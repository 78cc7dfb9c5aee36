"""The values that the hashes of a results file stand for, so that a comparison can name what changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.benchmark.results import Settings, name_of
from agents.benchmark.suite import Benchmark, Job
from incentive_env import Config

_WORDS = {"name", "description"}  # of a scenario: they move no figure
# Of a suite: words, what a results file holds besides, and what its tables show of it.
_ELSEWHERE = {"description", "floors", "scenarios", "entries", "main", "twins"}


def settings_of(benchmark: Benchmark) -> Settings:
    """All values of a suite, its scenarios and its plans."""
    return Settings(
        suite=flattened(benchmark.suite.model_dump(mode="json", exclude=_ELSEWHERE)),
        scenarios={name: scenario_values(config) for name, config in benchmark.configs.items()},
        plans=_plans(benchmark.jobs),
    )


def scenario_values(config: Config) -> dict[str, Any]:
    """All values of a scenario that a figure could depend on, by their full keys."""
    return flattened(config.model_dump(mode="json", exclude=_WORDS))


def flattened(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A tree as one mapping from full keys, ``decision.conscience``, to values; lists stay whole."""
    return dict(_leaves(tree, ""))


def _leaves(tree: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _plans(jobs: tuple[Job, ...]) -> dict[str, dict[str, Any]]:
    """By policy; if a policy's plans differ, by policy, reward and scenario; if these differ, by cell."""
    trained = [(_names(job), flattened(job.plan.model_dump(mode="json"))) for job in jobs if job.plan is not None]
    plans: dict[str, dict[str, Any]] = {}
    for names, plan in trained:
        alike = (
            name for level, name in enumerate(names)
            if all(other == plan for theirs, other in trained if theirs[level] == name)
        )  # fmt: skip
        plans[next(alike, names[-1])] = plan
    return plans


def _names(job: Job) -> tuple[str, str, str]:
    """What a plan may be called, from the widest to the narrowest."""
    return job.name, f"{name_of(job.name, job.reward)}, {job.config.name}", job.key
