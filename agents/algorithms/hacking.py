"""Plans of methods against reward hacking; each has one number, its ``strength``, that a curve can run over."""

import math
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from agents.algorithms.training import OnPolicyPlan, PPOParameters, Width
from agents.loading import Part
from incentive_env import Config
from incentive_env.policies.files import resolved


class Safe(Part):
    """The safe policy, whose conduct is trusted: a fixed scheme, with some noise so that what is near is seen too."""

    scheme: str = Field("balanced_scorecard", description="fixed scheme")
    spread: float = Field(0.3, gt=0.0, le=2.0, description="standard deviation of its actions, in half ranges")
    floors: int = Field(64, ge=2, le=100_000, description="floors that show where it leads")


class GuardedPlan(OnPolicyPlan):
    """What all methods share that train on a proxy and look at a safe policy first."""

    strength: float = Field(0.0, ge=0.0, le=1e6, description="λ: how strongly the method holds back; 0 is plain PPO")
    safe: Safe = Safe()

    def simulated(self, decisions: int) -> int:
        """Decisions that are trained on, and those of the safe policy that are looked at."""
        return super().simulated(decisions) + self.safe.floors * decisions

    def schemes(self) -> dict[str, str]:
        """Fixed schemes that the plan starts from, and the safe one."""
        return super().schemes() | {"safe.scheme": self.safe.scheme}

    def keywords(self, config: Config) -> dict[str, Any]:
        """Keywords of PPO, the plan itself, and the action ``[levers]`` of the safe scheme."""
        action = resolved("safe.scheme", self.safe.scheme, config)
        return super().keywords(config) | {"plan": self, "safe_action": action}


class Discriminator(Part):
    """The network that tells a policy's decisions from the safe one's."""

    net_arch: tuple[Width, ...] = Field((64, 64), max_length=8, description="widths of the hidden layers")
    learning_rate: float = Field(1e-3, gt=0.0, le=1.0, description="of Adam")
    n_epochs: int = Field(4, ge=1, le=1000, description="passes over the decisions of an update")
    clip: float = Field(4.0, gt=0.0, le=20.0, description="largest log ratio that counts")


class AnchoredPPOPlan(GuardedPlan):
    """PPO on a proxy, held near the conduct of a safe policy (Laidlaw, Singhal and Dragan, ICLR 2025)."""

    algorithm: Literal["anchored_ppo"] = "anchored_ppo"
    sees: Literal["report"] = Field("report", description="the report; the safe policy is watched through it too")
    strength: float = Field(
        0.02, ge=0.0, le=1000.0,
        description="λ: normalised reward given up for a unit of the divergence (of χ², its root); 0 is plain PPO",
    )  # fmt: skip
    divergence: Literal["chi_square", "kl"] = Field(
        "chi_square", description="how far from the safe policy is measured"
    )
    over: Literal["action", "state", "state_action"] = Field(
        "state_action", description="what is compared: actions in the states met (KL only), states, or both together"
    )
    safe: Safe = Safe(floors=128)
    discriminator: Discriminator = Discriminator()

    @model_validator(mode="after")
    def _divergence_is_finite(self) -> Self:
        """χ² of one normal from another is finite only where its variance is less than twice the other's."""
        if self.divergence == "kl":
            return self
        if self.over == "action":
            raise ValueError("over = 'action': only with divergence = 'kl'; state or state_action with chi_square")
        if self.over == "state_action" and math.exp(2.0 * self.policy.log_std_init) >= 2.0 * self.safe.spread**2:
            raise ValueError(
                f"safe.spread = {self.safe.spread:g} is too narrow for first actions of policy.log_std_init = "
                f"{self.policy.log_std_init:g}: exp(2 log_std_init) must be below 2 spread², or χ² is infinite"
            )
        return self


class MonitoredPlan(GuardedPlan):
    """PPO on a proxy, less what a monitor of known accuracy flags."""

    algorithm: Literal["monitored"] = "monitored"
    strength: float = Field(
        2.0, ge=0.0, le=1e6, description="λ: proxy given up where every case is flagged; at 0 the proxy alone is paid"
    )
    true_positives: float = Field(0.8, ge=0.0, le=1.0, description="share of gamed cases that are flagged")
    false_positives: float = Field(0.05, ge=0.0, le=1.0, description="share of honest cases that are flagged")
    cases: int = Field(100, ge=1, le=1_000_000, description="cases of a floor and period that are judged")

    def simulated(self, decisions: int) -> int:
        """Decisions that are trained on: no safe policy is looked at."""
        return self.total_timesteps


class AuditedPlan(GuardedPlan):
    """PPO on a proxy, less what the floor's own audits find."""

    algorithm: Literal["audited"] = "audited"
    strength: float = Field(
        2.0, ge=0.0, le=1e6, description="λ: proxy given up where a case is found in every call heard; 0 is plain PPO"
    )
    least_audit: float = Field(
        0.03, ge=0.0, le=1.0, description="share of calls that must be heard, or all of them count as gamed"
    )

    def simulated(self, decisions: int) -> int:
        """Decisions that are trained on: no safe policy is looked at."""
        return self.total_timesteps


class MaxMinPlan(GuardedPlan):
    """PPO against the worst of the rewards that fit the safe policy's data (Liu, Sun and Zheng 2026)."""

    algorithm: Literal["max_min"] = "max_min"
    strength: float = Field(
        0.5, ge=0.0, le=10.0,
        description="λ: how far a reward may lie from the proxy on the safe policy's decisions and still count as one "
        "that fits, root mean square in standard deviations of the proxy; at 0 the proxy alone fits, from 2 on all do",
    )  # fmt: skip
    parts: int = Field(10, ge=1, le=40, description="a mixture's weights are multiples of one over this")
    adversary_rate: float = Field(
        0.5, gt=0.0, le=100.0, description="step of the adversary's log weights, for a gain of a standard deviation"
    )


class Fit(Part):
    """Networks fitted to labels, and how."""

    net_arch: tuple[Width, ...] = Field((32, 32), max_length=8, description="widths of the hidden layers")
    learning_rate: float = Field(3e-3, gt=0.0, le=1.0, description="of Adam")
    n_epochs: int = Field(200, ge=1, le=10_000, description="passes over the labels")
    batch_size: int = Field(128, ge=1, le=1_000_000, description="labels in a minibatch")


class PessimisticEnsemblePlan(GuardedPlan):
    """PPO on a learned reward, mean minus λ standard deviations of an ensemble (Coste et al. 2024)."""

    algorithm: Literal["pessimistic_ensemble"] = "pessimistic_ensemble"
    strength: float = Field(
        1.0, ge=0.0, le=1000.0,
        description="λ: standard deviations over the ensemble that are given up; at 0 its mean is paid",
    )  # fmt: skip
    safe: Safe = Safe(floors=8)
    members: int = Field(5, ge=2, le=100, description="networks of the ensemble")
    label_noise: float = Field(
        0.1, ge=0.0, le=100.0, description="standard deviation of the labels, in 100 points of loyalty"
    )
    fit: Fit = Fit()


class EarlyStoppingPlan(GuardedPlan):
    """PPO that stops where the truth might begin to fall (Karwowski et al. 2024)."""

    algorithm: Literal["early_stopping"] = "early_stopping"
    sees: Literal["report"] = Field("report", description="the report; checks are made through it too")
    strength: float = Field(
        0.5, ge=0.0, le=1.0,
        description="λ: the angle assumed between proxy and truth, in right angles; the cosine of the angle is their "
        "correlation under the safe policy; at 0 the run never stops, at 1 it learns nothing",
    )  # fmt: skip
    check_every: int = Field(5, ge=1, le=10_000, description="updates between checks")
    check_floors: int = Field(64, ge=2, le=100_000, description="floors of a check, always the same")
    patience: int = Field(3, ge=1, le=1000, description="policies in a row that are not accepted before the run stops")
    shrinkage: float = Field(
        0.01, gt=0.0, le=1.0, description="added to the diagonal of the features' correlations: room for what is unseen"
    )

    def simulated(self, decisions: int) -> int:
        """Decisions that are trained on, of the safe policy, and of the checks; those that a stop saves are counted."""
        if self.strength == 0.0:
            return self.total_timesteps
        updates = -(-self.total_timesteps // self.update_size)
        checks = 2 + (updates - 1) // self.check_every  # of the first and of the last policy too
        return super().simulated(decisions) + checks * self.check_floors * decisions


class MyopicParameters(PPOParameters):
    """Keywords of stable-baselines3's PPO, without foresight."""

    gamma: float = Field(0.0, ge=0.0, le=1.0, description="discount of a period of four weeks; MONA's is 0")


class MonaPlan(GuardedPlan):
    """Myopic PPO on the proxy and an overseer's approval (Farquhar et al. 2025)."""

    algorithm: Literal["mona"] = "mona"
    hyper_parameters: MyopicParameters = MyopicParameters()
    strength: float = Field(
        10.0, ge=0.0, le=1e6,
        description="λ: proxy given up for approval by 100 points of loyalty for a period; at 0 the proxy of each "
        "period is all",
    )  # fmt: skip
    approval: Literal["exact", "noisy", "learned"] = Field(
        "exact", description="by an overseer that knows the model, the same with errors, or a network fitted to those"
    )
    foresight: int = Field(6, ge=1, le=1000, description="periods that the overseer looks ahead")
    approval_noise: float = Field(
        0.2, ge=0.0, le=100.0, description="standard deviation of errors, in 100 points of loyalty × periods"
    )
    fit: Fit = Fit()

    def simulated(self, decisions: int) -> int:
        """Decisions that are trained on, and those that the overseer tries out beside them."""
        foreseen = 0 if self.strength == 0.0 else 2 * self.foresight
        if self.approval == "learned":
            return self.total_timesteps + self.safe.floors * decisions * (1 + 2 * self.foresight)
        return self.total_timesteps * (1 + foreseen)
