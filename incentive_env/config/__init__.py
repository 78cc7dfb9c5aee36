"""Typed configuration: every number of the model, with unit, bounds, meaning and source."""

from incentive_env.config.keys import all_keys, value_at
from incentive_env.config.loading import (
    ConfigError,
    KeywordError,
    assign,
    config_directory,
    find_config,
    lineage,
    load_config,
    merge,
    read_chain,
    read_yaml,
    scenario_names,
)
from incentive_env.config.tree import Config

__all__ = [
    "Config", "ConfigError", "KeywordError", "all_keys", "assign", "config_directory", "find_config", "lineage",
    "load_config", "merge", "read_chain", "read_yaml", "scenario_names", "value_at",
]  # fmt: skip
