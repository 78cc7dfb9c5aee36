"""The simple policies: fixed schemes and random actions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.model.scheme import Scheme, scheme_to_action
from incentive_env.policies.contract import Policy
from incentive_env.support.seeds import checked_seed


class NamedScheme(NamedTuple):
    """A hand-made scheme and its idea."""

    scheme: Scheme
    idea: str


FIXED: dict[str, NamedScheme] = {
    "flat_salary": NamedScheme(Scheme(base_pay=600), "a fair wage and nothing else"),
    "piece_rate": NamedScheme(Scheme(base_pay=450, commission=14), "pay for every recorded sale"),
    "quota_with_threat": NamedScheme(
        Scheme(base_pay=520, commission=8, target=0.30, pressure=0.8),
        "a raise for each sale, a minimum conversion on every report, and what follows a miss: the firm of the essay",
    ),
    "survey_bonus": NamedScheme(Scheme(base_pay=520, survey_bonus=250), "pay for the measured NPS"),
    "balanced_scorecard": NamedScheme(
        Scheme(
            base_pay=560, commission=5, target=0.18, pressure=0.2, activity_pay=0.1, survey_bonus=80,
            retention_pay=5, audit=0.03, coaching=1.0, autonomy=0.3, research=200,
        ),
        "a little of everything",
    ),
    "retention_first": NamedScheme(
        Scheme(base_pay=540, retention_pay=14, audit=0.02, coaching=1.0, autonomy=0.3), "pay for sales that last"
    ),
    "input_steering": NamedScheme(
        Scheme(base_pay=620, commission=2, audit=0.02, coaching=3.0, autonomy=0.6, research=500),
        "skill, conduct and a say in the work; pay is modest, and causes are looked into",
    ),
}  # fmt: skip


NAMES = (*FIXED, "random")


class FixedPolicy(Policy):
    """The same scheme, whatever the report says."""

    def __init__(self, scheme: Scheme, config: Config) -> None:
        self.action = scheme_to_action(scheme, config)  # [levers]

    def act(self, seen: NDArray[np.floating]) -> NDArray[np.float32]:
        """The scheme's action for each floor."""
        return np.tile(self.action, (len(seen), 1))


class RandomPolicy(Policy):
    """Another scheme for every floor and period, drawn evenly from the whole box; there is no deterministic form."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(checked_seed(seed))

    def act(self, seen: NDArray[np.floating]) -> NDArray[np.float32]:
        """Uniform actions."""
        return self._random.uniform(-1.0, 1.0, (len(seen), len(LEVER_NAMES))).astype(np.float32)
