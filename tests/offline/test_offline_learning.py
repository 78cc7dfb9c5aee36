"""Learning from decisions of others, on data whose answer is known."""

import numpy as np
import pytest
import torch
import yaml
from worlds import CLIENT_LEAVES, N_ENTRIES, N_LEVERS

from agents.loading import load, shipped_names
from agents.offline.behaviours import Behaviour
from agents.offline.collection import collect
from agents.offline.decisions import Decisions, read_decisions, returns_to_go
from agents.offline.learning import best_episodes, learn
from incentive_env import ConfigError, load_config
from incentive_env.policies import FIXED, FixedPolicy, load_policy
from incentive_env.policies.files import found_content
from incentive_env.studies.evaluate import evaluate

pytest.importorskip("minari")
QUICK = {"epochs": 200, "patience": 40, "learning_rate": 0.01, "batch_size": 16, "net_arch": [8]}


@pytest.fixture
def two_schemes():
    """Forty episodes that look alike: every other one sets all levers to ½ and returns 1, the others −½ and −1."""
    random = np.random.default_rng(0)
    good = np.repeat(np.arange(40) % 2 == 0, 4)  # [decisions], four an episode
    observations = random.standard_normal((160, N_ENTRIES)).astype(np.float32)
    observations[:, 3] = 7.0  # an entry that never varies
    actions = np.where(good, 0.5, -0.5).astype(np.float32)[:, None] * np.ones(N_LEVERS, np.float32)
    sign = np.where(good, 1.0, -1.0)
    return Decisions(observations, actions, sign, np.repeat(np.arange(40), 4), sign[::4])


def _usual_action(learned):
    actions = learned.policy.predict(np.where(np.arange(N_ENTRIES) == 3, 7.0, 0.0).astype(np.float32)[None])[0]
    return float(actions.mean())


def test_cloning_sets_the_scheme_that_was_set_on_floors_it_has_not_seen(small, written):
    dataset = written(collect(small, "loyalty", [Behaviour("input_steering")], 80))
    learned = learn(read_decisions(dataset), load("offline", "bc", {**QUICK, "net_arch": [32], "epochs": 120}))
    wanted = FixedPolicy(FIXED["input_steering"].scheme, small).action
    actions = evaluate(small, learned.policy, range(32)).actions  # [decisions, levers], means over floors
    np.testing.assert_allclose(actions, np.tile(wanted, (len(actions), 1)), atol=0.05)


def test_what_time_cuts_off_goes_on_and_what_closes_does_not(small, written):
    for config, goes_on in ((small, True), (load_config(small, {**CLIENT_LEAVES, "horizon.decisions": 20}), False)):
        episodes = collect(config, "profit", [Behaviour("flat_salary")], 4)
        decisions = read_decisions(written(episodes, config, overwrite=True), gamma=0.9)
        rewards = np.concatenate([each.rewards for each in episodes])
        last = np.cumsum([len(each.rewards) for each in episodes]) - 1
        later = 0.9 * rewards.mean() / 0.1 if goes_on else 0.0
        np.testing.assert_allclose(decisions.to_go[last], rewards[last] + later)


def test_cloning_takes_the_middle_where_the_best_and_the_weighted_take_what_paid(two_schemes):
    usual = {}
    for name in shipped_names("offline"):
        changes = {**QUICK, "best": 0.5} if name == "best" else QUICK
        usual[name] = _usual_action(learn(two_schemes, load("offline", name, changes)))
    assert usual["bc"] == pytest.approx(0.0, abs=0.15)
    assert usual["best"] == pytest.approx(0.5, abs=0.05)
    assert usual["awr"] > 0.3


def test_the_same_seed_gives_the_same_bits_and_another_does_not(two_schemes):
    plan = load("offline", "awr", {**QUICK, "epochs": 3})
    numbers = [learn(two_schemes, plan, seed=seed).policy.content()["numbers"] for seed in (1, 1, 2)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_a_policy_file_does_without_torch_what_torch_does(two_schemes, small, tmp_path):
    learned = learn(two_schemes, load("offline", "bc", {**QUICK, "epochs": 3}))
    file = tmp_path / "learned.yaml"
    file.write_text(yaml.safe_dump(found_content("learned", "loyalty", small, learned.policy.content(), {})))
    policy, torch_policy = load_policy(str(file), small), _TorchPolicy(learned.policy)
    seen = two_schemes.observations
    np.testing.assert_allclose(policy.predict(seen)[0], torch_policy.predict(seen)[0], atol=1e-6)
    by_file, by_torch = (evaluate(small, each, range(4)) for each in (policy, torch_policy))
    np.testing.assert_allclose(by_file.actions, by_torch.actions, atol=1e-5)
    np.testing.assert_array_equal(by_file.loyalty, evaluate(small, learned.policy, range(4)).loyalty)


class _TorchPolicy:
    """The same numbers in torch's own layers."""

    def __init__(self, policy):
        self._policy = policy
        self._layers = [torch.nn.Linear(*layer.weights.shape[::-1]) for layer in policy.layers]
        for linear, layer in zip(self._layers, policy.layers, strict=True):
            linear.load_state_dict({"weight": torch.from_numpy(layer.weights), "bias": torch.from_numpy(layer.bias)})

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        hidden = torch.from_numpy(np.clip((observation - self._policy.mean) / self._policy.deviation, -10, 10))
        with torch.no_grad():
            for linear in self._layers[:-1]:
                hidden = torch.tanh(linear(hidden))
            return self._layers[-1](hidden).clip(-1, 1).numpy(), None


def test_returns_are_discounted_from_each_decision_to_the_end():
    np.testing.assert_allclose(returns_to_go(np.array([1.0, 2.0, 4.0]), 0.5), [3.0, 4.0, 4.0])
    np.testing.assert_allclose(returns_to_go(np.array([1.0, 2.0, 4.0]), 0.5, later=8.0), [4.0, 6.0, 8.0])


def test_the_best_episodes_are_those_with_the_greatest_returns_two_at_least():
    returns = np.array([3.0, 1.0, 5.0, 5.0])
    assert best_episodes(returns, 0.5).tolist() == [False, False, True, True]
    assert best_episodes(returns, 0.01).tolist() == [False, False, True, True]


def test_a_single_episode_is_too_few(two_schemes):
    with pytest.raises(ValueError, match="needs at least 2, of which one is held out"):
        learn(two_schemes.of_episodes(np.arange(40) == 3), load("offline", "bc", QUICK))


@pytest.mark.parametrize(
    ("source", "changes", "says"),
    [
        ("awrr", {}, "no offline plan 'awrr'.*nearest valid name: awr"),
        ("bc", {"epoch": 3}, "epoch = 3 in .*bc.yaml: unknown key; nearest valid name: epochs"),
        ("bc", {"held_out": 1.0}, "held_out = 1.0 in .*bc.yaml: must be less than 1"),
        ("bc", {"algorithm": "best_bd"}, "must be one of bc, best_bc, awr; nearest valid name: best_bc"),
        ("awr", {"temperature": 0}, "temperature = 0 in .*awr.yaml: must be greater than 0"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(source, changes, says):
    with pytest.raises(ConfigError, match=says):
        load("offline", source, changes)
