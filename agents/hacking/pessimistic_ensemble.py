"""PPO on a proxy that several networks have corrected, paid their mean minus λ standard deviations.

In a few episodes of a safe policy, every period gets a noisy label of its true loyalty: a costly survey by somebody
else. Each network learns what is to be added to the proxy to get the label, from what the firm can measure and the
scheme in force. Where the networks have seen labels they agree; where a scheme leads elsewhere they do not, and their
disagreement is charged::

    paid = proxy + mean_i δ_i − λ std_i δ_i

Coste, Anwar, Kirk and Krueger ("Reward model ensembles help mitigate overoptimization", ICLR 2024) show that this
("uncertainty-weighted optimisation", there with the variance) delays the point from which the truth falls. The truth is
seen in the labels only, before training. At λ = 0 the mean is paid: a learned reward, not the plain proxy.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from agents.algorithms.hacking import PessimisticEnsemblePlan
from agents.hacking.episodes import term_columns, watch_safe
from agents.hacking.fitted import Fitted
from agents.hacking.guarded import Arrays, GuardedPPO, columns
from incentive_env.config.levers import LEVERS
from incentive_env.floors.batch import Floors
from incentive_env.model.report import MEASURED


class PessimisticEnsemblePPO(GuardedPPO):
    """PPO that is paid the lower end of what an ensemble says."""

    plan: PessimisticEnsemblePlan

    def _setup_model(self) -> None:
        super()._setup_model()
        self.ensemble = Fitted(self.plan.members, len(MEASURED) + len(LEVERS), self.plan.fit)
        self._actions = np.zeros((0, len(LEVERS)), np.float32)

    def prepare(self) -> None:
        """Label the safe policy's episodes, and fit the networks."""
        env = self.floors.env
        assert self.safe_action is not None
        seen = watch_safe(env.config, env.reward, self.plan.safe, self.safe_action)
        loyalty = seen.terms[..., term_columns(["loyalty"])[0]]
        labels = loyalty + self.plan.label_noise * torch.randn(loyalty.shape).numpy()
        self.ensemble.fit(np.concatenate([seen.figures, seen.actions], axis=-1), labels - seen.rewards)
        self.kept = self.ensemble.arrays()

    def restore_arrays(self, arrays: Arrays) -> None:
        """Restore the networks."""
        super().restore_arrays(arrays)
        self.ensemble.restore(self.kept)

    def foresee(self, floors: Floors, actions: NDArray[np.floating]) -> None:
        """Remember the actions: a floor that opens again in the step forgets them."""
        self._actions = np.clip(actions, -1.0, 1.0)

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """The proxy with the ensemble's correction ``[floors]``."""
        figures = columns(infos, "figures", MEASURED)
        corrections = self.ensemble(np.concatenate([figures, self._actions], axis=1))
        self.logger.record_mean("ensemble/disagreement", float(corrections.std(axis=0).mean()))
        return rewards + pessimistic(corrections, self.plan.strength)


def pessimistic(corrections: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """Mean minus ``strength`` standard deviations ``[rows]`` of what members ``[members, rows]`` say."""
    lower: NDArray[np.float64] = corrections.mean(axis=0) - strength * corrections.std(axis=0)
    return lower
