"""The anchored learner: its discriminator finds the ratio, its charges fall on what leads away, λ = 0 is plain PPO."""

import numpy as np
import pytest
import torch
from bandit import Bandit, choice, learner
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


def _plan(name="anchored_ppo", discriminator=None, **changes):
    form = {"net_arch": [16], **(discriminator or {})}
    return load("training", name, {**SMALL, "safe": {"floors": 4}, "discriminator": form, **changes})


@pytest.fixture
def model(small):
    venv = NativeVecEnv(SalesFloorVectorEnv(4, small, "conversion", autoreset_mode=AutoresetMode.SAME_STEP))
    torch.manual_seed(0)
    made = new_model(
        _plan(strength=1.0, discriminator={"n_epochs": 400, "learning_rate": 0.01}), VecNormalize(venv), small
    )
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
    reports = np.zeros((rows, N_ENTRIES), np.float32)
    model.kept = {"safe_reports": reports, "safe_actions": _decisions(0.0, rows).numpy()}
    model.batch_size = rows
    taken = model._pairs(model.env.normalize_obs(reports), _decisions(0.15, rows).numpy())
    model._fit_discriminator(taken, model.env)
    log_ratio = model._log_ratio(taken)
    assert float(log_ratio.exp().mean()) - 1.0 == pytest.approx(0.284, abs=0.12)
    assert float(log_ratio.mean()) == pytest.approx(0.125, abs=0.05)  # KL: a² / 2σ²
    charges = model._charges(log_ratio)
    assert charges.mean() == pytest.approx(0.0, abs=1e-4)  # going on costs nothing by itself
    assert np.corrcoef(charges, taken[:, N_ENTRIES].numpy())[0, 1] > 0.8  # the further away, the dearer


def test_without_strength_nothing_is_charged(model):
    model.plan = _plan(strength=0.0)
    assert not model._charges(torch.randn(24)).any()


@pytest.mark.parametrize("strength", [0.1, 0.3])
def test_a_penalty_on_the_kl_of_actions_ends_at_the_tilted_safe_policy(strength):
    """The proxy is −(a − 0.8)², the safe policy N(0, 0.3²). The best policy is the safe one tilted by exp(proxy / λ): a
    normal with mean (1.6 / λ) / (1 / 0.3² + 2 / λ).
    """
    model = learner(
        "action_kl",
        Bandit(lambda a, *_: -((a - 0.8) ** 2)),
        strength=strength,
        hyper_parameters={"learning_rate": 0.003},
    )
    model.env.norm_reward = False
    choices = []
    for _ in range(70):
        model.learn(256, reset_num_timesteps=False)
        choices.append(choice(model))
    assert np.mean(choices[30:]) == pytest.approx(1.6 / strength / (1.0 / 0.09 + 2.0 / strength), abs=0.06)


def test_states_alone_or_with_actions_are_told_apart(small):
    for name, inputs in (("anchored_states", N_ENTRIES), ("anchored_kl", N_ENTRIES + N_LEVERS)):
        made = new_model(_plan(name), _venv(small), small)
        assert made.discriminator[0].in_features == inputs


def test_a_strong_anchor_pulls(small, tmp_path):
    """Begun at another scheme, the manager comes nearer the safe one the more its anchor weighs."""
    away = {}
    for weight in (0.0, 3.0):
        plan = load("training", "anchored_ppo", {
            **SMALL, "total_timesteps": 2400, "num_envs": 20,
            "hyper_parameters": {"n_steps": 3, "batch_size": 60, "n_epochs": 8, "learning_rate": 0.01},
            "policy": {"net_arch": [8], "initial_scheme": "flat_salary"},
            "strength": weight, "safe": {"floors": 40, "spread": 0.5},
            "discriminator": {"net_arch": [16], "n_epochs": 4, "learning_rate": 0.01},
        })  # fmt: skip
        train(small, "conversion", plan, tmp_path / str(weight), seed=3, quiet=True)
        policy = LearnedPolicy.load(tmp_path / str(weight))
        usual = np.asarray(policy._statistics.mean, np.float32)[None]
        action = policy.predict(usual, deterministic=True)[0]
        away[weight] = float(np.abs(action - resolved("safe.scheme", plan.safe.scheme, small)).mean())
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
        ({"policy": {"log_std_init": 0.0}, "safe": {"spread": 0.5}}, "is too narrow for first actions"),
        ({"sees": "state"}, "sees = 'state'"),
        ({"over": "action"}, "over = 'action': only with divergence = 'kl'"),
    ],
)
def test_a_plan_whose_divergence_has_no_end_or_that_sees_the_state_is_refused(change, output):
    with pytest.raises(ConfigError, match=output):
        load("training", "anchored_ppo", {**SMALL, **change})


def test_an_unknown_safe_scheme_is_refused(small, tmp_path):
    with pytest.raises((ConfigError, PolicyError), match=r"safe\.scheme = 'carrot': must be one of flat_salary"):
        train(small, "conversion", _plan(safe={"scheme": "carrot"}), tmp_path, quiet=True)
