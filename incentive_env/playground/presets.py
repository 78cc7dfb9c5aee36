"""Schemes and scenarios that a list offers."""

from functools import cache

from incentive_env.config import Config, config_directory, read_yaml
from incentive_env.model.scheme import Scheme, scheme_from_mapping
from incentive_env.policies import FIXED, shipped


def preset_options(config: Config) -> dict[str, str]:
    """Fixed schemes, hand-made and found for the scenario, with names for people."""
    found = [name for name, path in shipped(config).items() if "scheme" in read_yaml(path)]
    return {name: name.replace("_", " ") for name in (*FIXED, *found)}


def scheme_named(name: str, config: Config) -> Scheme:
    """A fixed scheme by its name."""
    if name in FIXED:
        return FIXED[name].scheme
    return scheme_from_mapping(read_yaml(shipped(config)[name])["scheme"])


@cache
def scenario_options() -> dict[str, str]:
    """Shipped scenarios, with names for people; calibration is no scenario."""
    files = sorted(config_directory().glob("*.yaml"))
    names = [file.stem for file in files if "description" in read_yaml(file) or file.stem == "telesales"]
    return {name: name.replace("_", " ") for name in names}
