"""The plan of a training by RLlib, ``configs/plans/rllib/*.yaml``."""

from typing import Literal, Self

from pydantic import Field, model_validator

from agents.algorithms.training import Network
from agents.loading import Part


class RLlibParameters(Part):
    """Keywords of RLlib's ``PPOConfig.training``."""

    train_batch_size: int = Field(3328, ge=2, le=10_000_000, description="decisions between updates, over all floors")
    minibatch_size: int = Field(832, ge=2, le=1_000_000, description="decisions in a minibatch")
    num_epochs: int = Field(10, ge=1, le=1000, description="passes over the decisions of an update")
    lr: float = Field(2e-3, gt=0.0, le=1.0, description="learning rate of Adam; falls linearly to 0")
    gamma: float = Field(0.95, ge=0.0, le=1.0, description="discount of a period of four weeks")
    lambda_: float = Field(0.95, ge=0.0, le=1.0, description="of generalised advantage estimation")
    clip_param: float = Field(0.3, gt=0.0, le=1.0, description="of the probability ratio")
    entropy_coeff: float = Field(0.0, ge=0.0, le=1.0, description="weight of the entropy")
    vf_loss_coeff: float = Field(0.5, ge=0.0, le=10.0, description="weight of the value loss")
    vf_clip_param: float = Field(10_000.0, gt=0.0, le=1e9, description="largest squared error of the value that counts")
    grad_clip: float = Field(0.5, gt=0.0, le=100.0, description="longest gradient")
    kl_coeff: float = Field(0.0, ge=0.0, le=100.0, description="first weight of the divergence from the last policy")
    kl_target: float = Field(0.01, gt=0.0, le=10.0, description="divergence that its weight is steered to")


class RLlibPlan(Part):
    """RLlib's PPO on several env runners."""

    algorithm: Literal["ppo"] = "ppo"
    total_timesteps: int = Field(250_000, ge=1, le=10_000_000_000, description="decisions, over all floors")
    num_env_runners: int = Field(2, ge=0, le=10_000, description="processes that run floors; 0: the learner's own")
    num_envs_per_env_runner: int = Field(64, ge=1, le=100_000, description="floors of each")
    checkpoint_every: int = Field(20_000, ge=1, description="decisions between checkpoints")
    hyper_parameters: RLlibParameters = RLlibParameters()
    policy: Network = Network()

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        ppo, floors = self.hyper_parameters, max(1, self.num_env_runners) * self.num_envs_per_env_runner
        if ppo.minibatch_size > ppo.train_batch_size:
            raise ValueError(
                f"hyper_parameters.minibatch_size = {ppo.minibatch_size}: must not be above "
                f"hyper_parameters.train_batch_size = {ppo.train_batch_size}"
            )
        if ppo.train_batch_size < floors:
            raise ValueError(
                f"hyper_parameters.train_batch_size = {ppo.train_batch_size}: must be at least one decision for each "
                f"of num_env_runners × num_envs_per_env_runner = {floors} floors"
            )
        return self
