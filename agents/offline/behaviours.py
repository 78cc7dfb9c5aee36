"""The policies of a dataset: policies by name, each with noise on its levers, and a mixture of them over floors."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.registry import load_policy
from incentive_env import Config
from incentive_env.config import read_yaml
from incentive_env.config.levers import LEVERS
from incentive_env.policies import FIXED, Context, Policy, PolicyError, shipped
from incentive_env.policies.network import NetworkPolicy, StateNetwork
from incentive_env.support.spelling import nearest

RANDOM = "random"
NOISES = (0.0, 0.1, 0.3)  # of the found and trained policies in ``mixed``, and of those in ``trained``; half ranges
SCATTER = 0.3  # of the schemes around the hand-made ones in ``mixed`` and ``scattered``; half ranges


class Behaviour(NamedTuple):
    """A policy, and the noise on its actions."""

    policy: str  # name, file or run directory
    noise: float = 0.0  # standard deviation of normal noise on each lever, in half ranges
    held: bool = False  # the noise is drawn once per episode instead of once per decision


SETS = ("fixed", "scattered", "mixed", "trained")


def behaviour_set(name: str, config: Config) -> list[Behaviour]:
    """The behaviours of a set; each acts in the same number of episodes.

    Args:
        name: ``fixed``: each hand-made scheme; ``scattered``: schemes around them, a new one in every episode;
            ``trained``: networks shipped for the scenario, with noise; ``mixed``: all of these, schemes and feedback
            rules found by search, and random actions.
        config: the scenario.

    Raises:
        ValueError: the set is unknown, or it is ``trained`` and no network is shipped for the scenario.
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
    """Every policy with every noise; ``random`` only once, since noise adds nothing to it."""
    pairs = [(policy, 0.0 if policy == RANDOM else noise) for policy in policies for noise in noises]
    return [Behaviour(policy, noise, held and noise > 0.0) for policy, noise in dict.fromkeys(pairs)]


def load_all(behaviours: Sequence[Behaviour], config: Config) -> dict[str, Policy]:
    """The policies of behaviours by name, each loaded once.

    Raises:
        PolicyError: a name is unknown, or the policy sees the true state.
    """
    policies = {name: load_policy(name, config) for name in dict.fromkeys(each.policy for each in behaviours)}
    for name, policy in policies.items():
        if policy.sees == "state":
            raise PolicyError(f"policy {name!r}: sees the true state, which a dataset of reports does not hold")
    return policies


class Mixture(Policy):
    """One behaviour per floor on a batch of floors, for one episode.

    Actions on a floor depend on the floor and its seed alone, not on the batch; only the last bits of a torch model's
    actions may depend on the batch.

    Args:
        behaviours: one per floor.
        policies: the result of `load_all` for them.
        seeds: of the floors.
        seed: of the noise.
    """

    def __init__(
        self, behaviours: Sequence[Behaviour], policies: dict[str, Policy], seeds: Sequence[int], seed: int = 0
    ) -> None:
        names = np.array([behaviour.policy for behaviour in behaviours])
        self._parts = [(policies[name], np.flatnonzero(names == name)) for name in dict.fromkeys(names.tolist())]
        self._generators = [np.random.default_rng([seed, floor]) for floor in seeds]
        self._behaviours = behaviours
        # Drawn for every floor, needed or not: then a floor's later draws do not depend on its behaviour.
        self._held = np.stack([generator.standard_normal(len(LEVERS)) for generator in self._generators])

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """Actions ``[floors, levers]`` from −1 to 1; noise is part of the behaviour and ignores ``deterministic``."""
        actions = np.zeros((len(seen), len(LEVERS)))
        states, starts = list(context.state or [None] * len(self._parts)), context.starts(len(seen))
        for number, (policy, rows) in enumerate(self._parts):
            actions[rows], states[number] = policy.predict(seen[rows], states[number], starts[rows])
        for floor, behaviour in enumerate(self._behaviours):
            generator = self._generators[floor]
            if behaviour.policy == RANDOM:
                actions[floor] = generator.uniform(-1.0, 1.0, len(LEVERS))
            else:
                noise = self._held[floor] if behaviour.held else generator.standard_normal(len(LEVERS))
                actions[floor] += behaviour.noise * noise
        return np.clip(actions, -1.0, 1.0).astype(np.float32), states


def in_turn(behaviours: Sequence[Behaviour], episodes: int, shift: int = 0) -> list[Behaviour]:
    """Behaviours in turn, one per episode."""
    return [behaviours[(episode + shift) % len(behaviours)] for episode in range(episodes)]


def _found(config: Config, networks_only: bool) -> list[str]:
    """Policies shipped for a scenario that see only the report."""
    kinds = {name: read_yaml(path).get("kind") for name, path in shipped(config).items()}
    if networks_only:
        return [name for name, kind in kinds.items() if kind == NetworkPolicy.kind]
    return [name for name, kind in kinds.items() if kind not in ("state_feedback", StateNetwork.kind)]
