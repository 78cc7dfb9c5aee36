"""Training of PPO: batch, normalisation, checkpoints, resumption, progress."""

from pathlib import Path
from typing import Annotated, Any, Self

import torch
from gymnasium.vector import AutoresetMode
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import configure
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecNormalize

from agents.checkpoints import CheckpointError, checkpoints, read_description, read_model, save_checkpoint
from agents.learned import CLIP
from agents.policy import FIXED, FixedPolicy
from agents.policy_file import read_policy, shipped
from agents.progress import Progress
from agents.vec_adapter import NativeVecEnv
from incentive_env import Config, ConfigError, SalesFloorVectorEnv
from incentive_env.config import config_directory, read_yaml


class HyperParameters(BaseModel):
    """Keywords of stable-baselines3's PPO."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


Width = Annotated[int, Field(ge=1, le=4096)]


class Network(BaseModel):
    """The networks of policy and value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    net_arch: tuple[Width, ...] = Field((64, 64), description="widths of the hidden layers")
    initial_scheme: str = Field(
        "balanced_scorecard", description="fixed scheme around which the first actions are drawn"
    )
    log_std_init: float = Field(-0.7, ge=-5.0, le=2.0, description="log standard deviation of the first actions")


class TrainingConfig(BaseModel):
    """A training file, ``configs/training/*.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    algorithm: str = Field("ppo", pattern="^ppo$", description="ppo")
    total_timesteps: int = Field(400_000, ge=1, le=10_000_000_000, description="decisions, over all floors")
    num_envs: int = Field(128, ge=1, le=100_000, description="floors in the batch")
    checkpoint_every: int = Field(20_000, ge=1, description="decisions between checkpoints")
    hyper_parameters: HyperParameters = HyperParameters()  # type: ignore[call-arg]
    policy: Network = Network()  # type: ignore[call-arg]

    @model_validator(mode="after")
    def _enough_to_learn_from(self) -> Self:
        if self.num_envs * self.hyper_parameters.n_steps < 2:
            raise ValueError("num_envs × hyper_parameters.n_steps must be at least 2: advantages are normalised")
        return self


def load_training(source: "str | Path") -> TrainingConfig:
    """Load a training file by name (in ``configs/training``) or path.

    Raises:
        ConfigError: missing, malformed, an unknown key, or a value out of bounds; all of them at once.
    """
    shipped = config_directory() / "training" / f"{source}.yaml"
    path = shipped if shipped.is_file() else Path(source)
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in (config_directory() / "training").glob("*.yaml")))
        raise ConfigError(f"no training file {str(source)!r}; training files: {names}, or a path")
    try:
        return TrainingConfig.model_validate(read_yaml(path))
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))} = {e['input']!r} in {path}: {e['msg']}" for e in error.errors()]
        raise ConfigError("\n".join(lines)) from None


def train(
    config: Config, reward: str, training: TrainingConfig, run: Path, *, seed: int = 0, resume: bool = False,
    label: str | None = None, plain: bool = False,
) -> Path:  # fmt: skip
    """Train a manager, and return its last checkpoint.

    Args:
        config: the scenario.
        reward: preset to train on.
        training: hyper-parameters.
        run: directory of the run; checkpoints and TensorBoard logs go there.
        seed: of networks and floors.
        resume: go on from the newest checkpoint of the run, if it has one.
        label: name in progress lines; the run's directory where not given.
        plain: progress as lines even on a terminal, for several runs side by side.

    Raises:
        CheckpointError: the run has checkpoints already and is not resumed, or they are of another scenario or reward.
    """
    torch.set_num_threads(1)
    description = {
        "reward": reward, "seed": seed, "config": config.model_dump(), "training": _plan(training)
    }  # fmt: skip
    venv = NativeVecEnv(SalesFloorVectorEnv(training.num_envs, config, reward, autoreset_mode=AutoresetMode.SAME_STEP))
    normaliser = VecNormalize(venv, gamma=training.hyper_parameters.gamma, clip_obs=CLIP)
    done = checkpoints(run)
    if done and not resume:
        raise CheckpointError(f"{run}: holds a run already; resume it, or choose another directory")
    model = _load(done[-1], normaliser, description) if done else _new(normaliser, training, seed)
    model.set_logger(configure(str(run / "tensorboard"), ["tensorboard"]))
    update = training.num_envs * training.hyper_parameters.n_steps
    total = -(-training.total_timesteps // update) * update  # whole updates, or the learning rate would pass 0
    left = total - model.num_timesteps
    if left <= 0:
        return done[-1]
    with Progress(label or run.name, total, done=model.num_timesteps, plain=plain) as progress:
        keeper = _Keeper(run, normaliser, description, training.checkpoint_every, progress)
        model.learn(left, callback=keeper, reset_num_timesteps=False)
    return save_checkpoint(run, model, normaliser, description)


def _new(normaliser: VecNormalize, training: TrainingConfig, seed: int) -> PPO:
    keywords = training.hyper_parameters.model_dump()
    first = keywords.pop("learning_rate")
    normaliser.venv.seed(_first_floor(seed))
    set_random_seed(seed)  # and not PPO's own seed, which would open the floors anew
    model = PPO(
        "MlpPolicy", normaliser, device="cpu", learning_rate=_Falling(first),
        policy_kwargs={"net_arch": list(training.policy.net_arch), "log_std_init": training.policy.log_std_init},
        **keywords,
    )  # fmt: skip
    _start_around(model, training.policy.initial_scheme, normaliser.venv.env.config)  # type: ignore[attr-defined]
    return model


def _first_floor(seed: int) -> int:
    """Seed of the first floor trained on: far from those of evaluation, of searches and of other training seeds."""
    return 1_000_000 + 10_000_000 * seed


def _start_around(model: PPO, name: str, config: Config) -> None:
    """Let the first actions be those of a scheme that a floor survives, or the first lessons are all about closing."""
    found = shipped(config)
    if name not in FIXED and name not in found:
        raise ConfigError(f"policy.initial_scheme = {name!r}: must be one of {', '.join((*FIXED, *found))}")
    policy = FixedPolicy(FIXED[name].scheme, config) if name in FIXED else read_policy(found[name], config)
    if not isinstance(policy, FixedPolicy):
        raise ConfigError(f"policy.initial_scheme = {name!r}: is no fixed scheme")
    action = torch.as_tensor(policy.action)
    with torch.no_grad():
        model.policy.action_net.bias.copy_(action)


def _differences(stored: Any, wanted: Any, prefix: str = "") -> list[str]:
    """Dotted names of what is not the same, as far as it is stored."""
    if not (isinstance(stored, dict) and isinstance(wanted, dict)):
        return [] if stored == wanted else [prefix.rstrip(".")]
    return [name for key in stored for name in _differences(stored[key], wanted.get(key), f"{prefix}{key}.")]


def _plan(training: TrainingConfig) -> dict[str, Any]:
    """The plan as a checkpoint keeps it: how long and how often saved may change when a run is resumed."""
    return training.model_dump(mode="json", exclude={"total_timesteps", "checkpoint_every"})


class _Falling:
    """A learning rate that falls linearly to 0 (picklable, unlike a closure)."""

    def __init__(self, first: float) -> None:
        self._first = first

    def __call__(self, remaining: float) -> float:
        return self._first * max(remaining, 0.0)


def _load(checkpoint: Path, normaliser: VecNormalize, description: dict[str, Any]) -> PPO:
    stored = read_description(checkpoint)
    model, normaliser.obs_rms, normaliser.ret_rms = read_model(checkpoint)
    others = _differences({key: stored.get(key) for key in ("reward", "config", "training")}, description)
    if others:
        raise CheckpointError(f"{checkpoint}: was trained with another {', '.join(others)}; choose another directory")
    set_random_seed(int(stored["seed"]) + model.num_timesteps)
    normaliser.venv.seed(_first_floor(int(stored["seed"])) + model.num_timesteps)
    model.set_env(normaliser)
    return model


class _Keeper(BaseCallback):
    """Saves checkpoints and moves the progress bar."""

    def __init__(
        self, run: Path, normaliser: VecNormalize, description: dict[str, Any], every: int, progress: Progress
    ) -> None:
        super().__init__()
        self._run, self._normaliser, self._description = run, normaliser, description
        self._every, self._progress = every, progress
        self._next = 0

    def _on_training_start(self) -> None:
        self._next = self.model.num_timesteps + self._every

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        self._progress.move(self.model.num_timesteps)

    def _on_rollout_start(self) -> None:
        """Save between an update and the next roll-out, where a model and its timesteps belong together."""
        if self.model.num_timesteps >= self._next:
            save_checkpoint(self._run, self.model, self._normaliser, self._description)  # type: ignore[arg-type]
            self._next += self._every
