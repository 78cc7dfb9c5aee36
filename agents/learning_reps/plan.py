"""Plans of learning reps, ``configs/plans/learning_reps/*.yaml``."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from agents.algorithms.training import PPOParameters, PPOPlan, Width
from agents.loading import Part
from incentive_env.floors.seats import rep_reward_weights

MODEL = "model_"  # prefix of the names of the model's own reps


class SeatNetworkPlan(Part):
    """The networks of policy and value, which all seats share; each seat acts on its own observation."""

    net_arch: tuple[Width, ...] = Field((64, 64), description="widths of the hidden layers")
    log_std_init: float = Field(-0.5, ge=-5.0, le=2.0, description="log standard deviation of the first actions")
    start: Literal["honest", "even"] = Field(
        "honest", description="conduct around which the first actions are drawn: honest, or all entries at their middle"
    )


class RepPlan(Part):
    """Independent PPO (de Witt et al. 2020): each seat learns from its own reward, as if it were alone."""

    seats: int | None = Field(None, ge=1, description="seats that learn, from the first on; all of them if not given")
    rep_reward: str = Field("utility", description="what a seat is rewarded with: utility or pay")
    num_floors: int = Field(32, ge=1, le=100_000, description="floors in the batch")
    total_timesteps: int = Field(1_000_000, ge=1, le=10_000_000_000, description="decisions, over all learning seats")
    hyper_parameters: PPOParameters = PPOParameters()
    policy: SeatNetworkPlan = SeatNetworkPlan()

    @model_validator(mode="after")
    def _can_be_learned(self) -> Self:
        if self.num_floors * self.hyper_parameters.n_steps < 2:
            raise ValueError("num_floors × hyper_parameters.n_steps must be at least 2: advantages are normalised")
        rep_reward_weights(self.rep_reward)
        return self


class Contrast(Part):
    """A comparison of reps that learn under each scheme with the model's own reps under the same scheme."""

    description: str
    scenario: str = Field(description="a preset's name or a path")
    overrides: dict[str, Any] = Field({}, description="dotted overrides of the scenario")
    schemes: tuple[str, ...] = Field(min_length=1, description="policies that manage, one after the other")
    learners: dict[str, RepPlan] = Field(min_length=1, description="who learns, by name")
    seeds: int = Field(5, ge=1, le=1000, description="of training, from 0 on")
    floors: int = Field(32, ge=2, le=10_000, description="on which conduct is measured; never trained on")
    curve_floors: int = Field(8, ge=1, le=10_000, description="of them, on which it is looked at during training")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        clash = next((name for name in self.learners if name.startswith(MODEL)), None)
        if clash is not None:
            raise ValueError(f"learners.{clash}: must not begin with {MODEL}, as the model's own reps are called")
        names = [Path(scheme).stem for scheme in self.schemes]
        if len(set(names)) < len(names):
            raise ValueError(f"schemes: {', '.join(names)}: must have different names")
        return self


class TwoLevelPlan(Part):
    """The manager learns in the outer loop, the reps in the inner one."""

    scenario: str = Field("telesales", description="a preset's name or a path")
    overrides: dict[str, Any] = Field({}, description="dotted overrides of the scenario")
    reward: str = Field("loyalty", description="preset that the manager is trained on")
    rounds: int = Field(10, ge=1, le=10_000, description="of reps first, then the manager")
    first_rep_timesteps: int = Field(400_000, ge=1, description="decisions of reps before the first round")
    exploration: float = Field(
        0.4, ge=0.0, le=2.0, description="standard deviation by which schemes are varied while reps learn, half ranges"
    )
    reps: RepPlan = Field(RepPlan(), description="of a round")
    manager: PPOPlan = Field(PPOPlan(), description="of a round")

    @model_validator(mode="after")
    def _manager_sees_reports(self) -> Self:
        if self.manager.sees != "report":
            raise ValueError(f"manager.sees = {self.manager.sees!r}: must be report")
        return self
