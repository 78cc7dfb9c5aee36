"""The policies of a dataset: policies by name, each with noise on its levers, and a mixture of them over floors."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.registry import load_policy
from incentive_env import Config
from incentive_env.config import read_yaml
from incentive_env.floors.observation import action_space
from incentive_env.policies import FIXED, Context, Policy, PolicyError, shipped
from incentive_env.policies.network import KIND as NETWORK
from incentive_env.support.spelling import nearest

RANDOM = "random"
NOISES = (0.0, 0.1, 0.3)  # of the found and trained policies in ``mixed``, and of those in ``trained``
SCATTER = 0.3  # how far schemes of ``mixed`` and ``scattered`` lie around the hand-made ones


class Behaviour(NamedTuple):
    """A policy, and how it errs from what it would do."""

    policy: str  # name, file or run directory
    noise: float = 0.0  # standard deviation of normal noise on each lever, in half ranges
    held: bool = False  # drawn once an episode instead of anew for each decision


SETS = ("fixed", "scattered", "mixed", "trained")


def behaviour_set(name: str, config: Config) -> list[Behaviour]:
    """The behaviours of a set, each of which acts in equally many episodes.

    Args:
        name: ``fixed``: each hand-made scheme; ``scattered``: schemes around them, another in every episode;
            ``trained``: networks shipped for the scenario, with noise; ``mixed``: all of these, schemes and feedback
            that searches found, and chance.
        config: the scenario.

    Raises:
        ValueError: there is no such set, or it is ``trained`` and no network is shipped for the scenario.
    """
    if name not in SETS:
        raise ValueError(f"behaviour = {name!r}: must be one of {', '.join(SETS)}{nearest(name, SETS)}")
    fixed = [Behaviour(scheme) for scheme in FIXED]
    scattered = [Behaviour(scheme, SCATTER, held=True) for scheme in FIXED]
    noisy = [Behaviour(policy, noise) for policy in _found(config, name == "trained") for noise in NOISES]
    if name == "trained" and not noisy:
        raise ValueError(
            f"behaviour 'trained': no trained network is shipped for {config.name!r}; name policies instead"
        )
    mixed = [*fixed, *scattered, Behaviour(RANDOM), *noisy]
    return {"fixed": fixed, "scattered": scattered, "mixed": mixed, "trained": noisy}[name]


def listed(policies: Sequence[str], noises: Sequence[float], *, held: bool = False) -> list[Behaviour]:
    """Every policy with every noise; chance, which has no more of it, once."""
    pairs = [(policy, 0.0 if policy == RANDOM else noise) for policy in policies for noise in noises]
    return [Behaviour(policy, noise, held and noise > 0.0) for policy, noise in dict.fromkeys(pairs)]


def load_all(behaviours: Sequence[Behaviour], config: Config) -> dict[str, Policy]:
    """The policies of behaviours by name, each of them loaded once.

    Raises:
        ValueError: a name is unknown (`PolicyError`), or the policy sees what no report says.
    """
    policies = {name: load_policy(name, config) for name in dict.fromkeys(each.policy for each in behaviours)}
    for name, policy in policies.items():
        if policy.sees == "state":
            raise PolicyError(f"policy {name!r}: sees the true state, which a dataset of reports does not hold")
    return policies


class Mixture(Policy):
    """Behaviours side by side on a batch of floors, for one episode.

    What a behaviour does on a floor depends on the floor and its seed alone, not on the batch; but of a torch model the
    last bits may.

    Args:
        behaviours: one a floor.
        policies: what `load_all` gave for them.
        seeds: of the floors.
        seed: of the noise.
    """

    def __init__(
        self, behaviours: Sequence[Behaviour], policies: dict[str, Policy], seeds: Sequence[int], seed: int = 0
    ) -> None:
        by_policy: dict[str, list[int]] = {}
        for floor, behaviour in enumerate(behaviours):
            by_policy.setdefault(behaviour.policy, []).append(floor)
        self._parts = [(policies[name], np.array(rows)) for name, rows in by_policy.items()]
        self._drawn = [np.random.default_rng([seed, floor]) for floor in seeds]
        self._behaviours = list(behaviours)
        self._size = (action_space().shape or (0,))[0]
        # Drawn for every floor, needed or not: then a floor's later draws do not depend on its behaviour.
        self._held = np.stack([random.standard_normal(self._size) for random in self._drawn])

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """Actions ``[floors, levers]`` in the box; the noise is part of the behaviour, so the flag has no effect."""
        actions = np.zeros((len(seen), self._size))
        states, starts = list(context.state or [None] * len(self._parts)), context.starts(len(seen))
        for number, (policy, rows) in enumerate(self._parts):
            actions[rows], states[number] = policy.predict(seen[rows], states[number], starts[rows])
        for floor, behaviour in enumerate(self._behaviours):
            actions[floor] = self._erred(actions[floor], behaviour, floor)
        return np.clip(actions, -1.0, 1.0).astype(np.float32), states

    def _erred(self, action: NDArray[np.float64], behaviour: Behaviour, floor: int) -> NDArray[np.float64]:
        random = self._drawn[floor]
        if behaviour.policy == RANDOM:
            return random.uniform(-1.0, 1.0, self._size)
        noise = self._held[floor] if behaviour.held else random.standard_normal(self._size)
        return action + behaviour.noise * noise


def dealt(behaviours: Sequence[Behaviour], episodes: int, shift: int = 0) -> list[Behaviour]:
    """Behaviours in turn, one an episode."""
    return [behaviours[(episode + shift) % len(behaviours)] for episode in range(episodes)]


def _found(config: Config, networks_only: bool) -> list[str]:
    """Policies shipped for a scenario that see no more than the report."""
    kinds = {name: read_yaml(path).get("kind") for name, path in shipped(config).items()}
    return [name for name, kind in kinds.items() if kind == NETWORK or (kind != "oracle" and not networks_only)]
