"""What the decisions of a policy can be told from: networks that see less imitate it.

A network learns what the policy does on floors that the network itself manages (DAgger, Ross, Gordon & Bagnell 2011).
This is regression, so the luck of reinforcement learning does not blur what a report, or its history, tells.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.policies.contract import Acting, Policy
from incentive_env.policies.history import nothing
from incentive_env.policies.network import CLIP, MANAGERS, NetworkPolicy, layers_of
from incentive_env.support.seeds import COLLECTION_SEEDS


class Sight(NamedTuple):
    """What networks see."""

    kind: type[NetworkPolicy]
    hidden: tuple[int, ...] = ()  # entries that are hidden from them


# The scheme in force stands on the report, and is a memory too: of what the manager saw when it chose the scheme.
SIGHTS = {
    "figures": Sight(NetworkPolicy, tuple(i for i, name in enumerate(REPORTED) if name.startswith("scheme_"))),
    "report": Sight(NetworkPolicy),
    "history": Sight(MANAGERS["history_network"]),
}
_HIDDEN, _BATCH, _RATE, _DECAY = 128, 1024, 1e-3, 1e-2


class Size(NamedTuple):
    """How long an imitation is."""

    rounds: int  # each adds the floors that the last network managed; the first adds the policy's own
    floors: int  # of a round
    steps: int  # of gradient descent in a round


class Imitation(NamedTuple):
    """A network after a round."""

    round: int
    policy: NetworkPolicy
    error: float  # mean square of the actions' difference on what it learned from; actions are from −1 to 1


def imitate(config: Config, teacher: Policy, sees: str, size: Size, seed: int = 0) -> Iterator[Imitation]:
    """Imitate a policy round by round.

    Args:
        config: the scenario.
        teacher: the policy; it sees the report or the true state.
        sees: what the networks see, one of `SIGHTS`.
        size: rounds, floors and steps.
        seed: of the network and of the order of decisions; floors are the same for each.

    Yields:
        The network after each round.
    """
    student: NetworkPolicy | None = None
    seen, done = [], []
    for number in range(size.rounds):
        first = COLLECTION_SEEDS.start + number * size.floors
        met, wanted = _managed(config, student or teacher, teacher, sees, range(first, first + size.floors))
        seen.append(met)
        done.append(wanted)
        student, error = _learned(np.concatenate(seen), np.concatenate(done), SIGHTS[sees], size.steps, seed)
        yield Imitation(number + 1, student, error)


def _managed(
    config: Config, manager: Policy, teacher: Policy, sees: str, seeds: range
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What is seen ``[decisions × floors, entries]`` under a manager, and what the teacher would do each time."""
    floors, memory = Floors(config, len(seeds)), nothing("history", len(seeds))
    floors.reset(np.array(seeds, np.uint64))
    managing, teaching = Acting(manager), Acting(teacher)
    seen, wanted = [], []
    for decision in range(config.horizon.decisions):
        report = floors.observation()
        memory = memory.after(report, np.full(len(seeds), decision == 0))
        seen.append(memory.beside(report) if sees == "history" else report.copy())
        wanted.append(teaching.on(floors))
        floors.decide(managing.on(floors))
    return np.concatenate(seen), np.concatenate(wanted).astype(np.float32)


def _learned(
    seen: NDArray[np.float32], wanted: NDArray[np.float32], sight: Sight, steps: int, seed: int
) -> tuple[NetworkPolicy, float]:
    """A network that fits what is wanted, and its mean square error in the last tenth of the steps."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    mean, deviation = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-6)
    standard = np.clip((seen - mean) / deviation, -CLIP, CLIP).astype(np.float32)
    standard[:, sight.hidden] = 0.0
    inputs = torch.from_numpy(standard)
    targets = torch.from_numpy(wanted)
    network = nn.Sequential(
        nn.Linear(seen.shape[1], _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, _HIDDEN), nn.Tanh(),
        nn.Linear(_HIDDEN, len(LEVERS)),
    )  # fmt: skip
    descent = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=_DECAY)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(descent, steps)
    errors = []
    for _ in range(steps):
        rows = torch.randint(len(inputs), (_BATCH,))
        error = ((network(inputs[rows]) - targets[rows]) ** 2).mean()
        descent.zero_grad()
        error.backward()
        descent.step()
        slower.step()
        errors.append(float(error.detach()))
    layers = layers_of(network)
    layers[0].weights[:, sight.hidden] = 0.0
    policy = sight.kind(mean.astype(np.float32), deviation.astype(np.float32), layers)
    return policy, float(np.mean(errors[-max(1, steps // 10) :]))
