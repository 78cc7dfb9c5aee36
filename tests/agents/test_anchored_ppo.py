"""The anchored learner: its discriminator finds the ratio, its charges fall on what leads away, λ = 0 is plain PPO."""

import numpy as np
import pytest
import torch
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.save_util import load_from_zip_file
from stable_baselines3.common.vec_env import VecNormalize
from worlds import N_ENTRIES, N_LEVERS

from agents.loading import load
from agents.training.checkpoints import latest_checkpoint, restore
from agents.training.learned_policy import LearnedPolicy
from agents.training.model import new_model
from agents.training.train import train
from agents.training.vec_adapter import NativeVecEnv
from incentive_env import ConfigError, SalesFloorVectorEnv
from incentive_env.policies.files import PolicyError, resolved

SMALL = {
    "total_timesteps": 24, "num_envs": 4, "checkpoint_every": 12, "policy": {"net_arch": [8]},
    "hyper_parameters": {"n_steps": 3, "batch_size": 6, "n_epochs": 2, "learning_rate": 0.01},
}  # fmt: skip


def _plan(**anchor):
    return load("training", "anchored_ppo", {**SMALL, "anchor": {"floors": 4, "net_arch": [16], **anchor}})


@pytest.fixture
def model(small):
    venv = NativeVecEnv(SalesFloorVectorEnv(4, small, "conversion", autoreset_mode=AutoresetMode.SAME_STEP))
    torch.manual_seed(0)
    made = new_model(_plan(weight=1.0, n_epochs=400, learning_rate=0.01, clip=4.0), VecNormalize(venv), small)
    made.set_logger(Logger(None, []))
    return made


def _decisions(centre, rows):
    """Decisions that differ in their first lever alone."""
    actions = torch.zeros(rows, N_LEVERS)
    actions[:, 0] = centre + 0.3 * torch.randn(rows)
    return actions


def test_the_divergence_is_that_of_two_normals(model):
    """χ² of N(a, σ²) from N(0, σ²) is exp(a²/σ²) − 1; at a = σ/2 that is 0.284."""
    rows = 3000
    model.safe_reports, model.safe_actions = np.zeros((rows, N_ENTRIES), np.float32), _decisions(0.0, rows)
    model.batch_size = rows
    taken = torch.cat([torch.as_tensor(model.env.normalize_obs(model.safe_reports)), _decisions(0.15, rows)], dim=1)
    model._fit_discriminator(taken.float(), model.env)
    with torch.no_grad():
        ratio = model.discriminator(taken.float()).squeeze(1).exp()
    assert float(ratio.mean()) - 1.0 == pytest.approx(0.284, abs=0.12)
    charges = model._charges(taken.float())
    assert charges.mean() == pytest.approx(0.0, abs=1e-4)  # going on costs nothing by itself
    assert np.corrcoef(charges, taken[:, N_ENTRIES].numpy())[0, 1] > 0.8  # the further away, the dearer


def test_without_weight_nothing_is_charged(small, tmp_path):
    train(small, "conversion", _plan(weight=0.0), tmp_path, seed=1, quiet=True)
    model = new_model(_plan(weight=0.0), _venv(small), small)
    assert model.anchor.weight == 0.0
    taken = torch.randn(24, N_ENTRIES + N_LEVERS)
    model.set_logger(Logger(None, []))
    assert not model._charges(taken).any()


def test_a_strong_anchor_pulls(small, tmp_path):
    """Begun at another scheme, the manager comes nearer the safe one the more its anchor weighs."""
    away = {}
    for weight in (0.0, 3.0):
        plan = load("training", "anchored_ppo", {
            **SMALL, "total_timesteps": 2400, "num_envs": 20,
            "hyper_parameters": {"n_steps": 3, "batch_size": 60, "n_epochs": 8, "learning_rate": 0.01},
            "policy": {"net_arch": [8], "initial_scheme": "flat_salary"},
            "anchor": {"weight": weight, "floors": 40, "net_arch": [16], "n_epochs": 4, "learning_rate": 0.01},
        })  # fmt: skip
        train(small, "conversion", plan, tmp_path / str(weight), seed=3, quiet=True)
        policy = LearnedPolicy.load(tmp_path / str(weight))
        usual = np.asarray(policy._statistics.mean, np.float32)[None]
        action = policy.predict(usual, deterministic=True)[0]
        away[weight] = float(np.abs(action - resolved("anchor.scheme", plan.anchor.scheme, small)).mean())
    assert away[3.0] < 0.75 * away[0.0]


def test_what_it_has_learned_to_tell_apart_is_kept(small, tmp_path):
    train(small, "conversion", _plan(), tmp_path, seed=1, quiet=True)
    restored, fresh = (new_model(_plan(), venv, small) for venv in (_venv(small), _venv(small)))
    restore(latest_checkpoint(tmp_path), restored, restored.env)
    stored = load_from_zip_file(latest_checkpoint(tmp_path) / "model.zip", load_data=False)[1]["discriminator"]
    for name, mine in restored.discriminator.state_dict().items():
        assert torch.equal(mine, stored[name])
        assert not torch.equal(mine, fresh.discriminator.state_dict()[name])


def _venv(small):
    venv = NativeVecEnv(SalesFloorVectorEnv(4, small, "conversion", autoreset_mode=AutoresetMode.SAME_STEP))
    return VecNormalize(venv)


@pytest.mark.parametrize(
    ("change", "output"),
    [
        ({"policy": {"log_std_init": 0.0}, "anchor": {"spread": 0.5}}, "is too narrow for first actions"),
        ({"sees": "state"}, "sees = 'state'"),
    ],
)
def test_a_plan_whose_divergence_has_no_end_or_that_sees_the_state_is_refused(change, output):
    with pytest.raises(ConfigError, match=output):
        load("training", "anchored_ppo", {**SMALL, **change})


def test_an_unknown_safe_scheme_is_refused(small, tmp_path):
    with pytest.raises((ConfigError, PolicyError), match=r"anchor\.scheme = 'carrot': must be one of flat_salary"):
        train(small, "conversion", _plan(scheme="carrot"), tmp_path, quiet=True)
