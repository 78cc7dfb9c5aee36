"""Typed configuration: every number of the model, with unit, bounds, meaning and source."""

from incentive_env.config.loading import (
    ConfigError,
    all_keys,
    config_directory,
    find_config,
    lineage,
    load_config,
    parent_of,
    read_yaml,
    scenario_names,
)
from incentive_env.config.tree import Config

__all__ = [
    "Config", "ConfigError", "all_keys", "config_directory", "find_config", "lineage", "load_config", "parent_of",
    "read_yaml", "scenario_names",
]  # fmt: skip
