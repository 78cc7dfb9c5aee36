"""The policies that gates found, as policy files."""

from pathlib import Path
from typing import Any

from agents.search.optimising import write_policy
from agents.search.static import OpenLoopForm, scheme_of, static_content
from agents.studies.gates.bench import Bench
from agents.studies.gates.searches import Best
from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.policies import FixedPolicy
from incentive_env.policies.feedback import LinearFeedback
from incentive_env.policies.files import found_content
from incentive_env.policies.network import NetworkPolicy
from incentive_env.policies.schedule import Schedule


def keep_policies(folder: Path, bench: Bench) -> list[Path]:
    """Write every policy that can be a file."""
    written = []
    for name, (best, config) in bench.found().items():
        content = _content(best, config)
        if content is not None:
            path = folder / f"{name}.yaml"
            objective = "loyalty" if isinstance(best.policy, NetworkPolicy) else "score"
            how = {"validation_score": round(best.value, 4), "restarts": dict(best.restarts)}
            write_policy(path, found_content(name, objective, config, content, {"by": "scripts/gates.py", **how}))
            written.append(path)
    return written


def _content(best: Best, config: Config) -> dict[str, Any] | None:
    if isinstance(best.policy, FixedPolicy):
        return static_content(scheme_of(best.point, config))
    if isinstance(best.policy, Schedule):
        return OpenLoopForm(best.point.size // len(LEVERS), config.horizon.decisions).content(best.point, config)
    if isinstance(best.policy, LinearFeedback | NetworkPolicy):
        return best.policy.content()
    return None
