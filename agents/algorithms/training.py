"""Plans of training by stable-baselines3, ``configs/plans/training/*.yaml``; every number has bounds and a meaning."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from agents.loading import Part
from incentive_env import Config
from incentive_env.policies import Policy

Watch = Callable[[Policy, int], None]
"""Is shown a policy during training, with the number of decisions so far; it must not change the policy."""

Width = Annotated[int, Field(ge=1, le=4096)]


class PPOParameters(Part):
    """Keywords of stable-baselines3's PPO."""

    n_steps: int = Field(26, ge=1, le=100_000, description="decisions a floor between updates")
    batch_size: int = Field(832, ge=2, le=1_000_000, description="decisions in a minibatch")
    n_epochs: int = Field(10, ge=1, le=1000, description="passes over the decisions of an update")
    learning_rate: float = Field(2e-3, gt=0.0, le=1.0, description="of Adam; falls linearly to 0")
    gamma: float = Field(0.95, ge=0.0, le=1.0, description="discount of a period of four weeks")
    gae_lambda: float = Field(0.95, ge=0.0, le=1.0, description="of generalised advantage estimation")
    clip_range: float = Field(0.3, gt=0.0, le=1.0, description="of the probability ratio")
    ent_coef: float = Field(0.0, ge=0.0, le=1.0, description="weight of the entropy")
    vf_coef: float = Field(0.5, ge=0.0, le=10.0, description="weight of the value loss")
    max_grad_norm: float = Field(0.5, gt=0.0, le=100.0, description="longest gradient")
    target_kl: float | None = Field(None, gt=0.0, le=10.0, description="divergence at which an update stops early")


class SACParameters(Part):
    """Keywords of stable-baselines3's SAC."""

    buffer_size: int = Field(60_000, ge=1, le=100_000_000, description="decisions remembered")
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

    net_arch: tuple[Width, ...] = Field((64, 64), max_length=8, description="widths of the hidden layers")
    initial_scheme: str = Field(
        "balanced_scorecard", description="fixed scheme around which the first actions are drawn"
    )
    log_std_init: float = Field(-0.7, ge=-5.0, le=2.0, description="log standard deviation of the first actions")


class RecurrentNetwork(Network):
    """The networks of policy and value, each with its own memory."""

    lstm_hidden_size: int = Field(32, ge=1, le=4096, description="width of the memory")


class TrainingPlan(Part):
    """The common part of plans for stable-baselines3; `agents.algorithms.table` lists the algorithms."""

    algorithm: str
    total_timesteps: int = Field(250_000, ge=1, le=10_000_000_000, description="decisions, over all floors")
    num_envs: int = Field(128, ge=1, le=100_000, description="floors in the batch")
    checkpoint_every: int = Field(20_000, ge=1, description="decisions between checkpoints")
    sees: Literal["report", "history", "stack", "state"] = Field(
        "report",
        description="what the policy is shown: the manager's report, the report beside running means of past reports, "
        "the last eight reports, or the true state",
    )
    hyper_parameters: Any
    policy: Network = Network()

    @property
    def update_size(self) -> int:
        """Decisions between two updates, over all floors."""
        raise NotImplementedError

    def work(self, decisions: int) -> float:
        """Size of the job in PPO decisions, for episodes of this length."""
        return float(self.total_timesteps)

    def simulated(self, decisions: int) -> int:
        """Decisions that are trained on; ``decisions`` of an episode change nothing."""
        return self.total_timesteps

    @property
    def begins_at(self) -> str:
        """The fixed scheme around which the first actions are drawn."""
        return self.policy.initial_scheme

    def schemes(self) -> dict[str, str]:
        """Fixed schemes that the plan starts from, by the key that names them."""
        return {"policy.initial_scheme": self.policy.initial_scheme}

    def keywords(self, config: Config) -> dict[str, Any]:
        """Keywords of the algorithm's class.

        Raises:
            ConfigError: the plan names a scheme that does not exist.
        """
        numbers: dict[str, Any] = self.hyper_parameters.model_dump()
        return numbers

    def network(self) -> dict[str, Any]:
        """Keywords of the algorithm's network."""
        return {"net_arch": list(self.policy.net_arch)}


class OnPolicyPlan(TrainingPlan):
    """Training on decisions of the current policy, which are then discarded."""

    hyper_parameters: PPOParameters = PPOParameters()

    @property
    def update_size(self) -> int:
        """Decisions between two updates, over all floors."""
        return self.num_envs * self.hyper_parameters.n_steps

    def network(self) -> dict[str, Any]:
        """Keywords of the algorithm's network."""
        return self.policy.model_dump(exclude={"initial_scheme"}) | super().network()

    @model_validator(mode="after")
    def _enough_to_learn_from(self) -> Self:
        if self.update_size < 2:
            raise ValueError("num_envs × hyper_parameters.n_steps must be at least 2: advantages are normalised")
        return self


class OffPolicyPlan(TrainingPlan):
    """Training that learns from a buffer of past decisions."""

    hyper_parameters: SACParameters = SACParameters()

    @property
    def update_size(self) -> int:
        """Decisions between two updates, over all floors."""
        return self.num_envs * self.hyper_parameters.train_freq

    def work(self, decisions: int) -> float:
        """Size of the job, relative to eight minibatches per update."""
        return self.total_timesteps * self.hyper_parameters.gradient_steps / 8


class PPOPlan(OnPolicyPlan):
    """PPO (Schulman et al. 2017)."""

    algorithm: Literal["ppo"] = "ppo"


class RecurrentPPOPlan(OnPolicyPlan):
    """PPO with a memory: reports leave things out that a manager can infer over time."""

    algorithm: Literal["recurrent_ppo"] = "recurrent_ppo"
    policy: RecurrentNetwork = RecurrentNetwork()


class SACPlan(OffPolicyPlan):
    """SAC (Haarnoja et al. 2018)."""

    algorithm: Literal["sac"] = "sac"


class TQCPlan(OffPolicyPlan):
    """TQC (Kuznetsov et al. 2020)."""

    algorithm: Literal["tqc"] = "tqc"
    hyper_parameters: TQCParameters = TQCParameters()
