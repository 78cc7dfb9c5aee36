"""A trained run as a policy file: the same actions without the library that trained it."""

import numpy as np
import pytest
import yaml
from worlds import N_ENTRIES, N_LEVERS, open_floors

from agents.loading import load
from agents.training.learned_policy import LearnedPolicy
from agents.training.train import train
from incentive_env.policies import PolicyError, load_policy
from incentive_env.policies.network import Layer, NetworkPolicy
from incentive_env.studies.simulate import roll_out


@pytest.fixture
def reports(small):
    floors = open_floors(small, range(5))
    floors.decide(np.zeros((5, N_LEVERS)))
    return floors.observation()


def test_an_exported_network_sets_what_the_trained_one_sets(finished, small, reports, tmp_path):
    learned = LearnedPolicy.load(finished)
    file = tmp_path / "net.yaml"
    file.write_text(yaml.safe_dump(learned.network().content()))
    policy = load_policy(str(file), small)
    actions = policy.predict(reports)[0]
    wanted = learned.predict(reports, deterministic=True)[0]
    np.testing.assert_allclose(actions, np.clip(wanted, -1, 1), atol=1e-5)
    assert np.ptp(actions, axis=0).max() > 0.0
    for floor, action in enumerate(actions):  # a floor alone gets the bits that it gets in a batch
        assert policy.predict(reports[[floor]])[0].tobytes() == action.tobytes()


def test_only_a_ppo_can_be_exported(small, tmp_path):
    hyper = {"batch_size": 8, "gradient_steps": 1}
    plan = load("training", "sac", {"total_timesteps": 12, "num_envs": 4, "hyper_parameters": hyper})
    train(small, "loyalty", plan, tmp_path / "run", quiet=True)
    with pytest.raises(ValueError, match="SACPolicy: only the network of a PPO without a memory can be exported"):
        LearnedPolicy.load(tmp_path / "run").network()


@pytest.mark.parametrize("sees", ["history", "stack", "state"])
def test_what_it_sees_goes_with_the_network(small, tmp_path, sees):
    hyper = {"n_steps": 3, "batch_size": 6, "learning_rate": 0.03}
    changes = {"total_timesteps": 24, "num_envs": 4, "sees": sees, "hyper_parameters": hyper}
    train(small, "loyalty", load("training", "ppo", changes), tmp_path / "run", quiet=True)
    learned, file = LearnedPolicy.load(tmp_path / "run"), tmp_path / "net.yaml"
    file.write_text(yaml.safe_dump(learned.network().content()))
    runs = [roll_out(small, policy, range(5)).actions for policy in (learned, str(file))]
    np.testing.assert_allclose(runs[1], np.clip(runs[0], -1, 1), atol=1e-5)
    assert np.ptp(runs[1], axis=(0, 1)).max() > 0.0


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ({"sizes": [N_ENTRIES]}, "sizes: must be a list"),
        ({"sizes": [N_ENTRIES, 8, N_LEVERS + 1]}, "numbers: must be"),
        ({"numbers": "no"}, "numbers: are missing or damaged"),
        ({"kind": "netwerk"}, "kind 'netwerk': must be one of feedback, state_feedback, network"),
    ],
)
def test_a_damaged_network_file_is_refused(finished, small, tmp_path, damage, says):
    file = tmp_path / "net.yaml"
    file.write_text(yaml.safe_dump({**LearnedPolicy.load(finished).network().content(), **damage}))
    with pytest.raises(PolicyError, match=says):
        load_policy(str(file), small)


@pytest.mark.parametrize(
    ("inputs", "outputs", "deviation", "says"),
    [
        (3, N_LEVERS, 1.0, f"do not lead from a report of {N_ENTRIES} entries"),
        (N_ENTRIES, N_LEVERS + 1, 1.0, f"do not lead to an action of {N_LEVERS} entries"),
        (N_ENTRIES, N_LEVERS, 0.0, "deviations of the reports: must all be above 0"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(inputs, outputs, deviation, says):
    layer = Layer(np.zeros((outputs, inputs), np.float32), np.zeros(outputs, np.float32))
    with pytest.raises(ValueError, match=says):
        NetworkPolicy(np.zeros(inputs, np.float32), np.full(inputs, deviation, np.float32), (layer,))
