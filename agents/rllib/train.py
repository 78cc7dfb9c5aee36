"""Training by RLlib's PPO: env runners, checkpoints, resumption, progress, and the policy without RLlib."""

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from agents.jobs.joining import join
from agents.jobs.ray_here import close_to_others
from agents.rllib.checkpoints import STATE, CheckpointError, checkpoints, drop_old, read_description, save_checkpoint
from agents.rllib.plans import RLlibPlan
from agents.rllib.registration import register, require_rllib
from incentive_env import Config
from incentive_env.policies.files import resolved
from incentive_env.policies.network import NetworkPolicy, layers_of
from incentive_env.support.files import written_whole
from incentive_env.support.progress import Progress
from incentive_env.support.texts import parsed_json

if TYPE_CHECKING:
    from ray.rllib.algorithms.ppo import PPO, PPOConfig
    from ray.rllib.core.learner.learner_group import LearnerGroup

    from agents.rllib.module import ManagerModule

ENV = "incentive_env/Telesales-v1"  # the config decides the scenario
MODULE = "default_policy"  # RLlib's name for the network of a single agent
RESULTS = "results.jsonl"
"""File of a run with a line for each update."""


def train(
    config: Config, reward: str, plan: RLlibPlan, run: Path, *, seed: int = 0, resume: bool = False,
    trust: bool = False, label: str | None = None, quiet: bool = False,
) -> Path:  # fmt: skip
    """Train a manager, and return its last checkpoint; ``policy.yaml`` beside it is the policy without RLlib.

    Ray is started on this machine and stopped again, unless this process already runs it or ``RAY_ADDRESS`` names a
    cluster.

    Args:
        config: the scenario.
        reward: preset to train on.
        plan: env runners and hyper-parameters.
        run: directory of the run: checkpoints, ``policy.yaml``, and ``results.jsonl`` with a line for each update.
        seed: of networks and floors.
        resume: continue from the newest checkpoint of the run, if it has one. Fresh floors are drawn, so the result is
            not the same bits as without interruption.
        trust: whether a checkpoint may run code of its maker when it is resumed; RLlib's are pickles.
        label: name in progress lines; the run's directory by default.
        quiet: no progress.

    Raises:
        RLlibError: RLlib is not installed.
        CheckpointError: the run has checkpoints and is not resumed, they are not trusted, or they have another
            scenario, reward or plan.
    """
    if not os.environ.get("RAY_ADDRESS"):
        close_to_others()
    require_rllib()
    description = {
        "library": "rllib", "reward": reward, "seed": seed, "config": config.model_dump(), "training": _lasting(plan)
    }  # fmt: skip
    done = checkpoints(run)
    if done and not resume:
        raise CheckpointError(f"{run}: holds a run already; resume it, or choose another directory")
    if done and not trust:
        raise CheckpointError(
            f"{done[-1]}: RLlib keeps its state in pickles, and reading a pickle can run any code that is in it. "
            "Give --trust to resume a run of your own"
        )
    before = _decisions_before(done[-1], description) if done else 0
    if before >= plan.total_timesteps:
        drop_old(run)  # a kill may have come between the last checkpoint and this
        return done[-1]
    with ray_running(max(1, plan.num_env_runners) + 1):
        settings = ppo_config(config, reward, plan, seed=_seed_of_runners(seed, before))
        with _built(settings) as algorithm:
            if done:
                _restore(algorithm, done[-1] / STATE, plan.hyper_parameters.lr * (1.0 - before / plan.total_timesteps))
            return _learn(algorithm, plan, run, before, description, label or run.name, quiet)


def ppo_config(config: Config, reward: str, plan: RLlibPlan, *, seed: int = 0) -> "PPOConfig":
    """RLlib's PPO for a plan, to be built or changed further.

    Actions are neither squashed nor scaled, since every lever's range is [-1, 1]; they are clipped to it.
    """
    from ray.rllib.algorithms.ppo import PPOConfig
    from ray.rllib.core.rl_module.rl_module import RLModuleSpec

    from agents.rllib.module import ManagerModule

    register()
    keywords = plan.hyper_parameters.model_dump(exclude={"train_batch_size", "lr", "kl_coeff"})
    start = resolved("policy.initial_scheme", plan.policy.initial_scheme, config)
    network = plan.policy.model_dump(exclude={"initial_scheme"}) | {"initial_action": start.tolist()}
    return (
        PPOConfig()
        .environment(ENV, env_config={"config": config, "reward": reward, "infos": False}, normalize_actions=False,
                     clip_actions=True)
        .env_runners(
            num_env_runners=plan.num_env_runners, num_envs_per_env_runner=plan.num_envs_per_env_runner,
            gym_env_vectorize_mode="vector_entry_point", env_to_module_connector=_standardise,
        )
        .learners(num_learners=0)
        .rl_module(rl_module_spec=RLModuleSpec(module_class=ManagerModule, model_config=network))
        .training(
            train_batch_size_per_learner=plan.hyper_parameters.train_batch_size,
            lr=[[0, plan.hyper_parameters.lr], [plan.total_timesteps, 0.0]],
            use_kl_loss=plan.hyper_parameters.kl_coeff > 0.0, kl_coeff=plan.hyper_parameters.kl_coeff, **keywords,
        )
        .debugging(seed=seed, log_level="ERROR")
    )  # fmt: skip


def network_of(algorithm: "PPO") -> NetworkPolicy:
    """The trained policy without RLlib and torch, which always takes the most likely action."""
    from agents.rllib.standardise import Moments, Standardise

    module = cast("ManagerModule", algorithm.get_module())
    state = algorithm.env_runner.get_state(components=["env_to_module_connector"])["env_to_module_connector"]
    stored = state[Standardise.__name__]
    met = Moments(*stored["shared"]).with_more(Moments(*stored["fresh"]))
    return NetworkPolicy(met.mean.astype(np.float32), met.deviation.astype(np.float32), layers_of(module.actor))


@contextmanager
def ray_running(processes: int) -> Iterator[None]:
    """Ray: as this process already runs it, or at ``RAY_ADDRESS``, or started here with as many CPUs as processes.

    Without an address, a cluster that someone else has started on this machine is left alone.
    """
    import ray

    joined = join(os.environ.get("RAY_ADDRESS") or None, processes)
    try:
        yield
    finally:
        if joined:
            ray.shutdown()


@contextmanager
def _built(settings: "PPOConfig") -> Iterator["PPO"]:
    import torch

    torch.set_num_threads(1)
    # It warns that this is the new API stack, which is intended.
    logging.getLogger("ray.rllib.algorithms.algorithm_config").setLevel(logging.ERROR)
    algorithm = cast("PPO", settings.build_algo())
    try:
        yield algorithm
    finally:
        algorithm.stop()
        shutil.rmtree(algorithm.logdir, ignore_errors=True)  # made in the home directory, and empty


def _restore(algorithm: "PPO", state: Path, rate: float) -> None:
    try:
        algorithm.restore_from_path(state.absolute())
    except Exception as error:  # Ray has no class for damaged files
        raise CheckpointError(f"{state.parent}: cannot be loaded, it is damaged or incomplete: {error}") from None
    # The restored rate is the last one, which is 0 if a finished run is extended.
    cast("LearnerGroup", algorithm.learner_group).foreach_learner(partial(_set_rate, rate=rate))


def _set_rate(learner: Any, rate: float) -> None:
    for _, optimizer in learner.get_optimizers_for_module(MODULE):
        for group in optimizer.param_groups:
            group["lr"] = rate


def _learn(
    algorithm: "PPO", plan: RLlibPlan, run: Path, before: int, description: dict[str, Any], label: str, quiet: bool
) -> Path:
    decisions, due = before, before + plan.checkpoint_every
    lines = _lines_until(run / RESULTS, before)
    with Progress(label, plan.total_timesteps, done=before, quiet=quiet) as progress:
        while decisions < plan.total_timesteps:
            result = algorithm.train()
            decisions = int(result["env_runners"]["num_env_steps_sampled_lifetime"])
            lines.append(json.dumps(_line(result, decisions)))
            progress.move(decisions)
            if decisions >= due or decisions >= plan.total_timesteps:
                due += plan.checkpoint_every
                saved = save_checkpoint(run, algorithm, network_of(algorithm), decisions, description)
                with written_whole(run / RESULTS) as file:
                    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return saved


def _line(result: dict[str, Any], decisions: int) -> dict[str, float]:
    runners, learner = result["env_runners"], result["learners"][MODULE]
    names = {
        "policy_loss": "policy_loss", "value_loss": "vf_loss", "entropy": "entropy", "divergence": "mean_kl_loss",
        "learning_rate": "default_optimizer_learning_rate",
    }  # fmt: skip
    return {
        "decisions": decisions,
        "episode_return": float(runners["episode_return_mean"]),
        "episode_length": float(runners["episode_len_mean"]),
        **{ours: float(learner[theirs]) for ours, theirs in names.items() if theirs in learner},
        "seconds": float(result["time_this_iter_s"]),
    }


def _lines_until(file: Path, decisions: int) -> list[str]:
    """Lines of an earlier part of the run, up to the checkpoint from which it continues."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if parsed_json(line, str(file))["decisions"] <= decisions]


def _lasting(plan: RLlibPlan) -> dict[str, Any]:
    """The part of the plan that must not change on resumption: all but length, checkpoints and processes."""
    return plan.model_dump(mode="json", exclude={"total_timesteps", "checkpoint_every", "num_env_runners"})


def _decisions_before(checkpoint: Path, description: dict[str, Any]) -> int:
    stored = read_description(checkpoint)
    others = [key for key, value in description.items() if stored.get(key) != value]
    if others:
        raise CheckpointError(f"{checkpoint}: was trained with another {', '.join(others)}; choose another directory")
    return int(stored["timesteps"])


def _seed_of_runners(seed: int, before: int) -> int:
    """First seed of RLlib's env runners; a resumption gets another one, for fresh floors."""
    return int(np.random.SeedSequence([seed, before]).generate_state(1)[0]) >> 1


def _standardise(env: Any = None, spaces: Any = None, device: Any = None) -> Any:
    from agents.rllib.standardise import Standardise

    return Standardise()
