"""Every algorithm behind the one `train` and the one `predict`: where it starts, what it sees, that it goes on."""

import itertools
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from worlds import N_LEVERS, small_config

from agents.loading import load
from agents.registry import load_policy
from agents.training.checkpoints import checkpoints, latest_checkpoint
from agents.training.learned_policy import LearnedPolicy
from agents.training.train import train
from incentive_env.floors.observation import NAMES as REPORTED
from incentive_env.floors.true_state import NAMES as TRUE
from incentive_env.policies.files import resolved
from incentive_env.studies.simulate import roll_out

ON_POLICY = {"n_steps": 3, "batch_size": 6, "n_epochs": 2, "learning_rate": 0.01}
OFF_POLICY = {"batch_size": 8, "gradient_steps": 2, "buffer_size": 200, "learning_rate": 0.01}
SMALL = {"total_timesteps": 24, "num_envs": 4, "checkpoint_every": 12}
MEMORY = {"net_arch": [8], "lstm_hidden_size": 4}
NETWORK = {"hyper_parameters": ON_POLICY, "policy": {"net_arch": [8]}}
SAFE = {**NETWORK, "safe": {"floors": 4}}
FIT = {"net_arch": [8], "n_epochs": 3}
PLANS = {
    "recurrent_ppo": {"hyper_parameters": ON_POLICY, "policy": MEMORY},
    "anchored_ppo": {
        "hyper_parameters": ON_POLICY, "policy": {"net_arch": [8]}, "safe": {"floors": 4},
        "discriminator": {"net_arch": [8]},
    },
    "action_kl": NETWORK,
    "monitored": NETWORK,
    "audited": NETWORK,
    "max_min": SAFE,
    "early_stopping": {**SAFE, "strength": 0.05, "check_every": 1, "check_floors": 3},
    "pessimistic_ensemble": {**SAFE, "fit": FIT},
    "mona_noisy": {**NETWORK, "foresight": 2},
    "mona_learned": {**SAFE, "foresight": 2, "fit": FIT},
    "sac": {"hyper_parameters": OFF_POLICY, "policy": {"net_arch": [8]}},
    "tqc": {"hyper_parameters": OFF_POLICY, "policy": {"net_arch": [8]}},
    "ppo_state": NETWORK,
    "ppo_stack": NETWORK,
    "ppo_history": NETWORK,
}  # fmt: skip
FLOORS_CLOSE = {
    "horizon.decisions": 5, "mechanisms.credit": False, "money.insolvency": True, "money.start_weeks": 10,
    "money.layoff_weeks": 1,
}  # fmt: skip


def _plan(name, **changes):
    return load("training", name, {**SMALL, **PLANS.get(name, PLANS["ppo_state"]), **changes})


@pytest.fixture(scope="module", params=PLANS)
def run(request, small, tmp_path_factory):
    """A finished run of each algorithm; read it only."""
    folder = tmp_path_factory.mktemp("runs") / request.param
    train(small, "loyalty", _plan(request.param), folder, seed=1, quiet=True)
    return request.param, folder


def _weights(run):
    return LearnedPolicy.load(run).module.state_dict()


def test_every_algorithm_trains_and_manages_floors(small, run):
    name, folder = run
    policy = load_policy(str(folder), small)
    assert policy.sees == ("state" if name == "ppo_state" else "report")
    actions = roll_out(small, policy, range(3)).actions
    assert actions.shape == (small.horizon.decisions, 3, N_LEVERS)
    assert (np.abs(actions) <= 1.0 + 1e-6).all() or name not in ("sac", "tqc")


def test_the_same_seed_trains_to_the_same_weights(small, run, tmp_path):
    name, folder = run
    train(small, "loyalty", _plan(name), tmp_path / "again", seed=1, quiet=True)
    for one, other in zip(_weights(folder).values(), _weights(tmp_path / "again").values(), strict=True):
        assert torch.equal(one, other)


def test_a_run_goes_on_from_its_checkpoint(small, run, tmp_path):
    name, _ = run
    train(small, "loyalty", _plan(name), tmp_path, seed=1, quiet=True)
    before = _weights(tmp_path)
    train(small, "loyalty", _plan(name, total_timesteps=48), tmp_path, seed=1, resume=True, quiet=True)
    assert latest_checkpoint(tmp_path).name == "checkpoint-0000000048"
    assert any(
        not torch.equal(one, other) for one, other in zip(before.values(), _weights(tmp_path).values(), strict=True)
    )


class KilledError(Exception):
    pass


def _killed_at(timesteps):
    def kill(policy, step):
        if step == timesteps:
            raise KilledError

    return kill


def _numbers(checkpoint):
    """The bytes of every part of a checkpoint; only the times of the archives are left out."""
    parts = {"run.yaml": (checkpoint / "run.yaml").read_bytes()}
    for name in ("model.zip", "normaliser.npz", "state.npz"):
        with ZipFile(checkpoint / name) as archive:
            parts |= {f"{name} {part}": archive.read(part) for part in archive.namelist()}
    return parts


@pytest.mark.parametrize("name", [*PLANS, "ppo"])
def test_a_run_that_was_interrupted_ends_with_the_same_bits(name, tmp_path):
    """Weights, optimizer, luck, floors in mid-episode, and what is remembered: nothing is begun anew."""
    config, plan = small_config(FLOORS_CLOSE), _plan(name, checkpoint_every=12)
    train(config, "loyalty", plan, tmp_path / "whole", seed=1, quiet=True)
    with pytest.raises(KilledError):
        train(config, "loyalty", plan, tmp_path / "cut", seed=1, quiet=True, watch=_killed_at(12))
    with np.load(latest_checkpoint(tmp_path / "cut") / "state.npz") as state:
        assert len(set(state["decisions"])) > 1
    torch.manual_seed(7)  # another process has another luck
    train(config, "loyalty", plan, tmp_path / "cut", seed=1, quiet=True, resume=True)
    whole, resumed = (_numbers(tmp_path / run / "checkpoint-0000000024") for run in ("whole", "cut"))
    assert [part for part in whole if whole[part] != resumed[part]] == []
    assert whole.keys() == resumed.keys()


@pytest.mark.parametrize("name", PLANS)
def test_the_first_actions_are_about_those_of_the_initial_scheme(small, tmp_path, name):
    """A learning rate of next to nothing leaves the network as it began."""
    network = {**PLANS[name]["policy"], "initial_scheme": "retention_first"}
    slow = {**PLANS[name]["hyper_parameters"], "learning_rate": 1e-12}
    train(
        small, "loyalty", _plan(name, policy=network, hyper_parameters=slow, total_timesteps=12), tmp_path, quiet=True
    )
    entries = len(TRUE) if name == "ppo_state" else len(REPORTED)
    first = load_policy(str(tmp_path), small).predict(np.zeros((2, entries), np.float32), deterministic=True)[0]
    np.testing.assert_allclose(
        first, np.tile(resolved("start", "retention_first", small), (2, 1)), atol=0.15
    )  # the last layer starts small, not at 0


def test_a_memory_is_carried_from_decision_to_decision(small, tmp_path):
    train(small, "loyalty", _plan("recurrent_ppo"), tmp_path, quiet=True)
    policy = LearnedPolicy.load(tmp_path)
    states = []
    predict = policy.predict

    def recorded(observation, state=None, episode_start=None, deterministic=False):
        actions, after = predict(observation, state, episode_start, deterministic)
        states.append((state, after, episode_start.all()))
        return actions, after

    policy.predict = recorded
    roll_out(small, policy, range(2))
    assert states[0][0] is None
    assert states[0][2]
    for (_, after, _), (before, _, start) in itertools.pairwise(states):
        assert before is after
        assert not start


def test_a_watcher_sees_the_policy_at_the_start_at_every_checkpoint_and_at_the_end(small, tmp_path):
    seen = []
    plan = _plan("sac", checkpoint_every=8)
    train(small, "loyalty", plan, tmp_path, quiet=True, watch=lambda policy, step: seen.append(step))
    assert seen == [0, 8, 16, 24]
    assert [int(path.name[-2:]) for path in checkpoints(tmp_path)] == [16, 24]


def test_being_watched_changes_nothing(small, run, tmp_path):
    name, folder = run

    def look(policy, step):
        roll_out(small, policy, range(2))

    train(small, "loyalty", _plan(name), tmp_path, seed=1, quiet=True, watch=look)
    for one, other in zip(_weights(folder).values(), _weights(tmp_path).values(), strict=True):
        assert torch.equal(one, other)
