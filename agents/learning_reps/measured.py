"""Measures of the reps' conduct under a manager, the same for learned reps and the model's own."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from incentive_env import Config
from incentive_env.config.channels import CHANNELS
from incentive_env.floors import measures
from incentive_env.floors.reward import episode_score
from incentive_env.floors.seats import UTILITY_TERMS
from incentive_env.policies import Acting, PolicyLike, as_policy
from incentive_env.policies.staffed import StaffedFloors


def measure(
    config: Config, manager: PolicyLike, seeds: Sequence[int], reps: PolicyLike | None, seats: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    """Figures ``[floors]`` over an episode, by name.

    Shares of calls by gaming channel (``rushed``: of inbound contacts answered), ``gaming`` (of calls and contacts),
    ``effort`` (of the time), true and recorded conversion, ``utility`` and its terms (€ a week and seat), each over the
    chosen seats; ``loyalty`` (the score, points) is the floor's.

    Args:
        config: the scenario.
        manager: the policy of the manager.
        seeds: one per floor.
        reps: the policy of the seats; the model's own reps if ``None``.
        seats: numbers of the seats that it fills, and that are measured.
    """
    floors = StaffedFloors(config, len(seeds), reps, seats=seats)
    floors.reset(seeds)
    acting = Acting(as_policy(manager, config))
    weeks, net, gained = [], [], []
    for _ in range(config.horizon.decisions):
        period = floors.decide(acting.on(floors))
        net.append(measures.net_promoters(period.floor_weeks))
        weeks.append(period.rep_weeks[:, :, seats].copy())
        gained.append(floors.seats.gained(period)[:, seats].mean(axis=1))
    terms = np.mean(gained, axis=0)  # [floors, terms]
    return {
        **_conduct(np.concatenate(weeks, axis=1)),
        "utility": terms.sum(axis=1),
        **{f"utility_{term}": terms[:, number] for number, term in enumerate(UTILITY_TERMS)},
        "loyalty": episode_score(np.concatenate(net, axis=1), config),
    }


def _conduct(weeks: np.ndarray) -> dict[str, NDArray[np.float64]]:
    """Measures ``[floors]`` of rep-weeks ``[floors, weeks, seats]``."""
    total = measures.totals(weeks, axis=(1, 2))
    gamed = weeks["gamed"].sum(axis=(1, 2))  # [floors, channels]
    calls, answered = np.maximum(total("calls"), 1.0), np.maximum(total("answered"), 1.0)
    shares = {
        row.name: gamed[:, channel] / (answered if row.share_of == "contacts" else calls)
        for channel, row in enumerate(CHANNELS.values())
    }
    return {
        **shares,
        "gaming": measures.GAMING_SHARE.of(total),
        "effort": measures.EFFORT.of(total),
        "conversion": measures.TRUE_CONVERSION.of(total),
        "recorded_conversion": measures.RECORDED_CONVERSION.of(total),
    }
