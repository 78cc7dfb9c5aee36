"""From a setting (names and values) to everything a cell needs: scenario, policy or training plan, reward, seed."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from agents.algorithms.table import LearnerPlan, cost_of
from agents.jobs.work import Work
from agents.loading import load, shipped_names
from agents.sweep.cell import Job, make_cell
from agents.sweep.changes import changed_plan, keys_of
from agents.sweep.spec import NamedSweep, Range
from incentive_env import Config, ConfigError, Scheme, load_config
from incentive_env.config import read_yaml
from incentive_env.config.levers import check_levers
from incentive_env.floors.reward import reward_weights
from incentive_env.model.scheme import scheme_from_mapping, scheme_to_action
from incentive_env.policies import FIXED, NAMES, load_policy, shipped, unknown_policy
from incentive_env.policies.files import resolved
from incentive_env.support.sealed import hash_of
from incentive_env.support.seeds import SWEEP_SEEDS

Setting = Mapping[str, Any]
_BY_VALUE = "scheme"  # name of a policy given by its levers alone


class Resolved(NamedTuple):
    """A setting that can be run."""

    setting: dict[str, Any]  # without entries that its policy ignores
    policy: str  # name in tables
    config: Config
    reward: str | None
    plan: LearnerPlan | None  # None if nothing is trained
    content: dict[str, Any] | None  # of a policy's file; None for a trained or the random policy


def resolve(named: NamedSweep, setting: Setting) -> Resolved:
    """Find and check everything that a setting names.

    Raises:
        ConfigError: a name is unknown or a value is not allowed; the message begins with the sweep's file.
    """
    try:
        return _resolved({**named.sweep.fixed, **setting}, _training_keys(named))
    except ValueError as error:
        raise ConfigError("\n".join(f"{named.path}: {line}" for line in str(error).splitlines())) from None


def clear_caches() -> None:
    """Forget scenarios and plans read before: their files may have changed."""
    _config.cache_clear()
    keys_of.cache_clear()


def works_of(named: NamedSweep, resolved: Resolved, *, cost: float | None = None) -> list[Work]:
    """The cells of a setting: one per training seed, or one if nothing is trained."""
    seeds = named.sweep.seed_list if resolved.plan is not None else (0,)
    return [_work(named, resolved, seed, cost) for seed in seeds]


def check_use(named: NamedSweep, met: Iterable[Resolved]) -> None:
    """Refuse entries that no setting uses.

    Raises:
        ConfigError: training entries, a reward or seeds are given, but nothing is trained.
    """
    if any(one.plan is not None for one in met):
        return
    given = [name for name in (*named.sweep.fixed, *named.sweep.vary) if name == "reward" or name[:9] == "training."]
    given += ["seeds"] if len(named.sweep.seed_list) > 1 else []
    if given:
        raise ConfigError(f"{named.path}: {', '.join(given)}: no policy is trained, so nothing uses it")


def is_whole(named: NamedSweep, name: str) -> bool:
    """Whether an entry is a whole number, so that its ranges hold whole numbers."""
    section, _, key = name.partition(".")
    if section == "config":
        where: Any = load_config(_first(named, "scenario"))
    elif section == "training":
        plans = [
            load("learner", policy) for policy in _all(named, "policy") if _is_plan(policy) and key in keys_of(policy)
        ]
        where = next(iter(plans), None)
    else:
        return False
    for part in key.split("."):
        where = getattr(where, part, None)
    return isinstance(where, int) and not isinstance(where, bool)


def _resolved(setting: dict[str, Any], training_keys: frozenset[str]) -> Resolved:
    scenario = setting.get("scenario")
    if scenario is not None and not isinstance(scenario, str):
        raise ConfigError(f"scenario = {scenario!r}: must be a preset's name or a path")
    config = _config(scenario, json.dumps(_section(setting, "config"), sort_keys=True, default=str))
    policy = setting.get("policy")
    levers = _section(setting, "scheme")
    if policy is None and not levers:
        raise ConfigError("policy: is missing; name one, or set levers of a scheme (scheme.LEVER)")
    if policy is not None and not isinstance(policy, str):
        raise ConfigError(f"policy = {policy!r}: must be a name or a path")
    if policy is not None and _is_plan(policy, config):
        return _trained(setting, policy, config, training_keys)
    used = {key: value for key, value in setting.items() if key != "reward" and not key.startswith("training.")}
    name = _BY_VALUE if policy is None else Path(policy).stem
    return Resolved(used, name, config, None, None, _content(policy, levers, config))


def _trained(setting: dict[str, Any], policy: str, config: Config, training_keys: frozenset[str]) -> Resolved:
    levers = _section(setting, "scheme")
    if levers:
        raise ConfigError(f"scheme.{next(iter(levers))}: policy {policy} is trained, so its levers cannot be set")
    reward = setting.get("reward")
    if reward is None:
        raise ConfigError(f"reward: is missing; policy {policy} is trained, so the sweep must say on which reward")
    reward_weights(config, reward)
    plan, used = changed_plan(policy, _section(setting, "training"), training_keys)
    for key, name in plan.schemes().items():
        resolved(f"training.{key}", name, config)
    unused = {key for key in setting if key.startswith("training.")} - {f"training.{key}" for key in used}
    needed = {key: value for key, value in setting.items() if key not in unused}
    return Resolved(needed, Path(policy).stem, config, reward, plan, None)


def _content(policy: str | None, levers: dict[str, Any], config: Config) -> dict[str, Any] | None:
    """The content of a policy's file; it travels with the cell, so that no node needs the file."""
    if policy is None:
        return _scheme({}, levers, config)
    if policy in FIXED:
        return _scheme(FIXED[policy].scheme._asdict(), levers, config)
    load_policy(policy, config)  # raises the error, if there is one
    content = None if policy in NAMES else read_yaml(shipped(config).get(policy, Path(policy)))
    if content is not None and "kind" not in content:
        return _scheme(content["scheme"], levers, config)
    if levers:
        raise ConfigError(
            f"scheme.{next(iter(levers))}: policy {policy} is not a fixed scheme, so it has no levers to set"
        )
    return content


def _scheme(base: Mapping[str, Any], levers: dict[str, Any], config: Config) -> dict[str, Any]:
    check_levers(levers)
    scheme: Scheme = scheme_from_mapping({**base, **levers})
    scheme_to_action(scheme, config)
    return {"scheme": dict(scheme._asdict())}


def _is_plan(policy: str, config: Config | None = None) -> bool:
    """Whether a policy is trained: the name or file of a plan."""
    if policy in NAMES or (config is not None and policy in shipped(config)):
        return False
    plans = shipped_names("learner")
    if policy in plans:
        return True
    path = Path(policy)
    if path.is_dir():
        raise ConfigError(f"policy {policy}: is a run's folder; export it first: python scripts/export.py {policy}")
    if path.is_file():
        return not {"scheme", "kind"} & read_yaml(path).keys()
    if config is None:
        return False
    raise unknown_policy(policy, config, "or the file of a policy or of a plan", plans)


def _training_keys(named: NamedSweep) -> frozenset[str]:
    """All keys of the plans that a sweep trains with."""
    policies = [policy for policy in _all(named, "policy") if isinstance(policy, str) and _is_plan(policy)]
    return frozenset().union(*map(keys_of, policies))


def _work(named: NamedSweep, resolved: Resolved, seed: int, cost: float | None) -> Work:
    floors, decisions = named.sweep.floors, resolved.config.horizon.decisions
    job = Job(
        resolved.setting, resolved.policy, resolved.config, resolved.reward, seed, resolved.plan, resolved.content,
        floors,
    )  # fmt: skip
    parts = (resolved.policy, resolved.reward, resolved.config.name, str(seed), hash_of(resolved.setting))
    key = "-".join(part for part in parts if part is not None)
    plan = None if resolved.plan is None else resolved.plan.model_dump(mode="json")
    config = resolved.config.model_dump(mode="json")
    setup = hash_of([key, resolved.setting, config, plan, resolved.content, SWEEP_SEEDS.start, floors])
    about = cost_of(resolved.plan, decisions) + 2 * decisions * floors
    return Work(key, setup, make_cell, job._replace(key=key), about if cost is None else cost)


@cache
def _config(scenario: str | None, overrides: str) -> Config:
    """A scenario with changes, given as JSON so that they can be cached."""
    return load_config(scenario, json.loads(overrides))


def _section(setting: Mapping[str, Any], section: str) -> dict[str, Any]:
    return {key.partition(".")[2]: value for key, value in setting.items() if key.startswith(f"{section}.")}


def _all(named: NamedSweep, name: str) -> tuple[Any, ...]:
    values = named.sweep.vary.get(name, (named.sweep.fixed.get(name),))
    assert not isinstance(values, Range)
    return tuple(value for value in values if value is not None)


def _first(named: NamedSweep, name: str) -> Any:
    return next(iter(_all(named, name)), None)
