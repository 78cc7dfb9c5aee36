"""The plan of a training by RLlib, ``configs/rllib/*.yaml``: every number bounded and explained."""

import difflib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.plans import Network
from incentive_env import ConfigError
from incentive_env.config import config_directory, read_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PPOParameters(_Part):
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


class RLlibPlan(_Part):
    """RLlib's PPO on several env runners."""

    algorithm: Literal["ppo"] = Field("ppo", description="ppo")
    total_timesteps: int = Field(250_000, ge=1, le=10_000_000_000, description="decisions, over all floors")
    num_env_runners: int = Field(2, ge=0, le=10_000, description="processes that run floors; 0: the learner's own")
    num_envs_per_env_runner: int = Field(64, ge=1, le=100_000, description="floors of each")
    checkpoint_every: int = Field(20_000, ge=1, description="decisions between checkpoints")
    hyper_parameters: PPOParameters = PPOParameters()
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


def load_rllib_plan(source: "str | Path", changes: "dict[str, Any] | None" = None) -> RLlibPlan:
    """Load a plan by name (in ``configs/rllib``) or path.

    Args:
        source: name or path.
        changes: entries that take the place of the file's, ``{"num_env_runners": 4}``.

    Raises:
        ConfigError: missing, malformed, an unknown key, or a value out of bounds; all of them at once.
    """
    folder = config_directory() / "rllib"
    shipped = folder / f"{source}.yaml"
    path = shipped if shipped.is_file() else Path(source)
    if not path.is_file():
        names = sorted(file.stem for file in folder.glob("*.yaml"))
        raise ConfigError(
            f"no RLlib training file {str(source)!r}; training files: {', '.join(names)}, or a path"
            f"{_nearest(str(source), names)}"
        )
    content = {**read_yaml(path), **(changes or {})}
    try:
        return RLlibPlan.model_validate(content)
    except ValidationError as error:
        raise ConfigError("\n".join(_told(e, path) for e in error.errors())) from None


def _told(error: Any, path: Path) -> str:
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{where} in {path}: unknown key{_nearest(where, _keys(RLlibPlan))}"
    if not where:  # of the whole, which says what does not fit
        return f"{path}: {error['msg'].removeprefix('Value error, ')}"
    return f"{where} = {error['input']!r} in {path}: {error['msg']}"


def _keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        inner = isinstance(kind, type) and issubclass(kind, BaseModel)
        keys += _keys(kind, f"{prefix}{name}.") if inner else [f"{prefix}{name}"]  # type: ignore[arg-type]
    return keys


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; nearest valid name: {close[0]}" if close else ""
