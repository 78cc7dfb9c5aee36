"""What the laboratory sets is what scripts and command line run."""

import numpy as np
import pytest
import yaml

from incentive_env import load_config, simulate
from incentive_env.config import all_keys, value_at
from incentive_env.playground.experiment import SETTINGS, Experiment, within
from incentive_env.playground.presets import preset_options, scenario_options, scheme_named
from incentive_env.policies import FIXED, load_policy


def test_an_exported_file_is_the_scenario_and_the_scheme(tmp_path):
    experiment = Experiment().with_change("salesforce.honesty_mean", 0.3).with_change("salesforce.reps", 4.0)
    file = tmp_path / "mine.yaml"
    file.write_text(experiment.as_yaml(experiment.second), encoding="utf-8")
    config = load_config(file)
    assert config == experiment.config
    assert (config.salesforce.honesty_mean, config.salesforce.reps) == (0.3, 4)
    policy = load_policy(str(file), config)
    mine = simulate(config, policy, [3], weeks=8)
    here = simulate(experiment.config, experiment.second, [3], weeks=8)
    assert mine.floor_weeks.tobytes() == here.floor_weeks.tobytes()


def test_an_exported_file_names_only_what_was_changed():
    tree = yaml.safe_load(Experiment().as_yaml(FIXED["flat_salary"].scheme))
    assert set(tree) == {"extends", "scheme"}
    assert tree["scheme"]["base_pay"] == 600.0


def test_a_change_back_is_no_change():
    experiment = Experiment()
    moved = experiment.with_change("market.need_mean", 0.5)
    assert moved.value("market.need_mean") == 0.5
    assert moved.with_change("market.need_mean", experiment.value("market.need_mean")) == experiment


def test_another_scenario_holds_the_schemes_in_its_ranges():
    config = load_config("telesales", {"levers.target.high": 0.2})
    held = within(FIXED["quota_with_threat"].scheme, config)
    assert held == FIXED["quota_with_threat"].scheme._replace(target=0.2)
    moved = Experiment().with_change("salesforce.reps", 3).in_scenario("contact_center")
    assert (moved.scenario, moved.changes) == ("contact_center", ())


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_every_setting_is_a_key_and_its_ends_are_valid(setting):
    assert setting.key in all_keys()
    for value in (setting.low, setting.high):
        whole = isinstance(value_at(load_config(), setting.key), int)
        load_config("telesales", {setting.key: int(value) if whole else float(value)})
    assert setting.low <= value_at(load_config(), setting.key) <= setting.high


def test_every_preset_and_scenario_of_the_lists_can_be_taken():
    assert {"telesales", "contact_center", "small"} <= set(scenario_options())
    for name in scenario_options():
        config = load_config(name)
        for preset in preset_options(name):
            assert np.isfinite(within(scheme_named(preset, name), config)).all()
