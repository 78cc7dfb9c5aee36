"""PPO on a proxy, less a penalty for the gaming that somebody sees: a monitor, or the floor's own audits.

*Monitor.* A monitor judges cases of a period and errs at known rates: it flags a gamed case with its true-positive
rate, an honest one with its false-positive rate. It sees the truth, through these errors, all through training. Baker
et al. ("Monitoring reasoning models for misbehavior", 2025) pay a model's reward less what a monitor flags.

*Audits.* The environment's own lever: audits listen to a share of the calls and find some of the cases, not all. The
penalty is what they found among the calls that were heard. A manager who has fewer heard than the least share is
charged as if every call were gamed: what is not looked at does not count as clean, or the learner would stop looking.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from agents.algorithms.hacking import AuditedPlan, MonitoredPlan
from agents.hacking.guarded import GuardedPPO
from incentive_env.config.levers import LEVER_NAMES
from incentive_env.floors.batch import Floors
from incentive_env.model.scheme import lever_ranges

_AUDIT = LEVER_NAMES.index("audit")


class MonitoredPPO(GuardedPPO):
    """PPO that is paid the proxy less what a monitor flags."""

    plan: MonitoredPlan

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """The proxy, less λ times the share of cases that the monitor flags ``[floors]``."""
        gamed = np.clip(infos["truth"]["gaming_share"], 0.0, 1.0)
        flagged = flags(gamed, self.plan)
        self.logger.record_mean("monitor/flagged", float(flagged.mean()))
        return rewards - self.plan.strength * flagged


class AuditedPPO(GuardedPPO):
    """PPO that is paid the proxy less what audits find."""

    plan: AuditedPlan

    def _setup_model(self) -> None:
        super()._setup_model()
        self._heard = np.zeros(0)

    def foresee(self, floors: Floors, actions: NDArray[np.floating]) -> None:
        """Remember what share of the calls is to be heard."""
        low, high = (ends[_AUDIT] for ends in lever_ranges(floors.config))
        self._heard = low + (np.clip(actions[:, _AUDIT], -1.0, 1.0) + 1.0) / 2.0 * (high - low)

    def pay(self, rewards: NDArray[np.float64], infos: dict[str, Any]) -> NDArray[np.float64]:
        """The proxy, less λ times the share of cases found among the calls heard ``[floors]``."""
        found = np.clip(infos["figures"]["audit_findings"] / 100.0, 0.0, 1.0)
        counted = np.where(self._heard < self.plan.least_audit, 1.0, found)
        self.logger.record_mean("audits/counted", float(counted.mean()))
        return rewards - self.plan.strength * counted


def flags(gamed: NDArray[np.float64], plan: MonitoredPlan) -> NDArray[np.float64]:
    """Share of a period's cases that are flagged, by torch's luck.

    Args:
        gamed: true share of cases that were gamed, any shape.
        plan: rates of the monitor, and how many cases it judges.
    """
    chance = torch.as_tensor(gamed * plan.true_positives + (1.0 - gamed) * plan.false_positives)
    drawn = torch.distributions.Binomial(plan.cases, chance.clamp(0.0, 1.0)).sample()
    flagged: NDArray[np.float64] = (drawn / plan.cases).numpy()
    return flagged
