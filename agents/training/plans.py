"""Training plans, ``configs/plans/training/*.yaml``: one class an algorithm, every number bounded and explained."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from agents.plan_files import Part, find_plan, read_plan
from incentive_env import ConfigError
from incentive_env.policies import Policy

Watch = Callable[[Policy, int], None]
"""Is shown a policy while it is trained, as it is after so many decisions; it must not change it."""

Width = Annotated[int, Field(ge=1, le=4096)]


class PPOParameters(Part):
    """Keywords of stable-baselines3's PPO."""

    n_steps: int = Field(26, ge=1, le=100_000, description="decisions a floor between updates")
    batch_size: int = Field(832, ge=2, le=1_000_000, description="decisions in a minibatch")
    n_epochs: int = Field(10, ge=1, le=1000, description="passes over the decisions of an update")
    learning_rate: float = Field(1e-3, gt=0.0, le=1.0, description="of Adam; falls linearly to 0")
    gamma: float = Field(0.97, ge=0.0, le=1.0, description="discount of a period of four weeks")
    gae_lambda: float = Field(0.95, ge=0.0, le=1.0, description="of generalised advantage estimation")
    clip_range: float = Field(0.2, gt=0.0, le=1.0, description="of the probability ratio")
    ent_coef: float = Field(0.0, ge=0.0, le=1.0, description="weight of the entropy")
    vf_coef: float = Field(0.5, ge=0.0, le=10.0, description="weight of the value loss")
    max_grad_norm: float = Field(0.5, gt=0.0, le=100.0, description="longest gradient")
    target_kl: float | None = Field(0.05, gt=0.0, le=10.0, description="divergence at which an update stops early")


class SACParameters(Part):
    """Keywords of stable-baselines3's SAC, and of TQC."""

    buffer_size: int = Field(100_000, ge=1, le=100_000_000, description="decisions remembered")
    learning_starts: int = Field(0, ge=0, description="decisions before the first update, drawn from the whole box")
    batch_size: int = Field(256, ge=1, le=1_000_000, description="decisions in a minibatch")
    train_freq: int = Field(1, ge=1, le=100_000, description="decisions a floor between updates")
    gradient_steps: int = Field(8, ge=1, le=100_000, description="minibatches in an update")
    learning_rate: float = Field(1e-3, gt=0.0, le=1.0, description="of Adam; falls linearly to 0")
    gamma: float = Field(0.95, ge=0.0, le=1.0, description="discount of a period of four weeks")
    tau: float = Field(0.01, gt=0.0, le=1.0, description="share of the way that target networks follow")
    ent_coef: Annotated[float, Field(ge=0.0, le=100.0)] | Literal["auto"] = Field(
        "auto", description="weight of the entropy; auto: adjusted by itself"
    )


class TQCParameters(SACParameters):
    """Keywords of sb3-contrib's TQC."""

    top_quantiles_to_drop_per_net: int = Field(2, ge=0, le=24, description="highest of the 25 quantiles left out")


class Network(Part):
    """The networks of policy and value."""

    net_arch: tuple[Width, ...] = Field((64, 64), description="widths of the hidden layers")
    initial_scheme: str = Field(
        "balanced_scorecard", description="fixed scheme around which the first actions are drawn"
    )
    log_std_init: float = Field(-0.7, ge=-5.0, le=2.0, description="log standard deviation of the first actions")


class RecurrentNetwork(Network):
    """The networks of policy and value, each behind a memory of its own."""

    lstm_hidden_size: int = Field(32, ge=1, le=4096, description="width of the memory")


class Anchor(Part):
    """The safe policy that a regularised learner is held to."""

    scheme: str = Field("balanced_scorecard", description="fixed scheme whose conduct is trusted")
    spread: float = Field(0.5, gt=0.0, le=2.0, description="standard deviation of its actions: room for what is near")
    weight: float = Field(1.0, ge=0.0, le=1000.0, description="λ: reward given up a unit of √χ²; 0 is plain PPO")
    floors: int = Field(64, ge=1, le=100_000, description="floors that show where it leads")
    net_arch: tuple[Width, ...] = Field((64, 64), description="hidden layers of the discriminator")
    learning_rate: float = Field(1e-3, gt=0.0, le=1.0, description="of the discriminator")
    n_epochs: int = Field(4, ge=1, le=1000, description="of the discriminator, over the decisions of an update")
    clip: float = Field(4.0, gt=0.0, le=20.0, description="largest log ratio that counts")


class _Plan(Part):
    """What all training by stable-baselines3 shares."""

    total_timesteps: int = Field(400_000, ge=1, le=10_000_000_000, description="decisions, over all floors")
    num_envs: int = Field(128, ge=1, le=100_000, description="floors in the batch")
    checkpoint_every: int = Field(20_000, ge=1, description="decisions between checkpoints")
    sees: Literal["report", "state"] = Field(
        "report", description="what the policy is shown: the manager's report, or, as an oracle, the true state"
    )


class TrainingConfig(_Plan):
    """PPO (Schulman et al. 2017), and the form of the plans that build on it."""

    algorithm: Literal["ppo"] = Field("ppo", description="ppo")
    hyper_parameters: PPOParameters = PPOParameters()  # type: ignore[call-arg]
    policy: Network = Network()  # type: ignore[call-arg]

    @model_validator(mode="after")
    def _enough_to_learn_from(self) -> Self:
        if self.num_envs * self.hyper_parameters.n_steps < 2:
            raise ValueError("num_envs × hyper_parameters.n_steps must be at least 2: advantages are normalised")
        return self


class RecurrentPPOPlan(TrainingConfig):
    """PPO with a memory: the manager sees only reports, and what they do not say must be gathered over time."""

    algorithm: Literal["recurrent_ppo"] = Field("recurrent_ppo", description="recurrent_ppo")  # type: ignore[assignment]
    policy: RecurrentNetwork = RecurrentNetwork()  # type: ignore[call-arg]


class AnchoredPPOPlan(TrainingConfig):
    """PPO on a proxy, held near the conduct of a safe policy (Laidlaw, Singhal and Dragan, ICLR 2025)."""

    algorithm: Literal["anchored_ppo"] = Field("anchored_ppo", description="anchored_ppo")  # type: ignore[assignment]
    sees: Literal["report"] = Field("report", description="the report; the safe policy is watched through it too")
    anchor: Anchor = Anchor()  # type: ignore[call-arg]

    @model_validator(mode="after")
    def _divergence_is_finite(self) -> Self:
        """χ² of one normal from another is finite only where its variance is less than twice the other's."""
        if math.exp(2.0 * self.policy.log_std_init) >= 2.0 * self.anchor.spread**2:
            raise ValueError(
                f"anchor.spread = {self.anchor.spread:g} is too narrow for first actions of policy.log_std_init = "
                f"{self.policy.log_std_init:g}: exp(2 log_std_init) must be below 2 spread², or χ² has no end"
            )
        return self


class SACPlan(_Plan):
    """SAC (Haarnoja et al. 2018)."""

    algorithm: Literal["sac"] = Field("sac", description="sac")
    hyper_parameters: SACParameters = SACParameters()  # type: ignore[call-arg]
    policy: Network = Network()  # type: ignore[call-arg]


class TQCPlan(SACPlan):
    """TQC (Kuznetsov et al. 2020)."""

    algorithm: Literal["tqc"] = Field("tqc", description="tqc")  # type: ignore[assignment]
    hyper_parameters: TQCParameters = TQCParameters()  # type: ignore[call-arg]


class _Search(Part):
    """What all searches share."""

    floors: int = Field(24, ge=1, le=100_000, description="floors of a generation, the same for all its candidates")
    validation_floors: int = Field(128, ge=1, le=100_000, description="on which the finalists are compared")
    start: str = Field("retention_first", description="fixed scheme that it starts from")


class StaticPlan(_Search):
    """The best fixed scheme, by CMA-ES."""

    algorithm: Literal["cma_static"] = Field("cma_static", description="cma_static")
    generations: int = Field(30, ge=1, le=1_000_000, description="of the search")
    population: int = Field(16, ge=3, le=100_000, description="candidates in a generation")
    sigma: float = Field(0.3, gt=0.0, le=2.0, description="first standard deviation, in half ranges of a lever")


class FeedbackPlan(_Search):
    """A scheme that leans linearly with the report, or as an oracle with the true state, by CMA-ES."""

    algorithm: Literal["cma_feedback"] = Field("cma_feedback", description="cma_feedback")
    generations: int = Field(60, ge=1, le=1_000_000, description="of the search")
    population: int = Field(24, ge=3, le=100_000, description="candidates in a generation")
    sigma: float = Field(0.1, gt=0.0, le=2.0, description="first standard deviation of every weight")
    sees: Literal["report", "state"] = Field("report", description="what it leans on")


class RandomSearchPlan(_Search):
    """The best of many fixed schemes drawn evenly from the whole box."""

    algorithm: Literal["random_search"] = Field("random_search", description="random_search")
    candidates: int = Field(400, ge=1, le=1_000_000, description="schemes drawn")
    finalists: int = Field(8, ge=1, le=1000, description="of them that meet the validation floors")


GradientPlan = TrainingConfig | RecurrentPPOPlan | AnchoredPPOPlan | SACPlan | TQCPlan
SearchPlan = StaticPlan | FeedbackPlan | RandomSearchPlan
Plan = GradientPlan | SearchPlan


def load_plan(source: "str | Path", changes: "dict[str, Any] | None" = None) -> Plan:
    """Load a plan by name (in ``configs/plans/training``) or path.

    Args:
        source: name or path; a file without ``algorithm:`` is PPO's.
        changes: entries that take the place of the file's, ``{"total_timesteps": 1000}``.

    Raises:
        ConfigError: missing, malformed, an unknown key, or a value out of bounds; all of them at once.
    """
    path = find_plan(source, "plans/training", "training file")
    plan: Plan = read_plan(Annotated[Plan, Field(discriminator="algorithm")], path, changes, algorithm="ppo")
    return plan


def load_training(source: "str | Path", changes: "dict[str, Any] | None" = None) -> GradientPlan:
    """Load a plan of an algorithm of stable-baselines3.

    Raises:
        ConfigError: as `load_plan`; or the plan is that of a search.
    """
    plan = load_plan(source, changes)
    if not isinstance(plan, GradientPlan):
        raise ConfigError(f"training {str(source)!r}: {plan.algorithm} is a search, run by scripts/benchmark.py")
    return plan


def scheme_names(plan: Plan) -> dict[str, str]:
    """Fixed schemes that a plan builds on, by the key that names them."""
    if isinstance(plan, SearchPlan):
        return {"start": plan.start}
    names = {"policy.initial_scheme": plan.policy.initial_scheme}
    return names | {"anchor.scheme": plan.anchor.scheme} if isinstance(plan, AnchoredPPOPlan) else names
