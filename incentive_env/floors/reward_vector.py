"""A reward of several objectives: their terms, their bounds, and the point from which a front is measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from incentive_env.config import Config, ConfigError
from incentive_env.floors.reward import TERM_NAMES, reward_weights
from incentive_env.support.spelling import nearest

OBJECTIVES = ("loyalty", "profit", "conversion", "wellbeing")

# The worst mean return a period over hand-made and drawn fixed schemes, rounded down to a tenth, and a tenth below for
# the luck of other floors; in the order of OBJECTIVES, by
# `python scripts/pareto.py reference --config SCENARIO --drawn 16 --floors 12`.
REFERENCE_POINTS: dict[str, tuple[float, float, float, float]] = {
    "telesales": (-0.7, -7.5, -1.1, -0.9),
    "contact_center": (-0.7, -2.0, -1.0, -1.0),
    "decent_team": (-0.7, -7.5, -1.2, -0.9),
    "rotten_team": (-0.7, -7.4, -1.2, -1.0),
    "hard_market": (-0.7, -7.5, -1.3, -0.9),
    "no_gaming": (-0.1, -7.5, -0.6, -0.8),
    "never_closes": (-0.8, -18.7, -0.9, -0.9),
    "strong_seasons": (-0.7, -7.6, -1.0, -0.9),
    "telesales_1": (-0.6, -7.5, -1.1, -0.9),
    "telesales_2": (-0.7, -7.5, -1.1, -0.9),
    "telesales_3": (-0.7, -7.6, -1.1, -0.9),
    "telesales_4": (-0.7, -7.6, -1.1, -0.9),
    "telesales_5": (-0.7, -7.5, -1.1, -0.9),
    "small": (-0.6, -7.6, -1.1, -0.9),
}


def reward_vector(terms: Mapping[str, Any] | np.ndarray) -> NDArray[np.float32]:
    """Reward vectors ``[..., 4]`` in the order of `OBJECTIVES`, of named reward terms ``[...]``."""
    return np.stack([terms[name] for name in OBJECTIVES], axis=-1).astype(np.float32)


def reward_space(config: Config) -> Box:
    """Bounds of a reward vector.

    Shares and points have natural bounds. The last reward of a floor that closes holds the loyalty of every later
    period of the episode. Profit has no bound that could be stated without running the model.
    """
    most_loyal = config.horizon.decisions
    low = np.array([-most_loyal, -np.inf, 10.0 * (0.0 - 0.2), -1.0], np.float32)
    high = np.array([most_loyal, np.inf, 10.0 * (1.0 - 0.2), 1.0], np.float32)
    return Box(low, high, dtype=np.float32)


def reference_point(config: Config) -> NDArray[np.float64]:
    """Reference point ``[4]`` of a scenario's hypervolumes: returns, undiscounted, that no sensible scheme falls below.

    It is the worst mean return of fixed schemes in each objective, a period, times the decisions of an episode. The
    point belongs to the scenario's name: of all overrides, only ``horizon`` moves it. A much shorter horizon needs its
    own point, since fewer floors close in it.

    Raises:
        ConfigError: the scenario has no point.
    """
    if config.name not in REFERENCE_POINTS:
        hint = nearest(config.name, REFERENCE_POINTS)
        raise ConfigError(
            f"scenario {config.name!r} has no reference point{hint}; scenarios with one: {', '.join(REFERENCE_POINTS)}"
            "; scripts/pareto.py reference finds one"
        )
    return np.array(REFERENCE_POINTS[config.name]) * config.horizon.decisions


def preset_weights(config: Config, preset: str) -> NDArray[np.float64]:
    """Weights ``[4]`` under which a reward vector equals the reward of a preset.

    Args:
        config: the scenario.
        preset: a reward preset's name.

    Raises:
        ConfigError: no preset has that name, or it pays for more than the four objectives.
    """
    weights = dict(zip(TERM_NAMES, reward_weights(config, preset).tolist(), strict=True))
    others = [term for term in TERM_NAMES if term not in OBJECTIVES and weights[term] != 0.0]
    if others:
        raise ConfigError(
            f"reward {preset!r} pays for {', '.join(others)}, which is not among the objectives {', '.join(OBJECTIVES)}"
        )
    return np.array([weights[name] for name in OBJECTIVES])
