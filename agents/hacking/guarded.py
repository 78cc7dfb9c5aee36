"""PPO that first looks at a safe policy, and may then be paid something else than the preset's reward."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from agents.algorithms.hacking import GuardedPlan
from agents.training.vec_adapter import NativeVecEnv
from incentive_env.floors.batch import Floors

Arrays = dict[str, NDArray[Any]]


class GuardedPPO(PPO):
    """The common part of methods that change what PPO is paid, or when it stops.

    A method writes `prepare`, which is called once before the first decision, and `foresee` and `pay` of
    `agents.training.vec_adapter.Judge`. What it has to remember when a run is resumed is in ``kept``.

    Args:
        *arguments: of PPO.
        plan: of the method.
        safe_action: ``[levers]`` the action of the safe scheme.
        **keywords: of PPO.
    """

    def __init__(
        self, *arguments: Any, plan: GuardedPlan | None = None, safe_action: NDArray[np.float32] | None = None,
        **keywords: Any,
    ) -> None:  # fmt: skip
        self.plan, self.safe_action = plan, safe_action
        self.kept: Arrays = {}
        super().__init__(*arguments, **keywords)

    @property
    def floors(self) -> NativeVecEnv:
        """The batch that is trained on."""
        assert isinstance(self.env, VecNormalize)
        return cast(NativeVecEnv, self.env.venv)

    def prepare(self) -> None:
        """Look at the safe policy, and keep what is to be remembered."""

    def foresee(self, floors: Floors, actions: NDArray[np.floating]) -> None:
        """Look at what is about to be done."""

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """What is paid ``[floors]``; the preset's reward where a method does not say otherwise."""
        return rewards

    def kept_arrays(self) -> Arrays:
        """What is remembered, for a run that is resumed."""
        return self.kept

    def restore_arrays(self, arrays: Arrays) -> None:
        """Restore what `kept_arrays` returned."""
        self.kept = dict(arrays)

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Collect decisions as PPO does, with this method as the judge of what they are paid."""
        if self.num_timesteps == 0 and not self.kept:
            self.prepare()
        self.floors.judge = self
        return super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps)


def columns(infos: dict[str, Any], kind: str, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Numbers ``[floors, names]`` of the infos of a step: reward terms, figures or truth."""
    return np.stack([infos[kind][name] for name in names], axis=1)
