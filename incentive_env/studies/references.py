"""Reference scores of the environments: 0 is the best fixed scheme, 1 a policy that sees the true state."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from incentive_env.config import ConfigError, load_config
from incentive_env.policies.files import fingerprint
from incentive_env.support.spelling import nearest

FILE = "reference_scores.json"  # written by `python scripts/benchmark.py references`


class ReferenceScores(NamedTuple):
    """What two policies reach on the floors of the benchmark, means over floors and training seeds."""

    fixed: float  # score of the best fixed scheme, points
    true_state: float  # score of the best policy that sees the true state, points; a reference, not a bound
    fixed_return: float  # return of an episode under the reward `loyalty`, undiscounted
    true_state_return: float  # likewise

    def normalised(self, score: float) -> float:
        """A score on the scale where the best fixed scheme has 0 and the policy of the true state 1."""
        return (score - self.fixed) / (self.true_state - self.fixed)


def reference_scores(env_id: str) -> ReferenceScores:
    """The reference scores of an environment.

    Args:
        env_id: ``"incentive_env/Telesales-v1"`` for instance.

    Returns:
        Points of the score, and returns under the reward ``loyalty``.

    Raises:
        ConfigError: none were measured for this id, or they were measured on another version of its scenario.
    """
    known = _content()
    if env_id not in known:
        listed = ", ".join(known) or "none"
        raise ConfigError(f"no reference scores for {env_id!r}; ids that have them: {listed}{nearest(env_id, known)}")
    found = known[env_id]
    if found["fingerprint"] != fingerprint(load_config(found["scenario"])):
        raise ConfigError(
            f"reference scores of {env_id}: were measured on another version of the scenario {found['scenario']}; "
            "`python scripts/benchmark.py references RESULTS` writes new ones"
        )
    fixed, state = found["fixed"], found["true_state"]
    return ReferenceScores(fixed["score"], state["score"], fixed["return"], state["return"])


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files("incentive_env.studies").joinpath(FILE).read_text(encoding="utf-8"))
    return content
