"""Training: checkpoints, resumption, repeatability, and what a training file may hold."""

import shutil

import gymnasium as gym
import numpy as np
import pytest
import torch
import yaml
from stable_baselines3 import PPO
from stable_baselines3.common.save_util import load_from_zip_file
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from worlds import N_ENTRIES, N_LEVERS

import agents.training.checkpoints
from agents.algorithms.training import Network, PPOParameters, PPOPlan
from agents.loading import load
from agents.registry import load_policy
from agents.training.checkpoints import (
    CheckpointError,
    checkpoints,
    latest_checkpoint,
    read_description,
    write_model,
)
from agents.training.learned_policy import LearnedPolicy
from agents.training.train import train
from agents.training.vec_adapter import NativeVecEnv
from incentive_env import ConfigError, load_config
from incentive_env.config import config_directory

PARTS = {"model.zip", "normaliser.npz", "run.yaml", "state.npz"}


@pytest.fixture
def half(small, plan, tmp_path):
    """A run that stopped at 24 of 48 timesteps."""
    train(small, "conversion", _until(plan, 24), tmp_path / "run", seed=1)
    return tmp_path / "run"


@pytest.fixture
def steps(monkeypatch):
    """Counts steps of the batch."""
    count = [0]
    step_wait = NativeVecEnv.step_wait

    def counted(self):
        count[0] += 1
        return step_wait(self)

    monkeypatch.setattr(NativeVecEnv, "step_wait", counted)
    return count


def _until(plan, timesteps):
    return plan.model_copy(update={"total_timesteps": timesteps})


def _weights(run):
    return LearnedPolicy.load(run).module.state_dict()


def _optimizer(run):
    parameters = load_from_zip_file(latest_checkpoint(run) / "model.zip", load_data=False, device="cpu")[1]
    return parameters["policy.optimizer"]


def _same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_keeps_its_two_newest_checkpoints_whole(finished, small):
    kept = checkpoints(finished)
    assert [path.name for path in kept] == ["checkpoint-0000000036", "checkpoint-0000000048"]
    assert {path.name for path in finished.iterdir()} == {*(path.name for path in kept), "tensorboard"}
    for path, timesteps in zip(kept, (36, 48), strict=True):
        assert {file.name for file in path.iterdir()} == PARTS
        described = read_description(path)
        assert described.pop("training")["hyper_parameters"]["n_steps"] >= 1
        assert described == {
            "reward": "conversion", "seed": 1, "config": small.model_dump(), "timesteps": timesteps,
        }  # fmt: skip
    assert latest_checkpoint(finished) == kept[-1]
    assert latest_checkpoint(kept[0]) == kept[0]
    assert list((finished / "tensorboard").glob("events.*"))


def test_a_resumed_run_goes_on_to_the_total_and_does_not_start_over(small, plan, half, steps):
    before = _weights(half)
    last = train(small, "conversion", plan, half, seed=1, resume=True)
    assert steps[0] == (48 - 24) / 4
    assert last.name == "checkpoint-0000000048"
    assert [path.name for path in checkpoints(half)] == ["checkpoint-0000000036", "checkpoint-0000000048"]
    assert not _same(before, _weights(half))
    with np.load(last / "normaliser.npz") as stored:  # a report at the reset and at 2 × 6 steps of 4 floors
        assert stored["obs_count"] == pytest.approx((1 + 12) * 4, abs=0.01)


def test_a_run_that_is_complete_is_not_trained_further(small, plan, finished, steps):
    newest = latest_checkpoint(finished)
    before = {file.name: file.read_bytes() for file in newest.iterdir()}
    assert train(small, "conversion", plan, finished, seed=1, resume=True) == newest
    assert steps[0] == 0
    assert {file.name: file.read_bytes() for file in newest.iterdir()} == before


def test_what_a_kill_left_beside_a_complete_run_is_dropped(small, plan, finished, tmp_path):
    """Between the last checkpoint and the end of the run."""
    run = shutil.copytree(finished, tmp_path / "run")
    shutil.copytree(checkpoints(run)[0], run / "checkpoint-0000000024")
    (run / ".partial-1").mkdir()
    train(small, "conversion", plan, run, seed=1, resume=True)
    assert {path.name for path in run.iterdir()} == {path.name for path in finished.iterdir()}


def test_resuming_nothing_starts_a_run(small, plan, tmp_path):
    assert train(small, "loyalty", _until(plan, 12), tmp_path, resume=True).name == "checkpoint-0000000012"


def test_a_folder_that_holds_a_run_is_not_overwritten(small, plan, finished):
    before = _weights(finished)
    with pytest.raises(CheckpointError, match="holds a run already; resume it, or choose another directory"):
        train(small, "conversion", plan, finished)
    assert _same(before, _weights(finished))


def test_a_run_is_not_resumed_on_another_reward_scenario_or_seed(small, plan, finished):
    with pytest.raises(CheckpointError, match="was trained with another reward; choose another directory"):
        train(small, "loyalty", plan, finished, seed=1, resume=True)
    with pytest.raises(CheckpointError, match=r"another config\.salesforce\.reps; choose another"):
        train(load_config(small, ["salesforce.reps=2"]), "conversion", plan, finished, seed=1, resume=True)
    with pytest.raises(CheckpointError, match="was trained with another seed; choose another directory"):
        train(small, "conversion", plan, finished, seed=2, resume=True)


def test_a_run_that_was_killed_goes_on_from_its_last_whole_checkpoint(small, plan, half, steps):
    leftover = half / ".partial-1"
    leftover.mkdir()
    (leftover / "model.zip").write_bytes(b"PK\x03\x04 and no more")
    shutil.rmtree(latest_checkpoint(half))  # the newest never got its name
    assert train(small, "conversion", plan, half, seed=1, resume=True).name == "checkpoint-0000000048"
    assert steps[0] == (48 - 12) / 4


def test_a_kill_while_a_checkpoint_is_written_leaves_the_earlier_ones_whole(small, plan, tmp_path, monkeypatch, steps):
    savez, calls = np.savez, []

    def killed(*arguments, **arrays):
        calls.append(arguments)
        if len(calls) == 5:  # two files a checkpoint
            raise KeyboardInterrupt
        savez(*arguments, **arrays)

    monkeypatch.setattr(agents.training.checkpoints.np, "savez", killed)
    with pytest.raises(KeyboardInterrupt):
        train(small, "conversion", plan, tmp_path)
    monkeypatch.undo()
    assert [path.name for path in checkpoints(tmp_path)] == ["checkpoint-0000000012", "checkpoint-0000000024"]
    assert all({file.name for file in path.iterdir()} == PARTS for path in checkpoints(tmp_path))
    LearnedPolicy.load(tmp_path)
    train(small, "conversion", plan, tmp_path, resume=True)
    assert latest_checkpoint(tmp_path).name == "checkpoint-0000000048"
    assert not list(tmp_path.glob(".partial-*"))  # the same process, so the same name


def test_the_same_seed_trains_to_the_same_weights(small, plan, tmp_path, finished):
    train(small, "conversion", plan, tmp_path / "again", seed=1)
    train(small, "conversion", plan, tmp_path / "other", seed=2)
    assert _same(_weights(finished), _weights(tmp_path / "again"))
    assert not _same(_weights(finished), _weights(tmp_path / "other"))


def test_the_first_actions_are_those_of_the_initial_scheme(small, plan, tmp_path):
    """A learning rate of next to nothing leaves the network as it began."""
    parameters = plan.hyper_parameters.model_copy(update={"learning_rate": 1e-12})
    network = Network(net_arch=(8,), initial_scheme="retention_first")
    quiet = plan.model_copy(update={"hyper_parameters": parameters, "policy": network, "total_timesteps": 12})
    train(small, "conversion", quiet, tmp_path)
    reports = np.zeros((2, N_ENTRIES), np.float32)
    first = load_policy(str(tmp_path), small).predict(reports, deterministic=True)[0]
    expected = load_policy("retention_first", small).predict(reports)[0]
    np.testing.assert_allclose(first, expected, atol=0.1)  # the last layer starts small, not at 0


@pytest.mark.parametrize(
    "timesteps",
    [1, 12, 24, 30],
)
def test_the_learning_rate_never_falls_below_nothing(small, plan, tmp_path, timesteps):
    """Also where the last update takes the run beyond its total."""
    train(small, "conversion", _until(plan, timesteps), tmp_path)
    assert _optimizer(tmp_path)["param_groups"][0]["lr"] >= 0.0


def test_an_unknown_initial_scheme_is_an_error(small, plan, tmp_path):
    odd = plan.model_copy(update={"policy": Network(initial_scheme="carrot")})
    with pytest.raises(ConfigError, match=r"policy\.initial_scheme = 'carrot': must be one of flat_salary, "):
        train(small, "conversion", odd, tmp_path)


class _Narrow(gym.Env):
    """Another observation space."""

    observation_space = gym.spaces.Box(-1, 1, (5,), np.float32)
    action_space = gym.spaces.Box(-1, 1, (N_LEVERS,), np.float32)

    def reset(self, *, seed=None, options=None):
        return np.zeros(5, np.float32), {}


@pytest.fixture
def foreign(small, tmp_path):
    """A run whose checkpoint was trained on five observations."""
    normaliser = VecNormalize(DummyVecEnv([_Narrow]))
    model = PPO("MlpPolicy", normaliser, n_steps=2, batch_size=2, device="cpu")
    described = {"reward": "conversion", "seed": 0, "config": small.model_dump()}
    write_model(tmp_path / "checkpoint-0000000000", model, normaliser, described)
    return tmp_path


def test_a_checkpoint_of_another_observation_space_is_an_error_that_names_both_shapes(small, plan, foreign):
    both = rf"observations of shape \(5,\), this version's have shape \({N_ENTRIES},\)"
    with pytest.raises(CheckpointError, match=both):
        LearnedPolicy.load(foreign)
    with pytest.raises(CheckpointError, match=both):
        train(small, "conversion", plan, foreign, resume=True)


def test_a_learned_policy_is_the_model_on_normalised_observations(small, finished):
    policy = LearnedPolicy.load(finished)
    with np.load(latest_checkpoint(finished) / "normaliser.npz") as stored:
        mean, variance = stored["obs_mean"], stored["obs_var"]
    reports = np.random.default_rng(0).normal(mean, 20 * np.sqrt(variance) + 1.0, (50, N_ENTRIES)).astype(np.float32)
    seen = np.clip((reports - mean) / np.sqrt(variance + 1e-8), -10, 10)
    assert (np.abs(seen) == 10).any()
    actions, state = policy.predict(reports, deterministic=True)
    np.testing.assert_array_equal(actions, policy.module.predict(seen.astype(np.float32), deterministic=True)[0])
    np.testing.assert_array_equal(actions, policy.predict(reports, deterministic=True)[0])
    assert actions.shape == (50, N_LEVERS)
    assert actions.dtype == np.float32
    assert state is None
    assert (policy.predict(reports, deterministic=False)[0] != actions).any()


DAMAGES = [
    f"{part} {damage}"
    for part in ("model.zip", "normaliser.npz", "state.npz")
    for damage in ("missing", "cut", "empty")
]


@pytest.fixture
def damaged(request, finished, tmp_path):
    """A run whose newest checkpoint is not whole, as no kill leaves it, but a full disk or a bad copy may."""
    part, damage = request.param.split()
    run = shutil.copytree(finished, tmp_path / "run")
    file = latest_checkpoint(run) / part
    whole = file.read_bytes()
    file.unlink()
    if damage != "missing":
        file.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"")
    return run


@pytest.mark.parametrize("damaged", [each for each in DAMAGES if "state" not in each], indirect=True)
def test_a_damaged_checkpoint_is_not_loaded(damaged):
    with pytest.raises(CheckpointError, match="checkpoint-0000000048"):
        LearnedPolicy.load(damaged)


@pytest.mark.parametrize("damaged", DAMAGES, indirect=True)
def test_a_damaged_checkpoint_is_not_resumed(small, plan, damaged):
    with pytest.raises(CheckpointError, match="checkpoint-0000000048"):
        train(small, "conversion", _until(plan, 60), damaged, resume=True)


@pytest.mark.parametrize("content", ["reward: [", "just words", "algorithm: ppo", None])
def test_a_damaged_description_is_an_error_that_names_it(finished, tmp_path, content):
    run = shutil.copytree(finished, tmp_path / "run")
    file = latest_checkpoint(run) / "run.yaml"
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(
        CheckpointError,
        match=r"run\.yaml.*: (cannot be|not valid YAML|does not describe|must hold)",
    ):
        read_description(run)


@pytest.mark.parametrize("change", [{"num_envs": 2}, {"num_envs": 8}])
def test_a_run_is_not_resumed_with_another_number_of_floors(small, plan, half, change):
    with pytest.raises(CheckpointError, match="num_envs"):
        train(small, "conversion", plan.model_copy(update=change), half, seed=1, resume=True)


def test_a_checkpoint_holds_what_was_learned_from_all_its_timesteps(small, plan, half):
    """A run that goes on from a checkpoint has made as many updates as one that was never stopped."""
    shutil.rmtree(latest_checkpoint(half))
    train(small, "conversion", plan, half, seed=1, resume=True)
    with np.load(latest_checkpoint(half) / "state.npz") as state:
        assert state["_n_updates"] == 4 * plan.hyper_parameters.n_epochs


def _file(folder, content):
    path = folder / "training.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return path


SHIPPED = sorted(path.stem for path in (config_directory() / "plans" / "training").glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_training_files_load(name):
    plan = load("learner", name)
    assert plan == load("learner", config_directory() / "plans" / "training" / f"{name}.yaml")
    if isinstance(plan, PPOPlan):
        decisions = plan.num_envs * plan.hyper_parameters.n_steps
        assert decisions % plan.hyper_parameters.batch_size == 0  # no minibatch is cut short


def test_a_training_file_changes_what_it_names(tmp_path):
    loaded = load("training", _file(tmp_path, {"num_envs": 2, "hyper_parameters": {"n_steps": 5}}))
    assert loaded == PPOPlan(num_envs=2, hyper_parameters=PPOParameters(n_steps=5))


def test_everything_wrong_in_a_training_file_is_told_at_once(tmp_path):
    path = _file(
        tmp_path,
        "num_envs: 0\ncolour: red\nhyper_parameters: {gamma: .nan, n_step: 4, learning_rate: -1, clip_range: wide}\n"
        "policy: {net_arch: [64, x]}\n",
    )
    with pytest.raises(ConfigError) as error:
        load("training", path)
    lines = str(error.value).splitlines()
    wrong = {
        "num_envs": "0", "colour": "'red'", "hyper_parameters.gamma": "nan", "hyper_parameters.n_step": "4",
        "hyper_parameters.learning_rate": "-1", "hyper_parameters.clip_range": "'wide'", "policy.net_arch.1": "'x'",
    }  # fmt: skip
    assert {line.split(f" in {path}: ")[0] for line in lines} == {f"{key} = {value}" for key, value in wrong.items()}
    assert len(lines) == len(wrong)


def test_an_unknown_algorithm_is_an_error_that_lists_the_known_ones(tmp_path):
    with pytest.raises(ConfigError, match=r"algorithm = 'dqn' in .*: must be one of ppo, recurrent_ppo, "):
        load("training", _file(tmp_path, {"algorithm": "dqn"}))


def test_a_search_is_no_training(tmp_path):
    with pytest.raises(ConfigError, match="cma_static is a search"):
        load("training", "static")


def test_a_missing_training_name_is_an_error_that_lists_the_shipped_ones():
    with pytest.raises(ConfigError, match=r"no training file 'pppo'; training files: action_kl, .*, tqc, or a path"):
        load("training", "pppo")


@pytest.mark.parametrize("name", ["none.yaml", "."])
def test_a_missing_training_file_is_an_error_that_lists_the_shipped_ones(tmp_path, name):
    with pytest.raises(ConfigError, match=r"no training file '.*; training files: action_kl, .*, tqc, or a path"):
        load("training", tmp_path / name)


@pytest.mark.parametrize("content", ["num_envs: [", "- 1\n- 2\n"])
def test_a_malformed_training_file_is_an_error(tmp_path, content):
    with pytest.raises(ConfigError, match=r"training\.yaml.*(not valid YAML|must hold a mapping)"):
        load("training", _file(tmp_path, content))


@pytest.mark.parametrize(
    "content", [{"policy": {"net_arch": [-4]}}, {"num_envs": 1, "hyper_parameters": {"n_steps": 1}}]
)
def test_a_training_file_that_ppo_would_refuse_is_an_error(tmp_path, content):
    with pytest.raises(ConfigError):
        load("training", _file(tmp_path, content))
