"""Sales floors with a vector reward, in the form of MO-Gymnasium, which need not be installed."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_env.config import Config, KeywordError
from incentive_env.envs.single import SalesFloorEnv
from incentive_env.envs.vector import Batch, SalesFloorVectorEnv
from incentive_env.floors.reward import TERM_NAMES
from incentive_env.floors.reward_vector import OBJECTIVES, reference_point, reward_space, reward_vector


class _VectorReward:
    """What the single environment and the batch share."""

    objectives = OBJECTIVES
    config: Config

    def _use_vector(self) -> None:
        self._weights = np.ones(len(TERM_NAMES))  # none is 0, so that nothing is left out
        self.reward = "vector"
        self.reward_space = reward_space(self.config)

    @property
    def reference_point(self) -> NDArray[np.float64]:
        """Where the hypervolume of returns is measured from: `incentive_env.floors.reward_vector.reference_point`."""
        return reference_point(self.config)


class SalesFloorMOEnv(_VectorReward, SalesFloorEnv):
    """A sales floor whose reward has an entry for each of four parties; the learner decides how to weigh them.

    ## Description
    The floor of `SalesFloorEnv`, bit for bit, with a vector reward: customers, the firm, the client and the reps want
    different things from one scheme. The environment does not say how much each of them counts; a preset's scalar
    reward is one answer (`incentive_env.floors.reward_vector.preset_weights`).

    ## Action Space
    ``Box(-1, 1, (levers,), float32)``, the levers of `SalesFloorEnv`.

    ## Observation Space
    ``Box`` of float32, the report of `SalesFloorEnv`.

    ## Rewards
    ``reward_space`` is a ``Box`` of four, float32; larger is better in each.

    | Num | Objective | What one unit is | Lowest | Highest |
    |---|---|---|---|---|
    | 0 | loyalty | 100 points of true loyalty in a period; the last of a floor that closes holds the rest | −39 | 39 |
    | 1 | profit | 10 € a real customer and year | −∞ | ∞ |
    | 2 | conversion | 10 points of *recorded* conversion; 0 is at 20 % | −2 | 8 |
    | 3 | wellbeing | 100 points of the reps' own loyalty (eNPS) | −1 | 1 |

    Loyalty stays within ±1 but in the last reward of a floor that closes, which holds the loyalty of the rest of the
    episode: 39 periods at most. A return is the undiscounted sum over an episode. ``info["reward_terms"]`` holds the
    terms one by one.

    ## Starting State
    As in `SalesFloorEnv`: equal seeds make equal floors, whatever the form of the reward.

    ## Episode End
    As in `SalesFloorEnv`.

    ## Arguments
    ``config``, ``render_mode`` and dotted overrides as in `SalesFloorEnv`. There is no ``reward`` to choose.

    >>> import gymnasium as gym, incentive_env
    >>> env = gym.make("incentive_env/MO-Telesales-v1", **{"salesforce.reps": 6})
    >>> observation, info = env.reset(seed=7)
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> reward.shape, reward.dtype, reward in env.unwrapped.reward_space
    ((4,), dtype('float32'), True)
    >>> env.unwrapped.objectives
    ('loyalty', 'profit', 'conversion', 'wellbeing')

    ## Rendering
    As in `SalesFloorEnv`.

    ## Vectorized environment
    ``gym.make_vec("incentive_env/MO-Telesales-v1", num_envs=64)`` makes the native `SalesFloorMOVectorEnv`.

    ## References
    Hayes et al. 2022, A practical guide to multi-objective reinforcement learning and planning; Felten et al. 2023, A
    toolkit for reliable benchmarking and research in multi-objective reinforcement learning (MO-Gymnasium).

    ## Version History
    * v1: as `SalesFloorEnv`.
    * v0: initial version.
    """

    def __init__(
        self, config: "str | Path | Config | None" = None, render_mode: str | None = None, **overrides: Any
    ) -> None:
        _refuse_preset(overrides)
        super().__init__(config, render_mode=render_mode, **overrides)
        self._use_vector()

    def step(  # type: ignore[override]  # MO-Gymnasium's one difference to Gymnasium: the reward is a vector
        self, action: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], bool, bool, dict[str, Any]]:
        """Put a scheme in force for the next four weeks; see `SalesFloorEnv.step`."""
        observation, _, terminated, truncated, info = super().step(action)
        return observation, reward_vector(info["reward_terms"]), terminated, truncated, info


class SalesFloorMOVectorEnv(_VectorReward, SalesFloorVectorEnv):
    """A batch of sales floors with rewards ``[num_envs, 4]``, float32; otherwise like `SalesFloorVectorEnv`.

    ``reward_space`` is that of one floor, as in MO-Gymnasium's own vector environments and as their wrappers expect.
    Arguments are those of `SalesFloorVectorEnv` without ``reward``.
    """

    def __init__(self, num_envs: int = 1, config: "str | Path | Config | None" = None, **options: Any) -> None:
        _refuse_preset(options)
        super().__init__(num_envs, config, **options)
        self._use_vector()

    def step(  # type: ignore[override]
        self, actions: Batch
    ) -> tuple[Batch, NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Put a scheme in force on each floor for the next four weeks; see `SalesFloorVectorEnv.step`."""
        observations, _, terminated, truncated, infos = super().step(actions)
        rewards = reward_vector(infos["reward_terms"])
        rewards[~infos["_reward_terms"]] = 0.0  # opened in this step: no period was simulated
        return observations, rewards, terminated, truncated, infos


def _refuse_preset(overrides: dict[str, Any]) -> None:
    if "reward" in overrides:
        raise KeywordError(
            f"reward {overrides['reward']!r}: a vector reward has no preset; weigh it with "
            f"incentive_env.floors.reward_vector.preset_weights(config, {overrides['reward']!r}) instead"
        )
