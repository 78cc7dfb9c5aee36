"""Reward, score and Goodhart gap: three different things.

The *reward* is what a learner is trained on: named terms, weighted by a preset. The *score* is long-term loyalty, true
not measured, in the last year of the episode. The *Goodhart gap* is how much further the proxy moved than the truth.
"""

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, ConfigError
from incentive_env.config.objective import Rewards, Weights
from incentive_env.floors.batch import Floors
from incentive_env.floors.measures import loyalty_points, net_promoters
from incentive_env.model.report import TERMS
from incentive_env.support.spelling import nearest

TERM_NAMES: tuple[str, ...] = tuple(TERMS.names or ())
PRESETS: tuple[str, ...] = tuple(Rewards.model_fields)


def reward_weights(config: Config, reward: str) -> NDArray[np.float64]:
    """Weights ``[terms]`` of a preset, in the order of `TERM_NAMES`.

    Raises:
        ConfigError: no preset has that name.
    """
    if reward not in PRESETS:
        raise ConfigError(f"unknown reward {reward!r}{nearest(str(reward), PRESETS)}; rewards: {', '.join(PRESETS)}")
    preset: Weights = getattr(config.rewards, reward)
    return np.array([getattr(preset, term) for term in TERM_NAMES])


def weigh(terms: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rewards ``[...]`` of terms ``[..., terms]``; summed in one order, so that a batch has the bits of one floor."""
    rewards: NDArray[np.float64] = np.add.reduce(terms * weights, axis=-1)
    return rewards


def credit_closed(
    terms: NDArray[np.float64], floors: Floors, closed: NDArray[np.int64], weights: NDArray[np.float64]
) -> None:
    """Add to the loyalty term of floors that have just closed what they deserve for the rest of the episode.

    Later periods count like earlier ones, so nothing is gained by closing early. Where the preset gives loyalty no
    weight, the rest is not simulated.

    Args:
        terms: ``[floors, terms]``, changed.
        floors: at the end of the period.
        closed: numbers of the floors that closed in it.
        weights: ``[terms]`` of the preset.
    """
    term = TERM_NAMES.index("loyalty")
    if len(closed) > 0 and weights[term] != 0.0:
        terms[closed, term] += floors.loyalty_to_come(closed) / 100.0


def loyalty_score(floor_weeks: np.ndarray, config: Config) -> NDArray[np.float64]:
    """Long-term loyalty of each floor, points from −100 to 100.

    100 × (promoters − detractors) / all slots, averaged over the weeks given; a slot that a wronged customer left
    counts as a detractor until it is filled again.

    Args:
        floor_weeks: ``[floors, weeks]`` FLOOR_WEEK records.
        config: for the number of slots.
    """
    return np.asarray(loyalty_points(net_promoters(floor_weeks).mean(axis=-1), config))


def episode_score(net: NDArray[np.float64], config: Config) -> NDArray[np.float64]:
    """The score: long-term loyalty of each floor in the last weeks of the episode, points from −100 to 100.

    Args:
        net: ``[..., weeks]`` net promoters, from the first week under the manager on.
        config: for ``horizon.scored_weeks``, the episode's length and the number of slots.
    """
    scored = net[..., config.horizon.scored_from : config.horizon.episode_weeks]
    return np.asarray(loyalty_points(scored.mean(axis=-1), config))


def goodhart_gap(
    proxy: NDArray[np.float64], truth: NDArray[np.float64], base_proxy: NDArray[np.float64],
    base_truth: NDArray[np.float64],
) -> float:  # fmt: skip
    """Proxy gain minus true gain against a base policy on the same floors, each in standard units.

    The unit of each is the standard deviation over floors under the base policy, so a gap of 1 means that
    the figure moved one such deviation further than what it stands for.

    Args:
        proxy: ``[floors]`` proxy reached by the policy.
        truth: ``[floors]`` true objective reached.
        base_proxy: ``[floors]`` the same proxy under the base policy.
        base_truth: ``[floors]`` the true objective under it.
    """
    proxy_unit = max(float(np.std(base_proxy)), 1e-9)
    truth_unit = max(float(np.std(base_truth)), 1e-9)
    return float(np.mean(proxy - base_proxy) / proxy_unit - np.mean(truth - base_truth) / truth_unit)
