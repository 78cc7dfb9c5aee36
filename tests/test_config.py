import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from pydantic.fields import FieldInfo

from incentive_env import Config, ConfigError, load_config
from incentive_env.config import all_keys, config_directory
from incentive_env.config.channels import CHANNELS
from incentive_env.config.fields import Section
from incentive_env.config.record import config_records
from incentive_env.model.report import FIGURES, TERMS, TRUTH
from incentive_env.model.scratch import CALLS
from incentive_env.model.state import FLOOR, FLOOR_WEEK, REP, REP_WEEK, RESPONSE, SCHEME

RECORDS = (FLOOR, REP, RESPONSE, REP_WEEK, FLOOR_WEEK, SCHEME, CALLS, FIGURES, TERMS, TRUTH)


def _fields(section: type[Section] = Config, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _value(tree: Any, key: str) -> Any:
    for part in key.split("."):
        tree = getattr(tree, part)
    return tree


def _recorded(record: Any, config: Config, key: str) -> Any:
    """The value of a key in the record, where sections of like rows (tactics, events) are turned on their side."""
    *branches, leaf = key.split(".")
    section: Any = config
    for branch in branches:
        rows = list(type(section).model_fields)
        if isinstance(getattr(section, rows[0]), Section) and record.dtype.names == tuple(
            type(getattr(section, rows[0])).model_fields
        ):
            return record[leaf][rows.index(branch)]
        record, section = record[branch], getattr(section, branch)
    if record.dtype.names is None:  # a section of switches is an array
        return record[list(type(section).model_fields).index(leaf)]
    return record[leaf]


def _error(source: Any = None, overrides: Any = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(source, overrides)
    return str(caught.value)


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_configuration_goes_to_another_process():
    config = load_config("telesales", {"levers.base_pay.high": 800.0})
    assert pickle.loads(pickle.dumps(config)) == config


def test_a_config_comes_by_name_by_path_as_itself_or_by_default():
    config = load_config("telesales")
    assert load_config() == config == load_config(config_directory() / "scenarios" / "telesales.yaml")
    assert load_config(str(config_directory() / "scenarios" / "telesales.yaml")) == config
    assert load_config(config) is config


def test_the_defaults_are_the_scenario_telesales():
    assert Config() == load_config("telesales")


def test_configs_with_equal_numbers_are_equal_and_hash_alike():
    assert hash(load_config()) == hash(load_config())
    assert load_config(None, {"salesforce.reps": 5}) != load_config(None, {"salesforce.reps": 6})


def test_a_config_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_config().salesforce.reps = 3  # type: ignore[misc]


@pytest.mark.parametrize("overrides", [["salesforce.reps=5", "name=five"], {"salesforce.reps": 5, "name": "five"}])
@pytest.mark.parametrize("source", [None, "telesales", load_config()])
def test_overrides_are_a_list_of_assignments_or_a_mapping(source, overrides):
    config = load_config(source, overrides)
    assert (config.salesforce.reps, config.name) == (5, "five")
    assert config.market == load_config().market


@pytest.mark.parametrize(
    "overrides",
    [["tactics.pressure.lift=0.123"], {"tactics.pressure.lift": 0.123}, {"tactics": {"pressure": {"lift": 0.123}}}],
    ids=["assignment", "dotted", "nested"],
)
def test_a_partial_override_keeps_its_siblings(overrides):
    usual = load_config().tactics
    changed = load_config(None, overrides).tactics
    assert changed == usual.model_copy(update={"pressure": usual.pressure.model_copy(update={"lift": 0.123})})


def test_a_file_extends_another_and_keeps_what_it_does_not_name(tmp_path):
    _write(tmp_path, "parent.yaml", "extends: telesales\ntactics: {pressure: {lift: 0.123}}\nname: parent\n")
    child = _write(tmp_path, "child.yaml", "extends: parent.yaml\nname: child\nsalesforce: {reps: 5}\n")
    config = load_config(child)
    assert (config.name, config.salesforce.reps, config.tactics.pressure.lift) == ("child", 5, 0.123)
    assert config.tactics.pressure.harm == load_config().tactics.pressure.harm
    assert config.horizon == load_config().horizon


def test_extends_in_a_circle_is_an_error(tmp_path):
    _write(tmp_path, "a.yaml", "extends: b.yaml\n")
    assert "circle" in _error(_write(tmp_path, "b.yaml", "extends: a.yaml\n"))


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("salesforce.rep=5", ["salesforce.rep:", "unknown", "5", "salesforce.reps"]),
        ("salesforce.reps=0", ["salesforce.reps = 0", "whole number from 1 to 1000"]),
        ("salesforce.reps=2.5", ["salesforce.reps = 2.5", "whole number from 1 to 1000"]),
        ("market.filled_at_start=1.5", ["market.filled_at_start = 1.5", "from 0 to 1"]),
        ("market.filled_at_start=.nan", ["market.filled_at_start = nan", "from 0 to 1"]),
        ("market.filled_at_start=many", ["market.filled_at_start = 'many'", "from 0 to 1"]),
        ("channels.survey=3", ["channels.survey = 3", "boolean"]),
        ("rationality.mode=logitt", ["rationality.mode = 'logitt'", "logit", "best_response", "naive"]),
        ("salesforce=5", ["salesforce = 5", "Salesforce"]),
        ("salesforce.reps.often=5", ["salesforce.reps.often", "salesforce.reps is a value"]),
        ("levers.audit.low=0.9", ["levers.audit", "low must be below high", "0.9"]),
        ("horizon.burn_in_weeks=5", ["horizon.burn_in_weeks", "multiple of horizon.decision_weeks", "5"]),
        ("horizon.scored_weeks=157", ["horizon.scored_weeks must be at most the episode's weeks", "157 and 156"]),
        ("horizon.run_off_weeks=52", ["horizon.run_off_weeks: is gone (set to 52", "use horizon.scored_weeks"]),
        ("rewards.loyalty.run_off=1", ["rewards.loyalty.run_off: is gone", "learners bootstrap", "leave it out"]),
        ("loyalty.promoter=2", ["loyalty.detractor must be below loyalty.promoter", "2"]),
        ("salesforce.reps", ["salesforce.reps", "KEY=VALUE"]),
        ("salesforce.reps=[1", ["salesforce.reps=[1", "not valid YAML"]),
    ],
)
def test_an_error_names_key_value_and_way_out(override, parts):
    message = _error(None, [override])
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("decision.prde", "decision.pride"), ("decsion.pride", "decision"),
        ("tactics.presure.lift", "tactics.pressure"), ("rewards.loyality.profit", "rewards.loyalty"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_answered_with_the_nearest_valid_one(misspelt, meant):
    assert f"nearest valid name: {meant}" in _error(None, {misspelt: 1.0})


def test_all_errors_are_told_at_once(tmp_path):
    path = _write(tmp_path, "bad.yaml", "salesforce: {rep: 5}\nmarket: {slots: -1}\n")
    lines = _error(path, {"calls.need": 99.0}).splitlines()
    assert len(lines) == 3
    for key, origin in (("salesforce.rep", "bad.yaml"), ("market.slots", "bad.yaml"), ("calls.need", "override")):
        assert any(line.startswith(key) and origin in line for line in lines)


def test_malformed_yaml_names_file_and_line(tmp_path):
    path = _write(tmp_path, "torn.yaml", "name: torn\nsalesforce: {reps: 5\nmarket: {slots: 3}\n")
    assert re.search(r"torn\.yaml, line [23]", _error(path))


def test_a_file_that_holds_no_mapping_is_an_error(tmp_path):
    assert "list.yaml: must hold a mapping" in _error(_write(tmp_path, "list.yaml", "- 1\n- 2\n"))


def test_a_missing_file_names_the_nearest_preset():
    message = _error("telesails")
    assert "'telesails'" in message
    assert "nearest valid name: telesales" in message


def test_every_number_has_bounds_unit_meaning_and_source():
    for key, field in _fields():
        if field.annotation not in (int, float):
            continue
        extra = field.json_schema_extra
        assert isinstance(extra, dict), key
        assert extra["unit"], key
        assert extra["source"], key
        assert field.description, key
        assert len([m for m in field.metadata if hasattr(m, "ge") or hasattr(m, "le")]) == 2, key


def test_all_keys_are_the_leaves_of_the_tree():
    assert all_keys() == [key for key, _ in _fields()]


def test_the_record_holds_the_values_of_the_tree():
    config = load_config(None, {"rationality.mode": "naive", "channels.survey": False, "tactics.disparage.time": 1.23})
    record = config_records(config)[0]
    seen = 0
    for key, field in _fields():
        if field.annotation is str:
            continue
        value = _value(config, key)
        words = get_args(field.annotation)
        assert _recorded(record, config, key) == (words.index(value) if words else value), key
        seen += 1
    for number, channel in enumerate(CHANNELS.values()):  # not of the tree: copies, in the order of the channels
        assert record["detectability"][number] == (_value(config, channel.audit) if channel.audit else 0.0)
        seen += 1
    assert seen == len(np.concatenate([np.ravel(leaf) for leaf in _leaves(record)]))


def _leaves(record: Any) -> list[Any]:
    if record.dtype.names is None:
        return [record]
    return [leaf for name in record.dtype.names for leaf in _leaves(record[name])]


def test_no_name_is_hidden_by_an_attribute_of_numpy_records():
    """Compiled code would not notice, plain Python under NUMBA_DISABLE_JIT would read the attribute instead."""
    records = [config_records(load_config())[0], *(np.zeros(1, (np.record, kind))[0] for kind in RECORDS)]
    names = {name for record in records for name in _field_names(record.dtype)}
    assert not sorted(names & set(dir(np.record)))


def _field_names(dtype: np.dtype) -> set[str]:
    below = (dtype[name].base for name in dtype.names)
    return {*dtype.names, *(name for kind in below if kind.names for name in _field_names(kind))}


def test_the_model_runs_as_plain_python():
    code = (
        "import gymnasium as gym, incentive_env\n"
        "env = gym.make('incentive_env/Telesales-v1', config='small', **{'horizon.burn_in_weeks': 0})\n"
        "env.reset(seed=1)\n"
        "print(env.step(env.action_space.sample())[4]['figures']['calls_per_hour'] > 0)\n"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout.strip() == "True", done.stderr[-500:]
