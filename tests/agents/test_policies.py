"""Fixed and random policies, and the way from a name or a path to a policy."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from worlds import N_ENTRIES, N_LEVERS

from agents.registry import NAMES, PolicyError, load_policy, trained_on
from incentive_env import ConfigError, load_config
from incentive_env.model.scheme import Scheme, lever_ranges, scheme_to_action
from incentive_env.policies.fixed import FIXED, FixedPolicy, RandomPolicy

REPORTS = np.zeros((3, N_ENTRIES), np.float32)


def _written(folder: Path, content: object) -> str:
    path = folder / "scheme.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_scheme_lies_in_the_ranges_and_is_the_same_for_every_floor_and_period(name):
    config = load_config()
    scheme = FIXED[name].scheme
    low, high = lever_ranges(config)
    assert ((low <= scheme) & (scheme <= high)).all()
    policy = load_policy(name, config)
    actions, state = policy.predict(REPORTS, deterministic=True)
    assert actions.shape == (3, N_LEVERS)
    assert actions.dtype == np.float32
    assert state is None
    assert (np.abs(actions) <= 1).all()
    low, high = lever_ranges(config)
    np.testing.assert_allclose(low + (actions + 1) / 2 * (high - low), np.tile(scheme, (3, 1)), atol=1e-3)
    np.testing.assert_array_equal(policy.predict(REPORTS + 1)[0], actions)


def test_a_random_policy_is_seeded_and_draws_anew_for_every_floor_and_period():
    policy, again, other = RandomPolicy(5), RandomPolicy(5), RandomPolicy(6)
    first, second = policy.predict(REPORTS)[0], policy.predict(REPORTS, deterministic=True)[0]
    np.testing.assert_array_equal(first, again.predict(REPORTS)[0])
    np.testing.assert_array_equal(second, again.predict(REPORTS)[0])
    assert len({row.tobytes() for row in np.concatenate([first, second, other.predict(REPORTS)[0]])}) == 9
    assert first.dtype == np.float32
    assert (np.abs(first) <= 1).all()


def test_the_random_policy_of_the_registry_is_the_same_each_time(small):
    actions = [load_policy("random", small).predict(REPORTS)[0] for _ in range(2)]
    np.testing.assert_array_equal(*actions)


def test_every_name_is_a_policy_that_was_not_trained(small):
    for name in NAMES:
        load_policy(name, small)
        assert trained_on(name) is None


def test_an_unknown_name_is_an_error_that_says_the_nearest(small):
    with pytest.raises(PolicyError, match="'flat_salry'; nearest valid name: flat_salary; policies: flat_salary, "):
        load_policy("flat_salry", small)


def test_a_name_like_none_is_an_error_that_lists_all(small):
    with pytest.raises(PolicyError) as error:
        load_policy("zzzzzz", small)
    assert "nearest" not in str(error.value)
    assert all(name in str(error.value) for name in NAMES)


def test_a_yaml_scheme_is_a_policy(small, tmp_path):
    path = _written(tmp_path, {"scheme": {"base_pay": 500, "commission": 7.5}})
    expected = scheme_to_action(Scheme(base_pay=500, commission=7.5), small)
    np.testing.assert_array_equal(load_policy(path, small).predict(REPORTS)[0], np.tile(expected, (3, 1)))
    assert trained_on(path) is None


@pytest.mark.parametrize(
    ("content", "output"),
    [
        ({"scheme": {"comission": 5}}, "unknown lever 'comission' (set to 5); nearest valid name: commission; "),
        ("scheme: {commission: .nan}", "lever commission = nan: must be a finite number"),
        ("scheme: {commission: .inf}", "lever commission = inf: must be a finite number"),
        ("scheme: {commission: ten}", "lever commission = 'ten': must be a finite number"),
        ("scheme: {audit: yes}", "lever audit = True: must be a finite number"),
        ({"scheme": {"commission": 900}}, "commission = 900 is outside its range 0 to 25"),
        ({"scheme": {"base_pay": -1}}, "base_pay = -1 is outside its range 400 to 900"),
        ({"schema": {"commission": 5}}, "holds no 'scheme:' with levers"),
        ({"scheme": 5}, "holds no 'scheme:' with levers"),
        ("", "holds no 'scheme:' with levers"),
    ],
)
def test_a_yaml_file_that_holds_no_scheme_is_one_clear_error(small, tmp_path, content, output):
    path = _written(tmp_path, content)
    with pytest.raises(PolicyError) as error:
        load_policy(path, small)
    assert output in str(error.value)
    assert path in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", ["scheme: [1, ", "- a\n- list\n"])
def test_a_malformed_yaml_file_is_one_clear_error(small, tmp_path, content):
    path = _written(tmp_path, content)
    with pytest.raises((PolicyError, ConfigError), match=r"scheme\.yaml.*(not valid YAML|must hold a mapping)"):
        load_policy(path, small)


def test_a_fixed_scheme_outside_the_scenarios_ranges_is_an_error(small):
    narrow = load_config(small, {"levers.commission.high": 10.0})
    with pytest.raises(PolicyError, match="commission = 14 is outside its range 0 to 10"):
        load_policy("piece_rate", narrow)
    with pytest.raises(ValueError, match="commission = 14"):
        FixedPolicy(FIXED["piece_rate"].scheme, narrow)


def test_a_folder_without_a_checkpoint_is_an_error(small, tmp_path):
    with pytest.raises(ValueError, match="holds no checkpoint of a training run"):
        load_policy(str(tmp_path), small)


def test_a_run_and_a_checkpoint_in_it_are_policies(small, finished):
    newest = sorted(finished.glob("checkpoint-*"))[-1]
    actions = [load_policy(str(path), small).predict(REPORTS, deterministic=True)[0] for path in (finished, newest)]
    np.testing.assert_array_equal(*actions)
    assert trained_on(str(finished)) == trained_on(str(newest)) == "conversion"
